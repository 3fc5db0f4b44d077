/** The proxies in front of the console, whose `X-Forwarded-For` names the client. */
import { addressKind } from '../../addresses.ts';
import { RefitError } from '../../errors.ts';

/** Fewer bits would trust addresses of other organisations. */
const FEWEST_BITS = 8;

/** Reads `10.0.0.5,192.168.0.0/16`. @throws RefitError `usage` */
export function proxiesFrom(typed: string | undefined): readonly string[] {
  if (typed === undefined) return [];
  const all = typed.split(',').map((one) => one.trim());
  for (const one of all) {
    const problem = problemOf(one);
    if (problem !== null)
      throw new RefitError('usage', `--proxy ${typed}: ${problem}`, '--proxy 10.0.0.5,192.168.0.0/16');
  }
  return all;
}

function problemOf(one: string): string | null {
  const [address = '', bits, ...rest] = one.split('/');
  if (address === '') return 'an entry is empty';
  if (addressKind(address) === null || rest.length > 0) return `${one} is no address and no network`;
  if (bits === undefined) return null;
  const most = address.includes(':') ? 128 : 32;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > most) return `${one} is no network`;
  return Number(bits) < FEWEST_BITS ? `${one} trusts too many addresses` : null;
}
