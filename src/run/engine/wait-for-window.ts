/**
 * Follows an accepted change that was told to wait for its maintenance window until it has begun: accepted is not
 * started. What an instance reads as meanwhile is not documented, so its task is looked at, sparingly while the window
 * is far (facts §7.3, read 2026-11).
 */
import { iso } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import type { MaintenanceWindow, Scope, Step } from '../../model.ts';
import { CREDENTIALS_REFUSED } from '../decide/after-refusal.ts';
import { foreignOrders } from '../decide/judge-landing.ts';
import { judgeBegun, type Reading } from '../decide/judge-settling.ts';
import { readFaultOf, sayReadFault } from '../decide/read-fault.ts';
import { beganOutside, isOpen, openingAt, pauseUntilLook, secondClosing } from '../decide/window-time.ts';
import { LIMITS, MINUTE } from '../waits.ts';
import { endStep } from './end-step.ts';
import { sinceFor, whoseOrders } from './known-orders.ts';
import type { SettlingRun } from './run.ts';

/** A change that shows no sign of having begun for so long after its order is believed to wait, milliseconds. */
const WAITS_AFTER = MINUTE;

/** How long a look may wait for others: what waits for one window is looked at together. */
const TOGETHER = 5_000;

/**
 * @param free gives the step's place among the resizes under way to another: it is not under way while it waits. Until
 * the provider was seen to let a change wait it is kept, because where the option is overlooked all would begin at once.
 * @param once looks once, and leaves a change that waits.
 * @returns `left` where the run is told to stop: the change waits on, and whoever takes the run up goes on from there.
 */
export async function waitForWindow(
  run: SettlingRun,
  step: Step,
  free: () => void,
  { once = false }: { readonly once?: boolean } = {},
): Promise<'began' | 'ended' | 'left'> {
  const { journal, clock, waiting } = run;
  const window = windowOf(run, step);
  const state = journal.replay.step(step.id);
  const orderedAt = Date.parse(state.acceptedAt ?? state.intentAt ?? iso(clock.now()));
  const askedAt = Date.parse(state.intentProviderAt ?? state.acceptedAt ?? '');
  const factsSince = sinceFor(run, step, askedAt);
  const giveUpAt = secondClosing(window, orderedAt) + MINUTE;
  const scope = `${step.profile} ${step.region}`;
  run.waits.goesOn(step, 'window', giveUpAt - orderedAt, orderedAt);
  const either = AbortSignal.any([run.drain, run.leave]);
  let notYetAt = orderedAt;

  const tellDeferred = (): void => {
    if (journal.replay.step(step.id).waitsFor !== null) return;
    journal.tell({
      kind: 'deferred',
      step: step.id,
      window,
      opensAt: iso(openingAt(window, clock.now()).opens),
    });
  };
  const elsewhen = () => !isOpen(window, clock.now());
  const isOld = () => clock.now() - orderedAt >= WAITS_AFTER;
  if (state.waitsFor !== null && isOld()) free();
  if (waiting.get(scope) === 'kept' && elsewhen()) {
    tellDeferred();
    free();
  }

  // Taken up again, it is looked at at once: it may have begun while nobody looked.
  const isNew = clock.now() - orderedAt < 5_000;
  for (let pause = isNew && !once ? pauseUntilLook(window, orderedAt, clock.now()) : 0; ; ) {
    await clock.sleep(pause, either);
    if (either.aborted) return 'left';
    let reading: Reading;
    try {
      const { instance } = step;
      reading = await run.watch.read({ ...scopeOf(step), instance, within: TOGETHER, factsSince });
      run.waits.over(step, 'unreachable');
    } catch (error) {
      if (!(error instanceof RefitError)) throw error;
      const fault = readFaultOf(error);
      if (fault === 'credentials') run.stop('halted', sayReadFault(error), CREDENTIALS_REFUSED);
      else if (fault !== 'passing') run.stop('halted', sayReadFault(error));
      if (fault !== 'passing' || clock.now() > giveUpAt + LIMITS.settling) {
        await endStep(run, step, 'unknown', `ordered, and its end could not be read: ${error.message}`, {});
        return 'ended';
      }
      run.waits.waited(step, 'unreachable', giveUpAt + LIMITS.settling - clock.now());
      pause = MINUTE / 2;
      continue;
    }
    const now = clock.now();
    const { orders } = journal.replay.step(step.id);
    const foreign = foreignOrders(reading.deals, await whoseOrders(run, step, reading), orders);
    const begun = judgeBegun(step, reading, { orders, askedAt }, foreign);
    if (begun !== null) {
      const outside = beganOutside(window, { notYetAt, seenAt: now, orderedAt, taskAt: begun.taskAt });
      if (outside) waiting.set(scope, 'overlooked');
      const warning = outside ? `executed outside its window ${sayWindow(window)}` : null;
      await journal.record({ kind: 'began', step: step.id, evidence: begun.evidence, warning });
      return 'began';
    }
    notYetAt = now;
    if (now > giveUpAt) {
      const what = `accepted, and not begun by the end of the second of its windows ${sayWindow(window)}`;
      await endStep(run, step, 'unknown', what, { size: reading.instance?.size ?? null });
      return 'ended';
    }
    if (elsewhen()) {
      tellDeferred();
      if (isOld()) {
        if (!waiting.has(scope)) waiting.set(scope, 'kept');
        free();
      }
    }
    if (once) return 'left';
    pause = pauseUntilLook(window, orderedAt, now);
  }
}

/** The window that was approved for a step's instance. */
export function windowOf({ saved }: Pick<SettlingRun, 'saved'>, step: Step): MaintenanceWindow {
  const window = saved.preconditions.find(({ instance }) => instance === step.instance)?.window;
  if (window === undefined) throw new Error(`internal error: ${step.id} waits for a window and has none`);
  return window;
}

function sayWindow({ from, to }: MaintenanceWindow): string {
  return `${from}-${to} Beijing time`;
}

function scopeOf({ region, profile }: Step): Scope {
  return { region, profile };
}
