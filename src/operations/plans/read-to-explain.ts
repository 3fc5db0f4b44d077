/** Reads what explains one instance: the fleet, and what a plan needs to know of the instance. */
import { systemClock } from '../../clock.ts';
import type { CloudReader } from '../../cloud/cloud.ts';
import { readInventory } from '../../cloud/read-inventory.ts';
import type { FleetUse, Inventory, Plan } from '../../model.ts';
import { draftPlan } from '../../plan/make-plan.ts';
import { NO_USE } from '../../plan/resolve/match-selector.ts';
import { scopesOf } from '../../plan/resolve/scopes.ts';
import { useQuestionsOf } from '../../plan/resolve/use-questions.ts';
import { type FleetOptions, readFleet, readMeasured } from '../read-fleet.ts';
import { type PlanHistory, readUse } from './read-use.ts';

/** What explains an instance. */
export interface ToExplain {
  readonly inventory: Inventory;
  readonly use: FleetUse;
}

export interface ExplainOptions extends FleetOptions {
  readonly history: PlanHistory;
}

/** @param from the provider, or an inventory. @throws RefitError if the provider or the history cannot be read. */
export async function readToExplain(
  id: string,
  plan: Plan | null,
  from: CloudReader | Inventory,
  options: ExplainOptions,
): Promise<ToExplain> {
  const { clock = systemClock, history } = options;
  const isOffline = 'instances' in from;
  if (plan === null)
    return { inventory: isOffline ? from : (await readFleet(from, options)).inventory, use: NO_USE };
  const { scopes } = scopesOf(plan, { region: null, profile: null });
  const inventory = isOffline ? from : (await readInventory(from, scopes, clock)).inventory;
  const own = draftPlan(plan, inventory, clock.now()).toLookUp.filter((one) => one.id === id);
  const use = own.length === 0 ? NO_USE : await readUse(own, useQuestionsOf(plan), history, { clock });
  if (isOffline) return { inventory, use };
  const { toMeasure } = draftPlan(plan, inventory, clock.now(), [], use);
  if (!toMeasure.some((one) => one.id === id)) return { inventory, use };
  return { inventory: (await readMeasured(from, inventory, new Set([id]), options)).inventory, use };
}
