/**
 * Where a signed request may go: a host of the provider's, or the one base URL that the user named. Nowhere else.
 * Source: facts §5.1 (endpoints, finance zones), read 2026-11.
 */
import { RefitError } from '../errors.ts';

/** The provider's products that are called. Each is the first label of its domain and the service that is signed. */
export type Product = 'redis' | 'monitor' | 'billing' | 'region';

const ROOT = 'tencentcloudapi.com';

/** Region codes as the provider writes them: a host name is made of one, so nothing else may get in. */
const REGION = /^[a-z]{2,4}(-[a-z0-9]{1,24}){1,3}$/;

/** Where to send, and what the Host header says. */
export interface Host {
  /** Scheme, host and port, no path. */
  readonly origin: string;
  /** Host and, where it is not the scheme's own, port. */
  readonly host: string;
}

/**
 * The host of a product in a region. Finance zones are islands: a request for one goes to a host of the same zone,
 * everything else to the product's nearest front end.
 * @param endpoint one base URL for every product, or null for the provider's own hosts.
 * @throws RefitError `usage` for a region that is no region code, or an endpoint that may not be used.
 */
export function hostFor(product: Product, region: string, endpoint: string | null): Host {
  if (!REGION.test(region)) {
    throw new RefitError(
      'usage',
      `${JSON.stringify(region).slice(0, 80)} is no region code`,
      'write a region code such as ap-guangzhou',
    );
  }
  if (endpoint !== null) return endpointHost(endpoint);
  const host = region.endsWith('-fsi') ? `${product}.${region}.${ROOT}` : `${product}.${ROOT}`;
  return { origin: `https://${host}`, host };
}

/**
 * Checks a base URL that the user named: https anywhere, plain http only to loopback, no path, no user, no query.
 * @throws RefitError `usage`
 */
export function endpointHost(endpoint: string): Host {
  const mend =
    'give --endpoint one base URL, such as https://redis.tencentcloudapi.com or http://127.0.0.1:8080';
  // The text itself is shown nowhere when it holds a password.
  const refuse = (why: string) => new RefitError('usage', `--endpoint: ${why}`, mend);
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    throw refuse('this is no URL');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refuse('the scheme must be https or http');
  if (url.username !== '' || url.password !== '') throw refuse('user name and password do not belong in it');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw refuse('path, query and fragment do not belong in it');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw refuse(`plain http goes to loopback only, and ${url.hostname} is another machine; use https`);
  }
  return { origin: url.origin, host: url.host };
}

function isLoopback(hostname: string): boolean {
  // The URL parser has already brought every spelling of an IPv4 address to four decimal numbers.
  return (
    hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}
