/**
 * Writes and reads declines of a plan, and their withdrawals. A text without a key is a claim: who can write there can write
 * it. A text with a key has a signature, and Refit accepts no other.
 */
import { canonical, sha256 } from '../digest.ts';
import { validateDecline, validateDeclineWithdrawal } from '../generated/validators.js';
import { message } from '../messages/messages.ts';
import {
  DECLINE_FORMAT,
  type DeclineFile,
  type Message,
  WITHDRAWAL_FORMAT,
  type WithdrawalFile,
} from '../model.ts';
import { isSignature } from './approver-key.ts';
import { readPublicKey, type Signer } from './keys.ts';
import { nameFault } from './names.ts';
import { readSignedFile, safeName, sign } from './signed-files.ts';

/** Characters of a reason. */
export const LONGEST_REASON = 1_000;

/** A decline as its text, and the name of its file after the name of the plan. */
export interface DeclineAsText {
  readonly name: string;
  readonly text: string;
}

/** @param key null: nobody signs. @returns the text of a decline. */
export async function encodeDecline(
  content: Pick<DeclineFile, 'digest' | 'by' | 'at' | 'reason'>,
  key: Signer | null,
): Promise<DeclineAsText> {
  const text = await encode({ format: DECLINE_FORMAT, ...content }, key);
  return { name: nameOf(content.by, sha256(text), ''), text };
}

/** @param key as for the decline. @returns the text of a withdrawal. */
export async function encodeWithdrawal(
  content: Pick<WithdrawalFile, 'digest' | 'by' | 'at' | 'decline'>,
  key: Signer | null,
): Promise<DeclineAsText> {
  const text = await encode({ format: WITHDRAWAL_FORMAT, ...content }, key);
  return { name: nameOf(content.by, content.decline, '.withdrawn'), text };
}

async function encode(content: object, key: Signer | null): Promise<string> {
  const value =
    key === null
      ? { ...content, key: null, signature: null }
      : await sign({ ...content, key: key.public.line }, key);
  return `${canonical(value)}\n`;
}

/** The file name of a text. A part of the hash keeps each decline of a person apart. */
export function declineName(read: ReadDecline): string {
  const { value } = read;
  return 'decline' in value ? nameOf(value.by, value.decline, '.withdrawn') : nameOf(value.by, read.id, '');
}

function nameOf(by: string, id: string, ending: string): string {
  return `${safeName(by)}-${id.slice(0, 12)}${ending}.json`;
}

/** A text that is sound, and its own signature is good. */
export interface ReadDecline {
  readonly value: DeclineFile | WithdrawalFile;
  /** The SHA-256 of the text. */
  readonly id: string;
  /** Of the key that signed it; null: nobody signed. */
  readonly fingerprint: string | null;
}

/**
 * Reads the text of a decline or a withdrawal.
 * @returns the reason when it is neither. `isWithdrawal`: it says that it ends a decline.
 */
export function readDecline(
  text: string,
): ReadDecline | { readonly reason: Message; readonly isWithdrawal: boolean } {
  const isWithdrawal = text.includes(`"format":"refit.decline-withdrawal/`);
  const value = isWithdrawal
    ? readSignedFile<WithdrawalFile>(text, {
        format: WITHDRAWAL_FORMAT,
        family: 'refit.decline-withdrawal/',
        validate: validateDeclineWithdrawal,
        invalid: message('decline.not-a-withdrawal'),
        command: 'refit decline --withdraw',
      })
    : readSignedFile<DeclineFile>(text, {
        format: DECLINE_FORMAT,
        family: 'refit.decline/',
        validate: validateDecline,
        invalid: message('decline.not-a-decline'),
        command: 'refit decline',
      });
  if ('reason' in value && !('format' in value)) return { reason: value.reason, isWithdrawal };
  const read = value as DeclineFile | WithdrawalFile;
  const fault = nameFault(read.by);
  if (fault !== null)
    return { reason: message('approval.bad-person', { name: read.by, fault }), isWithdrawal };
  const signer = signerOf(read);
  if (typeof signer === 'object' && signer !== null) return { ...signer, isWithdrawal };
  return { value: read, id: sha256(text), fingerprint: signer };
}

/** The fingerprint of the key that signed; null: nobody signed; or why the signature is not good. */
function signerOf(value: DeclineFile | WithdrawalFile): string | null | { readonly reason: Message } {
  const { signature, ...unsigned } = value;
  const { key: line } = unsigned;
  if (line === null && signature === null) return null;
  if (line === null || signature === null) return { reason: message('approval.head-forged') };
  const key = readPublicKey(line);
  if ('fault' in key) return { reason: message('approval.bad-signing-key', { fault: key.fault }) };
  if (key.line !== line || !isSignature(signature, canonical(unsigned), key))
    return { reason: message('approval.head-forged') };
  return key.fingerprint;
}
