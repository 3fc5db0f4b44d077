/** A process of its own: the report of a run directory in the format that is named. Prints `{ ms, megabytes }`. */
import { buildReport, type REPORT_FORMATS, readRun, renderReport } from '../src/index.ts';
import { cpuTimed } from './measure.ts';

const [format, directory = ''] = process.argv.slice(2);
const ms = await cpuTimed(async () => {
  const { saved, journal } = await readRun(directory);
  const text = renderReport(buildReport(saved, journal.entries), format as (typeof REPORT_FORMATS)[number], {
    directory,
  });
  if (text.length < 1_000 * 1_000) throw new Error(`only ${text.length} characters`);
});
process.stdout.write(JSON.stringify({ ms, megabytes: process.resourceUsage().maxRSS / 1024 }));
