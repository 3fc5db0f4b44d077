/** Finds the saved plans of commands. */
import { readSavedPlanFile } from '../operations/plans/saved-plan-file.ts';
import type { PlanChoice } from '../operations/runs/open-plan.ts';
import type { Options } from './options.ts';
import type { Terminal } from './terminal.ts';

/** How `withNamedPlan` finds the plan of a command. @param writes as there. */
export function planChoice({ store }: Options, { env, clock }: Terminal, writes = false): PlanChoice {
  return { store, env, clock, writes, readFile: readSavedPlanFile };
}
