/**
 * Starts commands of this program as processes of their own: one that dies takes no other along, and what it writes goes
 * straight to a file, so that it outlives the scheduler.
 */
import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import type { Child } from './carry-out.ts';

/**
 * @param program what runs the command line, and its first arguments: `[node, main.js]`.
 */
export function launcher(
  [program = '', ...first]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): (args: readonly string[], output: string) => Promise<Child> {
  return async (args, output) => {
    const file = await open(output, 'a', 0o600);
    try {
      await file.write(`$ refit ${args.join(' ')}\n`);
      const child = spawn(program, [...first, ...args], { env, stdio: ['ignore', file.fd, file.fd] });
      const ended = new Promise<number | null>((resolve) => {
        child.once('error', () => resolve(null));
        child.once('exit', (code) => resolve(code));
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
      return { ended, stop: () => void child.kill('SIGTERM') };
    } finally {
      await file.close();
    }
  };
}
