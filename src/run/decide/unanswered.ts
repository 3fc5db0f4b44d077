/**
 * An order that has no answer on record: whether it landed. It is read until something shows that it did, or until every
 * source has been silent for the plan's patience, counted from the intent's time on disk.
 *
 *     intent                       patience over               the read that may say "not landed"
 *       ├──────────── patience ────────┼── clock grain ──┤
 *     provider's clock ───────────────────────────────────────────────►
 */
import { iso } from '../../clock.ts';
import type { Size, StepState } from '../../model.ts';
import { SECOND } from '../../units.ts';
import { LIMITS } from '../waits.ts';
import { afterRefusal, isTailLockCode } from './after-refusal.ts';
import { addsNodes, type Reading } from './judge-following.ts';
import { factsSince, judgeOrderFate } from './judge-order-fate.ts';
import {
  type At,
  type End,
  type Fault,
  type FollowMove,
  type Moment,
  type Read,
  resolved,
  type UnansweredMemory,
} from './move.ts';
import { faultMove } from './read-fault.ts';

/** The provider's clock is known to about a second. */
const CLOCK_GRAIN = 1.5 * SECOND;

export function resolveUnanswered(at: At): FollowMove {
  const { seen, now } = at;
  const memory = at.memory?.phase === 'unanswered' ? at.memory : null;
  if (memory === null) return readNext(at, 1);
  const { asked, round } = memory;
  if (seen.kind === 'fault') return afterFault(at, memory, seen);
  if (seen.kind !== 'reading') return readNext(at, round + 1);
  // What counts is for how long it had been silent when the reading began, by the clock as the reading told it; and no
  // longer than was known when it began: the machine may have slept with the answer in its hands.
  const told = overdueAt(at, now) - (now.monotonic - asked.monotonic);
  const overdue = Math.min(overdueAt(at, asked), told) - CLOCK_GRAIN;
  return byReading(at, seen, overdue) ?? readNext(at, round + 1);
}

/** By the provider's clock: a restart does not begin patience anew, and no jump or sleep of this machine changes it. */
function intentAt({ state, now }: At): number {
  return Date.parse(state.intentProviderAt ?? state.startedAt ?? iso(now.provider));
}

/** Milliseconds for which patience has been over; below zero while it is not. */
function overdueAt(at: At, moment: Moment): number {
  return moment.provider - intentAt(at) - at.execution.patience;
}

function pauseOf(round: number): number {
  return Math.min(10 * SECOND, SECOND * 2 ** (round - 1));
}

function readNext(at: At, round: number): FollowMove {
  const { step, now, earlier } = at;
  const { patience } = at.execution;
  const overdue = overdueAt(at, now);
  return {
    kind: 'read',
    within: overdue >= 0 ? 50 : Math.min(pauseOf(round), -overdue),
    factsSince: factsSince(step, earlier, intentAt(at)),
    openTasks: false,
    showsWait:
      overdue > 0
        ? { name: 'unclear', limit: LIMITS.unclear, since: now.wall - overdue }
        : { name: 'patience', limit: patience, since: now.wall - overdue - patience },
    memory: { phase: 'unanswered', round, asked: now },
  };
}

function afterFault(at: At, memory: UnansweredMemory, seen: Fault): FollowMove {
  const end = stillOpen(at, seen.message);
  if (seen.fault === 'passing' && overdueAt(at, memory.asked) <= LIMITS.unclear)
    return { kind: 'wait', name: null, ms: pauseOf(memory.round), until: 'left', memory };
  return seen.fault === 'credentials' ? faultMove<FollowMove>(seen, end, end) : end;
}

/** With the code of its refusal: whoever resolves it later must know whether it may be asked again. */
function stillOpen({ state }: At, why: string, size: Size | null = null): End {
  const message = `asked, and it could not be settled: ${why}`;
  return { kind: 'end', outcome: 'unknown', message, code: state.code, size };
}

/** null: nothing is certain yet, and there is time. */
function byReading(at: At, { reading, whose }: Read, overdue: number): FollowMove | null {
  const landing = judgeOrderFate(at.step, reading, whose);
  const size = reading.instance?.size ?? null;
  switch (landing.kind) {
    case 'landed':
      if (landing.provisional && reading.deals !== null && overdue < 0) return null;
      return resolved(at.state, landing.order, landing.evidence);
    case 'foreign': {
      if (overdue < 0) return null;
      const { what } = landing;
      if (!landing.certain) {
        const message = `asked, and it cannot be told whether it landed: ${what}`;
        return { kind: 'end', outcome: 'unknown', message, size };
      }
      // Nothing is asked on top of what somebody else did.
      const message = `asked, and not landed; somebody else changed the instance meanwhile: ${what}`;
      const next: End = { kind: 'end', outcome: 'drifted', message, code: 'Refit.Drifted', size };
      return { ...resolved(at.state, null, what, false), next };
    }
    case 'silent':
      return overdue < 0 ? null : bySilence(at, reading);
    case 'unclear': {
      const limit = landing.working ? LIMITS.following : LIMITS.unclear;
      return overdue > limit ? stillOpen(at, landing.why, size) : null;
    }
  }
}

/** Every source was silent for long enough: it did not land, and is asked again within a limit. */
function bySilence(at: At, { tasks, deals }: Reading): FollowMove {
  const { step, state, now } = at;
  if (tasks === null) return stillOpen(at, 'the task list cannot be read');
  // Nodes that are added twice are two more: then billing must have been asked as well.
  if (deals === null && addsNodes(step)) return stillOpen(at, 'it adds nodes, and billing cannot be read');
  const nodes = step.nodes ? ['its nodes'] : [];
  const sources = ['instance', ...nodes, 'task list', ...(deals === null ? [] : ['billing'])];
  const quiet = Math.round((now.provider - intentAt(at)) / SECOND);
  const evidence = `${sources.slice(0, -1).join(', ')} and ${sources.at(-1)} were silent for ${quiet} s`;
  return {
    ...resolved(state, null, evidence, false),
    learnsTail: learnedTail(at),
    next: askAgain(state),
  };
}

/** An attempt that did not land is asked again, within a limit, unless its code forbids it. */
function askAgain({ code, message: what }: StepState): FollowMove {
  if (code !== null && !afterRefusal(code).again)
    return { kind: 'end', outcome: 'refused', message: what, code };
  const minutes = { lookUp: 'minutes' } as const;
  const unusable = ['no usable answer for ', minutes, ' minutes; nothing landed'];
  const orElse: End =
    code === null
      ? { kind: 'end', outcome: 'failed', message: unusable, code: 'Refit.NoAnswer' }
      : { kind: 'end', outcome: 'refused', message: [`${what} (for `, minutes, ' minutes)'], code };
  return { kind: 'wait', name: 'tryingAgain', ms: 0, until: 'left', orElse };
}

/**
 * What a refusal that turned out to be the tail lock of the step before teaches: the lock lasts longer than this step
 * waited. The code alone never shortens patience, because the same code may hide an order that was taken.
 */
function learnedTail({ step, state, earlier, execution }: At): number | null {
  if (step.needs === null || state.code === null || !isTailLockCode(state.code)) return null;
  const asked = Date.parse(state.intentProviderAt ?? '') - Date.parse(earlier?.state.endedProviderAt ?? '');
  return asked >= 0 && asked <= LIMITS.tailLock ? Math.min(2 * asked, execution.patience) : null;
}
