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
