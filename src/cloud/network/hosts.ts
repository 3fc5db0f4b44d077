/**
 * The hosts that may get a signed request: the provider's, or the user's base URL.
 * Source: docs/provider.md P134 to P136.
 */
import { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';

const PRODUCTS = ['redis', 'monitor', 'billing', 'region', 'sts'] as const;

/** A product that Refit calls. It is the first label of the domain, and the service in the signature. */
export type Product = (typeof PRODUCTS)[number];

/** The provider's domains. `intl.` before one is the international site, `internal.` the in-network site. */
const DOMAINS = ['tencentcloudapi.com', 'tencentcloudapi.com.cn', 'tencentcloudapi.cn'];

/** The form of a region code. Host names contain the code, so Refit accepts nothing else. */
const REGION = /^[a-z]{2,4}(-[a-z0-9]{1,24}){1,3}$/;

/** The region for calls about the account or about all regions. Any region would do. */
export const ANY_REGION = 'ap-guangzhou';

/** The address of a request, and its Host header. */
export interface Host {
  /** Scheme, host and port, no path. */
  readonly origin: string;
  /** Host, and the port unless it is the scheme's default. */
  readonly host: string;
}

/**
 * The host of a product in a region.
 *
 * | endpoint | meaning |
 * |---|---|
 * | null | the provider's nearest front end |
 * | `https://redis.ap-guangzhou.tencentcloudapi.com` | the front ends of that region, for all products |
 * | `https://intl.tencentcloudapi.com` | a root domain |
 * | another URL | that host, for all products |
 *
 * Hosts of finance zones serve only finance zones, and no other host serves them. Without a region in the endpoint, a
 * finance zone uses its own host.
 * @throws RefitError `usage` for a malformed region code or an endpoint that Refit must not use.
 */
export function hostFor(product: Product, region: string, endpoint: string | null): Host {
  if (!REGION.test(region)) {
    throw refitError('usage', message('error.not-region', { typed: JSON.stringify(region).slice(0, 80) }));
  }
  const base = parseEndpoint(endpoint);
  if (base.kind === 'own') return base.host;
  const finance = isFinance(region);
  if (base.region !== null && isFinance(base.region) !== finance) {
    throw new RefitError(
      'usage',
      finance
        ? `${region} is a finance zone, and --endpoint names a front end of another kind of region (${base.region})`
        : `--endpoint names a front end of a finance zone (${base.region}), and ${region} is not a finance zone`,
      finance
        ? `remove --endpoint, or use --endpoint https://redis.${region}.${base.root}`
        : 'remove --endpoint, or make separate plans for finance zones and other regions',
    );
  }
  const at = base.region ?? (finance ? region : null);
  const host = at === null ? `${product}.${base.root}` : `${product}.${at}.${base.root}`;
  return { origin: `https://${host}`, host };
}

/** The host of a product that belongs to the account, not to a region. @throws RefitError `usage` as `hostFor` does. */
export function accountHost(product: Product, endpoint: string | null): Host {
  const base = parseEndpoint(endpoint);
  return base.kind === 'own' ? base.host : hostFor(product, base.region ?? ANY_REGION, endpoint);
}

function isFinance(region: string): boolean {
  return region.endsWith('-fsi');
}

/**
 * Reads an endpoint: a host of the user's own, or front ends of the provider. Front ends have a root domain such as
 * `intl.tencentcloudapi.com`, with the port if one is set. `region` is that of the front end; null: the nearest.
 */
function parseEndpoint(endpoint: string | null) {
  const kind = 'provider' as const;
  if (endpoint === null) return { kind, root: DOMAINS[0]!, region: null };
  const own = endpointHost(endpoint);
  const [name = '', port] = own.host.split(/:(?=\d+$)/);
  const domain = DOMAINS.find((one) => name === one || name.endsWith(`.${one}`));
  if (domain === undefined) return { kind: 'own' as const, host: own };
  const labels = name.slice(0, -domain.length).split('.').slice(0, -1);
  if (PRODUCTS.some((one) => one === labels[0])) labels.shift();
  const region = REGION.test(labels[0] ?? '') ? labels.shift()! : null;
  const root = [...labels, domain].join('.');
  return { kind, root: port === undefined ? root : `${root}:${port}`, region };
}

/**
 * Checks an endpoint: https, or plain http to loopback, without path, user and query.
 * @throws RefitError `usage`
 */
export function endpointHost(endpoint: string): Host {
  const fix =
    'use one base URL: --endpoint https://redis.ap-guangzhou.tencentcloudapi.com or --endpoint http://127.0.0.1:8080';
  // The URL may contain a password, so Refit does not show it.
  const refuse = (problem: string) => new RefitError('usage', `--endpoint: ${problem}`, fix);
  const url = URL.parse(endpoint);
  if (url === null) throw refuse('this is not a URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refuse('the scheme must be https or http');
  if (url.username !== '' || url.password !== '')
    throw refuse('the URL must not have a user name or password');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw refuse('the URL must not have a path, query or fragment');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw refuse(`plain http is only for loopback, and ${url.hostname} is another machine; use https`);
  }
  return { origin: url.origin, host: url.host };
}

/** True for a host name of this machine. @param hostname as the URL parser returns it. */
export function isLoopback(hostname: string): boolean {
  // The URL parser writes every spelling of an IPv4 address as four decimal numbers.
  return (
    hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}

/** The variables of the root domain: Terraform's name comes first. */
const ROOT_NAMES = ['TENCENTCLOUD_DOMAIN', 'TENCENTCLOUD_ROOT_DOMAIN'];

/**
 * Reads the endpoint from the environment; null if none is set. It is a root domain of the provider, in the form that
 * `tccli configure set-root-domain` takes: `intl.tencentcloudapi.com` or `internal.tencentcloudapi.com`.
 * @throws RefitError `usage` for any other value: a forgotten variable must not send signed requests to another host.
 */
export function endpointFromEnvironment(env: Readonly<Record<string, string | undefined>>): string | null {
  const name = ROOT_NAMES.find((one) => env[one]);
  if (name === undefined) return null;
  const root = env[name]!.toLowerCase();
  if (!/^[a-z0-9.-]+$/.test(root) || !DOMAINS.some((one) => root === one || root.endsWith(`.${one}`))) {
    throw new RefitError(
      'usage',
      `${name} is not a root domain of the provider`,
      `export ${name}=intl.tencentcloudapi.com, or use --endpoint for a host of your own`,
    );
  }
  return `https://${root}`;
}
