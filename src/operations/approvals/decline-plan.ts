/** Declines a saved plan with a reason, withdraws that, and reads who declines it. */
import { encodeDecline, encodeWithdrawal, LONGEST_REASON } from '../../approval/decline-files.ts';
import { approversOf } from '../../approval/judge-approvals.ts';
import { holdingDeclines, type JudgedDeclines, judgeDeclines } from '../../approval/judge-declines.ts';
import type { Signer } from '../../approval/keys.ts';
import { looksLike } from '../../approval/names.ts';
import { iso } from '../../clock.ts';
import { sha256 } from '../../digest.ts';
import { RefitError } from '../../errors.ts';
import { message, textOf } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { Decline, Finding, Policy, SavedPlan } from '../../model.ts';
import { shellQuote } from '../../next-command.ts';
import { approvalLists } from '../../policy/judge-policy.ts';
import { NO_POLICY } from '../../policy/tighten.ts';
import { createFinding } from '../../rules/check.ts';
import { declinePath, folderSignatures } from '../../store/folder/signed-files.ts';
import type { RunSignatures } from '../../store/ports.ts';
import { RUN_FILES } from '../../store/run-files.ts';
import { escapeControls, hasVisibleText } from '../../text.ts';
import { writeOutput } from '../named-files.ts';
import type { NamedPlan } from '../runs/open-plan.ts';
import { readSigningKey, type SigningOptions, signerName } from '../signing-key.ts';

/** Who declines or withdraws. Without `key` nobody signs, and `as` or the user of the operating system is the name. */
export interface DeclineAuthor extends Pick<SigningOptions, 'key' | 'as' | 'env' | 'now'> {
  /** What the person who applies demands; its approvers are known by their keys, too. Absent: nothing. */
  readonly policy?: Policy;
}

/** A decline, and where it is. */
export interface KeptDecline {
  readonly decline: Decline;
  /** The file; null if it is only in the store. */
  readonly path: string | null;
  /** Its name in the store; null without a database. */
  readonly stored: string | null;
}

/**
 * Reads who declines a plan, with what was withdrawn. It throws for no text.
 * @param from the path of the saved plan, or what people offered for it: `signatures` of a `NamedPlan`.
 */
export async function declinesOf(
  saved: Pick<SavedPlan, 'digest' | 'approvals'>,
  from: string | RunSignatures,
): Promise<JudgedDeclines> {
  const signatures = typeof from === 'string' ? folderSignatures(from, null) : from;
  return judgeDeclines(saved, await signatures.offered('declines'));
}

/** A finding for each decline that holds, for reviewers. */
export function declineFindings(judged: JudgedDeclines): Finding[] {
  return holdingDeclines(judged).map((one) => createFinding('Refit.Declined', one));
}

/** Why withdrawals do not count, one line each. */
export function withdrawalNotes({ rejected }: JudgedDeclines): string[] {
  return rejected.map((one) => textOf(message('approval.does-not-count', one)));
}

/**
 * Declines a plan: nobody can apply it until the author withdraws that. With a database the decline goes there, else beside
 * the file.
 * @param file the path of the saved plan, or the run that has it. @param options.reason one line, at most 1,000 characters.
 * @throws RefitError `usage` for a reason or a key that Refit refuses, `not-approved` for the name of another person.
 */
export async function declinePlan(
  plan: NamedPlan,
  file: string,
  options: DeclineAuthor & { readonly reason: string },
): Promise<KeptDecline> {
  const { saved } = plan;
  const reason = reasonFrom(options.reason);
  const { by, key } = await authorFrom(saved, options);
  const encoded = await encodeDecline({ digest: saved.digest, by, at: iso(options.now), reason }, key);
  const kept = await keep(plan, file, encoded);
  const { declines } = judgeDeclines(saved, [
    ...(await plan.signatures.offered('declines')),
    { file: encoded.name, text: encoded.text },
  ]);
  const decline = declines.findLast(({ id }) => id === sha256(encoded.text));
  if (decline === undefined) throw new Error('internal error: the new decline does not hold');
  return { decline, ...kept };
}

/**
 * Withdraws what the same author declined: every decline that holds with the same key, or without a key with the same name
 * and, in a database, the same login.
 * @param options.id withdraws only the decline with this id.
 * @returns what was withdrawn, at least one. @throws RefitError `usage` if nothing holds, `not-approved` if only others declined.
 */
