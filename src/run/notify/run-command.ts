/**
 * Runs programs that a plan names, hooks and what gates judge by, and leaves nothing of them behind: each is a process
 * group of its own with a limit to its time and to what is kept of its output, and is handed none of the provider's keys.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Clock } from '../../clock.ts';
import type { CommandEnd } from '../decide/judge-gate.ts';

/**
 * Ends when the command has ended, after `timeout` milliseconds, or soon after `signal` is aborted; then it is killed with
 * all that it started. Never rejects: a program that is not there is an end like another.
 * `output`: what it wrote to both its outputs, as it came, up to a limit.
 */
export type RunCommand = (
  command: readonly string[],
  options: { readonly input: string; readonly timeout: number; readonly signal: AbortSignal },
) => Promise<CommandEnd & { readonly output: string }>;

/** Where keys of the provider's are kept in the environment: no program of a plan's has any business with them. */
const KEYS = /^(TENCENTCLOUD|TCCLI|TKE)_/;

/**
 * @returns what runs a command in this directory and with this environment but for the provider's keys. No shell: the
 * first word is the program, the others are its arguments as they are.
 */
export function commandRunner(
  clock: Pick<Clock, 'sleep'>,
  env: Readonly<Record<string, string | undefined>>,
): RunCommand {
  const given = Object.fromEntries(Object.entries(env).filter(([name]) => !KEYS.test(name)));
  return ([program = '', ...args], { input, timeout, signal }) =>
    new Promise((resolve) => {
      const written = keepOutput();
      const over = new AbortController();
      const end = (told: CommandEnd): void => {
        over.abort();
        resolve({ ...told, output: written.output() });
      };
      const ended = (exitCode: number): void =>
        end({ kind: 'ended', exitCode, lastLine: written.lastLine() });
      const noEnd = (why: string): void => end({ kind: 'no-end', reason: why });
      const notStarted = (error: unknown): void =>
        noEnd(`it could not be started: ${error instanceof Error ? error.message : String(error)}`);
      let child: ChildProcessWithoutNullStreams;
      try {
        child = spawn(program, args, { env: given, detached: true, stdio: 'pipe' });
      } catch (error) {
        notStarted(error);
        return;
      }
      const killAll = (): void => {
        try {
          if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        } catch {
          // It is gone.
        }
      };
      // What has left the group may hold the pipes open: that is not waited for.
      const giveUp = (why: string): void => {
        killAll();
        for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
        if (child.exitCode === null) noEnd(why);
        else ended(child.exitCode);
      };
      child.stdout.on('data', written.add);
      child.stderr.on('data', written.add);
      // A command that does not read its input is no fault.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
      child.once('error', notStarted);
      // What it has left running in the background goes with it; with the last of them the pipes close.
      child.once('exit', killAll);
      child.once('close', (exitCode, killedBy) =>
        exitCode === null ? noEnd(`it was ended by ${killedBy}`) : ended(exitCode),
      );
      void clock.sleep(timeout, AbortSignal.any([over.signal, signal])).then(() => {
        if (over.signal.aborted) return;
        giveUp(
          signal.aborted ? 'it was ended: nobody waits for it any more' : `no end within ${timeout / 1000} s`,
        );
      });
    });
}

/** Of what a command writes so many bytes are kept, and so many of its end, for the last line. */
const MOST_OUTPUT = 64 * 1024;
const MOST_AT_THE_END = 4 * 1024;

/** Of the last line so many characters are told. */
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
