/** A step that this process works on, with what it knows beside the journal. */
import type { Step } from '../../model.ts';
import type { Memory, Observation, Seen } from '../decide/move.ts';
import { type FollowingRun, scopeKey } from './run.ts';
import type { FreshRead } from './watch.ts';

export class StepInProgress {
  readonly step: Step;
  memory: Memory | null = null;
  seen: Seen = { kind: 'nothing' };
  /** The reading before the order must not be older than this, monotonic ms. */
  notBefore = Number.NEGATIVE_INFINITY;
  /** The reading that allows the order. */
  freshRead: FreshRead | null = null;
  /** Gives the step's in-flight slot back. */
  readonly giveSlotBack: () => void;
  /** The process reads a change that waits for its window once, and leaves it. */
  readonly readsOnce: boolean;

  constructor(step: Step, { giveSlotBack = () => {}, readsOnce = false } = {}) {
    this.step = step;
    this.giveSlotBack = giveSlotBack;
    this.readsOnce = readsOnce;
  }
}

/** Forgets the observation: the next decision starts without any. */
export function forget(run: FollowingRun, doing: StepInProgress): void {
  doing.memory = null;
  doing.notBefore = run.clock.monotonic();
}

/** Everything that a decision about the step needs, at this moment. */
export function observe(run: FollowingRun, doing: StepInProgress): Observation {
  const { saved, clock, learned, slots, watch } = run;
  const { step, memory, seen, readsOnce } = doing;
  const { usual, tail, firstSince } = learned;
  return {
    now: {
      wall: clock.now(),
      monotonic: clock.monotonic(),
      provider: run.cloudFor(step.profile).providerNow(),
    },
    memory,
    seen,
    execution: saved.execution,
    window: windowOf(run, step),
    earlier: earlierOf(run, step),
    learned: { usual, tail, firstSince, deferral: learned.deferral.get(scopeKey(step)) ?? null },
    isSlotWanted: slots.pendingCount > 0,
    sharing: watch.sharing(step),
    readsOnce,
  };
}

function windowOf({ saved }: FollowingRun, { instance }: Step): Observation['window'] {
  if (saved.execution.switch !== 'maintenance-window') return null;
  return saved.preconditions.find((one) => one.instance === instance)?.window ?? null;
}

/** The previous step. Its end is not final if resuming opens it again; the steps that need it then stay as they are. */
function earlierOf({ journal }: FollowingRun, { needs }: Step): Observation['earlier'] {
  if (needs === null) return null;
  const state = journal.replay.step(needs);
  const isHalting = state.outcome === 'refused' && journal.replay.state().haltingRefusals.has(needs);
  return { state, isFinal: state.outcome !== 'unknown' && !isHalting };
}
