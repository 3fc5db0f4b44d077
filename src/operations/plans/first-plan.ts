/** First plans for the editor of the console, and the names that it completes. */
import { size } from '../../messages/en/quantities.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { Inventory } from '../../model.ts';
import { escapeControls } from '../../text.ts';
import { readInventoryFile, streamInventoryFile } from '../fleet/read-inventory-file.ts';
import { readInstalled } from '../installed-files.ts';
import type { PlanFolder } from './plan-folder.ts';
import { type Selected, selectorPlan } from './selector-plan.ts';
import { plannable, starterPlan } from './starter-plan.ts';

/** What a first plan is for: a selection, or every instance of an inventory with its size. */
export interface FirstPlanRequest extends Selected {
  /** A file of the folder; null: none. */
  readonly inventory: string | null;
}

/** @param day for the name: `2026-12-01`. @throws RefitError `usage` as `selectorPlan` does, or if no instance can be planned. */
export async function firstPlan(
  folder: PlanFolder,
  request: FirstPlanRequest,
  { day, profile }: { readonly day: string; readonly profile: string | null },
): Promise<{ readonly name: string; readonly text: string }> {
  // In lower case, because on some disks two names that differ only in case are one file.
  const taken = new Set((await folder.files()).map((file) => file.name.toLowerCase()));
  const name = `resize-${day}`;
  const file = freeName(name, taken);
  if (request.inventory === null)
    return { name: file, text: selectorPlan({ ...request, profile: request.profile ?? profile }, name) };
  const { instances: all, readAt } = await readFolderInventory(folder, request.inventory);
  const ids = new Set(request.ids);
  const { instances } = plannable(
    all.filter(
      (one) =>
        (request.region === null || one.region === request.region) && (ids.size === 0 || ids.has(one.id)),
    ),
  );
  if (instances.length === 0)
    throw refitError(
      'usage',
      message('error.nothing-to-plan', { inventory: request.inventory, instances: all.length }),
    );
  const text = starterPlan({
    ...{ instances, profile, name, schema: null, next: null, mayBeOutdated: true },
    source: `the inventory file ${request.inventory}, read at ${readAt}`,
  });
  return { name: file, text };
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const file = number === 1 ? `${name}.yaml` : `${name}-${number}.yaml`;
    if (!taken.has(file.toLowerCase())) return file;
  }
}

/** Instances that an editor completes. */
const MOST_NAMES = 5_000;

/** Ids and names of an inventory of the folder. Names are escaped. @throws RefitError `usage` */
export async function inventoryNames(folder: PlanFolder, file: string) {
  const names: { readonly id: string; readonly name: string; readonly about: string }[] = [];
  // In pieces: a large inventory takes seconds, and other people go on meanwhile.
  const { scopes } = await streamInventoryFile(await inventoryPath(folder, file), (instances) => {
    for (const one of instances.slice(0, MOST_NAMES - names.length))
      names.push({
        id: escapeControls(one.id),
        name: escapeControls(one.name),
        about: `${escapeControls(one.region)}, ${size(one.size)}`,
      });
  });
  return {
    regions: [...new Set(scopes.map(({ region }) => escapeControls(region)))].sort(),
    instances: names,
  };
}

/** Reads an inventory of the folder, and no other file. @throws RefitError `usage` */
export async function readFolderInventory(folder: PlanFolder, name: string): Promise<Inventory> {
  return await readInventoryFile(await inventoryPath(folder, name));
}

/** @throws RefitError `usage` */
async function inventoryPath(folder: PlanFolder, name: string): Promise<string> {
  const path = folder.pathOf(name);
  const files = await folder.files();
  if (files.some((file) => file.kind === 'inventory' && file.name === name)) return path;
  throw refitError('usage', message('error.no-inventory', { name }));
}

/** The JSON Schema of plans, as it is installed. */
export async function readPlanSchema(): Promise<unknown> {
  return JSON.parse((await readInstalled('schemas/plan.schema.json')).toString('utf8'));
}
