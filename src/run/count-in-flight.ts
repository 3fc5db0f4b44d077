/** Which changes in flight count for the policy's bound on a region: those of the store, or those of this run alone. */
import type { SavedPlan, Step } from '../model.ts';
import type { InFlightCount } from '../store/ports.ts';
import type { RegionBound } from './engine/run.ts';
import type { Process } from './process.ts';

/**
 * Prepares the count for a process: it counts what earlier processes of the run left in flight.
 * @param most the bound of the policy; null: none, and the run counts nothing in the store.
 */
export async function boundRegions(
  saved: Pick<SavedPlan, 'steps'>,
  { journal }: Pick<Process, 'journal'>,
  { inFlight, most }: { readonly inFlight: InFlightCount | undefined; readonly most: number | null },
): Promise<RegionBound | undefined> {
  const count = inFlight ?? createOwnCount();
  // While nobody knows the account, the profile stands for it.
  const accountOf = (profile: string) =>
    journal.replay.recorded.identity(profile)?.account ?? `profile:${profile}`;
  const scopeOf = ({ profile, region }: Step) => `${accountOf(profile)} ${region}`;
  const isInFlight = ({ id }: Step) => !['waiting', 'ended'].includes(journal.replay.step(id).phase);
  const open = most === null ? [] : saved.steps.filter(isInFlight);
  await count.reset(open.map((step) => ({ scope: scopeOf(step), step: step.id })));
  if (most === null) return undefined;
  return {
    acquire: (step) => count.acquire(scopeOf(step), step.id, most),
    release: (step) => count.release(step.id),
  };
}

/** Gives back the places of steps that have ended, without a bound of this process. */
export async function leaveRegions(
  steps: readonly Step[],
  { journal }: Pick<Process, 'journal'>,
  inFlight: InFlightCount | undefined,
): Promise<void> {
  for (const { id } of steps)
    if (journal.replay.step(id).phase === 'ended') await inFlight?.release(id).catch(() => undefined);
}

/** Counts the steps of one run, without a store. */
function createOwnCount(): InFlightCount {
  const scopes = new Map<string, string>();
  return {
    async acquire(scope, step, most) {
      if (scopes.has(step)) return true;
      if ([...scopes.values()].filter((other) => other === scope).length >= most) return false;
      scopes.set(step, scope);
      return true;
    },
    async release(step) {
      scopes.delete(step);
    },
    async reset(steps) {
      scopes.clear();
      for (const { scope, step } of steps) scopes.set(step, scope);
    },
  };
}
