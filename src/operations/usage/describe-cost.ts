/** Says what calls of the monitor product cost, before they are made. Source: docs/provider.md P121. */
import { count } from '../../messages/en/format-size.ts';
import { inWords } from '../../messages/en/quantities.ts';
import { SECOND } from '../../units.ts';

/** Calls of GetMonitorData per second, below the documented 20. */
export const USAGE_CALLS_PER_SECOND = 10;

const FREE_A_MONTH = 1_000_000;
/** USD for one call beyond the free ones, on the international site. */
const PRICE = 0.035 / 10_000;

/** One sentence for people. @param instances that lack something. @param most the bound of `--max-calls`; null: none. */
export function describeCost(instances: number, calls: number, most: number | null): string {
  const made = most === null ? calls : Math.min(calls, most);
  const share = `${percent(made / FREE_A_MONTH)} of the 1,000,000 free calls a month`;
  const cost = `beyond them ${Math.max(0.01, made * PRICE).toFixed(2)} USD on the international site`;
  const bound = made < calls ? `, of which --max-calls allows ${made.toLocaleString('en')}` : '';
  const time = inWords(Math.ceil(made / USAGE_CALLS_PER_SECOND) * SECOND);
  return `collecting the use of ${count(instances, 'instance')}: ${count(calls, 'call')} of the monitor product (GetMonitorData)${bound}; ${share}, ${cost}; at least ${time}`;
}

function percent(share: number): string {
  const value = 100 * share;
  return value < 0.01 ? 'less than 0.01 %' : `${Number(value.toPrecision(2)).toLocaleString('en')} %`;
}
