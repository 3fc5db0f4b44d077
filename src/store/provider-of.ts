/** Which provider an endpoint belongs to. Pure. */

/** True for an address of this machine. Only a simulated provider can be there. */
export function isLoopback(endpoint: string): boolean {
  return LOOPBACK.test(endpoint);
}

const LOOPBACK = /^https?:\/\/(?:127\.[\d.]+|localhost|\[::1\])(?=[:/]|$)/;

/** The provider of an endpoint. All real hosts are one provider; each simulated one is a separate provider. */
export function providerOf(endpoint: string): string {
  return isLoopback(endpoint) ? endpoint.replace(LOOPBACK, 'loopback').replace(/\/+$/, '') : 'the provider';
}
