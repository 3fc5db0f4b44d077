/**
 * A step's life: look again, ask, settle, verify (design §6). Each function reads where the step stands from the
 * journal, does one thing, and writes down what came of it; the loop in `carryOutStep` is the state machine.
 */
import { RefitError, unreachable } from '../../errors.ts';
import { type MaintenanceWindow, type Step, type StepState, sameSize } from '../../model.ts';
import { afterRefusal, CREDENTIALS_REFUSED } from '../decide/after-refusal.ts';
import { sayHalt } from '../decide/halt-sentence.ts';
import { describe, isAtTarget, nodesDrifted } from '../decide/judge-settling.ts';
import { readFaultOf, sayReadFault } from '../decide/read-fault.ts';
import { LIMITS, MINUTE, SECOND } from '../waits.ts';
import { byWhom, underWayNow } from './describe-foreign-change.ts';
import { endStep } from './end-step.ts';
import { countLimitRefusals } from './limit-refusals.ts';
import { placeOrder } from './order.ts';
import type { Run } from './run.ts';
import { settleEnd } from './settle-accepted.ts';
import { settleLanding } from './settle-unanswered.ts';
import { openOrderOf } from './unpaid-order.ts';
import { waitForWindow, windowOf } from './wait-for-window.ts';
import type { Sighting } from './watch.ts';

/**
 * Takes a step from wherever it stands to its end, or to where the run stops before its next order.
 * @param free gives its place among the resizes under way away, while its change waits for its window.
 * @returns `gave-way` where it must go on in another place, because fewer may be under way now.
 */
export async function carryOutStep(run: Run, step: Step, free: () => void): Promise<'gave-way' | 'no-more'> {
  let notBefore = Number.NEGATIVE_INFINITY;
  while (!run.leave.aborted) {
    const { phase, beganAt } = run.journal.replay.step(step.id);
    switch (phase) {
      case 'ended':
        return 'no-more';
      case 'asking':
      case 'asked':
      case 'unanswered':
        await settleLanding(run, step);
        break;
      case 'settling':
        if (run.saved.execution.switch === 'maintenance-window' && beganAt === null) {
          if ((await waitForWindow(run, step, free)) === 'left') return 'no-more';
        } else await settleEnd(run, step);
        break;
      case 'waiting':
        switch (await ask(run, step, notBefore)) {
          case true:
            break;
          case false:
            return 'no-more';
          default:
            return 'gave-way';
        }
        break;
      default:
        return unreachable(phase);
    }
    notBefore = run.clock.monotonic();
  }
  return 'no-more';
}

/** Waits out a pause, which does not count against the limits of the step's own waits. */
async function whenItsTurn(run: Run, step: Step): ReturnType<Run['turn']> {
  const { clock, waits } = run;
  const from = clock.monotonic();
  if (!run.mayStart()) waits.none(step);
  const turned = await run.turn();
  if (clock.monotonic() > from) waits.excuse(step, clock.monotonic() - from);
  return turned;
}

