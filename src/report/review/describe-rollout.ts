/** Describes how Refit carries out a plan: rollout options, spread, schedule, forecast. */

import type { Fact } from '../../messages/en/page/frame.ts';
import { english, type Words } from '../../messages/words.ts';
import type { Forecast, Gate, GateEffect, Spread, UnsealedPlan, Wave } from '../../model.ts';
import { gateEffectsOf } from '../../plan/effects.ts';
import { isLongestFirst } from '../../plan/forecast/longest-first.ts';
import { SECOND } from '../../units.ts';

/** `starts with 1 step in flight …; then soaks for 30 m`; empty for a wave without options. */
export function describeRolloutOptions(
  plan: Pick<UnsealedPlan, 'execution' | 'waves' | 'steps' | 'forecast'>,
  wave: Wave,
  words: Words = english,
): string {
  const { review: say, show } = words;
  const { approval, slowStart = plan.execution.slowStart, haltWhen, soak, gate } = wave;
  const soaks = soak !== undefined && (wave !== plan.waves.at(-1) || gate !== undefined);
  return show.join([
    typeof approval === 'object' && say.waitsForApproval(approval.within),
    slowStart && say.slowStart,
    isLongestFirst(plan, wave) && say.longestFirst,
    haltWhen && say.waveHaltsIf(describeThresholds(haltWhen, words)),
    soaks && say.soaks(soak),
    gate && describeGate(gate, gateEffectsOf(wave, plan.waves.indexOf(wave)), words),
  ]);
}

/** `then a gate fails if failed > 0 or its metric fails; if inconclusive, the run pauses`. */
function describeGate(gate: Gate, effects: readonly GateEffect[], { review: say }: Words): string {
  const { duration: limit } = gate;
  const conditions = [
    ...thresholdsOf(gate, say),
    ...(limit === undefined
      ? []
      : [
          limit.unit === 'ms'
            ? say.resizeTakes(limit.operator, limit.value, null)
            : say.resizeTakes(limit.operator, null, limit.value),
        ]),
    ...effects.map(({ kind }) => say.checkFails[kind]),
  ];
  return say.gate(conditions, gate.shadow ? 'shadow' : gate.onInconclusive);
}

function thresholdsOf({ failed, unknown }: Pick<Gate, 'failed' | 'unknown'>, say: Words['review']): string[] {
  return [
    ...(failed ? [say.threshold('failed', failed)] : []),
    ...(unknown ? [say.threshold('unknown', unknown)] : []),
  ];
}

/** `failed > 0 or unknown > 5% of wave`. */
export function describeThresholds(
  thresholds: Pick<Gate, 'failed' | 'unknown'>,
  { review: say }: Words = english,
): string {
  return say.thresholds(thresholdsOf(thresholds, say));
}

/** The options of each wave that has some, for reviews that list no waves. */
export function rolloutOfWaves(
  plan: Pick<UnsealedPlan, 'execution' | 'waves' | 'steps' | 'forecast'>,
  words: Words = english,
): string[] {
  const waves = plan.waves.map((wave) => ({
    name: wave.name,
    options: describeRolloutOptions(plan, wave, words),
  }));
  return waves.filter(({ options }) => options !== '').map(({ name, options }) => `${name} ${options}`);
}

/** `app=cart`, `zone=ap-guangzhou-3`; null for an instance that is a group of its own. */
export function formatGroup(spread: Spread | undefined, group: string | undefined): string | null {
  if (spread === undefined || group === undefined) return null;
  return `${spread.by.replace(/^tags\./, '')}=${group}`;
}

/** `at most 1 in flight per tags.app; 4 groups, the largest has 12 instances`; empty without a spread. */
export function describeSpread(
  { spread, preconditions }: Pick<UnsealedPlan, 'spread' | 'preconditions'>,
  { review: say, show }: Words = english,
): string {
  if (spread === undefined) return '';
  const alone = preconditions.filter(({ group }) => group === undefined);
  const grouped = preconditions.filter(({ group }) => group !== undefined);
  const groups = Map.groupBy(grouped, ({ group }) => group);
  const largest = [...groups.values()].reduce((most, { length }) => Math.max(most, length), 0);
  return show.join([
    say.maxInFlight(spread.maxInFlight, spread.by),
    groups.size > 0 && say.groups(groups.size, largest),
    alone.length > 0 && say.alone(alone.length, spread.by),
  ]);
}

/** The forecast of a plan as facts; empty without a forecast. */
export function forecastFacts({ time }: Pick<Forecast, 'time'>, { review: say }: Words = english): Fact[] {
  if (time === undefined) return [];
  const { total, range, waves, windows, durations, calls } = time;
  const span = windows > 1 ? say.overWindows(windows) : '';
  const byWave =
    waves.length > 1 ? say.byWave(waves.map(({ name, p50 }) => [name, p50 * SECOND] as const)) : '';
  const { UpgradeInstance: _, GetMonitorData: measured = 0, ...reads } = calls;
  const mayTake = range ? say.mayTake(range.from * SECOND, range.to * SECOND) : '';
  return [
    ['forecast', `${say.likely(total.p50 * SECOND, total.p90 * SECOND)}${span}${byWave}`],
    ['durations', `${say.basis(durations.basis)}${mayTake}`],
    ['reads', say.reads(Object.entries(reads), measured)],
  ];
}
