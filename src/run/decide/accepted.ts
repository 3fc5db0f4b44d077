/** An accepted order: followed to its final facts, with as few calls as the waiting steps allow. */
import type { Deal } from '../../cloud/cloud.ts';
import type { Step, StepState } from '../../model.ts';
import { SECOND } from '../../units.ts';
import { LIMITS, MINUTE } from '../waits.ts';
import { factsSince } from './facts-since.ts';
import { foreignOrders, ownInBilling, sayInBilling, sayOrder, sayTask } from './judge-landing.ts';
import { describe, judgeSettling, type Reading, type Settling } from './judge-settling.ts';
import type { AcceptedMemory, End, FollowMove, Observation, Seen } from './move.ts';
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

export function followAccepted(step: Step, state: StepState, observation: Observation): FollowMove {
  const { seen } = observation;
  const memory = observation.memory?.phase === 'accepted' ? observation.memory : null;
  if (memory === null) return readNext(step, state, observation, firstMemory(state, observation));
  if (seen.kind === 'fault') return afterFault(memory, seen);
  if (seen.kind !== 'reading') return readNext(step, state, observation, memory);
  return afterReading(step, state, observation, { memory, seen });
}

function beganAt({ beganAt, acceptedAt, intentAt }: StepState, wall: number): number {
  const at = beganAt ?? acceptedAt ?? intentAt;
  return at === null ? wall : Date.parse(at);
}

function firstMemory(state: StepState, { now }: Observation): AcceptedMemory {
  // What went by before this process read is told by the wall clock; what goes by now is not: that one may jump.
  const before = Math.max(0, now.wall - beganAt(state, now.wall));
  return {
    phase: 'accepted',
    round: 0,
    since: now.monotonic - before,
    before,
    facts: null,
    asked: false,
    age: before,
    status: 'running',
  };
}

/** @param memory of the round before; `facts` says what this one asks for. */
function readNext(
  step: Step,
  state: StepState,
  observation: Observation,
  memory: AcceptedMemory,
): FollowMove {
  const { now, earlier, isSlotWanted } = observation;
  const { facts, status } = memory;
  const round = memory.round + 1;
  const age = now.monotonic - memory.since;
  const asked = facts !== null || round % FACTS_EVERY[status] === 0;
  const isCalm = facts === 'open' && !isSlotWanted && age > MINUTE;
  // What went on while nobody read may be over: one read, and one for the facts, serve all that is resumed.
  const isResumed = memory.before > SECOND && round <= 2;
  const askedAt = Date.parse(state.intentProviderAt ?? state.acceptedAt ?? '');
  return {
    kind: 'read',
    within: isResumed
      ? SECOND
      : facts === null
        ? pauseFor(observation, age)
        : FACTS_WITHIN[isCalm ? 'calm' : 'hurried'],
    factsSince: asked ? factsSince(step, earlier, askedAt) : null,
    openTasks: facts === 'open',
    showsWait: { name: 'settling', limit: LIMITS.settling, since: beganAt(state, now.wall) },
    memory: { ...memory, round, asked, age },
  };
}

/**
 * When to read an accepted change again. To notice an end early is worth calls only where a step waits for the slot:
 * then the pause is a fiftieth of what changes usually take, so that slots stand empty for a hundredth of it.
 * While none has ended, the first of them tells at least how long they take.
 */
function pauseFor({ learned, now, isSlotWanted }: Observation, age: number): number {
  const between = (pause: number) => Math.min(LONGEST_PAUSE, Math.max(SECOND, pause));
  const { usual, firstSince } = learned;
  if (usual === null) {
    const longest = Math.max(age, now.monotonic - (firstSince ?? Number.POSITIVE_INFINITY));
    return between(longest / (isSlotWanted ? 12 : 3));
  }
  if (age < 0.6 * usual) return Math.min(MINUTE, Math.max(SECOND, 0.6 * usual - age));
  return between(usual / (isSlotWanted ? 50 : 8));
}

function afterFault(memory: AcceptedMemory, seen: Extract<Seen, { kind: 'fault' }>): FollowMove {
  const message = `ordered, and its end could not be read: ${seen.message}`;
  const end: End = { kind: 'end', outcome: 'unknown', message };
  const again = { kind: 'wait', name: 'unreachable', limit: LIMITS.settling, ms: 5 * SECOND } as const;
  return faultMove<FollowMove>(seen, { ...again, until: 'left', orElse: end, memory }, end);
}

interface Read {
  readonly memory: AcceptedMemory;
  readonly seen: Extract<Seen, { kind: 'reading' }>;
}

function afterReading(step: Step, state: StepState, observation: Observation, read: Read): FollowMove {
  const { memory, seen } = read;
  const { reading, whose } = seen;
  // Only all of them tell whether something was done after the one that failed.
  if (memory.facts === 'open' && reading.tasks?.some(({ result }) => result === 'failed'))
    return readNext(step, state, observation, { ...memory, facts: 'all' });
  // What was seen to land by its task or its size has no number yet: billing lists orders later than that.
  const found = state.orders.length > 0 ? null : (ownInBilling(step, reading.deals, whose)?.order ?? null);
  const orders = found === null ? state.orders : [found];
  const foreign = foreignOrders(reading.deals, whose, orders).map((deal) => ({
    deal,
    words: sayOrder(deal),
  }));
  const verdict = judgeSettling(step, reading, orders, foreign);
  const next = byVerdict(step, state, observation, { ...read, orders, foreign, verdict });
  if (found === null) return next;
  const evidence = sayInBilling(found);
  const attempt = state.attempts;
  const event = { kind: 'settled', step: step.id, attempt, landed: true, order: found, evidence } as const;
  return { kind: 'append', event, next: next };
}

