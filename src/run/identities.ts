/** Asks the provider for the identities that a process uses, and records them. */
import type { Clock } from '../clock.ts';
import type { CloudReader } from '../cloud/cloud.ts';
import type { Recorded } from '../journal/recorded.ts';
import { message } from '../messages/messages.ts';
import { refitError } from '../messages/refit-error.ts';
import type { IdentityOnRecord, SavedPlan } from '../model.ts';
import type { JournalWriter } from '../store/journal-writer.ts';
import { SECOND } from '../units.ts';

/** Milliseconds that a run waits for the answers. Then it starts without them. */
const PATIENCE = 5_000;

/**
 * Requires that all processes of a run use one account. On another account Refit would not find its orders, and might
 * order twice.
 * @param recorded the journal of earlier processes. @param identities of this process; unknown ones are not compared.
 * @throws RefitError `usage`
 */
export function mustBeSameAccount(
  directory: string,
  recorded: Pick<Recorded, 'identity'>,
  identities: readonly IdentityOnRecord[],
): void {
  for (const { profile, identity } of identities) {
    const before = recorded.identity(profile);
    if (!identity || !before || before.account === identity.account) continue;
    throw refitError(
      'usage',
      message('error.other-account', {
        ...{ name: directory, before: before.account, profile, account: identity.account },
      }),
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
          (identity): IdentityOnRecord => ({ profile, identity, reason: null }),
          (error: unknown): IdentityOnRecord => {
            const text = error instanceof Error ? error.message : String(error);
            const reason = message('run.call-failed', { error: text });
            return { profile, identity: null, reason };
          },
        );
      answers.set(profile, answer);
    }),
  );
  await Promise.race([asking, clock.sleep(PATIENCE, AbortSignal.any([over.signal, leave]))]);
  over.abort();
  const reason = message('run.identity-late', { seconds: PATIENCE / SECOND });
  const all = scopes.map(({ profile }) => answers.get(profile) ?? { profile, identity: null, reason });
  for (const one of all) journal.appendSoon({ kind: 'identity', ...one });
  return all;
}
