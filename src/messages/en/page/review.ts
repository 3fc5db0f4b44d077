/** Headings and phrases of a plan review, in English. */
import type { GateEffect, Money, PriceSum, Threshold } from '../../../model.ts';
import { count, counted, duration, instant, join, memory, money, quotes } from '../quantities.ts';

/** The checks of a gate that are effects of the plan, which has their details. */
const CHECKS: Readonly<Record<GateEffect['kind'], string>> = {
  'gate-metric': 'its metric fails',
  'gate-url': 'its address fails',
  'gate-command': 'its command fails',
};

export const review = {
  kind: 'Refit plan review',
  title: (plan: string): string => `${plan}: plan review`,
  /** The headings of sections. */
  sections: {
    findings: 'Findings',
    effects: 'Effects',
    memory: 'Memory',
    cost: 'Cost',
    changes: 'Changes',
    unchanged: 'Unchanged targets',
  },
  findingsHeading: (counts: string): string => `Findings: ${counts}`,
  memoryTitle: 'Memory of all planned instances',
  memoryCaption: 'Total of all instances that change, replicas included.',
  before: 'before',
  planned: 'planned',
  notSealed: 'This plan is not sealed and has no digest.',
  digest: 'Digest ',
  sealed: (at: string): string => `, sealed ${instant(at)}.`,
  changesNote: 'Memory is per shard.',
  kindsHeading: 'Changes by kind',

  // Rollbacks.
  rollbackVerdict: { possible: 'possible', refused: 'refused', unknown: 'not known' },
  needs: (verdict: string, mb: number): string => `${verdict}, needs ${memory(mb)}`,
  allPossible: (instances: number): string =>
    `possible for all ${counted(instances, 'instance')} after this run`,
  rollbacks: (instances: number, refused: number, unknown: number): string => {
    const parts = [
      refused > 0 && `${count(refused)} would be refused`,
      unknown > 0 && `${count(unknown)} not known`,
    ];
    return `after this run, of ${counted(instances, 'rollback')}: ${join(parts, ', ')}`;
  },

  // Facts of a plan.
  targets: (instances: number, steps: number, blocked: number, unchanged: number): string =>
    `${counted(instances, 'instance')} in ${counted(steps, 'step')}; ${count(blocked)} blocked, ${count(unchanged)} unchanged`,
  monitoring: (calls: number): string =>
    `${counted(calls, 'call')} made to read the memory in use (billed above 1,000,000 calls per month)`,
  price: (sums: readonly PriceSum[], unpriced: number): string =>
    join([quotes(sums), unpriced > 0 && `${counted(unpriced, 'step')} without a price`]),
  /** Nobody asked for prices. @param command asks for them. */
  costNotAsked: (command: string): string => `not asked for. To ask: ${command}`,
  /** @param codes of the findings that say why. */
  costNotKnown: (codes: readonly string[]): string => `asked for, and not known: see ${codes.join(', ')}`,
  hourlyByMonth: ({ amount, currency }: Money, isShort: boolean): string =>
    isShort
      ? `${money(amount, currency)} in all`
      : `hourly instances: ${money(amount, currency)} in all after the run, increase not known`,
  prepaidByMonth: ({ amount, currency }: Money, isShort: boolean): string => {
    const more = `${amount > 0 ? '+' : ''}${money(amount, currency)}`;
    return isShort ? `${more} more` : `prepaid instances: ${more}`;
  },
  withoutTerm: (steps: number): string => `${counted(steps, 'prepaid step')} without a known term`,
  patience: (ms: number): string => `${duration(ms)} of silence before Refit orders again`,
  fleet: (instances: number, readAt: string, source: string): string =>
    `${counted(instances, 'instance')}, read ${instant(readAt)} (${source})`,
  planner: (name: string, fingerprint: string, verified: boolean): string =>
    verified ? `${name} (${fingerprint})` : `unverified: ${fingerprint} says ${name}`,
  memory: (before: number, after: number): string =>
    `${memory(before)} → ${memory(after)}, replicas included`,
  orders: (
    orders: number,
    leastMs: number,
    { requestsPerSecond, inFlight }: { readonly requestsPerSecond: number; readonly inFlight: number },
  ): string => {
    const takes = leastMs < 1000 ? 'under 1 s' : `at least ${duration(leastMs)}`;
    return `${count(orders)}, sent in ${takes}; at most ${requestsPerSecond} per second, at most ${inFlight} in flight`;
  },
  manyWaves: (waves: number, least: number, most: number): string =>
    `${count(waves)} waves of ${least === most ? counted(least, 'step') : `${count(least)} to ${counted(most, 'step')}`}`,
  noWindow: 'no window opens within a year',
  /** A window in the plan's zone, as the plan has it. */
  localWindow: (local: string): string => local,
  opensAt: (local: string, at: string): string => `${local} (opens ${instant(at)})`,
  allFit: 'all orders fit',
  notAllFit: 'not all orders fit; the next window continues',
  leftAtClose: 'orders in flight at its close are left to the next apply',
  startInWindows: 'changes start in these windows',
  haltsIf: (thresholds: string): string => `if ${thresholds}`,
  waitsForWindow: (window: string): string => `waits for its window ${window}`,

  // How the plan is rolled out.
  waitsForApproval: (ms: number): string => `waits up to ${duration(ms)} for its own approval`,
  slowStart: 'starts with 1 step in flight and doubles as steps are verified',
  longestFirst: 'starts the longest changes first',
  waveHaltsIf: (thresholds: string): string => `halts if ${thresholds} in this wave`,
  soaks: (ms: number): string => `then soaks for ${duration(ms)}`,
  resizeTakes: (operator: string, limitMs: number | null, times: number | null): string =>
    `a resize takes ${operator} ${limitMs === null ? `${times}x the forecast` : duration(limitMs)}`,
  checkFails: CHECKS,
  gate: (conditions: readonly string[], effect: 'shadow' | 'pause' | 'halt'): string => {
    const then =
      effect === 'shadow'
        ? 'shadow: the result is recorded and stops nothing'
        : `if inconclusive, the run ${effect === 'pause' ? 'pauses' : 'halts'}`;
    return `then a gate fails if ${conditions.join(' or ')}; ${then}`;
  },
  threshold: (name: 'failed' | 'unknown', { operator, value, base }: Threshold): string =>
    `${name} ${operator} ${value}${base === 'count' ? '' : `% of ${base}`}`,
  thresholds: (all: readonly string[]): string => all.join(' or '),
  maxInFlight: (most: number, by: string): string => `at most ${most} in flight per ${by}`,
  groups: (groups: number, largest: number): string =>
    `${counted(groups, 'group')}, the largest has ${counted(largest, 'instance')}`,
  alone: (instances: number, by: string): string =>
    `${counted(instances, 'instance')} without ${by}, each its own group`,

  // The forecast.
  likely: (p50Ms: number, p90Ms: number): string => `p50 ${duration(p50Ms)}, p90 ${duration(p90Ms)}`,
  overWindows: (windows: number): string => `, over ${windows} windows`,
  byWave: (waves: readonly (readonly [string, number])[]): string =>
    `; ${waves.map(([name, ms]) => `${name} ${duration(ms)}`).join(' · ')}`,
  /** Where the durations come from, as the plan has it. */
  basis: (basis: string): string => basis,
  mayTake: (fromMs: number, toMs: number): string =>
    `; so the run may take ${duration(fromMs)} to ${duration(toMs)}`,
  reads: (calls: readonly (readonly [string, number])[], measured: number): string => {
    const about = calls.map(([action, times]) => `${count(times)} ${action}`);
    const billed =
      measured > 0
        ? [`${count(measured)} GetMonitorData for gates (billed above 1,000,000 calls per month)`]
        : [];
    return `about ${[...about, ...billed].join(', ')}`;
  },
};
