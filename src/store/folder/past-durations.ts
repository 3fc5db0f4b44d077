/** How long changes took in past runs, read from the reports in their run directories. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RefitError } from '../../errors.ts';
import { type Durations, REPORT_FORMAT, type Report } from '../../model.ts';
import { type DurationSample, durationsFrom, samplesOf } from '../../plan/forecast/durations.ts';
import { isLoopback } from './claims.ts';
import { RUN_FILES } from './run-directory.ts';

/** The newest runs tell; more of them would only make planning slower. */
const MOST_RUNS = 10;
const MOST_SAMPLES = 5_000;

/**
 * The durations of the newest runs below a folder, of one run directory, or of one report.
 * @param path a folder of run directories, a run directory, or a `report.json`.
 * @param options.named somebody has named the path: then it must be there and hold a run.
 * @param options.simulated which runs count: those against a simulated provider on this machine, or those against the
 * real one; what the one takes says nothing of the other.
 * @returns the assumption where no run tells anything. @throws RefitError `usage` where a named path holds no run.
 */
export async function durationsOfRuns(
  path: string,
  { named, simulated }: { readonly named: boolean; readonly simulated: boolean },
): Promise<Durations> {
  const samples: DurationSample[] = [];
  let runs = 0;
  for (const file of await reportsIn(path)) {
    if (runs === MOST_RUNS || samples.length >= MOST_SAMPLES) break;
    const report = await reportIn(file);
    if (report === null || isLoopback(report.run.endpoint ?? '') !== simulated) continue;
    const own = samplesOf(report);
    if (own.length === 0) continue;
    samples.push(...own);
    runs += 1;
  }
  if (runs === 0 && named) {
    throw new RefitError(
      'usage',
      `--durations ${path}: there is no report with a verified change of ${simulated ? 'a simulated provider' : 'the provider'} there`,
      '--durations runs   (a folder of run directories, a run directory, or its report.json)',
    );
  }
  return durationsFrom(samples, runs);
}

/** The newest first: run directories are named by when they began. */
async function reportsIn(path: string): Promise<string[]> {
  const there = await stat(path).catch(() => null);
  if (there === null) return [];
  if (!there.isDirectory()) return [path];
  const names = await readdir(path).catch((): string[] => []);
  if (names.includes(RUN_FILES.report)) return [join(path, RUN_FILES.report)];
  return names
    .sort()
    .reverse()
    .map((name) => join(path, name, RUN_FILES.report));
}

/** null where there is none, or it is of another format: a run without one tells nothing. */
async function reportIn(file: string): Promise<Report | null> {
  try {
    const report = JSON.parse(await readFile(file, 'utf8')) as Report;
    return report.format === REPORT_FORMAT && Array.isArray(report.steps) ? report : null;
  } catch {
    return null;
  }
}
