/** Renders the report of a run directory in a format, in its own process. Prints `{ ms, megabytes }`. */
import { join } from 'node:path';
import type { Report, ReportFormat } from '../src/index.ts';
import { cpuTimed } from './measure.ts';

// Uses the built command: a compiler of the sources would add memory.
const { buildReport, readRun, renderReport }: typeof import('../src/index.ts') = await import(
  join(import.meta.dirname, '../dist/index.js')
);
const [format, directory = ''] = process.argv.slice(2);

/** Like `refit report`: plan and journal are not in memory during rendering. */
async function read(): Promise<Report> {
  const { saved, journal } = await readRun(directory);
  return buildReport(saved, journal.entries);
}

const ms = await cpuTimed(async () => {
  const text = renderReport(await read(), format as ReportFormat, { directory });
  if (text.length < 1_000_000) throw new Error(`only ${text.length} characters`);
});
process.stdout.write(JSON.stringify({ ms, megabytes: process.resourceUsage().maxRSS / 1024 }));
