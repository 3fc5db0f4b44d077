/**
 * An order that has no answer on record: whether it landed. It is read until something shows that it did, or until every
 * source has been silent for the plan's patience, counted from the intent's time on disk.
 *
 *     intent                       patience over               the read that may say "not landed"
 *       ├──────────── patience ────────┼── clock grain ──┤
 *     provider's clock ───────────────────────────────────────────────►
 */
import { iso } from '../../clock.ts';
import type { Step, StepState } from '../../model.ts';
import { SECOND } from '../../units.ts';
import { LIMITS } from '../waits.ts';
import { afterRefusal, isTailLockCode } from './after-refusal.ts';
import { factsSince } from './facts-since.ts';
import { judgeLanding } from './judge-landing.ts';
import { addsNodes, type Reading } from './judge-settling.ts';
import type { Append, End, FollowMove, Moment, Observation, Seen, UnansweredMemory } from './move.ts';
import { faultMove } from './read-fault.ts';

/** The provider's clock is known to about a second. */
const CLOCK_GRAIN = 1.5 * SECOND;

export function resolveUnanswered(step: Step, state: StepState, observation: Observation): FollowMove {
  const { seen, now } = observation;
  const memory = observation.memory?.phase === 'unanswered' ? observation.memory : null;
  if (memory === null) return readAgain(step, state, observation, 1);
  if (seen.kind === 'fault')
    return afterFault(state, memory, overdueAt(memory.asked, state, observation), seen);
  if (seen.kind !== 'reading') return readAgain(step, state, observation, memory.round + 1);
  // What counts is for how long it had been silent when the reading began, by the clock as the reading told it; and no
  // longer than was known when it began: the machine may have slept with the answer in its hands.
  const overdue =
    Math.min(
      overdueAt(memory.asked, state, observation),
      overdueAt(now, state, observation) - (now.monotonic - memory.asked.monotonic),
    ) - CLOCK_GRAIN;
  return (
    byReading(step, state, observation, { seen, overdue }) ??
    readAgain(step, state, observation, memory.round + 1)
  );
}

/** By the provider's clock: a restart does not begin patience anew, and no jump or sleep of this machine changes it. */
function intentAt(state: StepState, now: Moment): number {
  return Date.parse(state.intentProviderAt ?? state.startedAt ?? iso(now.provider));
}

/** Milliseconds for which patience has been over; below zero while it is not. */
function overdueAt(at: Moment, state: StepState, { execution, now }: Observation): number {
  return at.provider - intentAt(state, now) - execution.patience;
}

function pauseOf(round: number): number {
  return Math.min(10 * SECOND, SECOND * 2 ** (round - 1));
}

function readAgain(step: Step, state: StepState, observation: Observation, round: number): FollowMove {
  const { now, earlier, execution } = observation;
  const overdue = overdueAt(now, state, observation);
  const showsWait =
    overdue > 0
      ? ({ name: 'unclear', limit: LIMITS.unclear, since: now.wall - overdue } as const)
      : ({
          name: 'patience',
          limit: execution.patience,
          since: now.wall - overdue - execution.patience,
        } as const);
  return {
    kind: 'read',
    within: overdue >= 0 ? 50 : Math.min(pauseOf(round), -overdue),
    factsSince: factsSince(step, earlier, intentAt(state, now)),
    openTasks: false,
    showsWait,
    memory: { phase: 'unanswered', round, asked: now },
  };
}

function afterFault(
  state: StepState,
  memory: UnansweredMemory,
  overdue: number,
  seen: Extract<Seen, { kind: 'fault' }>,
): FollowMove {
  const end = stillOpen(state, seen.message);
  if (seen.fault === 'passing' && overdue <= LIMITS.unclear)
    return { kind: 'wait', name: null, ms: pauseOf(memory.round), until: 'left', memory };
  return seen.fault === 'credentials' ? faultMove<FollowMove>(seen, end, end) : end;
}

/** With the code of its refusal: whoever resolves it later must know whether it may be asked again. */
function stillOpen(state: StepState, why: string, size: End['size'] = null): End {
  const message = `asked, and it could not be settled: ${why}`;
  return { kind: 'end', outcome: 'unknown', message, code: state.code, size };
}

