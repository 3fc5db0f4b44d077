/** The narrowest door to the network: one request out, one answer back. Implemented over undici, and in tests over the simulator in one process. */

export interface HttpRequest {
  /** Scheme, host and port, no path: the provider's path is always `/`. */
  readonly origin: string;
  /** A path to GET, without a body, instead of the POST to `/`: pages of the machine's own metadata service. */
  readonly get?: string;
  /** Another path of the POST than `/`, with its query: an address that is none of the provider's. */
  readonly path?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds until the request counts as unanswered. */
  readonly timeout: number;
  /** Aborted: the answer is waited for no longer. */
  readonly signal?: AbortSignal;
  /** Asked in the tick that writes the request; false = do not send. */
  readonly goAhead?: () => boolean;
}

export interface HttpResponse {
  readonly status: number;
  readonly contentType: string;
  /** The Date header, where there is one. */
  readonly date?: string;
  readonly body: string;
}

/** Thrown by a transport. `sent` is false only where it is certain that no byte of the request left. */
export class TransportError extends Error {
  readonly sent: boolean;
  constructor(message: string, sent: boolean, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'TransportError';
    this.sent = sent;
  }
}

export interface Transport {
  /** Sends it once. @throws TransportError */
  send(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** The status of the answer, or why there was none. */
export type UrlAnswer =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'silent'; readonly reason: string };

/**
 * Asks an address of the user's by GET, unsigned: what a gate judges by. Never throws for the network.
 * @param url checked by the plan's schema: https, or http to this machine.
 * @param timeout milliseconds
 */
export async function askUrl(transport: Transport, url: string, timeout: number): Promise<UrlAnswer> {
  const { origin, pathname, search } = new URL(url);
  try {
    const { status } = await transport.send({
      origin,
      get: `${pathname}${search}`,
      headers: { accept: '*/*', 'user-agent': 'refit' },
      body: '',
      timeout,
    });
    return { kind: 'answered', status };
  } catch (error) {
    if (error instanceof TransportError) return { kind: 'silent', reason: error.message };
    throw error;
  }
}
