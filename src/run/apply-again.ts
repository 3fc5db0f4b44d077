/** The command that takes a run up again, to be typed as it is. */
import { join } from 'node:path';
import { word } from '../plan/next-command.ts';
import { RUN_FILES, type RunOnDisk } from './run-directory.ts';

/** With the endpoint that the run was begun with, where that is not the provider's own. */
export function applyAgain({ directory, journal, saved }: RunOnDisk): string {
  const [first] = journal.entries;
  const endpoint =
    first?.kind === 'run-started' && first.endpoint.startsWith('http')
      ? ` --endpoint ${word(first.endpoint)}`
      : '';
  const hooks = saved.hooks === undefined ? '' : ' --allow-hooks';
  return `refit apply ${word(join(directory, RUN_FILES.plan))} --run-dir ${word(directory)}${endpoint}${hooks}`;
}
