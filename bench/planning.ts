/** Planning from an inventory file, compared with JSON.parse of the file. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inventoryOf } from './inventory.ts';
import { type Row, rounds } from './measure.ts';

/** Instances. Ten times as many must take at most eight times as long. */
const INSTANCES = 100_000;

/** Allowed time beyond twice JSON.parse, milliseconds. */
const START = 1_000;

export async function planning(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'refit-bench-'));
  const [some, many] = [join(folder, 'inventory.json'), join(folder, 'ten-times.json')];
  try {
    writeFileSync(some, JSON.stringify(inventoryOf(INSTANCES)));
    writeFileSync(many, JSON.stringify(inventoryOf(10 * INSTANCES)));
    return [await againstParsing(some), await againstATenth(many, some)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param file an inventory. @param instances their number. */
export async function againstParsing(file: string): Promise<Row> {
  const peak = peaks(400);
  const row = await rounds(
    () => peak.note(inProcess('plan', file)),
    () => 2 * inProcess('parse', file).ms + START,
    {
      name: 'planning: 100,000 instances from a file, three selectors, all rules, sealed',
      unit: 'ms of CPU',
      floorName: 'twice JSON.parse of the file, and 1 s',
      reach: { atMost: 1 },
    },
  );
  return { ...row, beside: [peak.beside()] };
}

async function againstATenth(many: string, some: string): Promise<Row> {
  const peak = peaks(3_000);
  const row = await rounds(
    () => peak.note(inProcess('plan', many)),
    () => inProcess('plan', some).ms,
    {
      name: 'planning: 1,000,000 instances',
      unit: 'ms of CPU',
      floorName: '100,000 instances',
      reach: { atMost: 8 },
    },
    3,
  );
  return { ...row, beside: [peak.beside()] };
}

/** The highest peak memory over the rounds. */
function peaks(atMost: number) {
  let greatest = 0;
  return {
    note({ ms, megabytes }: Spent): number {
      greatest = Math.max(greatest, megabytes);
      return ms;
    },
    beside: () => ({ name: 'peak memory', value: greatest, unit: ' MB', atMost }),
  };
}

interface Spent {
  readonly ms: number;
  readonly megabytes: number;
}

function inProcess(mode: 'plan' | 'parse', file: string): Spent {
  const script = join(import.meta.dirname, 'plan-inventory.ts');
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, mode, file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Spent;
}
