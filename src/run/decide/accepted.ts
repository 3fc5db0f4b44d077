/** Follows an accepted order to its final facts, with as few calls as the waiting steps allow. */
import type { Deal } from '../../cloud/cloud.ts';
import { message } from '../../messages/messages.ts';
import type { Message } from '../../model.ts';
import { MINUTE, SECOND } from '../../units.ts';
import { LIMITS } from '../waits.ts';
import { type FollowState, judgeFollowing, type Reading } from './judge-following.ts';
import { billingMatch, foreignOrders, type Ownership, ownInBilling } from './judge-order-fate.ts';
import {
  type AcceptedMemory,
  type At,
  type End,
  type Fault,
  type FollowMove,
  type Read,
  resolved,
  tracesSince,
} from './move.ts';
import { faultMove } from './read-fault.ts';
import { orderTraces, taskTraces } from './traces.ts';

/**
 * How long the last facts of one change wait for those of others, ms. A round is three calls or more. `hurried`: a step
 * awaits the in-flight slot.
 */
const FACTS_WITHIN = { hurried: 500, calm: 8_000 } as const;

/** Rounds after which Refit also reads the task list and billing, by the status of the instance. */
const FACTS_EVERY = { running: 8, processing: 64 } as const;

/** The longest pause, ms: Refit notices an end within half a minute. */
const LONGEST_PAUSE = 20 * SECOND;

type Verdict<Kind> = Extract<FollowState, { kind: Kind }>;

export function followAccepted(at: At): FollowMove {
  const { seen } = at;
  const memory = at.memory?.phase === 'accepted' ? at.memory : null;
  if (memory === null) return readNext(at, firstMemory(at));
  if (seen.kind === 'fault') return afterFault(memory, seen);
  return seen.kind === 'reading' ? afterReading(at, memory, seen) : readNext(at, memory);
}

function beganAt({ state, now }: At): number {
  const began = state.beganAt ?? state.acceptedAt ?? state.intentAt;
  return began === null ? now.wall : Date.parse(began);
}

function firstMemory(at: At): AcceptedMemory {
  // Only the wall clock knows the time before this process. From now on the monotonic clock counts, which cannot jump.
  const before = Math.max(0, at.now.wall - beganAt(at));
  const since = at.now.monotonic - before;
  const status = 'running';
  return { phase: 'accepted', round: 0, since, before, facts: null, asked: false, age: before, status };
}

/** @param memory of the previous round; `facts` is what this round asks for. */
function readNext(at: At, memory: AcceptedMemory): FollowMove {
  const { now } = at;
  const { facts, status } = memory;
  const round = memory.round + 1;
  const age = now.monotonic - memory.since;
  const asked = facts !== null || round % FACTS_EVERY[status] === 0;
  const isCalm = facts === 'open' && !at.isSlotWanted && age > MINUTE;
  const pause = facts === null ? pauseFor(at, age) : FACTS_WITHIN[isCalm ? 'calm' : 'hurried'];
  return {
    kind: 'read',
    maxDelay: isResumed(memory) ? SECOND : pause,
    factsSince: asked ? tracesSince(at) : null,
    openTasks: facts === 'open',
    showsWait: { name: 'following', limit: LIMITS.following, since: beganAt(at) },
    memory: { ...memory, round, asked, age },
  };
}

/** A resumed change may have ended already: Refit reads it immediately, and its facts in the next round. */
function isResumed({ before, round }: AcceptedMemory): boolean {
  return before > SECOND && round <= 1;
}

/** Rounds of reads in the usual time of a change, if a step awaits the in-flight slot. */
const WANTED_ROUNDS = { least: 50, most: 300 } as const;

/**
 * The pause before the next read of an accepted change, ms. An early notice is worth calls only if a step awaits the
 * in-flight slot. Then the usual time of a change has rounds for the steps that share them: three for two changes.
 * With 200 steps, slots are empty for a six-hundredth of the time. Before any change has ended, the age of the oldest
 * one is the lower bound.
 */
function pauseFor({ learned, now, isSlotWanted, sharing }: At, age: number): number {
  const between = (pause: number) => Math.min(LONGEST_PAUSE, Math.max(SECOND, pause));
  const { usual, firstSince } = learned;
  if (usual === null) {
    const longest = Math.max(age, now.monotonic - (firstSince ?? Number.POSITIVE_INFINITY));
    return between(longest / (isSlotWanted ? 12 : 3));
  }
  if (age < 0.6 * usual) return Math.min(MINUTE, Math.max(SECOND, 0.6 * usual - age));
  const rounds = Math.min(WANTED_ROUNDS.most, Math.max(WANTED_ROUNDS.least, 1.5 * sharing));
  return between(usual / (isSlotWanted ? rounds : 8));
}

function afterFault(memory: AcceptedMemory, seen: Fault): FollowMove {
  const unreadable = message('run.end-unreadable', { error: seen.error });
  const end: End = { kind: 'end', outcome: 'unknown', message: unreadable };
  const again = { kind: 'wait', name: 'unreachable', limit: LIMITS.following, ms: 5 * SECOND } as const;
  return faultMove<FollowMove>(seen, { ...again, until: 'left', orElse: end, memory }, end);
}

/** A reading, with the step's own orders and the foreign ones. */
interface Judged {
  readonly memory: AcceptedMemory;
  readonly reading: Reading;
  readonly orders: readonly string[];
  readonly foreign: readonly Deal[];
  readonly hidden: Ownership['hidden'];
  /** Refit read billing, and it lists no order of this run for the change. */
  readonly isNumberless: boolean;
}

