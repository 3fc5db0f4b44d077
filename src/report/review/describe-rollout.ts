/** How a plan is carried out, in words: its waves, its spread, its schedule, and how long it is likely to take. */
import type { Forecast, Gate, LikelySeconds, Schedule, Threshold, UnsealedPlan, Wave } from '../../model.ts';
import { SECOND } from '../../units.ts';
import { count, counted, duration } from '../quantities.ts';

/** `starts with 1 at once, doubling; then soaks for 30m`; empty where the wave is an ordinary one. */
export function describeConduct(plan: Pick<UnsealedPlan, 'execution' | 'waves'>, wave: Wave): string {
  const parts = [
    typeof wave.approval === 'object'
      ? `waits up to ${duration(wave.approval.within)} for its own approval`
      : '',
    (wave.slowStart ?? plan.execution.slowStart)
      ? 'starts with 1 at once and doubles as steps are verified'
      : '',
    wave.haltWhen === undefined ? '' : `halts at ${describeThresholds(wave.haltWhen)} of its own`,
    wave.soak !== undefined && (wave !== plan.waves.at(-1) || wave.gate !== undefined)
      ? `then soaks for ${duration(wave.soak)}`
      : '',
    wave.gate === undefined ? '' : describeGate(wave.gate),
  ];
  return parts.filter((part) => part !== '').join('; ');
}

/** `then a gate fails at failed > 0, MemUtil > 90 over 5 m; pauses where it cannot tell`. */
function describeGate(gate: Gate): string {
  const { metric, duration: took, command, url } = gate;
  const judged = [
    describeThresholds(gate),
    took === undefined
      ? ''
      : `a resize taking ${took.operator} ${took.unit === 'ms' ? duration(took.value) : `${took.value}x the forecast`}`,
    metric === undefined
      ? ''
      : `${metric.name} ${metric.fails.operator} ${metric.fails.value} over ${duration(metric.over)}`,
    url === undefined ? '' : `${url} not answering 2xx`,
    command === undefined ? '' : `the command ${command.join(' ')} failing`,
  ].filter((part) => part !== '');
  const otherwise = gate.shadow
    ? 'in shadow: told, and stops nothing'
    : `${gate.onInconclusive === 'pause' ? 'pauses' : 'halts'} where it cannot tell`;
  return `then a gate fails at ${judged.join(', ')}; ${otherwise}`;
}

/** `failed > 0, unknown > 5% of wave`. */
function describeThresholds({ failed, unknown }: Pick<Gate, 'failed' | 'unknown'>): string {
  const words = (name: string, threshold: Threshold | undefined) =>
    threshold === undefined
      ? []
      : [
          `${name} ${threshold.operator} ${threshold.value}${threshold.base === 'count' ? '' : `% of ${threshold.base}`}`,
        ];
  return [...words('failed', failed), ...words('unknown', unknown)].join(', ');
}

/** Each wave that has something to say, with it: for reviews that list no steps under their waves. */
export function conductOfWaves(plan: Pick<UnsealedPlan, 'execution' | 'waves'>): string[] {
  return plan.waves.flatMap((wave) => {
    const words = describeConduct(plan, wave);
    return words === '' ? [] : [`${wave.name} ${words}`];
  });
}

/** `at most 1 of one tags.app under way at once; 4 groups, the greatest of 12 instances`; empty without a spread. */
export function describeSpread({
  spread,
  preconditions,
}: Pick<UnsealedPlan, 'spread' | 'preconditions'>): string {
  if (spread === undefined) return '';
  const sizes = new Map<string, number>();
  for (const { group } of preconditions)
    if (group !== undefined) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const alone = preconditions.filter(({ group }) => group === undefined).length;
  const greatest = [...sizes.values()].reduce((a, b) => Math.max(a, b), 0);
  const parts = [
    `at most ${spread.maxInFlight} of one ${spread.by} under way at once`,
    sizes.size === 0
      ? ''
      : `${counted(sizes.size, 'group')}, the greatest of ${counted(greatest, 'instance')}`,
    alone === 0 ? '' : `${counted(alone, 'instance')} without it, each a group of its own`,
  ];
  return parts.filter((part) => part !== '').join('; ');
}

/** The forecast of a plan as name and value; nothing where nobody has reckoned one. */
export function forecastFacts({ time }: Pick<Forecast, 'time'>): [string, string][] {
  if (time === undefined) return [];
  const { total, waves, windows, durations, calls } = time;
  const later = windows > 1 ? `, over ${windows} windows` : '';
  const byWave =
    waves.length > 1
      ? `; ${waves.map((wave) => `${wave.name} ${duration(wave.p50 * SECOND)}`).join(' · ')}`
      : '';
  const { UpgradeInstance: _, GetMonitorData: measured = 0, ...reads } = calls;
  const about = Object.entries(reads).map(([action, times]) => `${count(times)} ${action}`);
  const billed =
    measured > 0 ? [`${count(measured)} GetMonitorData for gates, billed beyond 1,000,000 a month`] : [];
  return [
    ['likely', `ends after ${describeLikely(total)}${later}${byWave}`],
    ['durations', durations.what],
    ['reads', `about ${[...about, ...billed].join(', ')}`],
  ];
}

/** `1 h 4 m, within 1 h 20 m nine times of ten` */
function describeLikely({ p50, p90 }: LikelySeconds): string {
  return `${duration(p50 * SECOND)}, within ${duration(p90 * SECOND)} nine times of ten`;
}

/** `at "30 1 * * Tue" Asia/Shanghai; times that went by are made up for within 2 h`. */
export function describeSchedule({ when, catchUp, catchUpWithin }: Schedule): string {
  const late =
    catchUp === 'skip'
      ? '; times that went by are skipped'
      : catchUpWithin === undefined
        ? ''
        : `; a time that went by is made up for within ${duration(catchUpWithin)}`;
  return `${describeWhen(when)}${late}`;
}

/** `at "30 1 * * Tue" Asia/Shanghai`, `once at 2026-11-24T17:30:00.000Z`. */
export function describeWhen(when: Schedule['when']): string {
  return when.kind === 'once' ? `once at ${when.at}` : `at "${when.cron}" ${when.timezone}`;
}
