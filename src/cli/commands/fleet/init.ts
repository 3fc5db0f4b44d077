/** `refit init`: writes a first plan from the live fleet, an inventory or a Terraform state. It changes nothing yet. */
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { iso } from '../../../clock.ts';
import { RefitError } from '../../../errors.ts';
import { given } from '../../../given.ts';
import { counted } from '../../../messages/en/quantities.ts';
import { textOf } from '../../../messages/messages.ts';
import type { Instance, Inventory } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { readInventoryFile } from '../../../operations/fleet/read-inventory-file.ts';
import { readInput, STDIO, writeOutput } from '../../../operations/named-files.ts';
import { plannable, type StarterPlan, starterPlan } from '../../../operations/plans/starter-plan.ts';
import { readFleet } from '../../../operations/read-fleet.ts';
import { readTerraformState, type Skipped, type StateReading } from '../../../plan/parse/terraform-state.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import type { CommandCode } from '../../command-row.ts';
import { type Options, regionsFrom, withConnectionOptions } from '../../options.ts';
import { readProvider } from '../../read-provider.ts';
import type { Terminal } from '../../terminal.ts';
import { mustNotExist, schemaFrom } from './plan-file.ts';
import { selectFrom } from './select-from.ts';

/** Instances and their source. */
type Fleet = StateReading & Pick<StarterPlan, 'source' | 'mayBeOutdated'> & { readonly terraform?: string };

/** How many left-out instances Refit lists; it counts the rest. */
const NAMED = 10;

export const init: CommandCode<[]> = async (_args, options, terminal) => {
  const { inventory, fromTerraform, out, force } = options;
  if (inventory !== undefined && fromTerraform !== undefined) {
    throw new RefitError(
      'usage',
      '--inventory and --from-terraform cannot be used together',
      'remove one of them',
    );
  }
  const isSelected = selectFrom(options.select ?? []);
  if (out !== undefined && out !== STDIO && force !== true) await mustNotExist(out, 'refit init');
  const fleet = await fleetOf(options, terminal);
  const instances = selectInstances(fleet, isSelected, options, terminal);
  const file = out === undefined || out === STDIO ? 'plan.yaml' : out;
  // The plan contains region and profile.
  const { region: _, profile = null, ...reached } = options;
  const next = withConnectionOptions(`refit plan ${shellQuote(file)} --price -o saved-plan.json`, reached);
  const { source, mayBeOutdated } = fleet;
  const schema = await schemaFrom(file);
  const name = `resize-${iso(terminal.clock.now()).slice(0, 10)}`;
  const terraform = stateBeside(file, fleet.terraform);
  const { missing } = fleet;
  const more = given({ missing, terraform });
  const text = starterPlan({ instances, source, mayBeOutdated, schema, profile, name, next, ...more });
  if (out === undefined) await terminal.out(text);
  else {
    await writeOutput(out, text);
    terminal.hint(
      `wrote ${out === STDIO ? 'stdout' : escapeControls(out)}: ${counted(instances.length, 'instance')} with current sizes`,
    );
    terminal.hint(`next: edit the sizes, then ${next}`);
  }
  return 0;
};

/** The instances for the plan. Prints the ones that it leaves out. @throws RefitError `usage` if none is left. */
function selectInstances(
  fleet: Fleet,
  isSelected: (instance: Instance) => boolean,
  options: Options,
  terminal: Terminal,
): readonly Instance[] {
  const regions = regionsFrom(options);
  const wanted = fleet.instances.filter(
    (one) => isSelected(one) && (regions === null || regions.includes(one.region)),
  );
  const { instances, skipped } = plannable(wanted);
  if (!terminal.quiet)
    describeSkipped([...fleet.skipped, ...skipped], fleet.instances.length - wanted.length, terminal);
  if (instances.length > 0) return instances;
  throw new RefitError(
    'usage',
    `no instance to plan for: ${fleet.instances.length} read, ${wanted.length} selected`,
    fleet.skipped.length + skipped.length > 0
      ? 'the lines after "left out" say why; correct the source, or use refit inventory'
      : 'use another --region or --select; refit inventory lists the fleet',
  );
}

async function fleetOf(options: Options, terminal: Terminal): Promise<Fleet> {
  const profile = options.profile ?? 'default';
  if (options.fromTerraform !== undefined) {
    const file = options.fromTerraform;
    const text = (await readInput(file, 'terraform-state')).toString('utf8');
    const regions = regionsFrom(options);
    const region = regions?.length === 1 ? regions[0]! : null;
    const reading = readTerraformState(text, file, { region, profile });
    return { ...reading, source: `the Terraform state ${file}`, mayBeOutdated: true, terraform: file };
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
    mayBeOutdated: options.inventory !== undefined,
  };
}

async function readLive(options: Options, terminal: Terminal): Promise<Inventory> {
  const { profile = null } = options;
  const { inventory, notes } = await readProvider(options, terminal, (reader, listeners) =>
    readFleet(reader, { regions: regionsFrom(options), profile, clock: terminal.clock, ...listeners }),
  );
  for (const note of notes) terminal.err(`${escapeControls(textOf(note))}\n`);
  return inventory;
}

function describeSkipped(skipped: readonly Skipped[], unselected: number, terminal: Terminal): void {
  if (unselected > 0) terminal.err(`${counted(unselected, 'instance')} not selected\n`);
  if (skipped.length === 0) return;
  terminal.err(`left out: ${skipped.length}\n`);
  const shown = terminal.verbose ? skipped : skipped.slice(0, NAMED);
  for (const { subject, reason } of shown) terminal.err(`  ${escapeControls(subject)}: ${reason}\n`);
  if (shown.length < skipped.length)
    terminal.err(`  and ${skipped.length - shown.length} more; -v lists all\n`);
}

/** The path of a state from the folder of the plan. Undefined for the standard input, and for a name that no plan can have. */
function stateBeside(plan: string, state: string | undefined): string | undefined {
  if (state === undefined || state === '-') return undefined;
  const path = isAbsolute(state) ? state : relative(dirname(resolve(plan)), resolve(state));
  return escapeControls(path) === path ? path : undefined;
}
