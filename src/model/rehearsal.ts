/** The results of rehearsing a plan. */
import type { Durations, LikelySeconds } from './forecast.ts';
import type { EndedBecause, Outcome } from './run-state.ts';

/** The results of rehearsing a saved plan. */
export interface Rehearsed {
  /** One run for each seed from the first on. */
  readonly seeds: { readonly first: number; readonly count: number };
  /** The faults, as they were typed. */
  readonly faults: readonly string[];
  /** The assumed durations of changes. */
  readonly durations: Durations;
  /** The assumptions, one sentence each. */
  readonly assumptions: readonly string[];
  /** All runs with all faults. */
  readonly all: RehearsedEffect;
  /** The same plan and seeds without faults; absent: there were no faults. */
  readonly baseline?: RehearsedEffect;
  /** Each fault alone, if there are several. */
  readonly each: readonly RehearsedEffect[];
}

/** The results of the runs of one plan with the same faults. */
export interface RehearsedEffect {
  readonly faults: readonly string[];
  /** Seconds from the start of a run to its end. */
  readonly took: RehearsedSeconds;
  /** How much later each run ended than the run of the same seed without faults; absent for the latter. */
  readonly later?: RehearsedSeconds;
  /** Seconds to the end of each wave, in order, over the runs that reached it. */
  readonly waves: readonly {
    readonly name: string;
    readonly runs: number;
    readonly took: RehearsedSeconds | null;
  }[];
  /** The most windows that a run needed; 1 without windows. */
  readonly windows: number;
  /** Steps of all runs by outcome. */
  readonly totals: Readonly<Record<Outcome, number>>;
  /** Repeated orders, over all runs. */
  readonly retries: number;
  /** Orders without a usable answer. */
  readonly unanswered: number;
  /** Orders refused, by code, the most frequent first. */
  readonly refused: readonly { readonly code: string; readonly count: number }[];
  /** Seconds over all steps of all runs: resolving orders without an answer, and waiting to order again after a refusal. */
  readonly waited: { readonly resolving: number; readonly afterRefusal: number; readonly longest: number };
  /** How the runs ended, the most frequent first. `message` null: nothing stopped them. */
  readonly ended: readonly {
    readonly because: EndedBecause;
    readonly message: string | null;
    readonly runs: number;
    /** Steps that never ran, of all these runs. */
    readonly notRun: number;
  }[];
}

/** Seconds by rank over the runs. */
export interface RehearsedSeconds extends LikelySeconds {
  readonly greatest: number;
}
