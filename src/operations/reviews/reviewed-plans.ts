/**
 * Plans whose reviews people look at. A page asks again every few seconds, so a run is followed: each reading goes on from where
 * the last one ended. A plan that nobody asks for is forgotten, because it takes memory.
 */
import type { Clock } from '../../clock.ts';
import { sha256 } from '../../digest.ts';
import { createRecorded, type Recorded } from '../../journal/recorded.ts';
import type { SavedPlan } from '../../model.ts';
import { readSavedPlan } from '../../plan/saved/read-saved-plan.ts';
import type { RunFollower } from '../../store/ports.ts';
import { followReader } from '../../store/run-reading.ts';
import { SECOND } from '../../units.ts';
import type { PlanFolder } from '../plans/plan-folder.ts';
import { readSavedPlanFile } from '../plans/saved-plan-file.ts';
import type { RunReader, RunsOfStore } from '../runs/open-runs.ts';
import { type OpenedPlan, openSavedPlan, planOfRun } from './open-review.ts';
import { createShortMemory } from './short-memory.ts';

/** How many plans are kept, and how long after the last question. */
const MOST = 2;
const LINGERS = 30 * SECOND;

/** The plan of a run, with the approvals that its journal has. */
export interface ReviewedRun extends OpenedPlan {
  /** Whose approvals are on record: for null (the plan) or the index of a wave; null: none. */
  readonly onRecord: (wave: number | null) => string | null;
}

export interface ReviewedPlans {
  /** The plan of a run. @throws RefitError as `RunReader.read` does. */
  ofRun(run: RunReader): Promise<ReviewedRun>;
  /** A saved plan of a folder. It is decoded again only if its text changed. Throws as `openSavedPlan` does. */
  ofFile(folder: PlanFolder, name: string): Promise<OpenedPlan>;
  close(): void;
}

interface Followed {
  readonly follower: RunFollower;
  recorded: Recorded;
  /** One reading at a time. */
  reading: Promise<unknown>;
}

export function createReviewedPlans(runs: Pick<RunsOfStore, 'signaturesOf'>, clock: Clock): ReviewedPlans {
  const followed = createShortMemory<Followed>(clock, MOST, LINGERS);
  const plans = createShortMemory<SavedPlan>(clock, MOST, LINGERS);
  const followedOf = (run: RunReader): Followed => {
    const known = followed.get(run.name);
    if (known !== undefined) return known;
    const one = { follower: followReader(run), recorded: createRecorded(), reading: Promise.resolve() };
    followed.set(run.name, one);
    return one;
  };
  const decode = (text: string): SavedPlan => {
    const key = sha256(text);
    const saved = plans.get(key) ?? readSavedPlan(text);
    plans.set(key, saved);
    return saved;
  };
  return {
    async ofRun(run) {
      const one = followedOf(run);
      const reading = one.reading.then(() =>
        one.follower.read(
          (entry) => one.recorded.add(entry),
          () => {
            one.recorded = createRecorded();
          },
        ),
      );
      one.reading = reading.catch(() => undefined);
      try {
        const { saved } = await reading;
        const { recorded } = one;
        return {
          ...planOfRun(run, saved, runs),
          onRecord: (wave) => recorded.signatures(wave)?.by ?? null,
        };
      } catch (error) {
        // What was added of a journal that cannot be read counts no more.
        if (followed.get(run.name) === one) followed.delete(run.name);
        throw error;
      }
    },
    ofFile: (folder, name) => openSavedPlan(folder, name, runs, (path) => readSavedPlanFile(path, decode)),
    close() {
      followed.clear();
      plans.clear();
    },
  };
}
