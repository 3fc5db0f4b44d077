/** The time that every picture of a run covers. */
import type { Report } from '../../model.ts';

/** The moments a run spans: from its first entry that has a time in the report to its last. Null where nothing began. */
export function spanOf(report: Report): [number, number] | null {
  const times = [
    report.run.startedAt,
    report.run.endedAt,
    ...report.waves.flatMap((wave) => [wave.startedAt, wave.endedAt]),
    ...report.steps.flatMap((step) => [step.startedAt, step.acceptedAt, step.endedAt]),
  ]
    .flatMap((time) => (time === null ? [] : [Date.parse(time)]))
    .concat(report.callsBySecond.flatMap(([second]) => [second * 1000, second * 1000 + 1000]));
  if (times.length === 0) return null;
  const first = times.reduce((least, time) => Math.min(least, time));
  const last = times.reduce((most, time) => Math.max(most, time));
  return [first, Math.max(last, first + 1000)];
}
