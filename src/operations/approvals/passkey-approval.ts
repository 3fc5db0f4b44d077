/**
 * Approvals by passkey, for the web console: first the text and the challenge, then the answer of the browser. The console
 * keeps nothing in between, because the challenge is the SHA-256 of the text. An answer for another text cannot count.
 */
import { signatureFault } from '../../approval/approver-key.ts';
import { approversOf, isAsserted, isAuthor } from '../../approval/judge-approvals.ts';
import { challengeOf } from '../../approval/passkey/assertion.ts';
import { fromBase64url, toBase64url } from '../../approval/passkey/base64url.ts';
import { counterFault } from '../../approval/passkey/counters.ts';
import { canonicalSignature, MOST_SIGNATURE } from '../../approval/passkey/credential-key.ts';
import type { Passkey } from '../../approval/passkey/passkey.ts';
import {
  type ApprovalContent,
  approvalContent,
  encodeApproval,
  readApproval,
  signedText,
} from '../../approval/signed-files.ts';
import { CLOCK_SKEW } from '../../clock.ts';
import { canonical } from '../../digest.ts';
import type { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { ApprovalFile, Approvals, Message, Policy } from '../../model.ts';
import { NO_POLICY } from '../../policy/tighten.ts';
import { offeredApprovals } from '../../store/offered-approvals.ts';
import { MINUTE } from '../../units.ts';
import type { NamedPlan } from '../runs/open-plan.ts';
import { declineFindings, declinesOf } from './decline-plan.ts';
import { type Approved, keepApproval, mayApprove } from './keep-approval.ts';

/** Where the console is, as browsers see it. */
export interface ConsoleAddress {
  /** The domain: `refit.example.com`. */
  readonly relyingParty: string;
  /** `https://refit.example.com` */
  readonly origin: string;
}

/** What a person wants to approve in the console. */
export interface PasskeyApproval {
  /** The name of the approver, as the console knows it. */
  readonly by: string;
  /** The name of a wave; absent: the whole plan. */
  readonly wave?: string | undefined;
  /** Milliseconds until the approval expires. */
  readonly expires: number;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** What the person who applies demands; absent: nothing. */
  readonly policy?: Policy;
  readonly address: ConsoleAddress;
  /** The fingerprint of one of several passkeys of this person; absent: the first. */
  readonly key?: string | undefined;
}

/** What the browser asks a passkey to sign. */
export interface PasskeyChallenge {
  /** The canonical text of the approval. The browser sends it back as it is. */
  readonly text: string;
  /** The same as data, for the screen. */
  readonly content: ApprovalContent;
  /** Options for `navigator.credentials.get`, as `PublicKeyCredential.parseRequestOptionsFromJSON` reads them. */
  readonly options: {
    readonly challenge: string;
    readonly rpId: string;
    readonly allowCredentials: readonly { readonly type: 'public-key'; readonly id: string }[];
    readonly userVerification: 'required';
    readonly timeout: number;
  };
}

/** Milliseconds that an answer may take. */
export const ANSWER_WITHIN: number = 5 * MINUTE;

/** A person who may approve in this console. */
export interface PasskeyApprover {
  readonly name: string;
  /** `SHA256:` and 43 characters. */
  readonly fingerprint: string;
  readonly credentialId: string;
}

/**
 * The people whose passkeys approve a plan or a wave in this console. Authors are left out.
 * @param file the path of the saved plan, or the run that has it. @throws RefitError as `preparePasskeyApproval` does.
 */
export async function listPasskeyApprovers(
  plan: NamedPlan,
  file: string,
  { address, wave, expires, now, policy = NO_POLICY }: Omit<PasskeyApproval, 'by' | 'key'>,
): Promise<PasskeyApprover[]> {
  const { lists } = await mayApprove(plan, file, { wave, now, expires, policy });
  return entriesOf(lists).flatMap(({ name, key, mayNot }) =>
    mayNot || key.kind !== 'passkey' || !isFor(key, address)
      ? []
      : [{ name, fingerprint: key.fingerprint, credentialId: key.credentialId }],
  );
}

/**
 * Makes the text that a person approves, and what the browser asks the passkey. Changes nothing.
 * @param file the path of the saved plan, or the run that has it.
 * @throws RefitError `not-approved` if this person has no such passkey or may not approve; `plan-expired`, `policy-refused`
 * and `usage` as `approvePlan` does.
 */
export async function preparePasskeyApproval(
  plan: NamedPlan,
  file: string,
  { by, wave: named, expires, now, policy = NO_POLICY, address, key }: PasskeyApproval,
): Promise<PasskeyChallenge> {
  await mustNotBeDeclined(plan);
  const { wave, lists } = await mayApprove(plan, file, { wave: named, now, expires, policy });
  const passkey = passkeyOf(lists, { by, key, address });
  const content = approvalContent({ digest: plan.saved.digest, wave, by }, passkey, { now, expires });
  const text = canonical(content);
  return {
    text,
    content,
    options: {
      challenge: challengeOf(text),
      rpId: passkey.relyingParty,
      allowCredentials: [{ type: 'public-key', id: passkey.credentialId }],
      userVerification: 'required',
      timeout: ANSWER_WITHIN,
    },
  };
}

/** The answer of a browser. */
export interface PasskeyAnswer {
  /** The text of `preparePasskeyApproval`. */
  readonly text: string;
  /** `PublicKeyCredential.toJSON()`: whatever the browser sent. */
  readonly credential: unknown;
}

/**
 * Verifies the answer of a browser, and keeps the approval as `approvePlan` does: in the store, or in a file beside the saved
 * plan. It refuses everything that `preparePasskeyApproval` refuses, by the plan and the policy as they are now.
 * @param approval the person of this session, and what they approve. `expires` is in the text already.
 * @throws RefitError `not-approved` if the answer does not count, with the reason; also as `preparePasskeyApproval`.
 */
export async function finishPasskeyApproval(
  plan: NamedPlan,
  file: string,
  { text, credential }: PasskeyAnswer,
  approval: Omit<PasskeyApproval, 'expires' | 'key'> & { readonly out?: string | undefined },
): Promise<Approved> {
  const { by, now, policy = NO_POLICY, address, out } = approval;
  const { id, file: signed } = approvalIn(text, credential);
  const issued = Date.parse(signed.issuedAt);
  if (signed.by !== by) throw refuse(message('answer.other-person', { signed: signed.by, by }));
  if (signed.digest !== plan.saved.digest || signed.wave !== (approval.wave ?? null))
    throw refuse(message('answer.other-plan'));
  if (!(issued <= now + CLOCK_SKEW && issued > now - ANSWER_WITHIN - CLOCK_SKEW))
    throw refuse(message('answer.late', { minutes: ANSWER_WITHIN / MINUTE }));
  await mustNotBeDeclined(plan);
  const expires = Date.parse(signed.expiresAt) - issued;
  const { lists } = await mayApprove(plan, file, { wave: approval.wave, now, expires, policy });
  const passkey = passkeyOf(lists, { by, key: signed.key, address });
  if (id !== passkey.credentialId) throw refuse(message('answer.other-passkey'));
  const normal = withCanonicalSignature(signed, passkey);
  const fault = signatureFault(normal, text, passkey, by);
  if (fault !== null) throw refuse(fault);
  await mustBeNew(plan, normal, { name: by, key: passkey });
  return keepApproval(plan, file, normal, out);
}

/** @param otherwise what to do if the reason does not say it. */
function refuse(reason: Message, otherwise: 'again' | 'copied' | 'declined' = 'again'): RefitError {
  return refitError('not-approved', message('error.not-approved', { reason, otherwise }));
}

/** An approver must read the objection first. @throws RefitError `not-approved` with who declined the plan, and why. */
async function mustNotBeDeclined({ saved, signatures }: NamedPlan): Promise<void> {
  const [first] = declineFindings(await declinesOf(saved, signatures));
  if (first !== undefined) throw refuse({ id: first.messageId, params: first.params }, 'declined');
}

/** Every person of the lists. `mayNot`: an author of the plan. */
function entriesOf(lists: readonly Approvals[]) {
  const entries = lists.flatMap((list) =>
    approversOf(list).map((one) => ({ ...one, mayNot: isAuthor(list, one.name) })),
  );
  return [
    ...new Map(entries.map((one) => [`${one.name} ${one.key.fingerprint} ${one.mayNot}`, one])).values(),
  ];
}

function isFor({ relyingParty, origins }: Passkey, address: ConsoleAddress): boolean {
  return relyingParty === address.relyingParty && origins.includes(address.origin);
}

/** The passkey with which a person approves in this console. @throws RefitError `not-approved` with what is in the way. */
function passkeyOf(
  lists: readonly Approvals[],
  { by, key, address }: Pick<PasskeyApproval, 'by' | 'key' | 'address'>,
): Passkey {
  const own = entriesOf(lists).filter(({ name }) => name === by);
  const may = own.filter(({ mayNot }) => !mayNot);
  const others = [...new Set(entriesOf(lists).flatMap((one) => (one.mayNot ? [] : [one.name])))].join(', ');
  if (own.length === 0) throw refuse(message('approval.not-listed', { by, others }));
  if (may.length === 0) throw refuse(message('approval.own-plan', { by, others }));
  const passkeys = may.flatMap((one) => (one.key.kind === 'passkey' ? [one.key] : []));
  if (passkeys.length === 0) throw refuse(message('approval.with-ssh-key', { by }));
  const here = passkeys.filter((one) => isFor(one, address));
  const chosen = here.find((one) => key === undefined || one.fingerprint === key);
  if (chosen !== undefined) return chosen;
  if (here.length > 0) throw refuse(message('answer.other-key', { key: key ?? '', by }));
  const origins = passkeys.flatMap((one) => one.origins);
  throw refuse(message('answer.other-address', { by, origins, here: address.origin }));
}

/** The approval that the answer of a browser makes, without any check of what it says. @throws RefitError `not-approved` */
function approvalIn(text: string, credential: unknown): { readonly id: string; readonly file: ApprovalFile } {
  const { id, type, response } = membersOf(credential);
  const { authenticatorData, clientDataJSON, signature } = membersOf(response);
  const parts = [id, authenticatorData, clientDataJSON, signature];
  if (type !== 'public-key' || !parts.every((part) => typeof part === 'string'))
    throw refuse(message('answer.no-passkey'));
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw refuse(message('answer.no-approval'));
  }
  const passkey = { authenticatorData, clientDataJSON };
  const file = readApproval(encodeApproval({ ...membersOf(content), signature, passkey } as ApprovalFile));
  if ('reason' in file || signedText(file) !== text) throw refuse(message('answer.no-approval'));
  return { id: id as string, file };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Of the two forms that ECDSA allows, the one that Refit keeps. Authenticators make either. */
export function withCanonicalSignature<Signed extends { readonly signature: string }>(
  signed: Signed,
  { algorithm }: Passkey,
): Signed {
  const bytes = fromBase64url(signed.signature, MOST_SIGNATURE);
  const kept = bytes === null ? null : canonicalSignature(algorithm, bytes);
  return kept === null ? signed : { ...signed, signature: toBase64url(kept) };
}

/**
 * Refuses an answer that was used already, and one whose signature counter does not fit those that are known. It may also
 * not make a known one stale. That happens if two texts are signed in another order than they were made; a new text is in order.
 */
async function mustBeNew(
  { signatures }: NamedPlan,
  approval: ApprovalFile,
  approver: { readonly name: string; readonly key: Passkey },
): Promise<void> {
  const offered = await offeredApprovals(signatures, [approval.key]);
  const kept = encodeApproval(approval);
  if (offered.some((one) => one.text === kept)) throw refuse(message('answer.used'));
  const known = offered.flatMap((one) => {
    const read = readApproval(one.text);
    return 'reason' in read || !isAsserted(read, [approver]) ? [] : [read];
  });
  const own = counterFault(approval, known);
  if (own !== null) throw refuse(message('passkey.counter', own), 'copied');
  if (known.some((one) => counterFault(one, [approval]) !== null)) throw refuse(message('answer.stale'));
}
