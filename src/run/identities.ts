/** Asks the provider for the identities that a process uses, and records them. */
import type { Clock } from '../clock.ts';
import type { CloudReader } from '../cloud/cloud.ts';
import { RefitError } from '../errors.ts';
import type { IdentityOnRecord, JournalEntry, SavedPlan } from '../model.ts';
import type { JournalWriter } from '../store/journal-writer.ts';

/** Milliseconds that a run waits for the answers. Then it starts without them. */
const PATIENCE = 5_000;

/**
 * Requires that all processes of a run use one account. On another account Refit would not find its orders, and might
 * order twice.
 * @param entries of earlier processes. @param identities of this process; unknown ones are not compared.
 * @throws RefitError `usage`
 */
export function mustBeSameAccount(
  directory: string,
  entries: readonly JournalEntry[],
  identities: readonly IdentityOnRecord[],
): void {
  for (const { profile, caller } of identities) {
    const before = entries.find(
      (entry): entry is Extract<JournalEntry, { kind: 'caller' }> =>
        entry.kind === 'caller' && entry.profile === profile && entry.caller !== null,
    );
    if (!caller || !before?.caller || before.caller.account === caller.account) continue;
    throw new RefitError(
      'usage',
      `${directory} is a run on account ${before.caller.account}, but the keys of profile ${profile} belong to account ${caller.account}`,
      `use keys of account ${before.caller.account}; refit doctor shows the account of the present keys`,
    );
  }
}

/**
 * Records the identity of each profile of the plan, or why it is unknown. A refusal or a missing answer does not delay the
 * run.
 * @returns the identities.
 */
export async function recordIdentities({
  saved,
  cloudFor,
  clock,
  leave,
  journal,
}: {
  readonly saved: Pick<SavedPlan, 'steps'>;
  readonly cloudFor: (profile: string) => Pick<CloudReader, 'describeIdentity'>;
  readonly clock: Clock;
  readonly leave: AbortSignal;
  readonly journal: Pick<JournalWriter, 'appendSoon'>;
}): Promise<IdentityOnRecord[]> {
  const scopes = [
    ...new Map(saved.steps.map(({ profile, region }) => [profile, { profile, region }])).values(),
  ];
  const answers = new Map<string, IdentityOnRecord>();
  const over = new AbortController();
  const asking = Promise.all(
    scopes.map(async (scope) => {
      const { profile } = scope;
      const answer = await cloudFor(profile)
        .describeIdentity(scope)
        .then(
          (caller): IdentityOnRecord => ({ profile, caller, why: null }),
          (error: unknown): IdentityOnRecord => {
            const why = error instanceof Error ? error.message : String(error);
            return { profile, caller: null, why };
          },
        );
      answers.set(profile, answer);
    }),
  );
  await Promise.race([asking, clock.sleep(PATIENCE, AbortSignal.any([over.signal, leave]))]);
  over.abort();
  const why = `no answer within ${PATIENCE / 1000} seconds`;
  const all = scopes.map(({ profile }) => answers.get(profile) ?? { profile, caller: null, why });
  for (const one of all) journal.appendSoon({ kind: 'caller', ...one });
  return all;
}
