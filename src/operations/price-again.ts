/** Reads the prices of a saved plan again, because anybody who can seal a plan can write prices into it. */
import pLimit from 'p-limit';
import type { CloudReader } from '../cloud/cloud.ts';
import {
  type Instance,
  type Policy,
  type Quote,
  type SavedPlan,
  type Step,
  sameSize,
  totalMemory,
} from '../model.ts';
import { money } from '../money.ts';
import { sizeAfter } from '../rules/facts.ts';

/** Whether the policy asks for the cost of a plan. */
export function needsPrices({ rules }: Policy): boolean {
  return rules.some(
    (rule) => rule.kind === 'cost' || (rule.kind === 'approvals' && rule.when?.cost !== undefined),
  );
}

/**
 * The plan with the provider's prices of today. The higher one of two prices of a step counts. An instance that the run has
 * changed already keeps its prices, because the provider prices only the present size.
 * @param present the instances as they are now.
 */
export async function priceAgain(
  reader: Pick<CloudReader, 'price'>,
  saved: SavedPlan,
  present: ReadonlyMap<string, Instance>,
): Promise<SavedPlan> {
  const sizes = new Map(saved.preconditions.map(({ instance, size }) => [instance, size]));
  const limit = pLimit(20);
  const priced = async (step: Step): Promise<Step> => {
    const size = sizes.get(step.instance);
    const now = present.get(step.instance);
    if (size === undefined || now === undefined || !sameSize(size, now.size)) return step;
    const { id, instance, region, profile, edition, change, before } = step;
    const question = { step: id, instance, region, profile, edition, size: sizeAfter(size, change) };
    const answer = await reader.price(question);
    // The provider prices a later step as if it were the first: its price follows the memory.
    const factor = totalMemory(before) / totalMemory(size);
    const quote = answer.kind === 'quoted' ? quoteOf(answer, factor) : null;
    return { ...step, quote: higherOf(step.quote, quote) };
  };
  return { ...saved, steps: await Promise.all(saved.steps.map((step) => limit(() => priced(step)))) };
}

function quoteOf({ amount, currency, basis, readAt }: Quote, factor: number): Quote {
  return { amount: money(amount * factor), currency, basis, readAt };
}

/** An unknown price of today stays unknown, whatever the plan says. */
function higherOf(sealed: Quote | null, read: Quote | null): Quote | null {
  if (read === null || sealed === null || sealed.currency !== read.currency) return read;
  return read.amount >= sealed.amount ? read : sealed;
}
