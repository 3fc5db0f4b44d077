/** Start time of the built command, compared with bare node. The compile cache is warm, as for users. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Row, rounds, timed } from './measure.ts';

const ROOT = join(import.meta.dirname, '..');

/** The measured commands, by the name of the benchmark. */
export const STARTS = {
  start: { args: ['--version'], atMost: 1.5 },
  validate: { args: ['validate', 'plans/small.yaml'], atMost: 2 },
} as const;

/** @param times number of measurements; many, because a start is short and the machine is noisy. */
export function startUp(which: keyof typeof STARTS, times = 25): Promise<Row> {
  const { args, atMost } = STARTS[which];
  const spawn =
    (...command: string[]) =>
    () =>
      timed(() => {
        const { status } = spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'ignore' });
        if (status !== 0) throw new Error(`${command.join(' ')}: exit ${status}`);
      });
  return rounds(
    spawn('dist/cli/main.js', ...args),
    spawn('-e', '0'),
    { name: `start: refit ${args.join(' ')}`, unit: 'ms', floorName: 'bare node -e 0', reach: { atMost } },
    times,
  );
}
