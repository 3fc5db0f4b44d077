/**
 * The exceptions of NO_PROXY, as curl reads them: names with their subdomains, addresses, networks, or `*` alone.
 * Node's own list of addresses compares them, so every spelling of an address counts.
 *
 * | entry | covers |
 * |---|---|
 * | `corp.test`, `.corp.test`, `corp.test.` | the name and its subdomains |
 * | `*.corp.test` | its subdomains |
 * | `10.0.0.1`, `::1`, `[::1]`, `::ffff:10.0.0.1` | the address |
 * | `10.0.0.0/8`, `fd00::/8` | the network |
 * | any of them with `:443` | only that port; IPv6 in brackets |
 * | `*`, alone | everything |
 *
 * Beyond curl, entries may have a port, a `*.` and brackets, and spaces may separate them.
 * Source: https://curl.se/libcurl/c/CURLOPT_NOPROXY.html.
 */
import { BlockList, isIP } from 'node:net';
import { sanitizeLine } from '../sanitize-line.ts';

/** Which hosts Refit calls without the proxy. */
export interface ProxyExceptions {
  /** @param hostname as the URL parser writes it. */
  covers(hostname: string, port: number): boolean;
  /** One sentence with a fix for each entry that Refit does not understand and ignores. */
  readonly problems: readonly string[];
}

type Test = (hostname: string, port: number) => boolean;
type Entry = { readonly test: Test } | { readonly reason: string; readonly fix: string };

/** Reads the value of a variable. @param variable its name, for messages. */
export function proxyExceptions(variable: string, value: string): ProxyExceptions {
  const entries = value.split(/[\s,]+/).filter((entry) => entry !== '');
  if (entries.length === 1 && entries[0] === '*') return { covers: () => true, problems: [] };
  const read = entries.map((entry) => ({ entry, ...readEntry(entry) }));
  const tests = read.flatMap((one) => ('test' in one ? one.test : []));
  return {
    covers: (hostname, port) => tests.some((test) => test(hostname.toLowerCase().replace(/\.$/, ''), port)),
    problems: read.flatMap((one, index) =>
      'test' in one
        ? []
        : `${variable}: entry ${index + 1}${quoted(one.entry)} is ignored: ${one.reason}; ${one.fix}`,
    ),
  };
}

/** Shows an entry, unless it can have a password. */
function quoted(entry: string): string {
  return entry.includes('@') ? '' : `, ${sanitizeLine(entry.slice(0, 80))},`;
}

function readEntry(entry: string): Entry {
  if (entry === '*') return { reason: '* must be the only entry', fix: 'write * alone for no proxy at all' };
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(entry) ? URL.parse(entry) : null;
  if (url !== null || entry.includes('@'))
    return {
      reason: 'it is a URL',
      fix: `write ${url?.host ? `the host: ${sanitizeLine(url.host)}` : 'the host'}`,
    };
  const { host, port } = splitPort(entry);
  const isCovered = host.includes('/') ? networkTest(host) : isIP(host) ? addressTest(host) : nameTest(host);
  if ('reason' in isCovered) return isCovered;
  return { test: (hostname, at) => (port === null || port === at) && isCovered.test(hostname, at) };
}

/** Splits `host:443` and `[::1]:443`. A plain IPv6 address has no port. */
function splitPort(entry: string): { readonly host: string; readonly port: number | null } {
  const [, address, bits = '', after] = /^\[([^\]]*)\](\/\d+)?(?::(\d{1,5}))?$/.exec(entry) ?? [];
  const [, name, port = after] = address === undefined ? (/^([^:]*):(\d{1,5})$/.exec(entry) ?? []) : [];
  return {
    host: name ?? (address === undefined ? entry : address + bits),
    port: port === undefined ? null : Number(port),
  };
}

function addressTest(address: string): Entry {
  const list = new BlockList();
  list.addAddress(address, familyOf(address));
  return { test: isOn(list) };
}

function networkTest(network: string): Entry {
  const [, address = '', bits = ''] = /^([^/]*)\/(\d{1,3})$/.exec(network) ?? [];
  const most = isIP(address) === 6 ? 128 : 32;
  if (isIP(address) === 0 || Number(bits) > most)
    return {
      reason: 'it is not a network',
      fix: 'write an address, a slash and a number of bits: 10.0.0.0/8',
    };
  // curl reads 0 bits as all bits. Refit guesses neither.
  if (Number(bits) === 0)
    return { reason: '0 bits would be all addresses', fix: 'write * alone for no proxy at all' };
  const list = new BlockList();
  list.addSubnet(address, Number(bits), familyOf(address));
  return { test: isOn(list) };
}

/** Tests addresses, never names: as in curl, Refit looks no name up for NO_PROXY. */
function isOn(list: BlockList): Test {
  return (hostname) => {
    const address = hostname.replace(/^\[|\]$/g, '');
    return isIP(address) !== 0 && list.check(address, familyOf(address));
  };
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

const LABELS = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;

/** A name, with a dot or `*.` before it if only written so. Names never cover addresses. */
function nameTest(written: string): Entry {
  const name = written.toLowerCase().replace(/\.$/, '');
  const domain = name.replace(/^\*?\./, '');
  const [, start] = /^(\d{1,3}(?:\.\d{1,3}){0,2})(?:\.\*)*$/.exec(name) ?? [];
  if (start !== undefined) {
    const octets = start.split('.');
    const padded = [...octets, '0', '0', '0'].slice(0, 4).join('.');
    return { reason: 'it is a part of an address', fix: `write the network: ${padded}/${octets.length * 8}` };
  }
  if (!LABELS.test(domain) || /^[\d.-]+$|\.\d+$/.test(domain))
    return {
      reason: 'it is not a host name, an address or a network',
      fix: 'write it as corp.example, 10.0.0.1 or 10.0.0.0/8',
    };
  const isSubdomain = (hostname: string) => hostname.endsWith(`.${domain}`);
  return {
    test: (hostname) =>
      isIP(hostname) === 0 && (isSubdomain(hostname) || (hostname === domain && !name.startsWith('*'))),
  };
}
