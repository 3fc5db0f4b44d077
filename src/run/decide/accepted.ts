/** An accepted order: followed to its final facts, with as few calls as the waiting steps allow. */
import type { Deal } from '../../cloud/cloud.ts';
import { MINUTE, SECOND } from '../../units.ts';
import { LIMITS } from '../waits.ts';
import { describe, type FollowState, judgeFollowing, type Reading } from './judge-following.ts';
import {
  describeBillingMatch,
  factsSince,
  foreignOrders,
  formatOrder,
  formatTask,
  ownInBilling,
} from './judge-order-fate.ts';
import {
  type AcceptedMemory,
  type At,
  type End,
  type Fault,
  type FollowMove,
  type Read,
  resolved,
} from './move.ts';
import { faultMove } from './read-fault.ts';

/**
 * How long the last facts of one change wait for those of others, in milliseconds, where a step waits for the slot and
 * where none does: a round is three calls or more.
 */
const FACTS_WITHIN = { hurried: 500, calm: 8_000 } as const;

/** Rounds after which the task list and billing are read too, while an instance runs, and while it is in process. */
const FACTS_EVERY = { running: 8, processing: 64 } as const;

/** The longest pause: an end is noticed within half a minute. */
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
  // What went by before this process read is told by the wall clock; what goes by now is not: that one may jump.
  const before = Math.max(0, at.now.wall - beganAt(at));
  const since = at.now.monotonic - before;
  const status = 'running';
  return { phase: 'accepted', round: 0, since, before, facts: null, asked: false, age: before, status };
}

/** @param memory of the round before; `facts` says what this one asks for. */
function readNext(at: At, memory: AcceptedMemory): FollowMove {
  const { state, now } = at;
  const { facts, status } = memory;
  const round = memory.round + 1;
  const age = now.monotonic - memory.since;
  const asked = facts !== null || round % FACTS_EVERY[status] === 0;
  const isCalm = facts === 'open' && !at.isSlotWanted && age > MINUTE;
  // What went on while nobody read may be over: one read, and one for the facts, serve all that is resumed.
  const isResumed = memory.before > SECOND && round <= 2;
  const pause = facts === null ? pauseFor(at, age) : FACTS_WITHIN[isCalm ? 'calm' : 'hurried'];
  const askedAt = Date.parse(state.intentProviderAt ?? state.acceptedAt ?? '');
  return {
    kind: 'read',
    within: isResumed ? SECOND : pause,
    factsSince: asked ? factsSince(at.step, at.earlier, askedAt) : null,
    openTasks: facts === 'open',
    showsWait: { name: 'settling', limit: LIMITS.following, since: beganAt(at) },
    memory: { ...memory, round, asked, age },
  };
}

/**
 * When to read an accepted change again. To notice an end early is worth calls only where a step waits for the slot:
 * then the pause is a fiftieth of what changes usually take, so that slots stand empty for a hundredth of it.
 * While none has ended, the first of them tells at least how long they take.
 */
function pauseFor({ learned, now, isSlotWanted }: At, age: number): number {
  const between = (pause: number) => Math.min(LONGEST_PAUSE, Math.max(SECOND, pause));
  const { usual, firstSince } = learned;
  if (usual === null) {
    const longest = Math.max(age, now.monotonic - (firstSince ?? Number.POSITIVE_INFINITY));
    return between(longest / (isSlotWanted ? 12 : 3));
  }
  if (age < 0.6 * usual) return Math.min(MINUTE, Math.max(SECOND, 0.6 * usual - age));
  return between(usual / (isSlotWanted ? 50 : 8));
}

function afterFault(memory: AcceptedMemory, seen: Fault): FollowMove {
  const message = `ordered, and its end could not be read: ${seen.message}`;
  const end: End = { kind: 'end', outcome: 'unknown', message };
  const again = { kind: 'wait', name: 'unreachable', limit: LIMITS.following, ms: 5 * SECOND } as const;
  return faultMove<FollowMove>(seen, { ...again, until: 'left', orElse: end, memory }, end);
}

/** A reading, and what it says of the step's own order and of others. */
interface Judged {
  readonly memory: AcceptedMemory;
  readonly reading: Reading;
  readonly orders: readonly string[];
  readonly foreign: readonly { readonly deal: Deal; readonly words: string }[];
  /** Billing could be read, and lists no order of this run for the change. */
  readonly isNumberless: boolean;
}

function afterReading(at: At, memory: AcceptedMemory, { reading, whose }: Read): FollowMove {
  const { step, state } = at;
  const { deals, tasks } = reading;
  // Only all of them tell whether something was done after the one that failed.
  if (memory.facts === 'open' && tasks?.some(({ result }) => result === 'failed'))
    return readNext(at, { ...memory, facts: 'all' });
  // What was seen to land by its task or its size has no number yet: billing lists orders later than that.
  const found = state.orders.length > 0 ? null : (ownInBilling(step, deals, whose)?.order ?? null);
  const orders = found === null ? state.orders : [found];
  const foreign = foreignOrders(deals, whose, orders).map((deal) => ({ deal, words: formatOrder(deal) }));
  const isNumberless = orders.length === 0 && deals !== null;
  const next = byVerdict(at, { memory, reading, orders, foreign, isNumberless });
  return found === null ? next : { ...resolved(state, found, describeBillingMatch(found)), next };
}

