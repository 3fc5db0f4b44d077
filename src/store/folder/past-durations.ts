/** Reads from the reports of past runs how long changes took. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RefitError } from '../../errors.ts';
import { readRegularFile } from '../../files/open-file.ts';
import { type Durations, REPORT_FORMAT, type Report } from '../../model.ts';
import { type DurationSample, durationsFrom, samplesOf } from '../../plan/forecast/durations.ts';
import { isLoopback } from '../provider-of.ts';
import { RUN_FILES } from './run-directory.ts';

/** The newest runs are enough. More of them would only slow planning down. */
const MOST_RUNS = 10;
const MOST_SAMPLES = 5_000;

/**
 * The durations of the newest runs below a folder, of one run directory, or of one report.
 * @param path a folder of run directories, a run directory, or a `report.json`.
 * @param options.named the user named the path, so it must exist and hold a run.
 * @param options.simulated whether runs against a simulated provider count, or those against the real one. The durations of
 * one say nothing about the other.
 * @returns the default assumption if no run has durations. @throws RefitError `usage` if a named path holds no run.
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
      `--durations ${path}: no report there has a verified change at ${simulated ? 'a simulated provider' : 'the provider'}`,
      '--durations runs   (a folder of run directories, a run directory, or its report.json)',
    );
  }
  return durationsFrom(samples, runs);
}

/** The report files, newest first by the names of their run directories. */
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

/** Reads a report; null if there is none or it has another format. */
async function reportIn(file: string): Promise<Report | null> {
  try {
    const report = JSON.parse(
      String(await readRegularFile(file, { subject: 'report', links: 'follow' })),
    ) as Report;
    return report.format === REPORT_FORMAT && Array.isArray(report.steps) ? report : null;
  } catch {
    return null;
  }
}
