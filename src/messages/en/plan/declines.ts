/** What Refit says about declines of a plan and their withdrawals. */
import type { Decline, Message } from '../../../model.ts';
import type { Say, Text } from '../../text.ts';

/** Who may withdraw a decline. */
const author = (by: string, fingerprint: string | null, login: string | null): string =>
  fingerprint !== null
    ? `the key ${fingerprint}`
    : login === null
      ? `${by} without a key`
      : `${by} with the login ${login}`;

/** `signed with SHA256:…`, `not signed`. */
function proofOf({ signed, fingerprint, login }: Pick<Decline, 'signed' | 'fingerprint' | 'login'>): string {
  if (fingerprint === null) return login === null ? 'not signed' : `not signed, login ${login}`;
  return signed ? `signed with ${fingerprint}` : `signed with ${fingerprint}, not the key of this approver`;
}

export const declines = {
  'decline.holds': ({ decline }: { decline: Decline }): Text =>
    `declined by ${decline.by} at ${decline.at} (${proofOf(decline)}): ${decline.reason}`,
  'decline.withdrawn': ({ decline }: { decline: Decline }): Text =>
    `withdrawn by ${decline.withdrawn?.by} at ${decline.withdrawn?.at}; declined by ${decline.by} at ${decline.at} (${proofOf(decline)}): ${decline.reason}`,
  'decline.damaged': ({ file, reason }: { file: string; reason: Message }, say: Say): Text =>
    `${file} may decline the plan, and Refit cannot read it: ${say(reason)}`,
  'decline.not-a-decline': (): Text => 'it is not a decline in this format',
  'decline.not-a-withdrawal': (): Text => 'it is not the withdrawal of a decline in this format',
  'decline.other-plan': ({ digest, planDigest }: { digest: string; planDigest: string }): Text =>
    `it is about another plan (${digest.slice(0, 8)}, not ${planDigest.slice(0, 8)})`,
  'decline.nothing-to-withdraw': (): Text => 'it withdraws a decline that is not here',
  'decline.by-another': ({
    by,
    author: name,
    fingerprint,
    login,
  }: {
    by: string;
    author: string;
    fingerprint: string | null;
    login: string | null;
  }): Text => `${by} withdraws a decline by ${name}; only ${author(name, fingerprint, login)} can`,
};
