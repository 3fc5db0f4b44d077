/** What the runs of a store did with one instance. */
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import type { Step, StepState } from '../../model.ts';
import type { FoundRun, RunsOfStore } from '../../store/ports.ts';
import { SECOND } from '../../units.ts';

/** A step of a run that changes the instance. */
export interface InstanceStepFound {
  /** The id of the run. */
  readonly run: string;
  /** The name of its plan. */
  readonly plan: string;
  readonly step: Step;
  /** The place of the step in its plan, from 0. */
  readonly at: number;
  readonly state: StepState;
}

/** The steps of the newest runs first, and how many runs were searched. */
export interface InstanceRuns {
  readonly steps: readonly InstanceStepFound[];
  readonly searched: number;
  /** Older runs, and runs that cannot be read. */
  readonly notSearched: number;
}

/** Bounds of one search, because every run is a file or a table of its own. */
const MOST_RUNS = 200;
const LONGEST = 3 * SECOND;

/** Searches the newest runs of a store, as many as a short time permits. */
export async function findInstanceRuns(
  store: RunsOfStore,
  instance: string,
  clock: Clock,
): Promise<InstanceRuns> {
  const { runs, more } = await store.list(MOST_RUNS);
  const began = clock.monotonic();
  const steps: InstanceStepFound[] = [];
  let searched = 0;
  for (const found of runs) {
    if (clock.monotonic() - began > LONGEST) break;
    const own = await stepsOf(found, instance);
    if (own === null) continue;
    searched++;
    steps.push(...own);
  }
  return { steps, searched, notSearched: more + runs.length - searched };
}

/** null: the run cannot be read. */
async function stepsOf({ run }: FoundRun, instance: string): Promise<InstanceStepFound[] | null> {
  if (run === null) return null;
  try {
    // Most runs do not have it: their text says so without being decoded.
    if (!(await run.planText()).includes(JSON.stringify(instance))) return [];
    const { saved, state } = await run.read();
    return saved.steps
      .map((step, at) => ({ run: run.id, plan: saved.name, step, at, state: state.steps.get(step.id)! }))
      .filter(({ step }) => step.instance === instance)
      .reverse();
  } catch (error) {
    if (error instanceof RefitError) return null;
    throw error;
  }
}
