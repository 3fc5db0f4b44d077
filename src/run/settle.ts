/**
 * Settling by reading: whether an order without an answer landed, and how an accepted one ended. Nothing here ever
 * asks the provider to change anything.
 */
import { iso } from '../clock.ts';
import type { CloudReader } from '../cloud/cloud.ts';
import { RefitError } from '../errors.ts';
import type { Step, StepState } from '../model.ts';
import { afterRefusal, CREDENTIALS_REFUSED, isTailLockCode } from './after-refusal.ts';
import { endStep } from './end-step.ts';
import type { Reading } from './evidence.ts';
import {
  addsNodes,
  describe,
  judgeLanding,
  judgeSettling,
  orderInBilling,
  sayInBilling,
} from './evidence.ts';
import type { Run } from './execute.ts';
import { readFaultOf, sayReadFault } from './read-fault.ts';
import { LIMITS, MINUTE, SECOND } from './waits.ts';

/** What settling needs of a run. With nothing of it can anything be ordered, nor does settling ever start a step. */
export interface SettlingRun
  extends Pick<
    Run,
    | 'saved'
    | 'journal'
    | 'clock'
    | 'drain'
    | 'leave'
    | 'watch'
    | 'waits'
    | 'pace'
    | 'waiting'
    | 'stop'
    | 'ended'
  > {
  readonly cloudFor: (profile: string) => CloudReader;
}

/** The provider's clock and ours differ by less than this: what began that much before the intent may be its effect. */
const CLOCK_MARGIN = 30 * SECOND;

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
  const known = knownOrders(run, step);
  const settled = (landed: boolean, order: string | null, evidence: string) =>
    journal.record({ kind: 'settled', step: step.id, attempt: state.attempts, landed, order, evidence });

  run.waits.goesOn(step, 'patience', patience, clock.now() - quietFor());
  for (let pause = SECOND; !run.leave.aborted; pause = Math.min(2 * pause, 10 * SECOND)) {
    let overdue = quietFor() - patience;
    if (overdue > 0) run.waits.goesOn(step, 'unclear', LIMITS.unclear, clock.now() - overdue);
    let reading: Reading;
    try {
      const within = overdue >= 0 ? 50 : Math.min(pause, -overdue);
      const asked = clock.monotonic();
      reading = await run.watch.read({ ...scopeOf(step), instance: step.instance, within, factsSince });
      // What counts is for how long it had been silent when the reading began, by the clock as the reading told it.
      overdue = quietFor() - patience - (clock.monotonic() - asked) - CLOCK_GRAIN;
    } catch (error) {
      if (!(error instanceof RefitError)) throw error;
      const fault = readFaultOf(error);
      if (fault === 'credentials') run.stop('halted', sayReadFault(error), CREDENTIALS_REFUSED);
      if (overdue > LIMITS.unclear || fault !== 'passing') {
        return endStep(run, step, 'unknown', `asked, and it could not be settled: ${error.message}`, {});
      }
      await clock.sleep(pause, run.leave);
      continue;
    }
    const landing = judgeLanding(step, reading, known);
    if (landing.kind === 'landed') {
      await settled(true, landing.order, landing.evidence);
      return;
    }
    if (landing.kind === 'silent' && overdue >= 0) {
      // Nodes that are added twice are two more: then billing must have been asked as well.
      const closed =
        reading.tasks === null
          ? 'the task list cannot be read'
          : reading.deals === null && addsNodes(step)
            ? 'it adds nodes, and billing cannot be read'
            : null;
      if (closed !== null)
        return endStep(run, step, 'unknown', `asked, and it could not be settled: ${closed}`, {});
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
    if (landing.kind === 'unclear' && overdue > LIMITS.unclear) {
      return endStep(run, step, 'unknown', `asked, and it could not be settled: ${landing.why}`, {
        size: reading.instance?.size ?? null,
      });
    }
  }
}

