/** An answer that goes on. */
export interface EventStream {
  /** @returns false if the client reads too slowly. */
  write(text: string): boolean;
  end(): void;
  on(event: 'close', call: () => void): unknown;
  readonly writableLength: number;
}
