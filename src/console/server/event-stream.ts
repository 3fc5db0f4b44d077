/** An answer that goes on. */
export interface EventStream {
  /** @returns false if the client reads too slowly. */
  write(text: string): boolean;
  end(): void;
  /** Ends it without sending what the client has not read. */
  destroy(): unknown;
  /** True if the client has left. */
  readonly destroyed: boolean;
  on(event: 'close', call: () => void): unknown;
  readonly writableLength: number;
}