/** Looks again and orders. @returns false where nothing more is to be done for this step in this process. */
async function ask(run: Run, step: Step, notBefore: number): Promise<boolean | 'give-way'> {
  const { journal, clock } = run;
  if (step.needs !== null) {
    const before = journal.replay.step(step.needs);
    if (before.phase !== 'ended' || mayEndOtherwise(run, before)) return false;
    if (before.outcome !== 'verified') {
      await endStep(run, step, 'skipped', `its earlier step ${step.needs} ended ${before.outcome}`, {
        code: 'Refit.EarlierStep',
      });
      return false;
    }
    // A refusal by the tail lock costs the whole of patience, because it may hide an order that was taken.
    const left = Date.parse(before.endedAt ?? '') + run.pace.tail - clock.now();
    if (journal.replay.step(step.id).attempts === 0 && left > 0) {
      const tail = Math.min(left, run.pace.tail);
      run.waits.goesOn(step, 'tailLock', tail);
      await clock.sleep(tail, run.stopped);
      run.waits.none(step);
    }
  }
  const turn = await whenItsTurn(run, step);
  if (turn !== 'go') return turn === 'give-way' ? turn : false;
  if (run.saved.execution.switch === 'maintenance-window') {
    const window = await windowStands(run, step);
    if (window !== 'yes') return window === 'again' && run.goesOn();
  }
  try {
    const open = await openOrderOf(run, step);
    if (open !== 'none') return open === 'taken';
  } catch (error) {
    if (journal.failed) throw error;
    await unread(run, step, error);
    return run.goesOn();
  }
  const looked = await lookAgain(run, step, notBefore);
  if (typeof looked === 'string') return looked === 'again';
  const refusedBefore = journal.replay.step(step.id).code;
  run.waits.none(step);
  const placed = await placeOrder(run, step, looked);
  if (placed.kind === 'accepted' || placed.kind === 'refused' || placed.kind === 'no-answer')
    run.waits.over(step, 'unsent');
  countLimitRefusals(run, step, placed);
  switch (placed.kind) {
    case 'stopped':
      return run.goesOn();
    case 'look-again':
      if (run.waits.waited(step, 'unsent') <= LIMITS.unsent) return true;
      run.stop(
        'halted',
        sayHalt(
          `for ${LIMITS.unsent / MINUTE} minutes no look at an instance was young enough to order by`,
          'check the network: answers take too long',
        ),
      );
      return false;
    case 'not-sent': {
      if (!run.mayStart()) {
        run.waits.over(step, 'unsent');
        return run.goesOn();
      }
      const since = run.waits.waited(step, 'unsent');
      if (since > LIMITS.unsent) {
        const why = `no order could be sent for ${LIMITS.unsent / MINUTE} minutes: ${placed.why}`;
        run.stop('halted', sayHalt(why, 'check the network and the keys: refit doctor tells of both'));
        return false;
      }
      // A moment's breath: without a connection this would spin.
      await clock.sleep(Math.min(30 * SECOND, SECOND + since / 4), run.stopped);
      return true;
    }
    case 'accepted': {
      const other = journal.replay.stepOf(placed.order);
      if (other !== null) {
        // An answer to something else, as a proxy may mix up: this order may have been taken or not.
        await journal.record({
          kind: 'no-answer',
          step: step.id,
          attempt: journal.replay.step(step.id).attempts,
          why: `the answer names order ${placed.order}, which is that of ${other}`,
          sentAt: new Date(placed.sentAt).toISOString(),
        });
        return true;
      }
      await journal.record({
        kind: 'accepted',
        step: step.id,
        attempt: journal.replay.step(step.id).attempts,
        order: placed.order,
        requestId: placed.requestId,
        sentAt: new Date(placed.sentAt).toISOString(),
      });
      return true;
    }
    case 'no-answer':
      await journal.record({
        kind: 'no-answer',
        step: step.id,
        attempt: journal.replay.step(step.id).attempts,
        why: placed.why,
        sentAt: new Date(placed.sentAt).toISOString(),
      });
      return true;
    case 'refused': {
      const { next, why, mend, lookAgain: changed } = afterRefusal(placed.code, refusedBefore);
      await journal.record({
        kind: 'refused',
        step: step.id,
        attempt: journal.replay.step(step.id).attempts,
        code: placed.code,
        message: placed.message,
        requestId: placed.requestId,
        sentAt: new Date(placed.sentAt).toISOString(),
        next,
      });
      const refused = () =>
        endStep(run, step, 'refused', `${placed.message} (${why})`, { code: placed.code });
      switch (next) {
        case 'try-again':
          return true;
        case 'read-first':
          return true;
        case 'wait':
          if (run.waits.waited(step, 'locked') > LIMITS.locked) {
            const what = `${placed.message} (${why}, for ${LIMITS.locked / MINUTE} minutes)${await underWayNow(run, step)}`;
            await endStep(run, step, 'skipped', what, { code: placed.code });
          } else await clock.sleep(10 * SECOND, run.stopped);
          return true;
        case 'skip': {
          const found = changed === true ? await lookAgain(run, step, clock.monotonic()) : null;
          if (typeof found === 'string') return found === 'again';
          await refused();
          return false;
        }
        case 'halt':
          run.stop('halted', sayHalt(`${placed.code}: ${why}`, mend ?? 'refit doctor'), placed.code);
          await refused();
          return false;
        default:
          return unreachable(next);
      }
    }
    default:
      return unreachable(placed);
  }
}

/** Whether this end is open again when the run is taken up: the steps that need it then stay as they are. */
function mayEndOtherwise({ journal }: Run, { step, outcome }: StepState): boolean {
  return outcome === 'unknown' || (outcome === 'refused' && journal.replay.state().haltingRefusals.has(step));
}

/**
 * Whether the instance still is what was approved: only then may it be ordered for.
 * @returns the look by which it is so; or what to do instead.
 */
