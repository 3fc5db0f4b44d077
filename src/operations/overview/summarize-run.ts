/** What an overview keeps of each run: a few facts that do not grow with its steps. Pure. */
import { isFinished, totals } from '../../journal/replay.ts';
import type {
  Message,
  Money,
  OrderBills,
  Outcome,
  PriceSum,
  RunState,
  SavedPlan,
  StepState,
} from '../../model.ts';
import { sumMoney, sumPrices } from '../../money.ts';
import { billOf, countBills, sumBills } from '../../report/run/bills.ts';
import { escapeControls } from '../../text.ts';

/** Outcomes that a person should look at. */
const FAILURES: readonly Outcome[] = ['failed', 'refused', 'drifted', 'unknown'];
/** How many reasons of one run are kept, and how many steps of each. */
const MOST_REASONS = 4;
const MOST_STEPS = 3;

/** Steps of a run that ended in the same way for the same reason. */
export interface FailureGroup {
  readonly outcome: Outcome;
  readonly code: string | null;
  /** Of the step that ended last. */
  readonly message: Message;
  readonly count: number;
  /** When the last of them ended, ISO 8601 UTC. */
  readonly at: string;
  /** The last ones first. */
  readonly steps: readonly {
    readonly id: string;
    readonly instance: string;
    readonly name: string;
    /** Why this one ended so. */
    readonly message: Message;
  }[];
}

/** What a run ordered in one month. */
export interface MonthOrders {
  /** Steps whose order the provider accepted. */
  readonly orders: number;
  /** Their quotes. */
  readonly quoted: readonly PriceSum[];
  /** What is billed once. */
  readonly billed: readonly Money[];
  /** How the orders are billed, as the reports of their runs count them. */
  readonly bills: OrderBills;
  /** Orders without a quote. */
  readonly unpriced: number;
}

/** A plan without its steps. */
export type LightPlan = Pick<SavedPlan, 'name' | 'digest' | 'change' | 'windows' | 'approvals' | 'waves'>;

/** The facts of a run. */
export interface RunSummary {
  readonly plan: LightPlan;
  readonly state: Omit<RunState, 'steps' | 'calls' | 'callsBySecond'>;
  readonly isFinished: boolean;
  readonly steps: { readonly of: number; readonly ended: number; readonly inFlight: number };
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Accepted changes that wait for the maintenance windows of their instances, and when the first one opens. */
  readonly deferred: { readonly count: number; readonly opensAt: string | null };
  /** The newest first. */
  readonly failures: readonly FailureGroup[];
  /** By month in UTC: `2026-11`. */
  readonly months: ReadonlyMap<string, MonthOrders>;
}

/** Makes the summary of a run. */
export function summarizeRun(saved: SavedPlan, state: RunState): RunSummary {
  const states = [...state.steps.values()];
  const ended = states.filter(({ phase }) => phase === 'ended');
  const deferred = states.flatMap(({ phase, waitsFor }) =>
    phase !== 'ended' && waitsFor !== null ? [waitsFor.opensAt] : [],
  );
  const { steps: _, calls: _calls, callsBySecond: _bySecond, ...rest } = state;
  const { name, digest, change, windows, approvals, waves } = saved;
  return {
    plan: {
      ...{ name: escapeControls(name), digest, change: change === null ? null : escapeControls(change) },
      ...(windows === undefined ? {} : { windows }),
      ...(approvals === undefined ? {} : { approvals }),
      waves: waves.map((wave) => ({ ...wave, steps: [] })),
    },
    state: rest,
    isFinished: isFinished(state),
    steps: {
      of: states.length,
      ended: ended.length,
      inFlight:
        states.filter(({ phase }) => phase !== 'ended' && phase !== 'waiting').length - deferred.length,
    },
    outcomes: totals(ended),
    deferred: { count: deferred.length, opensAt: deferred.sort()[0] ?? null },
    failures: failuresOf(saved, ended),
    months: monthsOf(saved, state),
  };
}

function failuresOf(saved: SavedPlan, ended: readonly StepState[]): FailureGroup[] {
  const failed = ended
    .filter(({ outcome, endedAt }) => FAILURES.includes(outcome) && endedAt !== null)
    .sort((a, b) => (a.endedAt! < b.endedAt! ? 1 : -1));
  const steps = new Map(saved.steps.map((step) => [step.id, step]));
  const names = new Map(saved.preconditions.map(({ instance, name }) => [instance, escapeControls(name)]));
  const groups = Map.groupBy(failed, ({ outcome, code }) => `${outcome} ${code}`);
  return [...groups.values()].slice(0, MOST_REASONS).map((own) => {
    const { outcome, code, message, endedAt } = own[0]!;
    return {
      ...{ outcome, code: code === null ? null : escapeControls(code), message, at: endedAt! },
      count: own.length,
      steps: own.slice(0, MOST_STEPS).map(({ step: id, message: reason }) => {
        const { instance } = steps.get(id)!;
        return { id, instance, name: names.get(instance) ?? '', message: reason };
      }),
    };
  });
}

function monthsOf(saved: SavedPlan, state: RunState): Map<string, MonthOrders> {
  const postpaid = new Set(
    saved.preconditions.flatMap(({ instance, billing }) => (billing === 'postpaid' ? [instance] : [])),
  );
  const ordered = saved.steps.flatMap((step) => {
    const own = state.steps.get(step.id)!;
    if (own.acceptedAt === null) return [];
    const { outcome, billed } = own;
    const { bill } = billOf(step, own, postpaid.has(step.instance));
    return [{ step, outcome, billed, bill, month: monthOf(own.acceptedAt) }];
  });
  return new Map(
    [...Map.groupBy(ordered, ({ month }) => month)].map(([month, own]) => [
      month,
      {
        orders: own.length,
        quoted: sumPrices(own.map(({ step }) => step)),
        billed: sumBills(own),
        bills: countBills(own),
        unpriced: own.filter(({ step: { quote } }) => quote === null).length,
      },
    ]),
  );
}

/** The month of a moment, in UTC: `2026-11`. @param at ISO 8601 UTC. */
export function monthOf(at: string): string {
  return at.slice(0, 7);
}

function addBills(all: readonly OrderBills[]): OrderBills {
  const sum = (key: keyof OrderBills) => all.reduce((total, one) => total + one[key], 0);
  return {
    ...{ once: sum('once'), asQuoted: sum('asQuoted'), differs: sum('differs'), notQuoted: sum('notQuoted') },
    ...{ hourly: sum('hourly'), notRead: sum('notRead'), none: sum('none') },
  };
}

/** Adds what several runs ordered in a month. */
export function addMonths(months: readonly MonthOrders[]): MonthOrders {
  const quoted = new Map<string, PriceSum>();
  for (const one of months.flatMap((month) => month.quoted)) {
    const key = `${one.currency} ${one.basis}`;
    quoted.set(key, { ...one, amount: (quoted.get(key)?.amount ?? 0) + one.amount });
  }
  return {
    orders: months.reduce((sum, { orders }) => sum + orders, 0),
    // Each amount is of its own instance here, so that all of them count.
    quoted: sumPrices([...quoted.values()].map((quote, at) => ({ instance: String(at), quote }))),
    billed: sumMoney(months.flatMap(({ billed }) => billed)),
    bills: addBills(months.map(({ bills }) => bills)),
    unpriced: months.reduce((sum, { unpriced }) => sum + unpriced, 0),
  };
}
