/** `npm run bench rehearse`: the CPU time of a rehearsal of 10,000 steps. */

import { rehearseSavedPlan } from '../src/operations/plans/rehearse-plan.ts';
import type { Row } from './measure.ts';
import { savedPlanOf } from './saved-plan.ts';

/** Seconds of CPU time for one run of so many verified steps. */
export async function rehearsalCpu(steps: number): Promise<number> {
  const saved = savedPlanOf(steps);
  const before = process.cpuUsage();
  const { report } = await rehearseSavedPlan(saved, { seeds: 1 });
  const { user, system } = process.cpuUsage(before);
  if (report.totals.verified !== steps) throw new Error(JSON.stringify(report.totals));
  return (user + system) / 1e6;
}

/** One run of 10,000 steps in virtual time, compared with its budget of CPU time in seconds. */
export async function rehearsal(): Promise<Row> {
  const floor = 30;
  const measured = await rehearsalCpu(10_000);
  const ratio = measured / floor;
  return {
    name: 'rehearse: one run of 10,000 steps',
    unit: 's of processor time',
    measured,
    floor,
    floorName: 'its budget',
    spread: [ratio, ratio],
    ratio,
    reach: { atMost: 1 },
  };
}
