/** What the rehearsals of a plan showed. */
import type { Durations, LikelySeconds } from './forecast.ts';
import type { EndedBecause, Outcome } from './run-state.ts';

/** What the rehearsal of a saved plan showed. */
export interface Rehearsed {
  /** The runs: one for each seed from the first on. */
  readonly seeds: { readonly first: number; readonly count: number };
  /** What was told to go wrong, as it was typed. */
  readonly faults: readonly string[];
  /** How long changes were taken to last. */
  readonly durations: Durations;
  /** What was taken for granted, in sentences. */
  readonly assumptions: readonly string[];
  /** Over all runs with all faults. */
  readonly all: RehearsedEffect;
  /** The same plan and seeds with nothing told to go wrong; absent where nothing was. */
  readonly baseline?: RehearsedEffect;
  /** Each fault by itself, where there are several. */
  readonly each: readonly RehearsedEffect[];
}

/** What came of the runs of one plan under the same faults. */
export interface RehearsedEffect {
  readonly faults: readonly string[];
  /** Seconds from the begin of a run to its end. */
  readonly took: RehearsedSeconds;
  /** By how much later each run ended than that of the same seed with nothing told to go wrong; absent for that one. */
  readonly later?: RehearsedSeconds;
  /** In the order of the waves: to the end of each, of the runs that reached it. */
  readonly waves: readonly {
    readonly name: string;
    readonly runs: number;
    readonly took: RehearsedSeconds | null;
  }[];
  /** How many windows the runs went through, the most; 1 where there are none. */
  readonly windows: number;
  /** Steps of all runs by outcome. */
  readonly totals: Readonly<Record<Outcome, number>>;
  /** Orders that were asked again, over all runs. */
  readonly retries: number;
  /** Orders without a usable answer. */
  readonly unanswered: number;
  /** Orders refused, by code, the most frequent first. */
  readonly refused: readonly { readonly code: string; readonly count: number }[];
  /** Seconds over all steps of all runs: reading until it was known what came of an order, and until one that was refused was asked again. */
  readonly waited: { readonly resolving: number; readonly afterRefusal: number; readonly longest: number };
  /** How the runs ended, the most frequent first; `what` where something stopped them. */
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
