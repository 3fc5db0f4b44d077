/** Starts the process that runs the tests, and stops it when its log no longer grows. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Job } from './job.ts';
import { ROOT } from './targets.ts';

/** A log that stays the same for so long means that code which counts no work loops for ever. */
const SILENCE_MS = 240_000;

/**
 * Runs the test files in this order.
 * @returns `hung` if it was stopped; otherwise `passed` or `failed`
 */
export async function runTests(
  job: Job,
  files: readonly string[],
  active: number | null = null,
): Promise<'passed' | 'failed' | 'hung'> {
  const path = `${job.out}.job.json`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(job));
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', '--config', 'test/mutants/vitest.mutants.ts'], {
    cwd: ROOT,
    // A group of its own, so that its workers end with it.
    detached: true,
    stdio: process.env.REFIT_MUTANTS_SHOW ? 'inherit' : 'ignore',
    env: {
      ...process.env,
      REFIT_MUTANTS_JOB: path,
      REFIT_MUTANTS_FILES: files.join('\n'),
      ...(active === null ? {} : { REFIT_MUTANT: String(active) }),
    },
  });
  const size = () => (existsSync(job.out) ? statSync(job.out).size : 0);
  let before = size();
  let since = Date.now();
  let hung = false;
  const watch = setInterval(() => {
    if (size() !== before) since = Date.now();
    before = size();
    if (Date.now() - since < SILENCE_MS) return;
    hung = true;
    stop(child.pid);
  }, 1_000);
  const end = () => {
    stop(child.pid);
    process.exit(130);
  };
  process.once('SIGINT', end).once('SIGTERM', end);
  const [code] = await once(child, 'exit');
  clearInterval(watch);
  process.off('SIGINT', end).off('SIGTERM', end);
  if (hung) return 'hung';
  return code === 0 ? 'passed' : 'failed';
}

function stop(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
