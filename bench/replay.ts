/** A long journal in `refit status` and `refit audit verify`, compared with reading and hashing its lines. */
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RUN_FILES } from '../src/store/folder/run-files.ts';
import { longRun } from './long-journal.ts';
import { type Beside, cpuTimed, median, type Row, rounds } from './measure.ts';

/** @param entries length of the long journal. The short one, for comparing memory, has a tenth. */
export async function replays(entries = 1_000_000, times = 3): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'refit-bench-'));
  try {
    const [long, short] = [join(folder, 'long'), join(folder, 'short')];
    await longRun(long, entries);
    await longRun(short, entries / 10);
    return [
      await gone('replay', { long, short }, entries, times),
      await gone('verify', { long, short }, entries, times),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function gone(
  mode: 'replay' | 'verify',
  { long, short }: { long: string; short: string },
  entries: number,
  times: number,
): Promise<Row> {
  const runs: Spent[] = [];
  const flat = inProcess(mode, short).megabytes;
  const row = await rounds(
    () => {
      const spent = inProcess(mode, long);
      runs.push(spent);
      return spent.ms;
    },
    () => cpuTimed(() => lineByLine(join(long, RUN_FILES.journal))),
    {
      name: `journal: ${entries.toLocaleString('en')} entries ${mode === 'replay' ? 'replayed' : 'verified by audit'}`,
      unit: 'ms of CPU',
      floorName: 'JSON.parse and SHA-256 of each line',
    },
    times,
  );
  const growth = Math.max(0, median(runs.map(({ megabytes }) => megabytes)) - flat);
  const beside: Beside[] = [
    { name: 'in seconds', value: row.measured / 1000, unit: ' s', atMost: 6 },
    { name: 'peak memory beyond that of a tenth of the entries', value: growth, unit: ' MB', atMost: 50 },
  ];
  return { ...row, beside };
}

/** The least work of every check of a chain. */
export function lineByLine(path: string): void {
  const text = readFileSync(path, 'utf8');
  for (let from = 0; from < text.length; ) {
    const feed = text.indexOf('\n', from);
    const line = text.slice(from, feed);
    JSON.parse(line);
    hash('sha256', line);
    from = feed + 1;
  }
}

export interface Spent {
  readonly ms: number;
  readonly megabytes: number;
}

function inProcess(mode: string, directory: string): Spent {
  return spentBy(join(import.meta.dirname, 'replay-journal.ts'), mode, directory);
}

/** Runs a script that prints what it has spent, in a process with a small heap. */
export function spentBy(script: string, ...given: readonly string[]): Spent {
  return spentWithin(96, script, ...given);
}

/** The same with a heap of so many MB. */
export function spentWithin(heap: number, script: string, ...given: readonly string[]): Spent {
  // Garbage that waits for the collector depends on the machine's memory. In a small heap the rest shows what is kept.
  const args = ['--max-semi-space-size=8', `--max-old-space-size=${heap}`, script, ...given];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Spent;
}
