/** Whose keys a process uses: asked of the provider when it takes a run up, for the record alone. */
import type { Clock } from '../clock.ts';
import type { CloudReader } from '../cloud/cloud.ts';
import type { CallerTold, SavedPlan } from '../model.ts';
import type { JournalWriter } from './journal-writer.ts';

/** Milliseconds that a run waits for the answers; it begins without them then. */
const PATIENCE = 5_000;

/**
 * Writes down who the provider says that each profile of the plan is, or why it does not say. Nothing depends on it:
 * a refusal, or no answer in time, holds nothing up.
 */
export async function tellCallers({
  saved,
  cloudFor,
  clock,
  leave,
  journal,
}: {
  readonly saved: Pick<SavedPlan, 'steps'>;
  readonly cloudFor: (profile: string) => Pick<CloudReader, 'describeCaller'>;
  readonly clock: Clock;
  readonly leave: AbortSignal;
  readonly journal: Pick<JournalWriter, 'tell'>;
}): Promise<void> {
  const scopes = [
    ...new Map(saved.steps.map(({ profile, region }) => [profile, { profile, region }])).values(),
  ];
  const told = new Map<string, CallerTold>();
  const over = new AbortController();
  const asking = Promise.all(
    scopes.map(async (scope) => {
      const { profile } = scope;
      const answer = await cloudFor(profile)
        .describeCaller(scope)
        .then(
          (caller): CallerTold => ({ profile, caller, why: null }),
          (error: unknown): CallerTold => ({ profile, caller: null, why: sayWhy(error) }),
        );
      told.set(profile, answer);
    }),
  );
  await Promise.race([asking, clock.sleep(PATIENCE, AbortSignal.any([over.signal, leave]))]);
  over.abort();
  for (const { profile } of scopes) {
    const why = `no answer within ${PATIENCE / 1000} seconds`;
    journal.tell({ kind: 'caller', ...(told.get(profile) ?? { profile, caller: null, why }) });
  }
}

function sayWhy(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
