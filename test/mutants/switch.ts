/**
 * The switch of the mutants, in the process that runs the tests. Instrumented code calls `reach` at every place that a
 * mutant changes. The call also counts work, which limits endless loops without a clock.
 */
export interface Switch {
  /** Number of the active mutant, or 0. */
  active: number;
  /** Calls since `begin`. */
  work: number;
  /** Calls after which the code is stopped. */
  limit: number;
  readonly reached: Set<number>;
  /** True if this mutant is the active one. @throws OutOfWork after too many calls */
  readonly reach: (mutant: number) => boolean;
}

/** A mutant did far more work than the code without it. */
export class OutOfWork extends Error {}

declare global {
  var __refitMutants: Switch | undefined;
}

/** The switch of this process. */
export function theSwitch(): Switch {
  globalThis.__refitMutants ??= createSwitch();
  return globalThis.__refitMutants;
}

function createSwitch(): Switch {
  const reached = new Set<number>();
  const it: Switch = {
    active: Number(process.env.REFIT_MUTANT ?? 0),
    work: 0,
    limit: Number.POSITIVE_INFINITY,
    reached,
    reach(mutant) {
      it.work += 1;
      if (it.work > it.limit) throw new OutOfWork('the mutant does too much work');
      if (it.active === 0) reached.add(mutant);
      return mutant === it.active;
    },
  };
  return it;
}
