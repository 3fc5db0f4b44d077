/** Runs a command as a process group of its own, so that nothing of it is left when its time is over. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/** What came of a command. */
export interface CommandEnd {
  /** null where it was killed, or never ran. */
  readonly exitCode: number | null;
  /** What it wrote to both its outputs, as it came, up to a limit. */
  readonly output: string;
  /** Why it could not be run; else null. */
  readonly failure: string | null;
}

/** Ends when the command has ended, or soon after `signal` is aborted. Never rejects. */
export type RunCommand = (
  command: readonly string[],
  options: {
    readonly input: string;
    readonly env: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
) => Promise<CommandEnd>;

/** Of what a command writes so much is kept, in bytes. */
const MOST_OUTPUT = 64 * 1024;

/** No shell: the first word is the program, the others are its arguments as they are. */
export const runCommand: RunCommand = ([program, ...args], { input, env, signal }) =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let kept = 0;
    const keep = (chunk: Buffer): void => {
      if (kept < MOST_OUTPUT) chunks.push(chunk.subarray(0, MOST_OUTPUT - kept));
      kept += chunk.length;
    };
    const output = (): string => {
      const more = kept > MOST_OUTPUT ? `\n(${kept - MOST_OUTPUT} bytes more)` : '';
      return Buffer.concat(chunks).toString('utf8') + more;
    };
    let child: ChildProcessWithoutNullStreams;
    try {
      child = spawn(program!, args, { env: { ...env }, detached: true, stdio: 'pipe' });
    } catch (error) {
      resolve({
        exitCode: null,
        output: '',
        failure: error instanceof Error ? error.message : String(error),
      });
      return;
    }
    const killAll = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It is gone.
      }
    };
    const end = (exitCode: number | null, failure: string | null): void => {
      signal.removeEventListener('abort', giveUp);
      resolve({ exitCode, output: output(), failure });
    };
    // What has left the group may hold the pipes open: that is not waited for.
    const giveUp = (): void => {
      killAll();
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      end(child.exitCode, null);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    // A command that does not read its input is no fault.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.once('error', (error) => end(null, error.message));
    // What it has left running in the background goes with it; with the last of them the pipes close.
    child.once('exit', killAll);
    child.once('close', (code) => end(code, null));
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
