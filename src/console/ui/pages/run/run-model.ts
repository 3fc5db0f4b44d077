/** What the page of a run computes from what the server sends. Pure. */
import { type Message, OUTCOMES, type Outcome } from '../../../../model.ts';
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

/** Whether all steps of a group say the very same, so that one sentence is true for each. */
export function haveOneMessage([first, ...others]: readonly StepRow[]): boolean {
  const said = JSON.stringify(first?.message);
  return others.every(({ message }) => JSON.stringify(message) === said);
}

/** What the table shows. @param wordOf the state of a step in the language shown. */
export function filterSteps(
  steps: readonly StepRow[],
  { text, outcome, wave }: { readonly text: string; readonly outcome: string; readonly wave: number | null },
  wordOf: (row: StepRow) => string = () => '',
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
    return [row.instance, row.name, row.code ?? '', wordOf(row), ...row.orders].some((one) =>
      one.toLowerCase().includes(wanted),
    );
  });
}

/** The state of a run as people see it: an ended run is only good if every step is verified. */
export type SeenState<Status extends string> = Status | 'not all verified';

/**
 * @param status as the server says. @param outcomes how many steps ended with each; null: not known.
 * @returns the state, and whether it is a failure rather than a warning.
 */
export function seenState<Status extends string>(
  status: Status,
  outcomes: Readonly<Record<Outcome, number>> | null,
): { readonly state: SeenState<Status>; readonly isBad: boolean } {
  const bad = outcomes === null ? 0 : outcomes.failed + outcomes.unknown;
  const others = outcomes === null ? 0 : OUTCOMES.reduce((sum, one) => sum + outcomes[one], 0);
  const isAll = outcomes === null || outcomes.verified === others;
  return { state: status === 'ended' && !isAll ? 'not all verified' : status, isBad: bad > 0 };
}

/** The state of a row of the list. */
export const stateOfRow = ({ status, totals }: RunRow) => seenState(status, totals ?? null);

/** The runs of a list that match. @param filter `state` as in the list; empty: all. */
export function filterRuns(
  runs: readonly RunRow[],
  { text, state }: { readonly text: string; readonly state: string },
): readonly RunRow[] {
  const wanted = text.toLowerCase();
  return runs.filter((run) => {
    const { name, id, plan } = run;
    if (state !== '' && stateOfRow(run).state !== state) return false;
    return [name, id ?? '', plan?.name ?? '', plan?.digest ?? ''].some((one) =>
      one.toLowerCase().includes(wanted),
    );
  });
}

/** Orders a second over time, for a chart. `at`: seconds since 1970 UTC, the middles of the buckets. */
export interface RateSeries {
  readonly at: readonly number[];
  readonly orders: readonly number[];
}

/** @param until the present of a live run, or the end of another, ms since 1970 UTC: the chart goes on to it. null: not known. */
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
export function nextActions(run: RunView): {
  readonly mayGoOn: boolean;
  readonly mayRollBack: boolean;
  readonly mayRetry: boolean;
} {
  const { holder, status, picture } = run;
  const isIdle = holder === null;
  const isLeft = status === 'interrupted' || status === 'work-left' || status === 'not-started';
  const { outcomes, steps } = picture;
  return {
    mayGoOn: isIdle && (isLeft || (status === 'waiting' && !hearsCommands(run))),
    mayRollBack: isIdle && outcomes.verified + outcomes.unknown > 0,
    mayRetry: isIdle && status !== 'not-started' && outcomes.verified < steps.of,
  };
}

/**
 * True if somebody hears a command: the process that has the run, or the next one. A command wakes a run of a store that gave its
 * worker back. Without a start, or after an end, nobody would hear it.
 */
export function hearsCommands({ holder, waiting, startedAt, endedAt }: RunView): boolean {
  return holder !== null || (waiting !== null && startedAt !== null && endedAt === null);
}

/** The gate that holds the run until somebody answers; null: none does. */
export function heldGate({ boundaries, picture }: RunView) {
  const held = boundaries.find(({ gate }) => gate?.state === 'held');
  if (held?.gate == null) return null;
  return { wave: picture.waves[held.wave]?.name ?? '', gate: held.gate };
}

/** The wave that waits for approvals before it starts; null: none does. */
export function awaitedApproval({ boundaries, picture }: RunView) {
  const awaited = boundaries.find(({ approval }) => approval !== null);
  if (awaited?.approval == null) return null;
  return { wave: picture.waves[awaited.wave]?.name ?? '', approval: awaited.approval };
}
