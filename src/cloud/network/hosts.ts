/**
 * Where a signed request may go: a host of the provider's, or the one base URL that the user named. Nowhere else.
 * Source: docs/provider.md P134 to P136.
 */
import { RefitError } from '../../errors.ts';

const PRODUCTS = ['redis', 'monitor', 'billing', 'region', 'sts'] as const;

/** The provider's products that are called. Each is the first label of its domain and the service that is signed. */
export type Product = (typeof PRODUCTS)[number];

/** The provider's own domains; `intl.` and `internal.` before one is the international and the in-network site. */
const DOMAINS = ['tencentcloudapi.com', 'tencentcloudapi.com.cn', 'tencentcloudapi.cn'];

/** Region codes as the provider writes them: a host name is made of one, so nothing else may get in. */
const REGION = /^[a-z]{2,4}(-[a-z0-9]{1,24}){1,3}$/;

/** Any region serves what belongs to the account, or is told of all regions. */
export const ANY_REGION = 'ap-guangzhou';

/** Where to send, and what the Host header says. */
export interface Host {
  /** Scheme, host and port, no path. */
  readonly origin: string;
  /** Host and, where it is not the scheme's own, port. */
  readonly host: string;
}

/**
 * The host of a product in a region. An endpoint that is a host of the provider's own stands for all its products:
 * `https://redis.ap-guangzhou.tencentcloudapi.com` is the front ends of that region, `https://intl.tencentcloudapi.com`
 * a root domain. Finance zones are islands, both ways: a request for one goes to a host of such a zone, its own where
 * no other is named, and no other request does.
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
  const base = baseOf(endpoint);
  if (base.kind === 'own') return base.host;
  const finance = isFinance(region);
  if (base.region !== null && isFinance(base.region) !== finance) {
    throw new RefitError(
      'usage',
      finance
        ? `${region} is a finance zone, and --endpoint names a front end outside of them (${base.region})`
        : `--endpoint names a front end of a finance zone (${base.region}), and ${region} is none`,
      finance
        ? `leave --endpoint away, or name https://redis.${region}.${base.root}`
        : 'leave --endpoint away, or plan finance zones and others apart',
    );
  }
  const at = base.region ?? (finance ? region : null);
  const host = at === null ? `${product}.${base.root}` : `${product}.${at}.${base.root}`;
  return { origin: `https://${host}`, host };
}

/** The host of a product that belongs to the account and to no region. @throws RefitError `usage` as `hostFor` does. */
export function accountHost(product: Product, endpoint: string | null): Host {
  const base = baseOf(endpoint);
  return base.kind === 'own' ? base.host : hostFor(product, base.region ?? ANY_REGION, endpoint);
}

function isFinance(region: string): boolean {
  return region.endsWith('-fsi');
}

/**
 * What an endpoint stands for: somebody's own host, or the provider's front ends below a root domain such as
 * `intl.tencentcloudapi.com`, with the port where one was named. `region` is that of the front end; null = the nearest.
 */
function baseOf(endpoint: string | null) {
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
 * Checks a base URL that the user named: https anywhere, plain http only to loopback, no path, no user, no query.
 * @throws RefitError `usage`
 */
export function endpointHost(endpoint: string): Host {
  const fix =
    'give --endpoint one base URL, such as https://redis.ap-guangzhou.tencentcloudapi.com or http://127.0.0.1:8080';
  // The text itself is shown nowhere when it holds a password.
  const refuse = (why: string) => new RefitError('usage', `--endpoint: ${why}`, fix);
  const url = URL.parse(endpoint);
  if (url === null) throw refuse('this is no URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refuse('the scheme must be https or http');
  if (url.username !== '' || url.password !== '') throw refuse('user name and password do not belong in it');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw refuse('path, query and fragment do not belong in it');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw refuse(`plain http goes to loopback only, and ${url.hostname} is another machine; use https`);
  }
  return { origin: url.origin, host: url.host };
}

/** True for a host name of this machine. @param hostname as the URL parser gives it. */
export function isLoopback(hostname: string): boolean {
  // The URL parser has already brought every spelling of an IPv4 address to four decimal numbers.
  return (
    hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}

/** The root domain's variable: Terraform's name for it, and the plain one. */
const ROOT_NAMES = ['TENCENTCLOUD_DOMAIN', 'TENCENTCLOUD_ROOT_DOMAIN'];

/**
 * The endpoint that the environment names: a root domain of the provider's, as `tccli configure set-root-domain`
 * takes it (`intl.tencentcloudapi.com`, `internal.tencentcloudapi.com`); null where it names none.
 * @throws RefitError `usage` for anything else: a variable that lies about must not send signed requests elsewhere.
 */
export function endpointFromEnvironment(env: Readonly<Record<string, string | undefined>>): string | null {
  const name = ROOT_NAMES.find((one) => env[one]);
  if (name === undefined) return null;
  const root = env[name]!.toLowerCase();
  if (!/^[a-z0-9.-]+$/.test(root) || !DOMAINS.some((one) => root === one || root.endsWith(`.${one}`))) {
    throw new RefitError(
      'usage',
      `${name} is no root domain of the provider's`,
      `export ${name}=intl.tencentcloudapi.com, or name a host of your own with --endpoint`,
    );
  }
  return `https://${root}`;
}
