/** Formats the commands that resume a run, ready to paste. */
import { join } from 'node:path';
import { endpointOption, shellQuote } from '../next-command.ts';
import { effectsOf, programEffects } from '../plan/effects.ts';
import { RUN_FILES } from '../store/folder/run-files.ts';
import type { RunPlace, RunSnapshot } from '../store/ports.ts';

/**
 * The `apply` command of a run. It names the endpoint of the run if that is not the provider's own.
 * @param submitted the endpoint of a run that has not started.
 */
export function formatApplyCommand(
  run: Pick<RunSnapshot, 'kind' | 'name' | 'saved' | 'first'>,
  submitted = '',
): string {
  const hasCommands = programEffects(effectsOf(run.saved)).length > 0;
  return `${formatStartCommand(run, endpointOf(run) || submitted)}${hasCommands ? ' --allow-hooks' : ''}`;
}

/** The same without what the plan needs. @param endpoint the provider, as a client names it. */
export function formatStartCommand({ kind, name }: RunPlace, endpoint: string): string {
  const run =
    kind === 'database'
      ? shellQuote(name)
      : `${shellQuote(join(name, RUN_FILES.plan))} --run-dir ${shellQuote(name)}`;
  return `refit apply ${run}${endpointOption(endpoint)}`;
}

/** The `reconcile` command of a run, which only reads. */
export function formatReconcileCommand(run: Pick<RunSnapshot, 'name' | 'first'>): string {
  return `refit reconcile ${shellQuote(run.name)}${endpointOption(endpointOf(run))}`;
}

function endpointOf({ first }: Pick<RunSnapshot, 'first'>): string {
  return first?.kind === 'run-started' ? first.endpoint : '';
}
