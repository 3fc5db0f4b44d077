/** Counts what one process did, from the entries that it wrote and the calls that it sent. */
import { isLimitCode, type JournalEntry, ORDER_ACTION, OUTCOMES } from '../../model.ts';
import type { ObservedCall } from '../observed-call.ts';
import { createCounter, OTHER } from './counter.ts';
import type { Family, Labels } from './exposition.ts';
import { createHistogram, type Histogram } from './histogram.ts';
import { family } from './table.ts';

/** The upper bounds of buckets, in seconds. A disk needs a millisecond, a provider at most a minute. */
const APPEND_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const CALL_BOUNDS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Bounds on series, because codes and actions come from outside. */
const MOST_CODES = 60;
const MOST_CALLS = 200;
const MOST_ACTIONS = 30;

/** A code as the provider writes it. Anything else counts as `other`. */
const CODE = /^[A-Za-z][A-Za-z0-9_.]{0,79}$/;

export type ProcessCounters = ReturnType<typeof createProcessCounters>;

/** Creates the counters of one process, all at 0. */
export function createProcessCounters() {
  const runs = createRunCounters();
  const orders = createOrderCounters();
  const calls = createCallCounters();
  const journal = createHistogram(APPEND_BOUNDS);
  const store = createHistogram(APPEND_BOUNDS);
  const spans = createCounter(10, named('result', ['exported', 'failed', 'dropped']));
  return {
    /** Counts an entry that this process wrote. */
    entry(entry: JournalEntry): void {
      runs.entry(entry);
      const call = orders.entry(entry);
      if (call !== null) calls.add(call);
    },
    /** Counts a run that this process gave back without an end. */
    left: runs.left,
    /** Counts a read. */
    call: calls.add,
    /** Counts a group of entries that became durable. @param ms milliseconds */
    append: journal.observe,
    /** Counts a request to the store. @param ms milliseconds */
    storeRequest: store.observe,
    /** Counts spans. */
    spans: (result: 'exported' | 'failed' | 'dropped', count: number) => spans.add({ result }, count),
    families: (): Family[] => [
      ...runs.families(),
      ...orders.families(),
      ...calls.families(),
      family('journalSeconds', journal.samples({})),
      family('storeSeconds', store.isEmpty() ? [] : store.samples({})),
    ],
    spanFamilies: (): Family[] => [family('spans', spans.samples())],
  };
}

/** One series for each value of a label. */
function named(label: string, values: readonly string[]): Labels[] {
  return values.map((value) => ({ [label]: value }));
}

function createRunCounters() {
  const started = createCounter(2, named('resumed', ['false', 'true']));
  const ended = createCounter(20, named('because', ['done', 'halted', 'rested', 'left']));
  const outcomes = OUTCOMES.filter((outcome) => outcome !== 'not-run');
  const steps = createCounter(20, named('outcome', outcomes));
  const gates = createCounter(10, named('outcome', ['success', 'failure', 'inconclusive']));
  const entries = createCounter(1, [{}]);
  return {
    left: () => ended.add({ because: 'left' }),
    entry(entry: JournalEntry): void {
      entries.add({});
      if (entry.kind === 'run-started') started.add({ resumed: String(entry.resumed) });
      if (entry.kind === 'run-ended') ended.add({ because: entry.because });
      if (entry.kind === 'rested') ended.add({ because: 'rested' });
      if (entry.kind === 'step-ended') steps.add({ outcome: entry.outcome });
      if (entry.kind === 'gate') gates.add({ outcome: entry.outcome });
    },
    families: (): Family[] => [
      family('runsStarted', started.samples()),
      family('runsEnded', ended.samples()),
      family('steps', steps.samples()),
      family('gates', gates.samples()),
      family('journalEntries', entries.samples()),
    ],
  };
}

/** What an order adds to the counts of calls. */
type CountedCall = Pick<ObservedCall, 'action' | 'at' | 'until' | 'result'>;

function createOrderCounters() {
  const orders = createCounter(10, named('result', ['accepted', 'refused', 'no-answer', 'not-sent']));
  const refusals = createCounter(MOST_CODES);
  const callOf = (
    { at, sentAt }: { at: string; sentAt: string },
    result: CountedCall['result'],
  ): CountedCall => ({
    action: ORDER_ACTION,
    at: Date.parse(sentAt),
    until: Date.parse(at),
    result,
  });
  return {
    /** @returns the call of an order that was sent; null for other entries. */
    entry(entry: JournalEntry): CountedCall | null {
      switch (entry.kind) {
        case 'not-sent':
          orders.add({ result: 'not-sent' });
          return null;
        case 'accepted':
          orders.add({ result: 'accepted' });
          return callOf(entry, 'ok');
        case 'no-answer':
          orders.add({ result: 'no-answer' });
          return callOf(entry, 'unusable');
        case 'refused':
          orders.add({ result: 'refused' });
          refusals.add({ code: CODE.test(entry.code) ? entry.code : OTHER });
          return callOf(entry, isLimitCode(entry.code) ? 'limited' : 'refused');
        default:
          return null;
      }
    },
    families: (): Family[] => [family('orders', orders.samples()), family('refusals', refusals.samples())],
  };
}

function createCallCounters() {
  const calls = createCounter(MOST_CALLS);
  const seconds = new Map<string, Histogram>();
  const secondsOf = (action: string): Histogram => {
    const name = seconds.size < MOST_ACTIONS || seconds.has(action) ? action : OTHER;
    const found = seconds.get(name) ?? createHistogram(CALL_BOUNDS);
    seconds.set(name, found);
    return found;
  };
  return {
    add({ action, at, until, result }: CountedCall): void {
      calls.add({ action, result });
      secondsOf(action).observe(until - at);
    },
    families: (): Family[] => [
      family('calls', calls.samples()),
      family(
        'callSeconds',
        [...seconds].flatMap(([action, found]) => found.samples({ action })),
      ),
    ],
  };
}
