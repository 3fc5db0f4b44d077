/**
 * Resolves an order without an answer on record. Refit reads until a trace shows that the order was executed, or until
 * every source was silent for the plan's patience. Patience counts from the intent's time on disk.
 *
 *     intent                       patience over       the first read that may prove "not executed"
 *       ├──────────── patience ────────┼── clock grain ──┤
 *       └──────────────────────────────────────────────────────► time by the provider's clock
 *
 * The clock grain is the error with which Refit knows that clock.
 */
import { iso } from '../../clock.ts';
import { message } from '../../messages/messages.ts';
import type { Message, Size, StepState } from '../../model.ts';
import { MINUTE, SECOND } from '../../units.ts';
import { LIMITS } from '../waits.ts';
import { afterRefusal, isTailLockCode } from './after-refusal.ts';
import { addsNodes, type Reading } from './judge-following.ts';
import { judgeOrderFate } from './judge-order-fate.ts';
import {
  type At,
  type End,
  type Fault,
  type FollowMove,
  type Moment,
  type Read,
  resolved,
  tracesSince,
  type UnansweredMemory,
} from './move.ts';
import { faultMove } from './read-fault.ts';

/** Refit knows the provider's clock to within 1.5 seconds. */
const CLOCK_GRAIN = 1.5 * SECOND;

export function resolveUnanswered(at: At): FollowMove {
  const { seen, now } = at;
  const hidden = byEarlierStep(at);
  if (hidden !== null) return hidden;
  const memory = at.memory?.phase === 'unanswered' ? at.memory : null;
  if (memory === null) return readNext(at, 1);
  const { asked, round } = memory;
  if (seen.kind === 'fault') return afterFault(at, memory, seen);
  if (seen.kind !== 'reading') return readNext(at, round + 1);
  // How long the sources were silent when the read started, by two estimates. One uses the provider's time as known at that
  // start, the other the present one minus the elapsed monotonic time. A sleep of the machine can make the second one too
  // large, so the smaller counts.
  const atStart = overdueAt(at, now) - (now.monotonic - asked.monotonic);
  const overdue = Math.min(overdueAt(at, asked), atStart) - CLOCK_GRAIN;
  return byReading(at, seen, overdue) ?? readNext(at, round + 1);
}

/**
 * The move for a step of an adopted run that waits for an earlier step of its instance; null: judge it by reading. Refit
 * orders such a step only after the earlier one is verified. So it was not ordered if the earlier one never was.
 */
function byEarlierStep({ state, step, earlier }: At): FollowMove | null {
  if (state.hiddenOrder === null || earlier === null || earlier.state.outcome === 'verified') return null;
  const isOpen = earlier.state.phase !== 'waiting' && earlier.state.phase !== 'ended';
  if (isOpen || !earlier.isFinal) return { kind: 'leave' };
  // The lost entries may have had it verified, and this step ordered, before someone else changed the instance.
  if (earlier.state.acceptedAt !== null) return null;
  const evidence = message('trust.earlier-step-not-executed', { step: step.needs ?? '' });
  const next: FollowMove = earlier.state.phase === 'ended' ? orderAgain(state) : { kind: 'leave' };
  return { ...resolved(state, null, evidence, false), next };
}

/**
 * When Refit ordered, by the provider's clock. A restart, a clock jump or a sleep does not restart patience. For an order
 * that an adopted journal may lack, this is the adoption: nothing of the run left after it.
 */
function intentAt({ state, now }: At): number {
  const at = state.hiddenOrder?.providerAt ?? state.intentProviderAt ?? state.startedAt;
  return Date.parse(at ?? iso(now.provider));
}

/** Milliseconds since patience ended; below zero before. */
function overdueAt(at: At, moment: Moment): number {
  return moment.provider - intentAt(at) - at.execution.patience;
}

function pauseOf(round: number): number {
  return Math.min(10 * SECOND, SECOND * 2 ** (round - 1));
}

function readNext(at: At, round: number): FollowMove {
  const { now } = at;
  const { patience } = at.execution;
  const overdue = overdueAt(at, now);
  return {
    kind: 'read',
    maxDelay: overdue >= 0 ? 50 : Math.min(pauseOf(round), -overdue),
    factsSince: at.state.hiddenOrder === null ? tracesSince(at, intentAt(at)) : tracesSince(at),
    openTasks: false,
    showsWait:
      overdue > 0
        ? { name: 'unclear', limit: LIMITS.unclear, since: now.wall - overdue }
        : { name: 'patience', limit: patience, since: now.wall - overdue - patience },
    memory: { phase: 'unanswered', round, asked: now },
  };
}

