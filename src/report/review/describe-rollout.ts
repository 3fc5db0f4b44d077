/** Describes how Refit carries out a plan: rollout options, spread, schedule, forecast. */

import type { Fact } from '../../messages/en/page/frame.ts';
import { count, counted, duration, join } from '../../messages/en/quantities.ts';
import type {
  Forecast,
  ForecastTime,
  Gate,
  GateEffect,
  LikelySeconds,
  Spread,
  Threshold,
  UnsealedPlan,
  Wave,
} from '../../model.ts';
import { gateEffectsOf } from '../../plan/effects.ts';
import { SECOND } from '../../units.ts';

/** `starts with 1 step in flight …; then soaks for 30 m`; empty for a wave without options. */
export function describeRolloutOptions(plan: Pick<UnsealedPlan, 'execution' | 'waves'>, wave: Wave): string {
  const { approval, slowStart = plan.execution.slowStart, haltWhen, soak, gate } = wave;
  const soaks = soak !== undefined && (wave !== plan.waves.at(-1) || gate !== undefined);
  return join([
    typeof approval === 'object' && `waits up to ${duration(approval.within)} for its own approval`,
    slowStart && 'starts with 1 step in flight and doubles as steps are verified',
    haltWhen && `halts if ${describeThresholds(haltWhen)} in this wave`,
    soaks && `then soaks for ${duration(soak)}`,
    gate && describeGate(gate, gateEffectsOf(wave, plan.waves.indexOf(wave))),
  ]);
}

/** The checks of a gate that are effects of the plan, which has their details. */
const CHECKS: Readonly<Record<GateEffect['kind'], string>> = {
  'gate-metric': 'its metric fails',
  'gate-url': 'its address fails',
  'gate-command': 'its command fails',
};

/** `then a gate fails if failed > 0 or its metric fails; if inconclusive, the run pauses`. */
function describeGate(gate: Gate, effects: readonly GateEffect[]): string {
  const { duration: limit } = gate;
  const conditions = [
    describeThresholds(gate),
    limit &&
      `a resize takes ${limit.operator} ${limit.unit === 'ms' ? duration(limit.value) : `${limit.value}x the forecast`}`,
    ...effects.map(({ kind }) => CHECKS[kind]),
  ];
  const effect = gate.shadow
    ? 'shadow: the result is recorded and stops nothing'
    : `if inconclusive, the run ${gate.onInconclusive === 'pause' ? 'pauses' : 'halts'}`;
  return `then a gate fails if ${join(conditions, ' or ')}; ${effect}`;
}

/** `failed > 0 or unknown > 5% of wave`. */
export function describeThresholds({ failed, unknown }: Pick<Gate, 'failed' | 'unknown'>): string {
  const format = (name: string, { operator, value, base }: Threshold) =>
    `${name} ${operator} ${value}${base === 'count' ? '' : `% of ${base}`}`;
  return join([failed && format('failed', failed), unknown && format('unknown', unknown)], ' or ');
}

/** The options of each wave that has some, for reviews that list no waves. */
export function rolloutOfWaves(plan: Pick<UnsealedPlan, 'execution' | 'waves'>): string[] {
  const waves = plan.waves.map((wave) => ({ name: wave.name, options: describeRolloutOptions(plan, wave) }));
  return waves.filter(({ options }) => options !== '').map(({ name, options }) => `${name} ${options}`);
}

/** `app=cart`, `zone=ap-guangzhou-3`; null for an instance that is a group of its own. */
export function formatGroup(spread: Spread | undefined, group: string | undefined): string | null {
  if (spread === undefined || group === undefined) return null;
  return `${spread.by.replace(/^tags\./, '')}=${group}`;
}

/** `at most 1 in flight per tags.app; 4 groups, the largest has 12 instances`; empty without a spread. */
export function describeSpread({
  spread,
  preconditions,
}: Pick<UnsealedPlan, 'spread' | 'preconditions'>): string {
  if (spread === undefined) return '';
  const alone = preconditions.filter(({ group }) => group === undefined);
  const grouped = preconditions.filter(({ group }) => group !== undefined);
  const groups = Map.groupBy(grouped, ({ group }) => group);
  const largest = [...groups.values()].reduce((most, { length }) => Math.max(most, length), 0);
  return join([
    `at most ${spread.maxInFlight} in flight per ${spread.by}`,
    groups.size > 0 && `${counted(groups.size, 'group')}, the largest has ${counted(largest, 'instance')}`,
    alone.length > 0 && `${counted(alone.length, 'instance')} without ${spread.by}, each its own group`,
  ]);
}

/** The forecast of a plan as facts; empty without a forecast. */
export function forecastFacts({ time }: Pick<Forecast, 'time'>): Fact[] {
  if (time === undefined) return [];
  const { total, range, waves, windows, durations, calls } = time;
  const span = windows > 1 ? `, over ${windows} windows` : '';
  const byWave =
    waves.length > 1
      ? `; ${waves.map((wave) => `${wave.name} ${duration(wave.p50 * SECOND)}`).join(' · ')}`
      : '';
  const { UpgradeInstance: _, GetMonitorData: measured = 0, ...reads } = calls;
  const about = Object.entries(reads).map(([action, times]) => `${count(times)} ${action}`);
  const billed =
    measured > 0
      ? [`${count(measured)} GetMonitorData for gates (billed above 1,000,000 calls per month)`]
      : [];
  return [
    ['forecast', `${describeLikely(total)}${span}${byWave}`],
    ['durations', `${durations.basis}${range ? `; so the run may take ${describeRange(range)}` : ''}`],
    ['reads', `about ${[...about, ...billed].join(', ')}`],
  ];
}

/** `2 m 10 s to 1 h 4 m` */
function describeRange({ from, to }: NonNullable<ForecastTime['range']>): string {
  return `${duration(from * SECOND)} to ${duration(to * SECOND)}`;
}

/** `p50 1 h 4 m, p90 1 h 20 m` */
function describeLikely({ p50, p90 }: LikelySeconds): string {
  return `p50 ${duration(p50 * SECOND)}, p90 ${duration(p90 * SECOND)}`;
}
