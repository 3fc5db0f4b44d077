/** Hooks: commands in the plan that run on this machine as the user who applies. */
import type { Clock } from '../../clock.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { Effects, HookEffect, HookPhase } from '../../model.ts';
import { effectsOfKind } from '../../plan/effects.ts';
import type { Listener } from './notifier.ts';
import type { RunCommand } from './run-command.ts';

/** Milliseconds that a hook may run. Refit kills a longer one and records that. */
export const HOOK_LIMIT = 30_000;

/**
 * Requires that the user allows the hooks of the plan. The plan may come from another person, and its hooks run here.
 * @throws RefitError `not-approved` if the user does not allow them.
 */
export function mustAllowHooks(effects: Effects, allowed: boolean): void {
  const hooks = effectsOfKind(effects, 'hook');
  if (hooks.length === 0 || allowed) return;
  const listed = hooks.map(({ phase, command }) => `${phase}: ${JSON.stringify(command)}`);
  throw refitError('not-approved', message('error.commands-not-allowed', { commands: listed }));
}

/** Creates the listener that runs the hooks, one at a time. */
export function createHookListener(
  effects: readonly HookEffect[],
  ports: { runCommand: RunCommand; clock: Pick<Clock, 'monotonic'>; directory: string },
): Listener {
  const { runCommand, clock, directory } = ports;
  const hooks = new Map<HookPhase, HookEffect>(effects.map((one) => [one.phase, one]));
  return {
    by: 'hook',
    accepts: ({ event }) => hooks.has(event),
    destination: ({ event }) => hooks.get(event)!.program,
    async notify(facts, signal) {
      const startedAt = clock.monotonic();
      const input = `${JSON.stringify({ ...facts, directory })}\n`;
      const end = await runCommand(hooks.get(facts.event)!.command, { input, timeout: HOOK_LIMIT, signal });
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
