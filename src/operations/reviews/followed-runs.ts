/**
 * Plans of runs whose reviews people look at. A page asks again every few seconds, so its run is followed: each reading goes on
 * from where the last one ended. A run that nobody asks for is forgotten, because its plan takes memory.
 */
import type { Clock } from '../../clock.ts';
import { createRecorded, type Recorded } from '../../journal/recorded.ts';
import type { RunFollower } from '../../store/ports.ts';
import { followReader } from '../../store/run-reading.ts';
import { SECOND } from '../../units.ts';
import type { RunReader, RunsOfStore } from '../runs/open-runs.ts';
import { type OpenedPlan, planOfRun } from './open-review.ts';

/** How many runs are followed, and how long after the last question. */
const MOST = 2;
const LINGERS = 30 * SECOND;

/** The plan of a run, with the approvals that its journal has. */
export interface ReviewedRun extends OpenedPlan {
  /** Whose approvals are on record: for null (the plan) or the index of a wave; null: none. */
  readonly onRecord: (wave: number | null) => string | null;
}

export interface FollowedRuns {
  /** @throws RefitError as `RunReader.read` does. */
  open(run: RunReader): Promise<ReviewedRun>;
  close(): void;
}

interface Followed {
  readonly follower: RunFollower;
  recorded: Recorded;
  /** One reading at a time. */
  reading: Promise<unknown>;
  forget: AbortController;
}

export function createFollowedRuns(runs: Pick<RunsOfStore, 'signaturesOf'>, clock: Clock): FollowedRuns {
  /** The run of the latest question is last. */
  const followed = new Map<string, Followed>();
  const forget = (name: string): void => {
    followed.get(name)?.forget.abort();
    followed.delete(name);
  };
  const followedOf = (run: RunReader): Followed => {
    const known = followed.get(run.name);
    forget(run.name);
    const one = known ?? {
      ...{ follower: followReader(run), recorded: createRecorded(), reading: Promise.resolve() },
      forget: new AbortController(),
    };
    one.forget = new AbortController();
    followed.set(run.name, one);
    const { signal } = one.forget;
    void clock.sleep(LINGERS, signal).then(() => signal.aborted || forget(run.name));
    const [oldest] = followed.keys();
    if (followed.size > MOST) forget(oldest!);
    return one;
  };
  return {
    async open(run) {
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
        if (followed.get(run.name) === one) forget(run.name);
        throw error;
      }
    },
    close() {
      for (const name of [...followed.keys()]) forget(name);
    },
  };
}
