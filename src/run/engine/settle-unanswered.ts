/**
 * Settling by reading: whether an order without an answer landed. (How an accepted one ended is in settle-end.ts.)
 * Nothing here ever asks the provider to change anything.
 */
import { iso } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import type { Size, Step, StepState } from '../../model.ts';
import { afterRefusal, CREDENTIALS_REFUSED, isTailLockCode } from '../decide/after-refusal.ts';
import { judgeLanding } from '../decide/judge-landing.ts';
import { addsNodes, type Reading } from '../decide/judge-settling.ts';
import { readFaultOf, sayReadFault } from '../decide/read-fault.ts';
import { LIMITS, MINUTE, SECOND } from '../waits.ts';
import { endStep } from './end-step.ts';
import { sinceFor, whoseOrders } from './known-orders.ts';
import { type SettlingRun, scopeOf } from './run.ts';

/** The provider's clock is known to about a second. */
const CLOCK_GRAIN = 1.5 * SECOND;

/**
 * Settles an order that has no answer on record: reads until something shows that it landed, or until every source
 * has been silent for as long as the plan's patience, counted from the intent's time on disk.
 */
export async function settleLanding(run: SettlingRun, step: Step): Promise<void> {
  const { journal, clock } = run;
  const state = journal.replay.step(step.id);
  const { patience } = run.saved.execution;
  const cloud = run.cloudFor(step.profile);
  // By the provider's clock, which a reading has just told: a restart does not begin patience anew, and a clock of this
  // machine that jumps, or sleeps, makes it neither shorter nor longer.
  const intentAt = Date.parse(state.intentProviderAt ?? state.startedAt ?? iso(cloud.providerNow()));
  const quietFor = () => cloud.providerNow() - intentAt;
  const factsSince = sinceFor(run, step, intentAt);
  // With the code of its refusal: whoever settles it anew must know whether it may be asked again.
  const open = (why: string, size: Size | null = null) =>
    endStep(run, step, 'unknown', `asked, and it could not be settled: ${why}`, {
      ...(state.code === null ? {} : { code: state.code }),
      size,
    });
  const settled = (landed: boolean, order: string | null, evidence: string) =>
    journal.record({ kind: 'settled', step: step.id, attempt: state.attempts, landed, order, evidence });

  run.waits.goesOn(step, 'patience', patience, clock.now() - quietFor());
  for (let pause = SECOND; !run.leave.aborted; pause = Math.min(2 * pause, 10 * SECOND)) {
    let overdue = quietFor() - patience;
    const atAsking = overdue - CLOCK_GRAIN;
    if (overdue > 0) run.waits.goesOn(step, 'unclear', LIMITS.unclear, clock.now() - overdue);
    let reading: Reading;
    try {
      const within = overdue >= 0 ? 50 : Math.min(pause, -overdue);
      const asked = clock.monotonic();
      reading = await run.watch.read({ ...scopeOf(step), instance: step.instance, within, factsSince });
      // What counts is for how long it had been silent when the reading began, by the clock as the reading told it.
      // Nor for longer than was known when it began: the machine may have slept with the answer in its hands.
      overdue = Math.min(atAsking, quietFor() - patience - (clock.monotonic() - asked) - CLOCK_GRAIN);
    } catch (error) {
      if (!(error instanceof RefitError)) throw error;
      const fault = readFaultOf(error);
      if (fault === 'credentials') run.stop('halted', sayReadFault(error), CREDENTIALS_REFUSED);
      if (overdue > LIMITS.unclear || fault !== 'passing') {
        return open(error.message);
      }
      await clock.sleep(pause, run.leave);
      continue;
    }
    const landing = judgeLanding(step, reading, await whoseOrders(run, step, reading));
    if (landing.kind === 'landed' && !(landing.hasty && reading.deals !== null && overdue < 0)) {
      await settled(true, landing.order, landing.evidence);
      return;
    }
    if (landing.kind === 'foreign' && overdue >= 0) {
      const size = reading.instance?.size ?? null;
      if (!landing.certain) {
        const what = `asked, and it cannot be told whether it landed: ${landing.what}`;
        return endStep(run, step, 'unknown', what, { size });
      }
      await settled(false, null, landing.what);
      // Nothing is asked on top of what somebody else did.
      const what = `asked, and not landed; somebody else changed the instance meanwhile: ${landing.what}`;
      return endStep(run, step, 'drifted', what, { code: 'Refit.Drifted', size });
    }
    if (landing.kind === 'silent' && overdue >= 0) {
      // Nodes that are added twice are two more: then billing must have been asked as well.
      const closed =
        reading.tasks === null
          ? 'the task list cannot be read'
          : reading.deals === null && addsNodes(step)
            ? 'it adds nodes, and billing cannot be read'
            : null;
      if (closed !== null) return open(closed);
      const sources = [
        'instance',
        ...(step.nodes ? ['its nodes'] : []),
        ...(reading.deals === null ? ['task list'] : ['task list', 'billing']),
      ];
      await settled(
        false,
        null,
        `${sources.slice(0, -1).join(', ')} and ${sources.at(-1)} were silent for ${Math.round(quietFor() / SECOND)} s`,
      );
      return afterSilence(run, step, state);
    }
    const limit = landing.kind === 'unclear' && landing.working ? LIMITS.settling : LIMITS.unclear;
    if (landing.kind === 'unclear' && overdue > limit) {
      return open(landing.why, reading.instance?.size ?? null);
    }
  }
}

/** An attempt that did not land is asked again, within a limit, unless its code forbids it. */
async function afterSilence(run: SettlingRun, step: Step, state: StepState): Promise<void> {
  const waitedFor = run.waits.waited(step, 'tryingAgain');
  learnTail(run, step, state);
  if (state.code !== null && !afterRefusal(state.code).again) {
    return endStep(run, step, 'refused', state.what, { code: state.code });
  }
  if (waitedFor <= LIMITS.tryingAgain) return;
  if (state.code !== null) {
    return endStep(run, step, 'refused', `${state.what} (for ${Math.round(waitedFor / MINUTE)} minutes)`, {
      code: state.code,
    });
  }
  return endStep(
    run,
    step,
    'failed',
    `no usable answer for ${Math.round(waitedFor / MINUTE)} minutes; nothing landed`,
    { code: 'Refit.NoAnswer' },
  );
}

/**
 * What a refusal that turned out to be the tail lock of the step before teaches: it lasts longer than this step waited.
 * The code alone never shortens patience, because the same code may hide an order that was taken.
 */
function learnTail(run: SettlingRun, step: Step, state: StepState): void {
  if (step.needs === null || state.code === null || !isTailLockCode(state.code)) return;
  const before = run.journal.replay.step(step.needs).endedProviderAt;
  const asked = Date.parse(state.intentProviderAt ?? '') - Date.parse(before ?? '');
  if (asked >= 0 && asked <= LIMITS.tailLock)
    run.pace.tail = Math.max(run.pace.tail, Math.min(2 * asked, run.saved.execution.patience));
}
