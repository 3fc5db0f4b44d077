/**
 * Whether the steps of a plan could be taken back after its run. The provider refuses a reduction to less than 1.3 x the
 * memory in use, so data that needs the new size closes the way back. Source: docs/provider.md P14, P15.
 *
 *     4 GB → 8 GB with 3.5 GB in use   back to 4 GB: refused, because 3.5 GB need 4.55 GB
 *
 * Nothing of it is stored: it follows from the steps, and from the memory in use as the plan knows it.
 */
import { message } from '../messages/messages.ts';
import type { Change, Message, SavedPlan, Step, UsedMemory } from '../model.ts';
import { reduces, shortOfMemory, usedAfter } from '../rules/reduction.ts';

/** `unknown`: the memory in use decides, and the plan does not know it. */
export type RollbackVerdict = 'possible' | 'refused' | 'unknown';

/** The way back of one step. */
export interface Rollback {
  /** The step's id. */
  readonly step: string;
  readonly instance: string;
  readonly verdict: RollbackVerdict;
  /** Why it would be refused, or why nobody knows; null if it is possible. */
  readonly reason: Message | null;
  /** MB that a refused reduction needs at least: of one shard, or in total. */
  readonly needs: number | null;
}

/** How many instances of a plan could go back to their size before it. */
export interface RollbackCounts {
  readonly instances: number;
  readonly refused: number;
  readonly unknown: number;
}

/** The way back of each step, in the order of the steps. Pure, and linear in the steps. */
export function rollbacksOf({
  steps,
  preconditions,
}: Pick<SavedPlan, 'steps' | 'preconditions'>): Rollback[] {
  const used = new Map(preconditions.map((one) => [one.instance, one.used ?? null]));
  return steps.map((step) => {
    // The step itself may spread the data over other shards.
    const after = usedAfter(used.get(step.instance) ?? null, step.change);
    used.set(step.instance, after);
    return rollbackOf(step, after);
  });
}

function rollbackOf({ id: step, instance, change, before, after }: Step, used: UsedMemory | null): Rollback {
  const back: Change = { dimension: change.dimension, from: change.to, to: change.from };
  const possible = { step, instance, verdict: 'possible', reason: null, needs: null } as const;
  if (!reduces(back)) return possible;
  const short = used && shortOfMemory(before, used);
  if (short) {
    const reason = message('rollback.refused', short);
    return { ...possible, verdict: 'refused', reason, needs: short.needed };
  }
  if (used !== null && (used.fullestShard !== null || after.shards <= 1)) return possible;
  return { ...possible, verdict: 'unknown', reason: message('rollback.unknown', { fullest: used !== null }) };
}

/** Counts instances: one refused step keeps the whole instance from going back. */
export function countRollbacks(rollbacks: readonly Rollback[]): RollbackCounts {
  const byInstance = Map.groupBy(rollbacks, ({ instance }) => instance);
  const counts = { instances: byInstance.size, refused: 0, unknown: 0 };
  for (const own of byInstance.values()) {
    if (own.some(({ verdict }) => verdict === 'refused')) counts.refused += 1;
    else if (own.some(({ verdict }) => verdict === 'unknown')) counts.unknown += 1;
  }
  return counts;
}
