/** Formats the commands that resume a run, ready to paste. */
import { join } from 'node:path';
import { shellQuote } from '../next-command.ts';
import { effectsOf, programEffects } from '../plan/effects.ts';
import { RUN_FILES, type RunSnapshot } from '../store/folder/run-directory.ts';

/** The `apply` command of a run. It names the endpoint of the run if that is not the provider's own. */
export function formatApplyCommand(run: Pick<RunSnapshot, 'directory' | 'saved' | 'first'>): string {
  const { directory, saved } = run;
  const hasCommands = programEffects(effectsOf(saved)).length > 0;
  return `refit apply ${shellQuote(join(directory, RUN_FILES.plan))} --run-dir ${shellQuote(directory)}${endpointOption(run)}${hasCommands ? ' --allow-hooks' : ''}`;
}

/** The `reconcile` command of a run, which only reads. */
export function formatReconcileCommand(run: Pick<RunSnapshot, 'directory' | 'first'>): string {
  return `refit reconcile ${shellQuote(run.directory)}${endpointOption(run)}`;
}

/** ` --endpoint URL` for a run against a simulated provider; empty otherwise. */
export function endpointOption({ first }: Pick<RunSnapshot, 'first'>): string {
  return first?.kind === 'run-started' && first.endpoint.startsWith('http')
    ? ` --endpoint ${shellQuote(first.endpoint)}`
    : '';
}
