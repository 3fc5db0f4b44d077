/**
 * Kinds of addresses, and which of them a plan may reach. An address that carries another one, such as
 * `::ffff:169.254.0.23`, has the kind of that one. Pure.
 *
 * | kind | examples |
 * |---|---|
 * | `loopback` | 127.0.0.1, ::1 |
 * | `link-local` | 169.254.0.23, fe80::1 |
 * | `metadata` | 100.100.100.200, fd00:ec2::254 |
 * | `private` | 10.0.0.1, fd12::1 |
 * | `unusable` | 0.0.0.0, 224.0.0.1 |
 */

export type AddressKind = 'public' | 'private' | 'loopback' | 'link-local' | 'metadata' | 'unusable';

/** What the addresses in a plan may be, besides public ones and those of this machine. */
export interface AddressRules {
  /** True: addresses of private networks are allowed. */
  readonly private: boolean;
}

/** The rules without a policy. */
export const DEFAULT_ADDRESS_RULES: AddressRules = { private: true };

/** Names of metadata services. They end on an address that no plan may reach. */
const METADATA_NAMES = ['metadata.tencentyun.com', 'metadata.google.internal', 'instance-data'];

/** IPv4 networks, the narrowest first. Sources: the IANA registry of special addresses, and the clouds' manuals. */
const NETWORKS_4: readonly (readonly [network: string, bits: number, kind: AddressKind])[] = [
  ['100.100.100.200', 32, 'metadata'],
  ['168.63.129.16', 32, 'metadata'],
  ['192.0.0.192', 32, 'metadata'],
  ['169.254.0.0', 16, 'link-local'],
  ['127.0.0.0', 8, 'loopback'],
  ['10.0.0.0', 8, 'private'],
  ['172.16.0.0', 12, 'private'],
  ['192.168.0.0', 16, 'private'],
  ['100.64.0.0', 10, 'private'],
  ['198.18.0.0', 15, 'private'],
  ['192.0.0.0', 24, 'private'],
  ['0.0.0.0', 8, 'unusable'],
  ['224.0.0.0', 3, 'unusable'],
];

/** IPv6 networks, the narrowest first. */
const NETWORKS_6: readonly (readonly [network: string, bits: number, kind: AddressKind])[] = [
  ['::1', 128, 'loopback'],
  ['::', 128, 'unusable'],
  ['fd00:ec2::254', 128, 'metadata'],
  ['fd20:ce::254', 128, 'metadata'],
  ['fe80::', 10, 'link-local'],
  ['fec0::', 10, 'private'],
  ['fc00::', 7, 'private'],
  ['ff00::', 8, 'unusable'],
];

/** IPv6 networks whose addresses carry an IPv4 address, and how many bits follow it. */
const CARRIERS: readonly (readonly [network: string, bits: number, after: number])[] = [
  ['::ffff:0:0', 96, 0], // mapped
  ['::ffff:0:0:0', 96, 0], // translated
  ['::', 96, 0], // compatible
  ['64:ff9b::', 96, 0], // NAT64
  ['64:ff9b:1::', 48, 0], // NAT64 of a private network
  ['2002::', 16, 80], // 6to4
];

/** The kind of an address, as a resolver or the URL parser writes it. Null: this is not an address. */
export function addressKind(address: string): AddressKind | null {
  const text = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const four = parse4(text);
  if (four !== null) return kind4(four);
  const six = parse6(text);
  if (six === null) return null;
  const known = NETWORKS_6.find(([network, bits]) => isIn(six, parse6(network)!, bits, 128));
  if (known) return known[2];
  // Teredo hides the address of its client by inverting it.
  if (isIn(six, parse6('2001::')!, 32, 128)) return kind4(~six & 0xffff_ffffn);
  const carrier = CARRIERS.find(([network, bits]) => isIn(six, parse6(network)!, bits, 128));
  return carrier ? kind4((six >> BigInt(carrier[2])) & 0xffff_ffffn) : 'public';
}

/** True if the addresses in a plan may lead here. An address that Refit cannot read is not allowed. */
export function mayReach(address: string, rules: AddressRules): boolean {
  const kind = addressKind(address);
  return kind === 'public' || kind === 'loopback' || (kind === 'private' && rules.private);
}

/** True if a host in a plan is certainly forbidden. A name can still lead to a forbidden address. */
export function isForbiddenHost(hostname: string, rules: AddressRules): boolean {
  const name = hostname.toLowerCase().replace(/\.+$/, '');
  if (METADATA_NAMES.some((one) => name === one || name.endsWith(`.${one}`))) return true;
  return addressKind(name) !== null && !mayReach(name, rules);
}

function kind4(address: bigint): AddressKind {
  return NETWORKS_4.find(([network, bits]) => isIn(address, parse4(network)!, bits, 32))?.[2] ?? 'public';
}

function isIn(address: bigint, network: bigint, bits: number, length: number): boolean {
  const rest = BigInt(length - bits);
  return address >> rest === network >> rest;
}

function parse4(text: string): bigint | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > 255)) return null;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

/** Parses an IPv6 address, also one that ends with an IPv4 address. */
function parse6(text: string): bigint | null {
  if (!text.includes(':')) return null;
  const dotted = /[^:]*\.[^:]*$/.exec(text)?.[0];
  const last = dotted === undefined ? null : parse4(dotted);
  if (dotted !== undefined && last === null) return null;
  const plain =
    last === null
      ? text
      : `${text.slice(0, -dotted!.length)}${(last >> 16n).toString(16)}:${(last & 0xffffn).toString(16)}`;
  const [head, tail, ...more] = plain.split('::');
  if (more.length > 0) return null;
  const groupsOf = (part: string | undefined) => (part ? part.split(':') : []);
  const [before, after] = [groupsOf(head), groupsOf(tail)];
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...before, ...Array<string>(tail === undefined ? 0 : missing).fill('0'), ...after];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}