export async function withdrawDecline(
  plan: NamedPlan,
  file: string,
  options: DeclineAuthor & { readonly id?: string },
): Promise<readonly KeptDecline[]> {
  const { saved, stored } = plan;
  const { id, now } = options;
  const holding = (await declinesOf(saved, plan.signatures)).declines.filter(
    (one) => one.withdrawn === null && (id === undefined || one.id === id),
  );
  if (holding.length === 0)
    throw refitError(
      'usage',
      message('error.nothing-to-withdraw', { file, command: `refit show ${shellQuote(file)}` }),
    );
  const { by, key } = await authorFrom(saved, options);
  const login = stored?.login === undefined ? null : await stored.login();
  const own = holding.filter((one) =>
    one.fingerprint === null
      ? key === null && one.by === by && (one.login === null || one.login === login)
      : one.fingerprint === key?.public.fingerprint,
  );
  if (own.length === 0) throw notTheirs(holding, { file, by, login });
  const done: KeptDecline[] = [];
  for (const { id: declined } of own) {
    const content = { digest: saved.digest, by, at: iso(now), decline: declined };
    const kept = await keep(plan, file, await encodeWithdrawal(content, key));
    const after = (await declinesOf(saved, plan.signatures)).declines.find((one) => one.id === declined);
    if (after !== undefined) done.push({ decline: after, ...kept });
  }
  return done;
}

/** Writes a text into the store, or beside the plan. */
async function keep(
  { stored }: NamedPlan,
  file: string,
  encoded: { readonly name: string; readonly text: string },
): Promise<Pick<KeptDecline, 'path' | 'stored'>> {
  if (stored !== null) {
    await stored.keep('declines', [encoded]);
    return { path: null, stored: `${RUN_FILES.declines}/${encoded.name}` };
  }
  const path = declinePath(file, encoded);
  await writeOutput(path, encoded.text);
  return { path, stored: null };
}

/** One line with something to see. What hides or acts in it becomes visible. @throws RefitError `usage` */
function reasonFrom(text: string): string {
  const reason = escapeControls(text.trim());
  if (!hasVisibleText(reason)) throw refitError('usage', message('error.no-reason'));
  const { length } = Array.from(reason);
  if (length <= LONGEST_REASON) return reason;
  throw refitError('usage', message('error.long-reason', { length, most: LONGEST_REASON }));
}

/** Name and key of the person. @throws RefitError `not-approved` if the key and the name belong to two people. */
async function authorFrom(
  saved: SavedPlan,
  options: DeclineAuthor,
): Promise<{ readonly by: string; readonly key: Signer | null }> {
  const { key: named, as, policy = NO_POLICY } = options;
  if (named === undefined) return { by: signerName(options), key: null };
  const { file, key } = await readSigningKey(options);
  const { fingerprint } = key.public;
  const listed = approvalLists(saved, policy).flatMap(approversOf);
  const owner = listed.find((one) => one.key.fingerprint === fingerprint);
  if (owner === undefined) {
    const by = signerName(options);
    if (!listed.some(({ name }) => looksLike(name, by))) return { by, key };
    throw new RefitError(
      'not-approved',
      `${by} is an approver of this plan, and ${file} (${fingerprint}) is not their key`,
      `use --key FILE with the key of ${by}, or --as NAME with your own name`,
    );
  }
  if (as === undefined || as === owner.name) return { by: owner.name, key };
  throw new RefitError(
    'not-approved',
    `--as ${as}: ${file} is the key of ${owner.name}`,
    `use --as ${owner.name}, or --key FILE with the key of ${as}`,
  );
}

/** Names the people who can withdraw. */
function notTheirs(
  holding: readonly Decline[],
  { file, by, login }: { readonly file: string; readonly by: string; readonly login: string | null },
): RefitError {
  const authors = holding.map((one) => ({ by: one.by, key: one.fingerprint, login: one.login }));
  const [first] = holding;
  const option = first!.fingerprint === null ? `--as ${shellQuote(first!.by)}` : '--key FILE';
  return refitError(
    'not-approved',
    message('error.other-declined', {
      ...{ by, login, authors },
      command: `refit decline ${shellQuote(file)} --withdraw ${option}`,
    }),
  );
}
