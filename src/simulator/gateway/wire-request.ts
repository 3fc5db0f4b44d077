export interface WireRequest {
  readonly method: string;
  /** Path and query, or the whole URL. */
  readonly url: string;
  /** Names in any case. A missing `host` is taken from a whole URL. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string | Uint8Array;
}
