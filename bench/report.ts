/** The HTML report of ten thousand steps, compared with JSON of the same report. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, type Row, rounds } from './measure.ts';
import { wholeRun } from './whole-run.ts';

/** @param steps number of steps of the run. @param times number of measurements. */
export async function reportPage(steps = 10_000, times = 5): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'refit-bench-'));
  try {
    const directory = join(folder, 'run');
    await wholeRun(directory, steps);
    const peaks: number[] = [];
    const row = await rounds(
      () => {
        const { ms, megabytes } = inProcess('html', directory);
        peaks.push(megabytes);
        return ms;
      },
      () => inProcess('json', directory).ms,
      {
        name: `report: HTML of ${steps.toLocaleString('en')} steps, from its run directory`,
        unit: 'ms of CPU',
        floorName: 'JSON of the same report',
      },
      times,
    );
    const beside = [
      { name: 'in seconds', value: row.measured / 1000, unit: ' s', atMost: 1.5 },
      { name: 'peak memory', value: median(peaks), unit: ' MB', atMost: 300 },
    ];
    return { ...row, beside };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function inProcess(format: string, directory: string): { readonly ms: number; readonly megabytes: number } {
  const script = join(import.meta.dirname, 'report-run.ts');
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, format, directory], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
