/** Settling by reading: how an accepted order ended. Nothing here ever asks the provider to change anything. */
import { iso } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import type { Step } from '../../model.ts';
import { CREDENTIALS_REFUSED } from '../decide/after-refusal.ts';
import { foreignOrders, ownInBilling, sayInBilling, sayOrder, sayTask } from '../decide/judge-landing.ts';
import { describe, judgeSettling, type Reading } from '../decide/judge-settling.ts';
import { readFaultOf, sayReadFault } from '../decide/read-fault.ts';
import { LIMITS, MINUTE, SECOND } from '../waits.ts';
import { endStep } from './end-step.ts';
import { sinceFor, whoseOrders } from './known-orders.ts';
import { type SettlingRun, scopeOf } from './run.ts';

/**
 * How long the last facts of one change wait for those of others, in milliseconds, where a step waits for the place and
 * where none does: a round is three calls or more.
 */
const FACTS_WITHIN = { hurried: 500, calm: 8_000 } as const;

/** Rounds after which the task list and billing are asked too, while an instance runs, and while it is in process. */
const FACTS_EVERY = { running: 8, processing: 64 } as const;

/** The longest pause: an end is noticed within half a minute. */
const LONGEST_PAUSE = 20 * SECOND;

/**
 * When to look at an accepted change again. To notice an end early is worth calls only where a step waits for the place:
 * then the pause is a fiftieth of what changes usually take, so that places stand empty for a hundredth of it.
 * While none has ended, the first of them tells at least how long they take.
 */
function pauseFor({ pace, clock, isPlaceWanted }: SettlingRun, age: number): number {
  const hurried = isPlaceWanted();
  const between = (pause: number) => Math.min(LONGEST_PAUSE, Math.max(SECOND, pause));
  if (pace.usual === null) {
    const longest = Math.max(age, clock.monotonic() - (pace.firstSince ?? Infinity));
    return between(longest / (hurried ? 12 : 3));
  }
  if (age < 0.6 * pace.usual) return Math.min(60 * SECOND, Math.max(SECOND, 0.6 * pace.usual - age));
  return between(pace.usual / (hurried ? 50 : 8));
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
  run.pace.firstSince = Math.min(run.pace.firstSince ?? since, since);
  let facts: 'open' | 'all' | null = null;
  let status: keyof typeof FACTS_EVERY = 'running';
  for (let round = 1; !run.leave.aborted; round++) {
    const age = clock.monotonic() - since;
    // What went on while nobody looked may be over: one look, and one for the facts, serve all that is taken up.
    const hasty = before > SECOND && round <= 2;
    const asked = facts !== null || round % FACTS_EVERY[status] === 0;
    let reading: Reading;
    try {
      reading = await run.watch.read({
        ...scopeOf(step),
        instance: step.instance,
        within: hasty
          ? SECOND
          : facts === null
            ? pauseFor(run, age)
            : FACTS_WITHIN[facts === 'open' && !run.isPlaceWanted() && age > MINUTE ? 'calm' : 'hurried'],
        factsSince: asked ? factsSince : null,
        openTasks: facts === 'open',
      });
      run.waits.over(step, 'unreachable');
      // Only all of them tell whether something was done after the one that failed.
      if (facts === 'open' && reading.tasks?.some(({ result }) => result === 'failed')) {
        facts = 'all';
        continue;
      }
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
    const whose = await whoseOrders(run, step, reading);
    const isNumbered = journal.replay.step(step.id).orders.length > 0;
    const order = isNumbered ? null : (ownInBilling(step, reading.deals, whose)?.order ?? null);
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
    const foreign = foreignOrders(reading.deals, whose, orders).map((deal) => ({
      deal,
      words: sayOrder(deal),
    }));
    const verdict = judgeSettling(step, reading, orders, foreign);
    if (verdict.kind === 'failed' && verdict.code === 'Refit.OtherSize' && state.adopted) {
      // An order asks for a size and nothing else: one that ends at another was not this step's.
      const taken = (reading.deals ?? []).filter((deal) => orders.includes(deal.order)).map(sayOrder);
      const by = taken.length > 0 ? taken : (reading.tasks ?? []).map(sayTask);
      const what = `${verdict.what}: what was taken for its order was somebody else's: ${by.join('; ')}`;
      return endStep(run, step, 'drifted', what, { code: 'Refit.Drifted', size: verdict.size });
    }
    if (verdict.kind === 'failed') {
      // Taken for its order by a task alone: that may be somebody else's, and a failed one leaves no size to tell by.
      const numberless = orders.length === 0 && reading.deals !== null;
      const what = `${verdict.what}${numberless ? '; billing lists no order of this run for it' : ''}`;
      return endStep(run, step, 'failed', what, {
        code: verdict.code ?? 'Refit.TaskFailed',
        size: verdict.size,
      });
    }
    if (verdict.kind === 'drifted') {
      const { what, size, billed } = verdict;
      return endStep(run, step, 'drifted', what, { code: 'Refit.Drifted', size, billed });
    }
    if (verdict.kind === 'verified') {
      const numberless = orders.length === 0 && reading.deals !== null;
      if (asked && !(numberless && run.waits.waited(step, 'delivery') <= LIMITS.delivery)) {
        if (numberless && foreign.length > 0) {
          const what = `the instance is at ${describe(verdict.size)} by ${foreign.map(({ words }) => words).join('; ')}: it is not known to be of this run`;
          return endStep(run, step, 'drifted', what, { code: 'Refit.Drifted', size: verdict.size });
        }
        if (!numberless) learn(run, age);
        const unnumbered =
          orders.length > 0
            ? ''
            : numberless
              ? '; billing lists no order for it'
              : '; billing cannot be read, so the number of its order is not known';
        const what = `read back at ${describe(verdict.size)}${unnumbered}`;
        return endStep(run, step, 'verified', what, { size: verdict.size, billed: verdict.billed });
      }
      if (asked) await clock.sleep(2 * SECOND, run.leave);
      facts = 'open';
      continue;
    }
    facts = null;
    const was = status;
    status = reading.instance?.status === 'processing' ? 'processing' : 'running';
    // In process no more, and not at its new size: it failed, or somebody else has a part in it.
    if (was === 'processing' && status === 'running' && !asked) facts = 'all';
    if (verdict.near) {
      if (run.waits.waited(step, 'delivery') > LIMITS.delivery && !stillWorking(reading)) {
        const what = `read back at ${describe(step.after)}; billing does not call its order delivered yet`;
        return endStep(run, step, 'verified', what, { size: step.after });
      }
      facts = 'open';
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
        facts = 'all';
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
