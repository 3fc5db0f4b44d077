/** How long the built command takes to start, against bare node. What Node compiled of it before is kept, as for every user. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Row, rounds, timed } from './measure.ts';

const ROOT = join(import.meta.dirname, '..');

/** What is measured, by the name of its bench. */
export const STARTS = {
  start: { args: ['--version'], atMost: 1.5 },
  validate: { args: ['validate', 'plans/small.yaml'], atMost: 2.5 },
} as const;

/** @param times how often each is measured: a start is short, and the machine has moments that are longer. */
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
    { name: `start: refit ${args.join(' ')}`, unit: 'ms', floorIs: 'bare node -e 0', reach: { atMost } },
    times,
  );
}
