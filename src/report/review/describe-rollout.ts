/** How a plan is carried out, in words: its waves, its spread, its schedule, and how long it is likely to take. */
import type { Forecast, Gate, LikelySeconds, Schedule, Threshold, UnsealedPlan, Wave } from '../../model.ts';
import { SECOND } from '../../units.ts';
import { count, counted, duration, join } from '../quantities.ts';

/** `starts with 1 at once, doubling; then soaks for 30m`; empty where the wave is an ordinary one. */
export function describeRolloutOptions(plan: Pick<UnsealedPlan, 'execution' | 'waves'>, wave: Wave): string {
  const { approval, slowStart = plan.execution.slowStart, haltWhen, soak, gate } = wave;
  const soaks = soak !== undefined && (wave !== plan.waves.at(-1) || gate !== undefined);
  return join([
    typeof approval === 'object' && `waits up to ${duration(approval.within)} for its own approval`,
    slowStart && 'starts with 1 at once and doubles as steps are verified',
    haltWhen && `halts at ${describeThresholds(haltWhen)} of its own`,
    soaks && `then soaks for ${duration(soak)}`,
    gate && describeGate(gate),
  ]);
}

/** `then a gate fails at failed > 0, MemUtil > 90 over 5 m; pauses where it cannot tell`. */
function describeGate(gate: Gate): string {
  const { metric, duration: took, command, url } = gate;
  const judged = [
    describeThresholds(gate),
    took &&
      `a resize taking ${took.operator} ${took.unit === 'ms' ? duration(took.value) : `${took.value}x the forecast`}`,
    metric && `${metric.name} ${metric.fails.operator} ${metric.fails.value} over ${duration(metric.over)}`,
    url !== undefined && `${url} not answering 2xx`,
    command && `the command ${command.join(' ')} failing`,
  ];
  const otherwise = gate.shadow
    ? 'in shadow: told, and stops nothing'
    : `${gate.onInconclusive === 'pause' ? 'pauses' : 'halts'} where it cannot tell`;
  return `then a gate fails at ${join(judged, ', ')}; ${otherwise}`;
}

/** `failed > 0, unknown > 5% of wave`. */
function describeThresholds({ failed, unknown }: Pick<Gate, 'failed' | 'unknown'>): string {
  const words = (name: string, { operator, value, base }: Threshold) =>
    `${name} ${operator} ${value}${base === 'count' ? '' : `% of ${base}`}`;
  return join([failed && words('failed', failed), unknown && words('unknown', unknown)], ', ');
}

/** Each wave that has something to say, with it: for reviews that list no steps under their waves. */
export function rolloutOfWaves(plan: Pick<UnsealedPlan, 'execution' | 'waves'>): string[] {
  const told = plan.waves.map((wave) => ({ name: wave.name, words: describeRolloutOptions(plan, wave) }));
  return told.filter(({ words }) => words !== '').map(({ name, words }) => `${name} ${words}`);
}

/** `at most 1 of one tags.app under way at once; 4 groups, the greatest of 12 instances`; empty without a spread. */
export function describeSpread({
  spread,
  preconditions,
}: Pick<UnsealedPlan, 'spread' | 'preconditions'>): string {
  if (spread === undefined) return '';
  const alone = preconditions.filter(({ group }) => group === undefined);
  const grouped = preconditions.filter(({ group }) => group !== undefined);
  const groups = Map.groupBy(grouped, ({ group }) => group);
  const greatest = [...groups.values()].reduce((most, { length }) => Math.max(most, length), 0);
  return join([
    `at most ${spread.maxInFlight} of one ${spread.by} under way at once`,
    groups.size > 0 && `${counted(groups.size, 'group')}, the greatest of ${counted(greatest, 'instance')}`,
    alone.length > 0 && `${counted(alone.length, 'instance')} without it, each a group of its own`,
  ]);
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
