/** Opens the run that a command names, in the store that it means, and closes the store afterwards. */
import { openRuns } from '../operations/runs/open-runs.ts';
import type { RunReader } from '../operations/runs/read-run.ts';
import { escapeControls } from '../text.ts';
import type { CommandCode } from './command-row.ts';
import { type Options, storeOption } from './options.ts';
import type { Terminal } from './terminal.ts';

/**
 * Creates a command whose first argument is a run: an id, the start of one, `latest`, or the path of a run directory.
 * If the name of the run is another one than the user typed, it is printed on stderr.
 * @param code gets the run, and the arguments after it. @param claims whether it claims the run.
 */
export function onRun(
  code: (run: RunReader, options: Options, terminal: Terminal, rest: readonly string[]) => Promise<number>,
  { claims = false }: { readonly claims?: boolean } = {},
): CommandCode<[string, ...string[]]> {
  return async ([typed, ...rest], options, terminal) => {
    const { env, clock } = terminal;
    const onRestored = (text: string) => terminal.err(`${escapeControls(text)}\n`);
    const choice = { store: options.store, env, clock, ...(claims ? { onRestored } : {}) };
    const runs = await openRuns(choice, typed);
    try {
      const run = await runs.find(typed);
      if (run.name !== typed) terminal.hint(`run     ${escapeControls(run.name)}`);
      return await code(run, options, terminal, rest);
    } finally {
      await runs.close();
    }
  };
}

/** How the next command of a report names the run. */
export function placeInCommands({ kind, name }: Pick<RunReader, 'kind' | 'name'>, { store }: Options) {
  return kind === 'folder' ? { directory: name } : { directory: name, storeOption: storeOption(store) };
}

/** What JSON says of the place of a run: the directory, or the id of a run in a database. */
export function placeData({ kind, name }: Pick<RunReader, 'kind' | 'name'>) {
  return kind === 'folder' ? { directory: name } : { run: name, directory: null };
}
