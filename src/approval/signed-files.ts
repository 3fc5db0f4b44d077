/**
 * Writes and reads approvals, signatures of planners, and signatures over the head of a journal. A head signature covers
 * every entry up to the head. Each signature has exactly one text; Refit accepts no other.
 */
import { iso } from '../clock.ts';
import { canonical } from '../digest.ts';
import {
  type Validate,
  validateApproval,
  validateHeadSignature,
  validatePlanSignature,
} from '../generated/validators.js';
import { pick } from '../given.ts';
import { message } from '../messages/messages.ts';
import {
  APPROVAL_FORMAT,
  type ApprovalFile,
  HEAD_SIGNATURE_FORMAT,
  type HeadSignature,
  type Message,
  PLAN_SIGNATURE_FORMAT,
  type PlanSignature,
  type Signed,
} from '../model.ts';
import { isSignature } from './approver-key.ts';
import { readPublicKey, type Signer } from './keys.ts';

/** What an approver signs: everything in an approval except the signature. */
export type ApprovalContent = Omit<ApprovalFile, 'signature' | 'passkey'>;

/** What an approver signs. @param key whose fingerprint is in it. @param now milliseconds since 1970 UTC. @param expires milliseconds in which it counts. */
export function approvalContent(
  { digest, wave, by }: Pick<ApprovalFile, 'digest' | 'wave' | 'by'>,
  key: { readonly fingerprint: string },
  { now, expires }: { readonly now: number; readonly expires: number },
): ApprovalContent {
  const when = { issuedAt: iso(now), expiresAt: iso(now + expires) };
  return { format: APPROVAL_FORMAT, digest, wave, by, key: key.fingerprint, ...when };
}

/** @param when as for `approvalContent`. */
export function signApproval(
  what: Pick<ApprovalFile, 'digest' | 'wave' | 'by'>,
  key: Signer,
  when: { readonly now: number; readonly expires: number },
): Promise<ApprovalFile> {
  return sign(approvalContent(what, key.public, when), key);
}

/** Signs a saved plan as the person who planned it. @param now milliseconds since 1970 UTC. */
export function signPlan(
  { digest, by }: Pick<PlanSignature, 'digest' | 'by'>,
  key: Signer,
  now: number,
): Promise<PlanSignature> {
  const content = { format: PLAN_SIGNATURE_FORMAT, digest, by } as const;
  return sign({ ...content, key: key.public.line, signedAt: iso(now) }, key);
}

/** @param now milliseconds since 1970 UTC. */
export function signHead(
  { digest, head, entries, by }: Pick<HeadSignature, 'digest' | 'head' | 'entries' | 'by'>,
  key: Signer,
  now: number,
): Promise<HeadSignature> {
  const content = { format: HEAD_SIGNATURE_FORMAT, digest, head, entries, by } as const;
  return sign({ ...content, key: key.public.line, signedAt: iso(now) }, key);
}

/** Signs the canonical form of a value. */
export async function sign<Unsigned extends object>(
  unsigned: Unsigned,
  key: Signer,
): Promise<Unsigned & { readonly signature: string }> {
  return { ...unsigned, signature: (await key.sign(canonical(unsigned))).toString('base64') };
}

/** The file name of an approval: the name of the person, and of the wave. It has no character that a list of files could mistake. */
export function approvalName({ by, wave }: Pick<ApprovalFile, 'by' | 'wave'>): string {
  return `${safeName(by)}${wave === null ? '' : `.${safeName(wave)}`}.json`;
}

/** Approvals as files, each with its name and its text. */
export function approvalFiles(
  approvals: readonly ApprovalFile[],
): readonly { readonly name: string; readonly text: string }[] {
  return approvals.map((one) => ({ name: approvalName(one), text: encodeApproval(one) }));
}

/** The file name of a signature of a planner or over a journal. */
export function signatureName({ by }: Pick<PlanSignature, 'by'>): string {
  return `${safeName(by)}.json`;
}

/** A name as one segment of a path. */
export function safeName(name: string): string {
  return name.replace(/[^\p{L}\p{N}._@+-]+/gu, '-');
}

/** The members of an approval that a journal keeps. */
export function signedOf(approval: Signed): Signed {
  return pick(approval, 'by', 'key', 'issuedAt', 'expiresAt', 'signature', 'passkey');
}

/** The text of an approval file. */
export function encodeApproval(approval: ApprovalFile): string {
  return `${canonical(approval)}\n`;
}

/** The text of a signature file, of a planner or over a head. */
export function encodeSignature(signature: HeadSignature | PlanSignature): string {
  return `${canonical(signature)}\n`;
}

/** Reads the text of an approval file. @returns the reason when it is not an approval. */
export function readApproval(text: string): ApprovalFile | { readonly reason: Message } {
  return readSignedFile<ApprovalFile>(text, {
    format: APPROVAL_FORMAT,
    family: 'refit.approval/',
    validate: validateApproval,
    invalid: message('approval.not-an-approval'),
    command: 'refit approve',
  });
}

/** Reads the text of a signature file. @returns the reason when it is not a good signature. */
export function readHeadSignature(text: string): HeadSignature | { readonly reason: Message } {
  const signed = readSignedFile<HeadSignature>(text, {
    format: HEAD_SIGNATURE_FORMAT,
    family: 'refit.head-',
    validate: validateHeadSignature,
    invalid: message('approval.not-a-signature'),
    command: 'refit audit sign',
  });
  return 'reason' in signed ? signed : withGoodSignature(signed);
}

/** Reads the text of a planner's signature. @returns the reason when it is not a good signature. */
export function readPlanSignature(text: string): PlanSignature | { readonly reason: Message } {
  const signed = readSignedFile<PlanSignature>(text, {
    format: PLAN_SIGNATURE_FORMAT,
    family: 'refit.plan-',
    validate: validatePlanSignature,
    invalid: message('approval.not-a-plan-signature'),
    command: 'refit plan --sign',
  });
  return 'reason' in signed ? signed : withGoodSignature(signed);
}

function withGoodSignature<Signed extends HeadSignature | PlanSignature>(
  signed: Signed,
): Signed | { readonly reason: Message } {
  const key = readPublicKey(signed.key);
  if ('fault' in key) return { reason: message('approval.bad-signing-key', { fault: key.fault }) };
  const { signature, ...unsigned } = signed;
  if (isSignature(signature, canonical(unsigned), key)) return signed;
  return { reason: message('approval.head-forged') };
}

/** One kind of signed file. */
export interface SignedKind {
  readonly format: string;
  readonly family: string;
  readonly validate: Validate;
  readonly invalid: Message;
  /** The command that writes it. */
  readonly command: string;
}

/** Reads the text of one kind. @returns the reason when it is none. The signature is not checked. */
export function readSignedFile<Signed>(
  text: string,
  { format, family, validate, invalid, command }: SignedKind,
): Signed | { readonly reason: Message } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { reason: message('approval.not-json') };
  }
  const found = (value as { readonly format?: unknown } | null)?.format;
  if (typeof found === 'string' && found !== format && found.startsWith(family))
    return { reason: message('approval.other-format', { found: found.slice(0, 40), format }) };
  if (!validate(value)) return { reason: invalid };
  if (`${canonical(value)}\n` !== text) return { reason: message('approval.bytes-changed', { command }) };
  return value as Signed;
}

/** The canonical text that the signer of an approval signs: everything else in it. */
export function signedText({ signature: _, passkey: __, ...content }: ApprovalFile): string {
  return canonical(content);
}
