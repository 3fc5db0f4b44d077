/**
 * Names what somebody else did, or does, to an instance, for the person who reads that a step drifted or was skipped. It
 * decides nothing: what cannot be read is left out.
 */
import { RefitError } from '../../errors.ts';
import type { Step } from '../../model.ts';
import { factsSince } from '../decide/facts-since.ts';
import { otherOrders, sayOrder, sayTask } from '../decide/judge-landing.ts';
import { MINUTE } from '../waits.ts';
import { knownOrders } from './known-orders.ts';
import type { FollowingRun } from './run.ts';

/** How far back the task list reaches (facts §2.5, read 2026-11), less a little. */
const REACH = 30 * 24 * 60 * MINUTE - MINUTE;

/** How long the question may wait for others, milliseconds: nobody waits for the answer. */
const WITHIN = 500;

/** `, by order 2026…, created at …`: what came since the size was read that the step was planned from; else empty. */
export async function byWhom(run: FollowingRun, step: Step): Promise<string> {
  const { saved, watch, cloudFor } = run;
  const readAt = saved.preconditions.find(({ instance }) => instance === step.instance)?.readAt;
  const earlier = step.needs === null ? null : { state: run.journal.replay.step(step.needs) };
  const now = cloudFor(step.profile).providerNow();
  const since = Math.max(
    now - REACH,
    factsSince(step, earlier, readAt === undefined ? now : Date.parse(readAt)),
  );
  const { region, profile, instance } = step;
  try {
    const { deals, tasks } = await watch.read({
      region,
      profile,
      instance,
      within: WITHIN,
      factsSince: since,
    });
    const orders = otherOrders(deals, { known: knownOrders(run, step), self: null });
    const named = orders.length > 0 ? orders.map(sayOrder) : (tasks ?? []).map(sayTask);
    return named.length === 0 ? '' : `, by ${named.slice(0, MOST_NAMED).join('; ')}${more(named.length)}`;
  } catch (error) {
    if (error instanceof RefitError) return '';
    throw error;
  }
}

/** `: task 700001 (type 012), begun at …`: what is under way on the instance now; else empty. */
export async function underWayNow({ cloudFor }: FollowingRun, step: Step): Promise<string> {
  try {
    const { region, profile, instance } = step;
    const running = await cloudFor(profile).describeRunningTasks({ region, profile });
    const own = running.filter((task) => task.instance === instance).map(sayTask);
    return own.length === 0 ? '' : `: ${own.slice(0, MOST_NAMED).join('; ')}${more(own.length)}`;
  } catch (error) {
    if (error instanceof RefitError) return '';
    throw error;
  }
}

const MOST_NAMED = 3;

function more(count: number): string {
  return count > MOST_NAMED ? `; and ${count - MOST_NAMED} more` : '';
}