interface Judged extends Read {
  readonly orders: readonly string[];
  readonly foreign: readonly { readonly deal: Deal; readonly words: string }[];
  readonly verdict: Settling;
}

function byVerdict(step: Step, state: StepState, observation: Observation, judged: Judged): FollowMove {
  const { verdict } = judged;
  switch (verdict.kind) {
    case 'failed':
      return failedEnd(state, judged, verdict);
    case 'drifted': {
      const { what, size, billed } = verdict;
      return { kind: 'end', outcome: 'drifted', message: what, code: 'Refit.Drifted', size, billed };
    }
    case 'verified':
      return verified(step, state, observation, judged, verdict);
    case 'under-way':
      return inProgress(step, state, observation, judged, verdict);
  }
}

/** Billing could be read, and lists no order of this run for the change. */
function isNumberless({ orders, seen }: Judged): boolean {
  return orders.length === 0 && seen.reading.deals !== null;
}

function failedEnd(
  { adopted }: StepState,
  judged: Judged,
  { what, code, size }: Extract<Settling, { kind: 'failed' }>,
): End {
  const { reading } = judged.seen;
  if (code === 'Refit.OtherSize' && adopted) {
    // An order asks for a size and nothing else: one that ends at another was not this step's.
    const taken = (reading.deals ?? []).filter((deal) => judged.orders.includes(deal.order)).map(sayOrder);
    const by = taken.length > 0 ? taken : (reading.tasks ?? []).map(sayTask);
    const message = `${what}: what was taken for its order was somebody else's: ${by.join('; ')}`;
    return { kind: 'end', outcome: 'drifted', message, code: 'Refit.Drifted', size };
  }
  // Taken for its order by a task alone: that may be somebody else's, and a failed one leaves no size to tell by.
  const message = `${what}${isNumberless(judged) ? '; billing lists no order of this run for it' : ''}`;
  return { kind: 'end', outcome: 'failed', message, code: code ?? 'Refit.TaskFailed', size };
}

function verified(
  step: Step,
  state: StepState,
  observation: Observation,
  judged: Judged,
  { size, billed }: Extract<Settling, { kind: 'verified' }>,
): FollowMove {
  const { memory, orders, foreign } = judged;
  const next: AcceptedMemory = { ...memory, facts: 'open' };
  if (!memory.asked) return readNext(step, state, observation, next);
  if (!isNumberless(judged)) {
    const unread =
      orders.length > 0 ? '' : '; billing cannot be read, so the number of its order is not known';
    const message = `read back at ${describe(size)}${unread}`;
    return { kind: 'end', outcome: 'verified', message, size, billed, took: memory.age };
  }
  const by = foreign.map(({ words }) => words).join('; ');
  const orElse: End =
    foreign.length > 0
      ? {
          kind: 'end',
          outcome: 'drifted',
          message: `the instance is at ${describe(size)} by ${by}: it is not known to be of this run`,
          code: 'Refit.Drifted',
          size,
        }
      : {
          kind: 'end',
          outcome: 'verified',
          message: `read back at ${describe(size)}; billing lists no order for it`,
          size,
          billed,
        };
  return { kind: 'wait', name: 'delivery', ms: 2 * SECOND, until: 'left', orElse, memory: next };
}

function inProgress(
  step: Step,
  state: StepState,
  observation: Observation,
  judged: Judged,
  { near }: Extract<Settling, { kind: 'under-way' }>,
): FollowMove {
  const { memory, seen } = judged;
  const { instance } = seen.reading;
  const status = instance?.status === 'processing' ? 'processing' : 'running';
  // In process no more, and not at its new size: it failed, or somebody else has a part in it.
  const isOver = memory.status === 'processing' && status === 'running' && !memory.asked;
  const next: AcceptedMemory = { ...memory, status, facts: near ? 'open' : isOver ? 'all' : null };
  const late = memory.age > LIMITS.settling ? tooLate(step, state, observation, judged, next) : null;
  if (near) {
    const message = `read back at ${describe(step.after)}; billing does not call its order delivered yet`;
    const end: End = { kind: 'end', outcome: 'verified', message, size: step.after };
    const orElse = isWorking(seen.reading) ? {} : { orElse: end };
    const after = late === null ? {} : { next: late };
    return {
      kind: 'wait',
      name: 'delivery',
      ms: 2 * SECOND,
      until: 'left',
      ...orElse,
      ...after,
      memory: next,
    };
  }
  const again = late ?? readNext(step, state, observation, next);
  if (instance) return again;
  const message = 'ordered, and the instance is no longer listed';
  const orElse: End = {
    kind: 'end',
    outcome: 'failed',
    message,
    code: 'ResourceNotFound.InstanceNotExists',
  };
  return { kind: 'wait', name: 'missing', ms: 0, until: 'left', orElse, next: again, memory: next };
}

/** Only the task list and billing tell a change that failed from one that goes on. */
function tooLate(
  step: Step,
  state: StepState,
  observation: Observation,
  { memory, seen }: Judged,
  next: AcceptedMemory,
): FollowMove {
  if (!memory.asked) return readNext(step, state, observation, { ...next, facts: 'all' });
  const message = `ordered, and not ended within ${LIMITS.settling / MINUTE} minutes`;
  return { kind: 'end', outcome: 'unknown', message, size: seen.reading.instance?.size ?? null };
}

function isWorking({ tasks }: Reading): boolean {
  return tasks?.some(({ result }) => result === 'pending' || result === 'running') ?? false;
}
