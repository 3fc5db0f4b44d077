/** Reads saved plans and inventories from files. */
import { RefitError } from '../errors.ts';
import { validateInventory } from '../generated/validators.js';
import { INVENTORY_FORMAT, type Inventory, type SavedPlan } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { readInput } from '../operations/named-files.ts';
import type { PlanChoice } from '../operations/runs/open-plan.ts';
import { readSavedPlan } from '../plan/saved/read-saved-plan.ts';
import type { Options } from './options.ts';
import type { Terminal } from './terminal.ts';

/** @throws RefitError `usage` if the file cannot be read, `format-unknown` for a written plan, and as `readSavedPlan` does. */
export async function readSavedPlanFile(path: string): Promise<SavedPlan> {
  const text = (await readInput(path, 'saved-plan')).toString('utf8');
  if (isWrittenPlan(text)) {
    const command = `refit plan ${shellQuote(path)} -o saved-plan.json`;
    throw new RefitError('format-unknown', 'this is a plan, not a saved plan', command);
  }
  return readSavedPlan(text);
}

/** How `withNamedPlan` finds the plan of a command. @param writes as there. */
export function planChoice({ store }: Options, { env, clock }: Terminal, writes = false): PlanChoice {
  return { store, env, clock, writes, readFile: readSavedPlanFile };
}

/** Whether a text is no JSON and has the keys of a plan. */
function isWrittenPlan(text: string): boolean {
  return !/^\ufeff?\s*\{/.test(text) && /^(version|name|targets)\s*:/m.test(text);
}

/**
 * Reads an inventory that `refit inventory -o` wrote.
 * @throws RefitError `usage` if the file cannot be read, `format-unknown` if it is not an inventory of this version.
 */
export async function readInventoryFile(path: string): Promise<Inventory> {
  const bytes = await readInput(path, 'inventory');
  const fix = 'refit inventory -o fleet.json';
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new RefitError('format-unknown', `${path} is not an inventory: it is not JSON`, fix, { cause });
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (format !== INVENTORY_FORMAT) {
    throw new RefitError(
      'format-unknown',
      `${path} is not an inventory of this version: its format is ${format === undefined ? 'missing' : 'another one'}, not ${INVENTORY_FORMAT}`,
      fix,
    );
  }
  if (!validateInventory(value)) {
    const fault = validateInventory.errors?.[0];
    throw new RefitError(
      'format-unknown',
      `${path} is not a valid inventory: ${fault?.instancePath || '/'} ${fault?.message ?? ''}`,
      fix,
    );
  }
  return value as Inventory;
}
