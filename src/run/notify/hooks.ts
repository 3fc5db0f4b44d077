/** Hooks: commands of the plan's author, run on this machine as the user who applies. */
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import type { SavedPlan } from '../../model.ts';
import type { Listener } from './notifier.ts';
import type { RunCommand } from './run-command.ts';

/** How long a hook may run, in milliseconds. One that takes longer is killed, and that is on record. */
export const HOOK_LIMIT = 30_000;

/**
 * A plan may come from elsewhere, and its hooks are commands on this machine: whoever applies has to say yes to them
 * apart. @throws RefitError `not-approved` where nobody has.
 */
export function mustAllowHooks({ hooks }: SavedPlan, allowed: boolean): void {
  if (hooks === undefined || allowed) return;
  const told = Object.entries(hooks).map(([phase, command]) => `${phase}: ${JSON.stringify(command)}`);
  throw new RefitError(
    'not-approved',
    `the plan has hooks, commands that would run on this machine as you: ${told.join(', ')}`,
    'read them, then add --allow-hooks; or make the plan without them: refit plan PLAN -o SAVED',
  );
}

/** The listener that runs the hooks, one at a time. */
export function hookListener(
  hooks: NonNullable<SavedPlan['hooks']>,
  outside: { runCommand: RunCommand; clock: Pick<Clock, 'monotonic'>; directory: string },
): Listener {
  const { runCommand, clock, directory } = outside;
  return {
    by: 'hook',
    wants: ({ event }) => hooks[event] !== undefined,
    to: ({ event }) => hooks[event]![0]!,
    async tell(facts, signal) {
      const began = clock.monotonic();
      const input = `${JSON.stringify({ ...facts, directory })}\n`;
      const end = await runCommand(hooks[facts.event]!, { input, timeout: HOOK_LIMIT, signal });
      const { output } = end;
      const after = `after ${Math.round(clock.monotonic() - began)} ms`;
      if (end.kind === 'ended')
        return { ok: end.exitCode === 0, what: `exit code ${end.exitCode} ${after}`, output };
      return { ok: false, what: signal.aborted ? `killed ${after}: the run is over` : end.reason, output };
    },
  };
}
