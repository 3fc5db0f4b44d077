/** Types a command in this process, as a person would, and keeps what it prints. */
import { runToExitCode } from '../../src/cli/run-to-exit-code.ts';

export interface Typed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `refit ARGS` with the environment and the folder of this process. */
export async function typed(args: readonly string[]): Promise<Typed> {
  const written = { stdout: '', stderr: '' };
  const real = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const name of ['stdout', 'stderr'] as const)
    process[name].write = ((text: unknown, ...more: unknown[]) => {
      written[name] += String(text);
      const done = more.at(-1);
      if (typeof done === 'function') done();
      return true;
    }) as typeof process.stdout.write;
  try {
    return { code: await runToExitCode(args), ...written };
  } finally {
    for (const name of ['stdout', 'stderr'] as const) process[name].write = real[name];
  }
}
