/** The commands that take a run up again, to be typed as they are. */
import { join } from 'node:path';
import { shellQuote } from '../next-command.ts';
import { RUN_FILES, type RunSnapshot } from '../store/folder/run-directory.ts';

/** With the endpoint that the run was begun with, where that is not the provider's own. */
export function formatApplyCommand(run: RunSnapshot): string {
  const { directory, saved } = run;
  const commands = saved.hooks !== undefined || saved.waves.some(({ gate }) => gate?.command !== undefined);
  return `refit apply ${shellQuote(join(directory, RUN_FILES.plan))} --run-dir ${shellQuote(directory)}${endpointOf(run)}${commands ? ' --allow-hooks' : ''}`;
}

/** The same for settling by reading alone. */
export function formatReconcileCommand(run: RunSnapshot): string {
  return `refit reconcile ${shellQuote(run.directory)}${endpointOf(run)}`;
}

function endpointOf({ first }: RunSnapshot): string {
  return first?.kind === 'run-started' && first.endpoint.startsWith('http')
    ? ` --endpoint ${shellQuote(first.endpoint)}`
    : '';
}