/** null: nothing is certain yet, and there is time. */
function byReading(
  step: Step,
  state: StepState,
  observation: Observation,
  { seen, overdue }: { readonly seen: Extract<Seen, { kind: 'reading' }>; readonly overdue: number },
): FollowMove | null {
  const { reading, whose } = seen;
  const landing = judgeLanding(step, reading, whose);
  const size = reading.instance?.size ?? null;
  switch (landing.kind) {
    case 'landed':
      if (landing.hasty && reading.deals !== null && overdue < 0) return null;
      return settled(state, landing);
    case 'foreign': {
      if (overdue < 0) return null;
      if (!landing.certain) {
        const message = `asked, and it cannot be told whether it landed: ${landing.what}`;
        return { kind: 'end', outcome: 'unknown', message, size };
      }
      // Nothing is asked on top of what somebody else did.
      const message = `asked, and not landed; somebody else changed the instance meanwhile: ${landing.what}`;
      const next: End = { kind: 'end', outcome: 'drifted', message, code: 'Refit.Drifted', size };
      return { ...settled(state, { order: null, evidence: landing.what }, false), next };
    }
    case 'silent':
      return overdue < 0 ? null : bySilence(step, state, reading, observation);
    case 'unclear':
      return overdue > (landing.working ? LIMITS.settling : LIMITS.unclear)
        ? stillOpen(state, landing.why, size)
        : null;
  }
}

function settled(
  { step, attempts }: StepState,
  { order, evidence }: { readonly order: string | null; readonly evidence: string },
  landed = true,
): Append<FollowMove> {
  return { kind: 'append', event: { kind: 'settled', step, attempt: attempts, landed, order, evidence } };
}

/** Every source was silent for long enough: it did not land, and is asked again within a limit. */
function bySilence(step: Step, state: StepState, reading: Reading, observation: Observation): FollowMove {
  if (reading.tasks === null) return stillOpen(state, 'the task list cannot be read');
  // Nodes that are added twice are two more: then billing must have been asked as well.
  if (reading.deals === null && addsNodes(step))
    return stillOpen(state, 'it adds nodes, and billing cannot be read');
  const sources = [
    'instance',
    ...(step.nodes ? ['its nodes'] : []),
    ...(reading.deals === null ? ['task list'] : ['task list', 'billing']),
  ];
  const quiet = Math.round((observation.now.provider - intentAt(state, observation.now)) / SECOND);
  const evidence = `${sources.slice(0, -1).join(', ')} and ${sources.at(-1)} were silent for ${quiet} s`;
  return {
    ...settled(state, { order: null, evidence }, false),
    learnsTail: learnedTail(step, state, observation),
    next: askAgain(state),
  };
}

/** An attempt that did not land is asked again, within a limit, unless its code forbids it. */
function askAgain({ code, what }: StepState): FollowMove {
  if (code !== null && !afterRefusal(code).again)
    return { kind: 'end', outcome: 'refused', message: what, code };
  const minutes = { lookUp: 'minutes' } as const;
  const orElse: End =
    code === null
      ? {
          kind: 'end',
          outcome: 'failed',
          message: ['no usable answer for ', minutes, ' minutes; nothing landed'],
          code: 'Refit.NoAnswer',
        }
      : { kind: 'end', outcome: 'refused', message: [`${what} (for `, minutes, ' minutes)'], code };
  return { kind: 'wait', name: 'tryingAgain', ms: 0, until: 'left', orElse };
}

/**
 * What a refusal that turned out to be the tail lock of the step before teaches: the lock lasts longer than this step
 * waited. The code alone never shortens patience, because the same code may hide an order that was taken.
 */
function learnedTail(step: Step, state: StepState, { earlier, execution }: Observation): number | null {
  if (step.needs === null || state.code === null || !isTailLockCode(state.code)) return null;
  const asked = Date.parse(state.intentProviderAt ?? '') - Date.parse(earlier?.state.endedProviderAt ?? '');
  return asked >= 0 && asked <= LIMITS.tailLock ? Math.min(2 * asked, execution.patience) : null;
}
