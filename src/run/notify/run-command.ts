/**
 * Runs the commands of hooks and gates, and leaves no process behind. Each command is its own process group, with limits
 * for its time and its kept output. It gets few environment variables.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Clock } from '../../clock.ts';
import { messageOf } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import type { Message } from '../../model.ts';
import type { CommandEnd } from '../decide/judge-gate.ts';

/**
 * Runs a command until it ends, until `timeout` milliseconds have passed, or until `signal` is aborted. Then kills it with
 * all its child processes. Never rejects: a missing program is a result too.
 * `output`: both outputs in the order of writing, up to a limit.
 */
export type RunCommand = (
  command: readonly string[],
  options: { readonly input: string; readonly timeout: number; readonly signal: AbortSignal },
) => Promise<CommandEnd & { readonly output: string }>;

/** The variables that every command gets. PATH finds programs, and HOME their settings. */
const PASSED = ['PATH', 'HOME', 'LANG', 'TZ'];

/** Variables that no command gets, also if a policy lists them: the keys of the provider, a store and traces. */
const NEVER_PASSED =
  /^((TENCENTCLOUD|TCCLI|TKE|OTEL_EXPORTER)_.*|REFIT_STORE|REFIT_OIDC_CLIENT_SECRET|PG[A-Z]+)$/;

/** Which variables a command gets besides those that every command gets. */
export interface CommandEnvironment {
  /** Names that the policy lists. */
  readonly allowed?: readonly string[];
  /** Names that the plan uses for secrets. No command gets them. */
  readonly secret?: readonly string[];
}

/** The environment of a command: a list of allowed variables, so that tokens of a pipeline are never in it. Pure. */
export function commandEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  { allowed = [], secret = [] }: CommandEnvironment = {},
): Record<string, string> {
  const names = new Set([...PASSED, ...allowed]);
  return Object.fromEntries(
    Object.entries(env).filter(
      (one): one is [string, string] =>
        one[1] !== undefined && names.has(one[0]) && !NEVER_PASSED.test(one[0]) && !secret.includes(one[0]),
    ),
  );
}

/**
 * @returns a function that runs a command here with the variables of `commandEnvironment`. There is no shell: the first
 * word is the program, and the others are its arguments unchanged.
 */
export function createCommandRunner(
  clock: Pick<Clock, 'sleep'>,
  env: Readonly<Record<string, string | undefined>>,
  variables: CommandEnvironment = {},
): RunCommand {
  const safeEnv = commandEnvironment(env, variables);
  return ([program = '', ...args], { input, timeout, signal }) =>
    new Promise((resolve) => {
      const written = keepOutput();
      const over = new AbortController();
      const end = (result: CommandEnd): void => {
        over.abort();
        resolve({ ...result, output: written.output() });
      };
      const ended = (exitCode: number): void =>
        end({ kind: 'ended', exitCode, lastLine: written.lastLine() });
      const noEnd = (reason: Message): void => end({ kind: 'no-end', reason });
      const notStarted = (error: unknown): void =>
        noEnd(message('command.not-started', { error: messageOf(error) }));
      let child: ChildProcessWithoutNullStreams;
      try {
        child = spawn(program, args, { env: safeEnv, detached: true, stdio: 'pipe' });
      } catch (error) {
        notStarted(error);
        return;
      }
      const killAll = (): void => {
        try {
          if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        } catch {
          // The process has ended already.
        }
      };
      // A process that left the group may hold the pipes open. Do not wait for it.
      const giveUp = (reason: Message): void => {
        killAll();
        for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
        if (child.exitCode === null) noEnd(reason);
        else ended(child.exitCode);
      };
      child.stdout.on('data', written.add);
      child.stderr.on('data', written.add);
      // A command need not read its input.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
      child.once('error', notStarted);
      // Kill its background processes too. The pipes close with the last of them.
      child.once('exit', killAll);
      child.once('close', (exitCode, killedBy) =>
        exitCode === null ? noEnd(message('command.killed', { signal: killedBy })) : ended(exitCode),
      );
      void clock.sleep(timeout, AbortSignal.any([over.signal, signal])).then(() => {
        if (over.signal.aborted) return;
        giveUp(signal.aborted ? message('command.run-over') : message('command.late', { limit: timeout }));
      });
    });
}

/** Bytes of output that are kept, and bytes of its end that are kept for the last line. */
const MOST_OUTPUT = 64 * 1024;
const MOST_AT_THE_END = 4 * 1024;

/** Characters of the last line that are kept. */
const LONGEST_LINE = 200;

function keepOutput() {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let atTheEnd = Buffer.alloc(0);
  return {
    add(chunk: Buffer): void {
      if (bytes < MOST_OUTPUT) chunks.push(chunk.subarray(0, MOST_OUTPUT - bytes));
      bytes += chunk.length;
      atTheEnd = Buffer.concat([atTheEnd, chunk.subarray(-MOST_AT_THE_END)]).subarray(-MOST_AT_THE_END);
    },
    output(): string {
      const more = bytes > MOST_OUTPUT ? `\n(${bytes - MOST_OUTPUT} bytes more)` : '';
      return Buffer.concat(chunks).toString('utf8') + more;
    },
    lastLine(): string {
      const lines = atTheEnd.toString('utf8').trim().split('\n');
      return lines.at(-1)!.slice(0, LONGEST_LINE);
    },
  };
}
