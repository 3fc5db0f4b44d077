/** Hooks: commands of the plan's author, run on this machine as the user who applies. */
import type { Clock } from '../clock.ts';
import { RefitError } from '../errors.ts';
import type { SavedPlan } from '../model.ts';
import type { RunCommand } from './run-command.ts';
import type { Listener } from './tell.ts';

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
  outside: {
    readonly runCommand: RunCommand;
    readonly clock: Clock;
    readonly directory: string;
    readonly env: Readonly<Record<string, string | undefined>>;
  },
): Listener {
  const { runCommand, clock, directory } = outside;
  const env = withoutKeys(outside.env);
  return {
    by: 'hook',
    wants: ({ event }) => hooks[event] !== undefined,
    to: ({ event }) => hooks[event]![0]!,
    async tell(facts, signal) {
      const began = clock.monotonic();
      const over = new AbortController();
      const enough = AbortSignal.any([signal, over.signal]);
      const input = `${JSON.stringify({ ...facts, directory })}\n`;
      const ended = new AbortController();
      void clock.sleep(HOOK_LIMIT, ended.signal).then(() => over.abort());
      const { exitCode, output, failure } = await runCommand(hooks[facts.event]!, {
        input,
        env,
        signal: enough,
      });
      ended.abort();
      const after = `after ${Math.round(clock.monotonic() - began)} ms`;
      if (failure !== null) return { ok: false, what: `could not be run: ${failure}`, output };
      if (signal.aborted && exitCode === null)
        return { ok: false, what: `killed ${after}: the run is over`, output };
      if (exitCode === null) return { ok: false, what: `killed ${after}, at most ${HOOK_LIMIT} ms`, output };
      return { ok: exitCode === 0, what: `exit code ${exitCode} ${after}`, output };
    },
  };
}

/** Where keys of the provider's are kept in the environment: a hook has no business with them. */
const KEYS = /^(TENCENTCLOUD|TCCLI|TKE)_/;

function withoutKeys(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || KEYS.test(name) ? [] : [[name, value] as const],
    ),
  );
}