/** The numbers on record of all orders for the instance: another one is that of an order without an answer. */
function knownOrders({ saved, journal }: SettlingRun, { instance }: Step): ReadonlySet<string> {
  const steps = saved.steps.filter((other) => other.instance === instance);
  return new Set(steps.flatMap(({ id }) => journal.replay.step(id).orders));
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

/**
 * @param intentAt by the provider's clock, as all here.
 * From when on tasks and orders count as effects of this step's order: never those of the step before. The provider
 * tells whole seconds, so what began within the second in which the step before ended must not be lost: its own task
 * and order began earlier than that.
 */
export function sinceFor(run: SettlingRun, step: Step, intentAt: number): number {
  const before = step.needs === null ? null : run.journal.replay.step(step.needs).endedProviderAt;
  if (before === null) return intentAt - CLOCK_MARGIN;
  return Math.max(intentAt - CLOCK_MARGIN, Math.floor(Date.parse(before) / SECOND) * SECOND);
}

/** How long the last facts of one change wait for those of others, in milliseconds: a round is three calls or more. */
const FACTS_WITHIN = 500;

/** When to look at an accepted change again. */
function pauseFor(run: SettlingRun, age: number): number {
  const expected = run.pace.usual ?? undefined;
  if (expected === undefined) return Math.min(15 * SECOND, Math.max(SECOND, age / 6));
  if (age < 0.6 * expected) return Math.min(60 * SECOND, Math.max(SECOND, 0.6 * expected - age));
  return Math.min(20 * SECOND, Math.max(SECOND, expected / 8));
}

/** Follows an accepted change to its final facts and writes down how it ended. */
export async function settleEnd(run: SettlingRun, step: Step): Promise<void> {
  const { journal, clock } = run;
  const state = journal.replay.step(step.id);
  const beganAt = state.beganAt ?? state.acceptedAt ?? state.intentAt ?? iso(clock.now());
  // What went by before this process looked is told by the wall clock; what goes by now is not, because that one may jump.
  const before = Math.max(0, clock.now() - Date.parse(beganAt));
  const since = clock.monotonic() - before;
  const factsSince = sinceFor(run, step, Date.parse(state.intentProviderAt ?? state.acceptedAt ?? ''));
  run.waits.goesOn(step, 'settling', LIMITS.settling, Date.parse(beganAt));
  let facts = false;
  for (let round = 1; !run.leave.aborted; round++) {
    const age = clock.monotonic() - since;
    let reading: Reading;
    try {
      reading = await run.watch.read({
        ...scopeOf(step),
        instance: step.instance,
        within: facts ? FACTS_WITHIN : pauseFor(run, age),
        factsSince: facts || round % 8 === 0 ? factsSince : null,
      });
      run.waits.over(step, 'unreachable');
    } catch (error) {
      if (!(error instanceof RefitError)) throw error;
      const fault = readFaultOf(error);
      if (fault === 'credentials') run.stop('halted', sayReadFault(error), CREDENTIALS_REFUSED);
      else if (fault !== 'passing') run.stop('halted', sayReadFault(error));
      if (fault !== 'passing' || run.waits.waited(step, 'unreachable', LIMITS.settling) > LIMITS.settling) {
        return endStep(run, step, 'unknown', `ordered, and its end could not be read: ${error.message}`, {});
      }
      await clock.sleep(5 * SECOND, run.leave);
      continue;
    }
    // What was seen to land by its task or its size has no number yet: billing lists orders later than that.
    const order =
      journal.replay.step(step.id).orders.length > 0
        ? null
        : orderInBilling(reading.deals, knownOrders(run, step));
    if (order !== null)
      await journal.record({
        kind: 'settled',
        step: step.id,
        attempt: state.attempts,
        landed: true,
        order,
        evidence: sayInBilling(order),
      });
    const { orders } = journal.replay.step(step.id);
    const verdict = judgeSettling(step, reading, orders);
    const asked = facts || round % 8 === 0;
    if (verdict.kind === 'failed')
      return endStep(run, step, 'failed', verdict.what, {
        code: verdict.code ?? 'Refit.TaskFailed',
        size: verdict.size,
      });
    if (verdict.kind === 'verified') {
      const numberless = orders.length === 0 && reading.deals !== null;
      if (asked && !(numberless && run.waits.waited(step, 'delivery') <= LIMITS.delivery)) {
        if (!numberless) learn(run, age);
        const what = `read back at ${describe(verdict.size)}${numberless ? '; billing lists no order for it' : ''}`;
        return endStep(run, step, 'verified', what, { size: verdict.size, billed: verdict.billed });
      }
      if (asked) await clock.sleep(2 * SECOND, run.leave);
      facts = true;
      continue;
    }
    facts = false;
    if (verdict.near) {
      if (run.waits.waited(step, 'delivery') > LIMITS.delivery && !stillWorking(reading)) {
        const what = `read back at ${describe(step.after)}; billing does not call its order delivered yet`;
        return endStep(run, step, 'verified', what, { size: step.after });
      }
      facts = true;
      await clock.sleep(2 * SECOND, run.leave);
    }
    if (!reading.instance && run.waits.waited(step, 'missing') > LIMITS.missing) {
      return endStep(run, step, 'failed', 'ordered, and the instance is no longer listed', {
        code: 'ResourceNotFound.InstanceNotExists',
      });
    }
    if (reading.instance) run.waits.over(step, 'missing');
    if (age > LIMITS.settling) {
      // Only the task list and billing tell a change that failed from one that goes on.
      if (!asked) {
        facts = true;
        continue;
      }
      const what = `ordered, and not ended within ${LIMITS.settling / MINUTE} minutes`;
      return endStep(run, step, 'unknown', what, { size: reading.instance?.size ?? null });
    }
  }
}

function stillWorking({ tasks }: Reading): boolean {
  return tasks?.some(({ result }) => result === 'pending' || result === 'running') ?? false;
}

/** What ended changes of this run took tells when the next look at one is worth a call. */
function learn({ pace }: SettlingRun, took: number): void {
  pace.usual = pace.usual === null ? took : pace.usual + 0.2 * (took - pace.usual);
}

function scopeOf({ region, profile }: Step) {
  return { region, profile };
}
