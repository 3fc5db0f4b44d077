/** Runs other programs for the packaging. */
import { spawnSync } from 'node:child_process';

/**
 * Runs a program.
 * @param options of `spawnSync`; `env` is added to the environment.
 * @returns its stdout. @throws an Error with its stderr if it fails.
 */
export function run(program, args, { env, ...options } = {}) {
  // npm passes npm_* variables to its scripts; an inner npm must not get them.
  const own = Object.entries(process.env).filter(
    ([name]) => !/^npm_(config|package|lifecycle|command)/.test(name),
  );
  const { status, stdout, stderr, error, signal } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    ...options,
    env: { ...Object.fromEntries(own), ...env },
  });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')}: exit ${status ?? signal}\n${stdout ?? ''}${stderr ?? ''}`);
  return stdout;
}

/** Whether a program can be started. */
export function has(program) {
  return spawnSync('which', [program], { stdio: 'ignore' }).status === 0;
}
