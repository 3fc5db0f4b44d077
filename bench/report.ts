/** `refit report` of ten thousand steps: the HTML page, compared with JSON of the same report. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, type Row, rounds } from './measure.ts';
import { wholeRun } from './whole-run.ts';

/** A module that prints what its process used on stderr when it ends. */
const USAGE = `data:text/javascript,${encodeURIComponent(`process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const used = { ms: (userCPUTime + systemCPUTime) / 1000, megabytes: maxRSS / 1024 };
  process.getBuiltinModule('fs').writeSync(2, '\\n' + JSON.stringify(used));
})`)}`;

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
        reach: { atMost: 1.1 },
      },
      times,
    );
    const beside = [{ name: 'peak memory', value: median(peaks), unit: ' MB', atMost: 250 }];
    return { ...row, beside };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function inProcess(format: string, directory: string): { readonly ms: number; readonly megabytes: number } {
  const command = [join(import.meta.dirname, '../dist/cli/main.js'), 'report', directory, '--format', format];
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', USAGE, ...command], {
    encoding: 'utf8',
    maxBuffer: 100_000_000,
    env: { ...process.env, XDG_CACHE_HOME: join(directory, '../cache') },
  });
  if (status !== 0 || stdout.length < 1_000_000) throw new Error(stderr);
  return JSON.parse(stderr.slice(stderr.lastIndexOf('\n')));
}
