/**
 * The order that a failed payment may leave behind: the provider refuses the call, and an order waits to be paid for
 * days (facts §1.4 and §2.4, read 2026-11). Whoever pays it in the console has bought the change, and asked again it
 * would be bought twice. So before such a step is asked again, billing is.
 */
import type { Deal } from '../../cloud/cloud.ts';
import type { Step } from '../../model.ts';
import { leavesOrder } from '../decide/after-refusal.ts';
import { sayHalt } from '../decide/halt-sentence.ts';
import { SECOND } from '../waits.ts';
import type { Run } from './run.ts';

/** An order that the call made was made while it was under way: clocks differ by less, and no call takes longer. */
const MADE_WITHIN = { before: 30 * SECOND, after: 90 * SECOND };

/**
 * Looks for the order of an attempt whose payment failed, and takes it up where it has been paid.
 * @returns `none`: the step may be asked again; `taken`: its order is on record now; `unpaid`: the run is stopped.
 * @throws RefitError where billing cannot be read just now. Without the right to read it, there is none to be found.
 */
export async function openOrderOf(run: Run, step: Step): Promise<'none' | 'taken' | 'unpaid'> {
  const { journal } = run;
  const { code, attempts, intentProviderAt } = journal.replay.step(step.id);
  if (code === null || intentProviderAt === null || !leavesOrder(code)) return 'none';
  const askedAt = Date.parse(intentProviderAt);
  const { region, profile, instance } = step;
  const factsSince = askedAt - MADE_WITHIN.before;
  const { deals } = await run.watch.read({ region, profile, instance, within: SECOND, factsSince });
  const isOurs = ({ order, createdAt }: Deal) =>
    createdAt <= askedAt + MADE_WITHIN.after && journal.replay.stepOf(order) === null;
  const made = deals?.filter((deal) => isOurs(deal) && deal.state !== 'failed') ?? [];
  const deal = made.find(({ state }) => state !== 'unpaid') ?? made[0];
  if (deal === undefined) return 'none';
  if (deal.state === 'unpaid') {
    run.stop(
      'halted',
      sayHalt(
        `${code}: order ${deal.order} for ${instance} waits to be paid`,
        `pay or cancel order ${deal.order} in the console`,
      ),
    );
    return 'unpaid';
  }
  await journal.record({
    kind: 'settled',
    step: step.id,
    attempt: attempts,
    landed: true,
    order: deal.order,
    evidence: `order ${deal.order}, which waited to be paid, has been paid`,
  });
  return 'taken';
}
