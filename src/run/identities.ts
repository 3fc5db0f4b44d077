/** Whose keys a process uses: asked of the provider when it takes a run up, for the record alone. */
import type { Clock } from '../clock.ts';
import type { CloudReader } from '../cloud/cloud.ts';
import { RefitError } from '../errors.ts';
import { message } from '../messages/messages.ts';
import type { IdentityOnRecord, JournalEntry, SavedPlan } from '../model.ts';
import type { JournalWriter } from '../store/journal-writer.ts';

/** Milliseconds that a run waits for the answers; it begins without them then. */
const PATIENCE = 5_000;

/**
 * Orders of one run are placed on one account: on another, what was ordered would not be found, and might be ordered again.
 * @param entries those of the processes before this one. @param told of this one; what is not known is not compared.
 * @throws RefitError `usage`
 */
export function mustBeSameAccount(
  directory: string,
  entries: readonly JournalEntry[],
  told: readonly IdentityOnRecord[],
): void {
  for (const { profile, identity: caller } of told) {
    const before = entries.find(
      (entry): entry is Extract<JournalEntry, { kind: 'identity' }> =>
        entry.kind === 'identity' && entry.profile === profile && entry.identity !== null,
    );
    if (!caller || !before?.identity || before.identity.account === caller.account) continue;
    throw new RefitError(
      'usage',
      `${directory} is a run on account ${before.identity.account}, and the keys of profile ${profile} are of account ${caller.account}`,
      `use keys of account ${before.identity.account}; refit doctor says whose the present ones are`,
    );
  }
}

/**
 * Writes down who the provider says that each profile of the plan is, or why it does not say, and gives it back. Nothing depends on it:
 * a refusal, or no answer in time, holds nothing up.
 */
export async function recordIdentities({
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
}): Promise<IdentityOnRecord[]> {
  const scopes = [
    ...new Map(saved.steps.map(({ profile, region }) => [profile, { profile, region }])).values(),
  ];
  const told = new Map<string, IdentityOnRecord>();
  const over = new AbortController();
  const asking = Promise.all(
    scopes.map(async (scope) => {
      const { profile } = scope;
      const answer = await cloudFor(profile)
        .describeCaller(scope)
        .then(
          (caller): IdentityOnRecord => ({ profile, identity: caller, reason: null }),
          (error: unknown): IdentityOnRecord => {
            const text = error instanceof Error ? error.message : String(error);
            const reason = message('run.call-failed', { error: text });
            return { profile, identity: null, reason };
          },
        );
      told.set(profile, answer);
    }),
  );
  await Promise.race([asking, clock.sleep(PATIENCE, AbortSignal.any([over.signal, leave]))]);
  over.abort();
  const reason = message('run.identity-late', { seconds: PATIENCE / 1000 });
  const all = scopes.map(({ profile }) => told.get(profile) ?? { profile, identity: null, reason });
  for (const one of all) journal.tell({ kind: 'identity', ...one });
  return all;
}