function afterReading(at: At, memory: AcceptedMemory, { reading, whose }: Read): FollowMove {
  const { step, state } = at;
  const { deals, tasks } = reading;
  // Only the full list shows whether another task followed the failed one.
  if (memory.facts === 'open' && tasks?.some(({ result }) => result === 'failed'))
    return readNext(at, { ...memory, facts: 'all' });
  // An order that Refit found by its task or size has no number yet: billing lists orders later.
  const found = state.orders.length > 0 ? null : (ownInBilling(step, deals, whose)?.order ?? null);
  const orders = found === null ? state.orders : [found];
  const foreign = foreignOrders(deals, whose, orders);
  const isNumberless = orders.length === 0 && deals !== null;
  const { hidden } = whose;
  const next = byVerdict(at, { memory, reading, orders, foreign, hidden, isNumberless });
  return found === null ? next : { ...resolved(state, found, billingMatch(found)), next };
}

function byVerdict(at: At, judged: Judged): FollowMove {
  const verdict = judgeFollowing(at.step, judged.reading, judged.orders, judged.foreign, judged.hidden);
  switch (verdict.kind) {
    case 'failed':
      return failed(at, judged, verdict);
    case 'drifted': {
      const { cause, size, billed } = verdict;
      return { kind: 'end', outcome: 'drifted', message: cause, code: 'Refit.Drifted', size, billed };
    }
    case 'verified':
      return verified(at, judged, verdict);
    case 'in-progress':
      return inProgress(at, judged, verdict.near);
  }
}

function failed({ state }: At, judged: Judged, { cause, code, size }: Verdict<'failed'>): End {
  const { reading, orders, isNumberless } = judged;
  if (code === 'Refit.OtherSize' && state.adopted) {
    // An order names one size. One that ends at another size was not this step's.
    const adopted = orderTraces((reading.deals ?? []).filter(({ order }) => orders.includes(order)));
    const traces = adopted.length > 0 ? adopted : taskTraces(reading.tasks ?? []);
    const drift = message('run.order-of-others', { cause, traces });
    return { kind: 'end', outcome: 'drifted', message: drift, code: 'Refit.Drifted', size };
  }
  // Refit found the order by a task alone. It may be foreign, and a failed task leaves no size as proof.
  const failure: Message = isNumberless ? message('run.no-order-in-billing', { cause }) : cause;
  return { kind: 'end', outcome: 'failed', message: failure, code: code ?? 'Refit.TaskFailed', size };
}

function verified(at: At, judged: Judged, { size, billed, isPassed }: Verdict<'verified'>): FollowMove {
  const { memory, orders, foreign, isNumberless } = judged;
  const next: AcceptedMemory = { ...memory, facts: 'open' };
  if (!memory.asked) return readNext(at, next);
  if (isPassed) {
    const billing = isNumberless ? 'no-order' : orders.length > 0 ? 'found' : 'unreadable';
    const passed = message('run.verified-by-later', { size, billing });
    return { kind: 'end', outcome: 'verified', message: passed, billed };
  }
  if (!isNumberless) {
    const billing = orders.length > 0 ? 'found' : 'unreadable';
    const readBack = message('run.verified', { size, billing });
    return { kind: 'end', outcome: 'verified', message: readBack, size, billed, took: memory.age };
  }
  const theirs = message('run.at-size-by-others', { size, orders: orderTraces(foreign) });
  const ours = message('run.verified', { size, billing: 'no-order' });
  const orElse: End =
    foreign.length > 0
      ? { kind: 'end', outcome: 'drifted', message: theirs, code: 'Refit.Drifted', size }
      : { kind: 'end', outcome: 'verified', message: ours, size, billed };
  return { kind: 'wait', name: 'delivery', ms: 2 * SECOND, until: 'left', orElse, memory: next };
}

/** @param near the change looks finished, and only the last facts are missing. */
function inProgress(at: At, judged: Judged, near: boolean): FollowMove {
  const { memory: was, reading } = judged;
  const status = reading.instance?.status === 'processing' ? 'processing' : 'running';
  // Running, and not at its new size: it failed, or someone else interfered. A new order may also not have started yet.
  const hasWorked = was.status === 'processing' || isResumed(was);
  const isOver = hasWorked && status === 'running' && !was.asked;
  const memory: AcceptedMemory = { ...was, status, facts: near ? 'open' : isOver ? 'all' : null };
  const late = was.age > LIMITS.following ? { next: tooLate(at, judged, memory) } : {};
  if (near) {
    const size = at.step.after;
    const readBack = message('run.verified', { size, billing: 'not-delivered' });
    const end: End = { kind: 'end', outcome: 'verified', message: readBack, size };
    const orElse = isWorking(reading) ? {} : { orElse: end };
    return { kind: 'wait', name: 'delivery', ms: 2 * SECOND, until: 'left', ...orElse, ...late, memory };
  }
  const next = late.next ?? readNext(at, memory);
  if (reading.instance) return next;
  const unlisted = message('run.unlisted-after-order');
  const code = 'ResourceNotFound.InstanceNotExists';
  const orElse: End = { kind: 'end', outcome: 'failed', message: unlisted, code };
  return { kind: 'wait', name: 'missing', ms: 0, until: 'left', orElse, next, memory };
}

/** The move after the limit. Only the task list and billing distinguish a failed change from one in progress. */
function tooLate(at: At, { memory: was, reading }: Judged, memory: AcceptedMemory): FollowMove {
  if (!was.asked) return readNext(at, { ...memory, facts: 'all' });
  const notEnded = message('run.not-ended', { minutes: LIMITS.following / MINUTE });
  return { kind: 'end', outcome: 'unknown', message: notEnded, size: reading.instance?.size ?? null };
}

function isWorking({ tasks }: Reading): boolean {
  return tasks?.some(({ result }) => result === 'pending' || result === 'running') ?? false;
}
