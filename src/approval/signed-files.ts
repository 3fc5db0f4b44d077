/**
 * Approvals, and signatures over the head of a journal: whoever has one of these knows of every entry up to there. One
 * signature, one text: whatever else a file holds is none.
 */
import { iso } from '../clock.ts';
import { canonical } from '../digest.ts';
import { type Validate, validateApproval, validateHeadSignature } from '../generated/validators.js';
import {
  APPROVAL_FORMAT,
  type ApprovalFile,
  type Approver,
  HEAD_SIGNATURE_FORMAT,
  type HeadSignature,
} from '../model.ts';
import { type PrivateKey, type PublicKey, readPublicKey } from './keys.ts';

/** @param expires milliseconds from `now` (since 1970 UTC) in which it counts. */
export function signApproval(
  { digest, wave, by }: Pick<ApprovalFile, 'digest' | 'wave' | 'by'>,
  key: PrivateKey,
  { now, expires }: { readonly now: number; readonly expires: number },
): ApprovalFile {
  const when = { issuedAt: iso(now), expiresAt: iso(now + expires) };
  return sign({ format: APPROVAL_FORMAT, digest, wave, by, key: key.public.fingerprint, ...when }, key);
}

/** @param now milliseconds since 1970 UTC. */
export function signHead(
  { digest, head, entries, by }: Pick<HeadSignature, 'digest' | 'head' | 'entries' | 'by'>,
  key: PrivateKey,
  now: number,
): HeadSignature {
  const what = { format: HEAD_SIGNATURE_FORMAT, digest, head, entries, by } as const;
  return sign({ ...what, key: key.public.line, signedAt: iso(now) }, key);
}

function sign<Unsigned extends object>(unsigned: Unsigned, key: PrivateKey) {
  return { ...unsigned, signature: key.sign(canonical(unsigned)).toString('base64') };
}

/** The text of an approval's file. */
export function encodeApproval(approval: ApprovalFile): string {
  return `${canonical(approval)}\n`;
}

/** The text of a signature's file. */
export function encodeHeadSignature(signature: HeadSignature): string {
  return `${canonical(signature)}\n`;
}

/** Reads the text of an approval's file. @returns why it is none, where it is none. */
export function readApproval(text: string): ApprovalFile | { readonly why: string } {
  return readFile<ApprovalFile>(text, {
    format: APPROVAL_FORMAT,
    family: 'refit.approval/',
    validate: validateApproval,
    none: 'it is no approval of this format',
    command: 'refit approve',
  });
}

/** Reads the text of a signature's file. @returns why it is none, or not good, where that is so. */
export function readHeadSignature(text: string): HeadSignature | { readonly why: string } {
  const signed = readFile<HeadSignature>(text, {
    format: HEAD_SIGNATURE_FORMAT,
    family: 'refit.head-',
    validate: validateHeadSignature,
    none: 'it is no signature of a journal',
    command: 'refit audit sign',
  });
  if ('why' in signed) return signed;
  const key = readPublicKey(signed.key);
  if ('why' in key) return { why: `its key is none: ${key.why}` };
  if (isSignedBy(signed, key)) return signed;
  return { why: 'forged or changed: the signature is not that of its key over what it says' };
}

/** One kind of signed file. */
interface Kind {
  readonly format: string;
  readonly family: string;
  readonly validate: Validate;
  readonly none: string;
  /** What writes it. */
  readonly command: string;
}

function readFile<Signed>(text: string, { format, family, validate, none, command }: Kind) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { why: 'it is not JSON' };
  }
  const found = (value as { readonly format?: unknown } | null)?.format;
  if (typeof found === 'string' && found !== format && found.startsWith(family))
    return { why: `its format is ${found.slice(0, 40)}, and this version reads ${format}` };
  if (!validate(value)) return { why: none };
  if (`${canonical(value)}\n` !== text)
    return { why: `its bytes are not those that ${command} wrote: it was changed` };
  return value as Signed;
}

/** Whether the signature is that key's over everything else in the file. */
export function isSignedBy(
  { signature, ...unsigned }: ApprovalFile | HeadSignature,
  key: PublicKey,
): boolean {
  const bytes = Buffer.from(signature, 'base64');
  // The same bytes can be spelt in several ways; one of them is taken.
  return bytes.toString('base64') === signature && key.verify(canonical(unsigned), bytes);
}

/** The name of whoever has the key among those who are known; null where nobody has. */
export function signerOf({ key }: Pick<HeadSignature, 'key'>, signers: readonly Approver[]): string | null {
  return signers.find((one) => one.key === key)?.name ?? null;
}
