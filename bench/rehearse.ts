/** `npm run bench rehearse`: what a rehearsal of 10,000 steps costs. */
import { rehearseSavedPlan } from '../src/index.ts';
import { savedPlanOf } from './saved-plan.ts';

/** Seconds of processor time for one run of so many steps, all of them verified. */
export async function rehearsalCpu(steps: number): Promise<number> {
  const saved = savedPlanOf(steps);
  const before = process.cpuUsage();
  const { report } = await rehearseSavedPlan(saved, { seeds: 1 });
  const { user, system } = process.cpuUsage(before);
  if (report.totals.verified !== steps) throw new Error(JSON.stringify(report.totals));
  return (user + system) / 1e6;
}
