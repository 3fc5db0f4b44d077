/** A signature over the head of a journal: whoever has it knows of every entry up to there. One signature, one text. */
import { iso } from '../clock.ts';
import { canonical } from '../digest.ts';
import { validateHeadSignature } from '../generated/validators.js';
import { type Approver, HEAD_SIGNATURE_FORMAT, type HeadSignature } from '../model.ts';
import type { PrivateKey } from './private-key.ts';
import { readPublicKey } from './public-key.ts';

/** @param now milliseconds since 1970 UTC. */
export function signHead(
  what: Pick<HeadSignature, 'digest' | 'head' | 'entries' | 'by'>,
  key: PrivateKey,
  now: number,
): HeadSignature {
  const { digest, head, entries, by } = what;
  const unsigned = {
    format: HEAD_SIGNATURE_FORMAT,
    digest,
    head,
    entries,
    by,
    key: key.public.line,
    signedAt: iso(now),
  } as const;
  return { ...unsigned, signature: key.sign(canonical(unsigned)).toString('base64') };
}

/** The text of a signature's file. */
export function encodeHeadSignature(signature: HeadSignature): string {
  return `${canonical(signature)}\n`;
}

/** Reads the text of a signature's file. @returns why it is none, or not good, where that is so. */
export function readHeadSignature(text: string): HeadSignature | { readonly why: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { why: 'it is not JSON' };
  }
  const format = (value as { readonly format?: unknown } | null)?.format;
  if (typeof format === 'string' && format !== HEAD_SIGNATURE_FORMAT && format.startsWith('refit.head-'))
    return { why: `its format is ${format.slice(0, 40)}, and this version reads ${HEAD_SIGNATURE_FORMAT}` };
  if (!validateHeadSignature(value)) return { why: 'it is no signature of a journal' };
  const signed = value as HeadSignature;
  if (encodeHeadSignature(signed) !== text)
    return { why: 'its bytes are not those that refit audit sign wrote: it was changed' };
  const key = readPublicKey(signed.key);
  if ('why' in key) return { why: `its key is none: ${key.why}` };
  const { signature, ...unsigned } = signed;
  const bytes = Buffer.from(signature, 'base64');
  // The same bytes can be spelt in several ways; one of them is taken.
  const isGood = bytes.toString('base64') === signature && key.verify(canonical(unsigned), bytes);
  return isGood
    ? signed
    : { why: 'forged or changed: the signature is not that of its key over what it says' };
}

/** The name of whoever has the key among those who are known; null where nobody has. */
export function signerOf({ key }: Pick<HeadSignature, 'key'>, signers: readonly Approver[]): string | null {
  return signers.find((one) => one.key === key)?.name ?? null;
}
