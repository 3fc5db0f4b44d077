/** Hooks: commands in the plan that run on this machine as the user who applies. */
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import type { SavedPlan } from '../../model.ts';
import type { Listener } from './notifier.ts';
import type { RunCommand } from './run-command.ts';

/** Milliseconds that a hook may run. Refit kills a longer one and records that. */
export const HOOK_LIMIT = 30_000;

/**
 * Requires that the user allows the hooks of the plan. The plan may come from another person, and its hooks run here.
 * @throws RefitError `not-approved` if the user does not allow them.
 */
export function mustAllowHooks({ hooks }: SavedPlan, allowed: boolean): void {
  if (hooks === undefined || allowed) return;
  const listed = Object.entries(hooks).map(([phase, command]) => `${phase}: ${JSON.stringify(command)}`);
  throw new RefitError(
    'not-approved',
    `the plan has hooks; these commands would run on this machine as you: ${listed.join(', ')}`,
    'read them, then add --allow-hooks; or make the plan without them: refit plan PLAN -o SAVED',
  );
}

/** Creates the listener that runs the hooks, one at a time. */
export function createHookListener(
  hooks: NonNullable<SavedPlan['hooks']>,
  ports: { runCommand: RunCommand; clock: Pick<Clock, 'monotonic'>; directory: string },
): Listener {
  const { runCommand, clock, directory } = ports;
  return {
    by: 'hook',
    accepts: ({ event }) => hooks[event] !== undefined,
    destination: ({ event }) => hooks[event]![0]!,
    async notify(facts, signal) {
      const startedAt = clock.monotonic();
      const input = `${JSON.stringify({ ...facts, directory })}\n`;
      const end = await runCommand(hooks[facts.event]!, { input, timeout: HOOK_LIMIT, signal });
      const { output } = end;
      const ms = Math.round(clock.monotonic() - startedAt);
      if (end.kind === 'ended') {
        const { exitCode } = end;
        return { ok: exitCode === 0, message: message('notify.exited', { exitCode, ms }), output };
      }
      const reason = signal.aborted ? message('notify.killed', { ms }) : end.reason;
      return { ok: false, message: reason, output };
    },
  };
}
