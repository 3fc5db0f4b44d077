/**
 * Runs the commands of hooks and gates, and leaves no process behind. Each command is its own process group, with limits
 * for its time and its kept output. It gets none of the provider's keys.
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

/** The environment variables that hold the provider's keys. No command of a plan needs them. */
const KEYS = /^(TENCENTCLOUD|TCCLI|TKE)_/;

/**
 * @returns a function that runs a command here, with this environment except for the provider's keys. There is no shell:
 * the first word is the program, and the others are its arguments unchanged.
 */
export function createCommandRunner(
  clock: Pick<Clock, 'sleep'>,
  env: Readonly<Record<string, string | undefined>>,
): RunCommand {
  const safeEnv = Object.fromEntries(Object.entries(env).filter(([name]) => !KEYS.test(name)));
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
