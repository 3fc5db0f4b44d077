/** Asks an address of the user's by GET, unsigned: what a gate judges by. */
import { type Transport, TransportError } from './transport.ts';

/** The status of the answer, or why there was none. */
export type UrlAnswer =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'silent'; readonly why: string };

/** @param url checked by the plan's schema: https, or http to this machine. @param timeout milliseconds. Never throws for the network. */
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
    if (error instanceof TransportError) return { kind: 'silent', why: error.message };
    throw error;
  }
}