function afterFault(at: At, memory: UnansweredMemory, seen: Fault): FollowMove {
  const end = endUnresolved(at, message('run.call-failed', { error: seen.error }));
  if (seen.fault === 'passing' && overdueAt(at, memory.asked) <= LIMITS.unclear)
    return { kind: 'wait', name: null, ms: pauseOf(memory.round), until: 'left', memory };
  return seen.fault === 'credentials' ? faultMove<FollowMove>(seen, end, end) : end;
}

/** Ends the step as unknown. It keeps the code, so that a later process knows whether it may order again. */
function endUnresolved({ state }: At, reason: Message, size: Size | null = null): End {
  const unresolved = message('run.unresolved', { reason });
  return { kind: 'end', outcome: 'unknown', message: unresolved, code: state.code, size };
}

/** The move that the reading proves; null: nothing is certain yet, and there is time. */
function byReading(at: At, { reading, whose }: Read, overdue: number): FollowMove | null {
  const fate = judgeOrderFate(at.step, reading, whose);
  const size = reading.instance?.size ?? null;
  switch (fate.kind) {
    case 'executed':
      if (fate.provisional && reading.deals !== null && overdue < 0) return null;
      return resolved(at.state, fate.order, fate.evidence);
    case 'foreign': {
      if (overdue < 0) return null;
      const { evidence } = fate;
      if (!fate.certain) {
        const unresolved = message('run.unresolved', { reason: evidence });
        return { kind: 'end', outcome: 'unknown', message: unresolved, size };
      }
      // Its earlier step is the reason why it is skipped, and the change is that of somebody else.
      if (at.earlier !== null && at.earlier.state.outcome !== 'verified')
        return { ...resolved(at.state, null, evidence, false), next: orderAgain(at.state) };
      // Refit does not order on top of a foreign change.
      const cause = message('run.not-executed-changed', { evidence });
      const next: End = { kind: 'end', outcome: 'drifted', message: cause, code: 'Refit.Drifted', size };
      return { ...resolved(at.state, null, evidence, false), next };
    }
    case 'silent':
      return overdue < 0 ? null : bySilence(at, reading);
    case 'unclear': {
      const limit = fate.working ? LIMITS.following : LIMITS.unclear;
      return overdue > limit ? endUnresolved(at, fate.reason, size) : null;
    }
  }
}

/** Every source was silent for long enough: the order was not executed. Refit orders again within a limit. */
function bySilence(at: At, { tasks, deals }: Reading): FollowMove {
  const { step, state, now } = at;
  if (tasks === null) return endUnresolved(at, message('run.tasks-unreadable'));
  // A second order would add the nodes again, so billing must show no order either.
  if (deals === null && addsNodes(step)) return endUnresolved(at, message('run.billing-unreadable'));
  const nodes = step.nodes ? (['nodes'] as const) : [];
  const billing = deals === null ? [] : (['billing'] as const);
  const seconds = Math.round((now.provider - intentAt(at)) / SECOND);
  const sources = ['instance', ...nodes, 'tasks', ...billing] as const;
  const evidence = message('run.sources-silent', { sources, seconds });
  return {
    ...resolved(state, null, evidence, false),
    learnsTail: learnedTail(at),
    next: orderAgain(state),
  };
}

/** Orders again within a limit, unless the code of the refusal forbids it. */
function orderAgain({ code, message: cause, hiddenOrder }: StepState): FollowMove {
  // An order that the journal lacks had no answer that could forbid another.
  if (hiddenOrder !== null) return { kind: 'wait', name: null, ms: 0, until: 'left' };
  if (code !== null && !afterRefusal(code).again)
    return { kind: 'end', outcome: 'refused', message: cause, code };
  const minutes = LIMITS.tryingAgain / MINUTE;
  const end: End =
    code === null
      ? {
          kind: 'end',
          outcome: 'failed',
          message: message('run.no-usable-answer', { minutes }),
          code: 'Refit.NoAnswer',
        }
      : {
          kind: 'end',
          outcome: 'refused',
          message: message('run.refused-repeatedly', { cause, minutes }),
          code,
        };
  const orElse: End = { ...end, fillIn: ['minutes'] };
  return { kind: 'wait', name: 'tryingAgain', ms: 0, until: 'left', orElse };
}

/**
 * The new pause after a change of an instance, learned from a refusal by the tail lock: the provider refuses orders for
 * some time after a change. The refusal shows that the lock lasts longer than this step waited. The refusal does not prove that
 * nothing was ordered, so Refit learns this only after the whole patience.
 */
function learnedTail({ step, state, earlier, execution }: At): number | null {
  if (step.needs === null || state.code === null || !isTailLockCode(state.code)) return null;
  const waited = Date.parse(state.intentProviderAt ?? '') - Date.parse(earlier?.state.endedProviderAt ?? '');
  return waited >= 0 && waited <= LIMITS.tailLock ? Math.min(2 * waited, execution.patience) : null;
}
