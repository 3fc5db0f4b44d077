/** What the page of a run computes from what the server sends. Pure. */
import type { Message } from '../../../../model.ts';
import type { RateHistory } from '../../../../operations/picture/rate-history.ts';
import type { RunRow, RunView, StepRow } from '../../../api/runs.ts';

/** Failures with one cause. */
export interface FailureGroup {
  /** The code, or the outcome without one. */
  readonly key: string;
  readonly code: string | null;
  readonly outcome: NonNullable<StepRow['outcome']>;
  /** What the first of them says, with its fix. */
  readonly message: Message | null;
  readonly rows: readonly StepRow[];
}

/** Whether a step ended in another way than planned. */
export const isFailure = ({ outcome }: StepRow): boolean =>
  outcome !== null && outcome !== 'verified' && outcome !== 'not-run';

/** Outcomes that need a person, the most urgent first. */
const URGENCY = ['unknown', 'failed', 'refused', 'drifted', 'skipped'];

/** Groups the failures by outcome and code: the urgent first, then the large groups. */
export function groupFailures(steps: readonly StepRow[]): FailureGroup[] {
  const groups = Map.groupBy(steps.filter(isFailure), ({ outcome, code }) => `${outcome} ${code ?? ''}`);
  const rank = ({ outcome }: FailureGroup): number => URGENCY.indexOf(outcome);
  return [...groups]
    .map(([key, rows]): FailureGroup => {
      const { code, outcome, message } = rows[0]!;
      return { key, code, outcome: outcome!, message, rows };
    })
    .sort((a, b) => rank(a) - rank(b) || b.rows.length - a.rows.length);
}

/** What the table shows. */
export function filterSteps(
  steps: readonly StepRow[],
  { text, outcome, wave }: { readonly text: string; readonly outcome: string; readonly wave: number | null },
): readonly StepRow[] {
  if (text === '' && outcome === '' && wave === null) return steps;
  const wanted = text.toLowerCase();
  return steps.filter((row) => {
    if (wave !== null && row.wave !== wave) return false;
    if (
      outcome === 'open'
        ? row.phase === 'waiting' || row.outcome !== null
        : outcome !== '' && row.outcome !== outcome
    )
      return false;
    if (wanted === '') return true;
    return [row.instance, row.name, row.code ?? '', ...row.orders].some((one) =>
      one.toLowerCase().includes(wanted),
    );
  });
}

/** The runs of a list that match. @param filter `state` as in the list; empty: all. */
export function filterRuns(
  runs: readonly RunRow[],
  { text, state }: { readonly text: string; readonly state: string },
): readonly RunRow[] {
  const wanted = text.toLowerCase();
  return runs.filter(
    ({ status, name, id, plan }) =>
      (state === '' || status === state) &&
      [name, id ?? '', plan?.name ?? '', plan?.digest ?? ''].some((one) =>
        one.toLowerCase().includes(wanted),
      ),
  );
}

/** Orders a second over time, for a chart. `at`: seconds since 1970 UTC, the middles of the buckets. */
export interface RateSeries {
  readonly at: readonly number[];
  readonly orders: readonly number[];
}

/** @param until the present of a live run, ms since 1970 UTC: the chart goes on to it. null: the run has ended. */
export function rateSeries({ from, bucket, counts }: RateHistory, until: number | null): RateSeries {
  if (from === null) return { at: [], orders: [] };
  const length =
    until === null ? counts.length : Math.max(counts.length, Math.floor((until - from) / bucket));
  const places = Array.from({ length: Math.min(length, 1_000) }, (_, at) => at);
  return {
    at: places.map((place) => (from + (place + 0.5) * bucket) / 1_000),
    orders: places.map((place) => ((counts[place] ?? 0) * 1_000) / bucket),
  };
}

/** What a chart says in words: the highest rate, and when. */
export function peakOf({ at, orders }: RateSeries): { readonly rate: number; readonly at: string } | null {
  if (orders.length === 0) return null;
  const rate = Math.max(...orders);
  return { rate, at: new Date(at[orders.indexOf(rate)]! * 1_000).toISOString() };
}

/** What a person can do with a run that no process has. */
export function nextActions({ holder, status, picture }: RunView): {
  readonly mayGoOn: boolean;
  readonly mayRollBack: boolean;
  readonly mayRetry: boolean;
} {
  const isIdle = holder === null;
  const isLeft = status === 'interrupted' || status === 'work-left' || status === 'not-started';
  const { outcomes, steps } = picture;
  return {
    mayGoOn: isIdle && (isLeft || status === 'waiting'),
    mayRollBack: isIdle && outcomes.verified + outcomes.unknown > 0,
    mayRetry: isIdle && status !== 'not-started' && outcomes.verified < steps.of,
  };
}

/** The gate that holds the run until somebody answers; null: none does. */
export function heldGate({ boundaries, picture }: RunView) {
  const held = boundaries.find(({ gate }) => gate?.state === 'held');
  if (held?.gate == null) return null;
  return { wave: picture.waves[held.wave]?.name ?? '', gate: held.gate };
}
