/** The addresses at which a process listens: host and port, as users type them. */
import { RefitError } from '../errors.ts';

export interface ListenAddress {
  /** The option that names it, for error messages. */
  readonly option: string;
  readonly host: string;
  readonly port: number;
}

const LOOPBACK = /^(127(?:\.\d{1,3}){3}|localhost|\[::1\]):(\d{1,5})$/;
const ANY = /^(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]{2,45}\]):(\d{1,5})$/i;

/** True if only this machine can reach it. */
export function isLoopbackAddress({ host }: Pick<ListenAddress, 'host'>): boolean {
  return /^(127\.|localhost$|::1$)/.test(host);
}

/**
 * Parses `127.0.0.1:9464` into host and port.
 * @param reach `loopback`: an address of this machine only. `any`: also another IP address, which the user must type.
 * @throws RefitError `usage`
 */
export function listenAddressFrom(option: string, text: string, reach: 'loopback' | 'any'): ListenAddress {
  const match = LOOPBACK.exec(text) ?? (reach === 'any' ? ANY.exec(text) : null);
  const port = Number(match?.[2]);
  if (match !== null && port <= 65_535) return { option, host: match[1]!.replace(/[[\]]/g, ''), port };
  const hasNoHost = /^(:?\d{1,5})$/.test(text);
  const expected = reach === 'any' ? 'it is not an IP address with a port' : NOT_LOOPBACK;
  const outside = reach === 'any' ? '0.0.0.0 instead of 127.0.0.1' : 'put a proxy in front';
  throw new RefitError(
    'usage',
    `${option} ${text}: ${hasNoHost ? 'it names no host' : expected}`,
    `${option} 127.0.0.1:${/(\d{1,5})$/.exec(text)?.[1] ?? 9464}   (for access from other machines, ${outside})`,
  );
}

const NOT_LOOPBACK = 'it is not a loopback address with a port';
