/** Compares hosts, endpoints and addresses with the entries of a policy. */

/**
 * The host name of an address as the network uses it: small letters, `xn--` for other scripts, decimal IPv4, no dot at the
 * end. User names, ports and fragments are not part of it. @returns null if it is no address.
 */
export function hostNameOf(url: string): string | null {
  const name = URL.parse(url)?.hostname.toLowerCase().replace(/\.+$/, '') ?? '';
  return name === '' ? null : name;
}

/** Whether an entry permits a host. `*.example.com` permits every host below the domain, and not the domain itself. */
export function hostMatches(entry: string, host: string): boolean {
  return entry.startsWith('*.')
    ? host.endsWith(entry.slice(1)) && host.length > entry.length - 1
    : host === entry;
}

/** Whether an entry permits an endpoint. A host permits https at the usual port, a base URL exactly itself. */
export function endpointMatches(entry: string, endpoint: string): boolean {
  // The endpoint without `--endpoint` is a bare domain of the provider.
  const url = URL.parse(endpoint.includes('://') ? endpoint : `https://${endpoint}`);
  if (url === null) return false;
  if (entry.includes('://')) return URL.parse(entry)?.origin === url.origin;
  return url.protocol === 'https:' && url.port === '' && hostMatches(entry, hostNameOf(url.href) ?? '');
}

/** IPv4 networks that are private, with the length of their prefix. */
const PRIVATE_NETWORKS: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
];

/**
 * Whether a host is the literal address of a private network. Names are resolved only when Refit connects, and the network
 * then judges the address itself. @param host as `hostNameOf` returns it.
 */
export function isPrivateHost(host: string): boolean {
  if (host.startsWith('[')) return host !== '[::1]' && !/^\[[23]/.test(host);
  const number = ipv4(host);
  return (
    number !== null &&
    PRIVATE_NETWORKS.some(([base, bits]) => number >>> (32 - bits) === ipv4(base)! >>> (32 - bits))
  );
}

function ipv4(text: string): number | null {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return null;
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) >>> 0;
}
