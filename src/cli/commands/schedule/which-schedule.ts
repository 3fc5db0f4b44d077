/** Finds the schedule that a command means: that of a folder, or that of a store. */
import { RefitError } from '../../../errors.ts';
import { shellQuote } from '../../../next-command.ts';
import { databaseOf, type StoreChoice } from '../../../operations/runs/store-choice.ts';
import type { StoreTarget } from '../../../operations/runs/store-from.ts';
import type { Options } from '../../options.ts';
import type { Terminal } from '../../terminal.ts';

/** A plan in a folder or in a store. */
export type WhichPlan =
  | { readonly kind: 'folder'; readonly folder: string; readonly name: string }
  | { readonly kind: 'store'; readonly target: StoreTarget; readonly name: string };

const STORE_FIX = '--store postgres://refit@db.example/refit, or set REFIT_STORE';

/** The database that is named; null: none. A command on a folder loads no code for it. */
async function targetOf(choice: StoreChoice): Promise<StoreTarget | null> {
  if (databaseOf(choice) === null) return null;
  const { storeFrom } = await import('../../../operations/runs/store-from.ts');
  return await storeFrom(choice);
}

/** The store of `schedule run`, with or without a folder; null: the folder is all there is. Only a folder has `--runs`. */
export async function storeOfScheduler(
  { store, runs }: Options,
  { env }: Terminal,
): Promise<StoreTarget | null> {
  return store === undefined && runs !== undefined ? null : await targetOf({ store, env });
}

/** The store of a command without a folder; null: the command names a folder. @throws RefitError `usage` for both or none. */
export async function storeWithout(
  command: string,
  folder: string | undefined,
  { store }: Options,
  { env }: Terminal,
): Promise<StoreTarget | null> {
  if (folder === undefined) {
    const target = await targetOf({ store, env });
    if (target === null) throw needsFolder(command);
    return target;
  }
  // Without --store, a folder means itself, although the environment may name a store.
  if (databaseOf({ store, env: {} }) !== null) throw both(command, folder);
  return null;
}

/** The plan of a command with `FOLDER NAME`, or `NAME` of a store. @throws RefitError `usage` */
export async function scheduleOf(
  command: string,
  args: readonly string[],
  options: Options,
  terminal: Terminal,
): Promise<WhichPlan> {
  const [first = '', second, ...more] = args;
  if (more.length > 0)
    throw new RefitError(
      'usage',
      `schedule ${command} takes a folder and one plan of it, or one plan of a store`,
      `refit schedule ${command} ${shellQuote(first)} ${shellQuote(second!)}`,
    );
  if (second !== undefined) {
    await storeWithout(command, first, options, terminal);
    return { kind: 'folder', folder: first, name: second };
  }
  const target = await targetOf({ store: options.store, env: terminal.env });
  if (target !== null) return { kind: 'store', target, name: first };
  throw new RefitError(
    'usage',
    `schedule ${command} ${first}: this is one word, and a plan of a folder needs two: the folder and the plan`,
    `refit schedule ${command} FOLDER ${shellQuote(first)}; for a plan in a store: ${STORE_FIX}`,
  );
}

/** The refusal of a command that names no folder and no store. */
export function needsFolder(command: string): RefitError {
  return new RefitError(
    'usage',
    `schedule ${command} needs a folder of plans, or a store`,
    `refit schedule ${command} plans; for a store: ${STORE_FIX}`,
  );
}

function both(command: string, folder: string): RefitError {
  return new RefitError(
    'usage',
    `schedule ${command} reads a folder or a store, and here are both: ${folder} and --store`,
    `remove one of them; schedule run --store URL ${shellQuote(folder)}   fires the plans of both`,
  );
}
