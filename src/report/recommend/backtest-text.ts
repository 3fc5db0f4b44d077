/** Shows the replay of a sizing file as text; pure. */
import { counted } from '../../messages/en/quantities.ts';
import type { Backtest, Strategy, StrategyResult } from '../../model.ts';
import { table } from '../document/columns.ts';
import { sanitize } from '../document/escape.ts';

const NAMES: Readonly<Record<Strategy, string>> = {
  advice: 'advice',
  never: 'never change',
  'last-peak': 'last peak x 1.3',
  percentile: 'p95 + 15%',
  hindsight: 'hindsight, within fit',
  'hindsight-90': 'hindsight, within 90%',
};

/** The most instances that are named. */
const NAMED = 10;

/** @param width in terminal cells. @returns whole lines. */
export function backtestText(hostile: Backtest, width: number): string {
  const result = sanitize(hostile);
  const { from, until, days, sizing, instances, withoutHistory, strategies, exceeded, mustHold } = result;
  const never = strategies.find(({ strategy }) => strategy === 'never');
  const rows = [
    ['', 'above 90%', 'beyond', 'CPU > 90%', 'GB a day', 'saved', 'changes', 'instances above'],
    ...strategies.map((one) => rowOf(one, days, never?.gigabyteDays ?? 0)),
  ];
  const more = exceeded.length - NAMED;
  return [
    `replayed ${counted(instances, 'instance')} from ${from.slice(0, 10)} to ${until.slice(0, 10)} by ${sizing ?? 'the default rules'}${withoutHistory === 0 ? '' : `; ${withoutHistory} have no history then`}`,
    '',
    ...table(rows, [{}, ...rows[0]!.slice(1).map(() => ({ align: 'right' as const }))], width, ''),
    ...(exceeded.length === 0 ? [] : ['', 'above 90% although the advice was taken:']),
    ...exceeded
      .slice(0, NAMED)
      .map(
        ({ instance, hours, at, need, size: { memoryPerShard } }) =>
          `  ${instance}  ${counted(hours, 'hour')}, first ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC: ${Math.round((100 * need) / memoryPerShard)}%`,
      ),
    ...(more > 0 ? [`  and ${more} more; --json lists them`] : []),
    ...(mustHold.length === 0 ? [] : ['', 'the sizing file demands:']),
    ...mustHold.map(
      ({ figure, operator, value, found, holds }) =>
        `  ${holds ? 'holds' : 'fails'}  ${figure} ${operator} ${value}${figure === 'changes' ? '' : '%'}: ${rounded(found)}${figure === 'changes' ? ' a month' : '%'}`,
    ),
    '',
  ].join('\n');
}

function rowOf(one: StrategyResult, days: number, never: number): string[] {
  const share = (hours: number) => (one.hours === 0 ? '-' : `${rounded((100 * hours) / one.hours)}%`);
  const saved = never === 0 ? 0 : 100 * (1 - one.gigabyteDays / never);
  return [
    NAMES[one.strategy],
    ...[share(one.above90), share(one.beyond), share(one.cpuAbove90)],
    ...[rounded(one.gigabyteDays / days), `${rounded(saved)}%`],
    ...[one.changes.toLocaleString('en'), one.exceeded.toLocaleString('en')],
  ];
}

/** Two digits of small values. */
function rounded(value: number): string {
  return value !== 0 && Math.abs(value) < 1
    ? String(Number(value.toPrecision(2)))
    : value.toLocaleString('en', { maximumFractionDigits: 1 });
}