async function lookAgain(run: Run, step: Step, notBefore: number): Promise<Sighting | 'again' | 'no'> {
  const { journal, clock } = run;
  let sighting: Sighting;
  try {
    sighting = await run.watch.look(step, step.instance, notBefore);
    run.waits.over(step, 'unreachable');
  } catch (error) {
    await unread(run, step, error);
    return 'again';
  }
  const { instance } = sighting;
  // One list may lack an instance that is there, as a page does that comes from a copy of the list which is late.
  if (!instance && run.waits.waited(step, 'unlisted') <= LIMITS.unlisted) {
    await clock.sleep(3 * SECOND, run.stopped);
    return run.goesOn() ? 'again' : 'no';
  }
  if (!instance) {
    await endStep(run, step, 'drifted', 'the provider lists no such instance any more', {
      code: 'ResourceNotFound.InstanceNotExists',
    });
    return 'no';
  }
  run.waits.over(step, 'unlisted');
  const { status, size } = instance;
  journal.tell({ kind: 'looked', step: step.id, status, size });
  const state = journal.replay.step(step.id);
  if (state.doubtful > 0 && isAtTarget(step, instance)) {
    await journal.record({
      kind: 'settled',
      step: step.id,
      attempt: state.attempts,
      landed: true,
      order: null,
      evidence: `the instance is at ${describe(sameSize(size, step.after) ? size : step.after)} now: an earlier attempt had landed after all`,
    });
    return 'again';
  }
  if (status === 'isolated' || status === 'deleting' || status === 'unrecognised') {
    await endStep(run, step, 'skipped', `the instance is ${status}`, {
      code: 'ResourceUnavailable.InstanceStatusAbnormal',
      size,
    });
    return 'no';
  }
  if (status !== 'running') {
    if (run.waits.waited(step, 'busy') > LIMITS.busy) {
      const what = `the instance was ${status} for ${LIMITS.busy / MINUTE} minutes${await underWayNow(run, step)}`;
      await endStep(run, step, 'skipped', what, { code: 'ResourceUnavailable.InstanceStatusAbnormal', size });
      return 'no';
    }
    await clock.sleep(5 * SECOND, run.stopped);
    return run.goesOn() ? 'again' : 'no';
  }
  run.waits.over(step, 'busy');
  if (!sameSize(size, step.before)) {
    const what = `the instance is at ${describe(size)}, planned from ${describe(step.before)}: it was changed meanwhile${await byWhom(run, step)}`;
    await endStep(run, step, 'drifted', what, { code: 'Refit.Drifted', size });
    return 'no';
  }
  const moved = nodesDrifted(step, instance);
  if (moved !== null) {
    await endStep(
      run,
      step,
      'drifted',
      `the nodes were changed meanwhile${await byWhom(run, step)}: ${moved}`,
      {
        code: 'Refit.Drifted',
        size,
      },
    );
    return 'no';
  }
  return sighting;
}

/** Whether the instance still has the window that was approved. One that is not told any more has not changed. */
async function windowStands(run: Run, step: Step): Promise<'yes' | 'again' | 'no'> {
  const planned = windowOf(run, step);
  let now: MaintenanceWindow | null;
  try {
    now = await run.cloudFor(step.profile).describeWindow(step, step.instance);
  } catch (error) {
    await unread(run, step, error);
    return 'again';
  }
  if (now === null || (now.from === planned.from && now.to === planned.to)) return 'yes';
  const what = `its maintenance window is ${now.from}-${now.to} now, planned with ${planned.from}-${planned.to} Beijing time`;
  await endStep(run, step, 'drifted', what, { code: 'Refit.Drifted' });
  return 'no';
}

/** A read that failed: waits a moment, or stops the run where waiting will not help. */
async function unread(run: Run, step: Step, error: unknown): Promise<void> {
  if (!(error instanceof RefitError)) throw error;
  const fault = readFaultOf(error);
  if (fault === 'credentials') return run.stop('halted', sayReadFault(error), CREDENTIALS_REFUSED);
  if (fault !== 'passing') return run.stop('halted', sayReadFault(error));
  const since = run.waits.waited(step, 'unreachable');
  if (since > LIMITS.unreachable) {
    return run.stop(
      'halted',
      `the provider could not be reached for ${LIMITS.unreachable / MINUTE} minutes: ${sayReadFault(error)}`,
    );
  }
  await run.clock.sleep(Math.min(30 * SECOND, SECOND + since / 4), run.stopped);
}
