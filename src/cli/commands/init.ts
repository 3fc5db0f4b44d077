/** `refit init`: a plan to begin from, of the live fleet, an inventory file or a Terraform state. It changes nothing until edited. */
import { lstat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { iso } from '../../clock.ts';
import { discoverRegions, readInventory } from '../../cloud/read-inventory.ts';
import { RefitError } from '../../errors.ts';
import type { Instance, Inventory } from '../../model.ts';
import { word } from '../../next-command.ts';
import { connectReader } from '../../operations/connect.ts';
import { visible } from '../../report/document/escape.ts';
import { counted } from '../../report/quantities.ts';
import { readInput, writeOutput } from '../files.ts';
import { selectFrom } from '../init/select-from.ts';
import { plannable, starterPlan } from '../init/starter-plan.ts';
import { readTerraformState, type Skipped } from '../init/terraform-state.ts';
import { readInventoryFile } from '../inventory-file.ts';
import { connectionOf, type GlobalOptions, regionsFrom, sameWay } from '../options.ts';
import { progressBar } from '../progress-bar.ts';
import type { Terminal } from '../terminal.ts';

export interface InitOptions extends GlobalOptions {
  readonly out?: string;
  readonly force?: boolean;
  readonly select?: readonly string[];
  readonly inventory?: string;
  readonly fromTerraform?: string;
}

/** Instances, and where they are from. */
interface Fleet {
  readonly instances: readonly Instance[];
  readonly skipped: readonly Skipped[];
  readonly source: string;
  readonly mayBeBehind: boolean;
}

/** Of what was left out so many are named; the rest are counted. */
const NAMED = 10;

export async function init(_args: readonly [], options: InitOptions, terminal: Terminal): Promise<number> {
  const { out } = options;
  if (options.inventory !== undefined && options.fromTerraform !== undefined) {
    throw new RefitError(
      'usage',
      '--inventory and --from-terraform: a plan begins from one of them',
      'leave one away',
    );
  }
  const isSelected = selectFrom(options.select ?? []);
  if (out !== undefined && options.force !== true) await mustBeFree(out);
  const fleet = await fleetOf(options, terminal);
  const regions = regionsFrom(options);
  const wanted = fleet.instances.filter(
    (one) => isSelected(one) && (regions === null || regions.includes(one.region)),
  );
  const { instances, skipped: unfit } = plannable(wanted);
  const skipped = [...fleet.skipped, ...unfit];
  if (!terminal.quiet) tellSkipped(skipped, fleet.instances.length - wanted.length, terminal);
  if (instances.length === 0) {
    throw new RefitError(
      'usage',
      `there is no instance to plan for: ${fleet.instances.length} read, ${wanted.length} selected`,
      'another --region or --select; refit inventory shows what there is',
    );
  }
  const file = out ?? 'plan.yaml';
  // Region and profile stand in the plan.
  const { region: _, profile: __, ...reached } = options;
  const next = sameWay(`refit plan ${word(file)} --price -o saved-plan.json`, reached);
  const text = starterPlan({
    instances,
    source: fleet.source,
    mayBeBehind: fleet.mayBeBehind,
    schema: schemaFrom(file),
    profile: options.profile ?? null,
    name: `resize-${iso(terminal.clock.now()).slice(0, 10)}`,
    next,
  });
  if (out === undefined) await terminal.out(text);
  else {
    await writeOutput(out, text, options.inventory ?? options.fromTerraform ?? null);
    if (!terminal.quiet) {
      terminal.err(
        `${counted(instances.length, 'instance')} into ${visible(out)}, each with the size it has\n`,
      );
      terminal.err(`next: edit the sizes, then ${next}\n`);
    }
  }
  return 0;
}

/** What somebody wrote is not written over. */
async function mustBeFree(path: string): Promise<void> {
  const present = await lstat(path).catch(() => null);
  if (present === null || present.isCharacterDevice() || present.isFIFO()) return;
  throw new RefitError(
    'usage',
    `${visible(path)} is there already; nothing was written`,
    `another name, or --force to write it anew: refit init -o ${word(path)} --force`,
  );
}

async function fleetOf(options: InitOptions, terminal: Terminal): Promise<Fleet> {
  const profile = options.profile ?? 'default';
  if (options.fromTerraform !== undefined) {
    const file = options.fromTerraform;
    const text = (await readInput(file, 'the Terraform state')).toString('utf8');
    const regions = regionsFrom(options);
    const region = regions?.length === 1 ? regions[0]! : null;
    const { instances, skipped } = readTerraformState(text, file, { region, profile });
    return { instances, skipped, source: `the Terraform state ${file}`, mayBeBehind: true };
  }
  const inventory = options.inventory
    ? await readInventoryFile(options.inventory)
    : await readLive(options, terminal);
  const named = options.profile;
  return {
    instances: inventory.instances.filter((one) => named === undefined || one.profile === named),
    skipped: [],
    source: options.inventory
      ? `the inventory file ${options.inventory}, read at ${inventory.readAt}`
      : `the live fleet, read at ${inventory.readAt}`,
    mayBeBehind: options.inventory !== undefined,
  };
}

async function readLive(options: InitOptions, terminal: Terminal): Promise<Inventory> {
  const reader = connectReader(connectionOf(options, terminal));
  const bar = progressBar(terminal);
  try {
    const profile = options.profile ?? 'default';
    const regions = regionsFrom(options) ?? (await discoverRegions(reader, profile));
    const scopes = regions.map((region) => ({ region, profile }));
    const { inventory, notes } = await readInventory(reader, scopes, terminal.clock, {
      onProgress: ({ scopes: done, of }) => bar.show('regions read', done, of),
    });
    bar.clear();
    for (const note of notes) terminal.err(`${visible(note)}\n`);
    return inventory;
  } finally {
    bar.clear();
    await reader.close();
  }
}

function tellSkipped(skipped: readonly Skipped[], unselected: number, terminal: Terminal): void {
  if (unselected > 0) terminal.err(`${counted(unselected, 'instance')} not selected\n`);
  if (skipped.length === 0) return;
  terminal.err(`left out: ${skipped.length}\n`);
  const shown = terminal.verbose ? skipped : skipped.slice(0, NAMED);
  for (const { what, why } of shown) terminal.err(`  ${visible(what)}: ${why}\n`);
  if (shown.length < skipped.length)
    terminal.err(`  and ${skipped.length - shown.length} more; -v names all\n`);
}

/** The schema as an editor finds it from the plan: by the shorter way within a project, by the whole path elsewhere. */
function schemaFrom(plan: string): string {
  const schema = fileURLToPath(new URL('../../../schemas/plan.schema.json', import.meta.url));
  const isNear = !relative(process.cwd(), schema).startsWith('..');
  return isNear ? relative(dirname(resolve(plan)), schema) : schema;
}
