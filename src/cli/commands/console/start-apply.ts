/** Starts `refit apply` as a process that outlives the console: in a group of its own, without its terminal. */
import { spawn } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RefitError } from '../../../errors.ts';
import { CLIENT_SECRET } from '../../../operations/people/sign-in.ts';
import type { StartedApply } from '../../../operations/runs/start-run.ts';
import { thisProgram } from '../../../operations/this-program.ts';

/** Bytes of stderr that the console reads. */
const MOST_READ = 64 * 1_024;

/** @param env of the console. The process gets it without the secret of the sign-in, which is the console's alone. @throws RefitError `usage` if it cannot start. */
export async function startApply(args: readonly string[], env: NodeJS.ProcessEnv): Promise<StartedApply> {
  const { [CLIENT_SECRET]: _, ...given } = env;
  const stderr = await openNameless();
  const [program, ...first] = thisProgram();
  const child = spawn(program, [...first, ...args], {
    ...{ detached: true, env: given },
    stdio: ['ignore', 'ignore', stderr.fd],
  });
  let exitCode: number | null = null;
  child.on('exit', (code) => {
    exitCode = code ?? 130;
  });
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('spawn', resolve);
    });
  } catch (cause) {
    await stderr.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RefitError('usage', `refit apply cannot start: ${reason}`, 'start it in a terminal', { cause });
  }
  // The console may end before it.
  child.unref();
  return {
    pid: child.pid!,
    exitCode: () => exitCode,
    async stderr() {
      const { buffer, bytesRead } = await stderr.read(Buffer.alloc(MOST_READ), 0, MOST_READ, 0);
      return buffer.toString('utf8', 0, bytesRead);
    },
    forget: () => stderr.close(),
  };
}

/** A file without a name: it is gone when both processes have closed it, however they end. */
async function openNameless() {
  const folder = await mkdtemp(join(tmpdir(), 'refit-apply-'));
  try {
    return await open(join(folder, 'stderr'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