function byVerdict(at: At, judged: Judged): FollowMove {
  const verdict = judgeFollowing(at.step, judged.reading, judged.orders, judged.foreign);
  switch (verdict.kind) {
    case 'failed':
      return failed(at, judged, verdict);
    case 'drifted': {
      const { what: message, size, billed } = verdict;
      return { kind: 'end', outcome: 'drifted', message, code: 'Refit.Drifted', size, billed };
    }
    case 'verified':
      return verified(at, judged, verdict);
    case 'under-way':
      return inProgress(at, judged, verdict.near);
  }
}

function failed({ state }: At, judged: Judged, { what, code, size }: Verdict<'failed'>): End {
  const { reading, orders, isNumberless } = judged;
  if (code === 'Refit.OtherSize' && state.adopted) {
    // An order asks for a size and nothing else: one that ends at another was not this step's.
    const taken = (reading.deals ?? []).filter(({ order }) => orders.includes(order)).map(formatOrder);
    const by = taken.length > 0 ? taken : (reading.tasks ?? []).map(formatTask);
    const message = `${what}: what was taken for its order was somebody else's: ${by.join('; ')}`;
    return { kind: 'end', outcome: 'drifted', message, code: 'Refit.Drifted', size };
  }
  // Taken for its order by a task alone: that may be somebody else's, and a failed one leaves no size to tell by.
  const message = `${what}${isNumberless ? '; billing lists no order of this run for it' : ''}`;
  return { kind: 'end', outcome: 'failed', message, code: code ?? 'Refit.TaskFailed', size };
}

function verified(at: At, judged: Judged, { size, billed }: Verdict<'verified'>): FollowMove {
  const { memory, orders, foreign, isNumberless } = judged;
  const next: AcceptedMemory = { ...memory, facts: 'open' };
  if (!memory.asked) return readNext(at, next);
  const readBack = `read back at ${describe(size)}`;
  if (!isNumberless) {
    const unread = '; billing cannot be read, so the number of its order is not known';
    const message = `${readBack}${orders.length > 0 ? '' : unread}`;
    return { kind: 'end', outcome: 'verified', message, size, billed, took: memory.age };
  }
  const by = foreign.map(({ words }) => words).join('; ');
  const theirs = `the instance is at ${describe(size)} by ${by}: it is not known to be of this run`;
  const ours = `${readBack}; billing lists no order for it`;
  const orElse: End =
    foreign.length > 0
      ? { kind: 'end', outcome: 'drifted', message: theirs, code: 'Refit.Drifted', size }
      : { kind: 'end', outcome: 'verified', message: ours, size, billed };
  return { kind: 'wait', name: 'delivery', ms: 2 * SECOND, until: 'left', orElse, memory: next };
}

/** @param near it looks finished, and only the last facts are missing. */
function inProgress(at: At, judged: Judged, near: boolean): FollowMove {
  const { memory: was, reading } = judged;
  const status = reading.instance?.status === 'processing' ? 'processing' : 'running';
  // In process no more, and not at its new size: it failed, or somebody else has a part in it.
  const isOver = was.status === 'processing' && status === 'running' && !was.asked;
  const memory: AcceptedMemory = { ...was, status, facts: near ? 'open' : isOver ? 'all' : null };
  const late = was.age > LIMITS.following ? { next: tooLate(at, judged, memory) } : {};
  if (near) {
    const message = `read back at ${describe(at.step.after)}; billing does not call its order delivered yet`;
    const end: End = { kind: 'end', outcome: 'verified', message, size: at.step.after };
    const orElse = isWorking(reading) ? {} : { orElse: end };
    return { kind: 'wait', name: 'delivery', ms: 2 * SECOND, until: 'left', ...orElse, ...late, memory };
  }
  const next = late.next ?? readNext(at, memory);
  if (reading.instance) return next;
  const message = 'ordered, and the instance is no longer listed';
  const code = 'ResourceNotFound.InstanceNotExists';
  const orElse: End = { kind: 'end', outcome: 'failed', message, code };
  return { kind: 'wait', name: 'missing', ms: 0, until: 'left', orElse, next, memory };
}

/** Only the task list and billing tell a change that failed from one that goes on. */
function tooLate(at: At, { memory: was, reading }: Judged, memory: AcceptedMemory): FollowMove {
  if (!was.asked) return readNext(at, { ...memory, facts: 'all' });
  const message = `ordered, and not ended within ${LIMITS.following / MINUTE} minutes`;
  return { kind: 'end', outcome: 'unknown', message, size: reading.instance?.size ?? null };
}

function isWorking({ tasks }: Reading): boolean {
  return tasks?.some(({ result }) => result === 'pending' || result === 'running') ?? false;
}
