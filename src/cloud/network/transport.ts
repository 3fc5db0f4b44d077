/** The interface to the network: one request, one answer. Runs use undici; tests can use the simulator directly. */

export interface HttpRequest {
  /** Scheme, host and port, no path: the provider's path is always `/`. */
  readonly origin: string;
  /** A path to GET without a body, instead of the POST to `/`. For the machine's metadata service and gates. */
  readonly get?: string;
  /** The path of the POST with its query, if not `/`. For addresses that are not the provider's. */
  readonly path?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /**
   * Where the request may go. `plan`: an address from a plan, which never leads to link-local addresses or metadata
   * services. `metadata`: the metadata service of this machine, over plain http. `collector`: the receiver of traces that
   * the user's environment names, also over plain http. Absent: the provider, or a base URL of the user. Plain http of the
   * others goes to this machine only.
   */
  readonly reach?: 'plan' | 'metadata' | 'collector';
  /** Bytes of the body to keep. The rest is not read. Absent: the whole body, and a large one is an error. */
  readonly keep?: number;
  /** The time-out of the whole request, from the lookup to the last byte, ms. */
  readonly timeout: number;
  /** Aborted: Refit stops waiting for the answer. */
  readonly signal?: AbortSignal;
  /** Called in the tick that writes the request. False: do not send. */
  readonly goAhead?: () => boolean;
}

export interface HttpResponse {
  readonly status: number;
  readonly contentType: string;
  /** The Date header. */
  readonly date?: string;
  readonly body: string;
}

/** The message of the error if the guard of a request returned false. */
export const STOPPED_BY_GUARD = 'the guard stopped the request just before sending';

/** An error of a transport. `sent` is false only if certainly no byte of the request left. */
export class TransportError extends Error {
  readonly sent: boolean;
  constructor(message: string, sent: boolean, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'TransportError';
    this.sent = sent;
  }
}

export interface Transport {
  /** Sends a request once. @throws TransportError */
  send(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** The status of the answer, or the reason why there was none. */
export type UrlAnswer =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'silent'; readonly reason: string };

/**
 * Calls a URL of a gate by GET, unsigned. It never throws for a network fault.
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
      reach: 'plan',
      keep: 0,
    });
    return { kind: 'answered', status };
  } catch (error) {
    if (error instanceof TransportError) return { kind: 'silent', reason: error.message };
    throw error;
  }
}
