/** How long the built command takes to start, against bare node. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Row, rounds, timed } from './measure.ts';

const ROOT = join(import.meta.dirname, '..');

export function startUp(name: string, args: readonly string[]): Promise<Row> {
  const spawn =
    (...command: string[]) =>
    () =>
      timed(() => spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'ignore' }));
  return rounds(spawn('dist/cli/main.js', ...args), spawn('-e', '0'), {
    name,
    unit: 'ms',
    floorIs: 'bare node -e 0',
  });
}
