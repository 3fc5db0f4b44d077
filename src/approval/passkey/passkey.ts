/**
 * The line of a passkey in a list of approvers. It holds everything that verifies an approval offline:
 * `passkey rp=refit.example.com origin=https://refit.example.com id=AAAA… key=AAAA…`
 */
import { hash } from 'node:crypto';
import type { AssertionFault, KeyFault, PasskeyAssertion } from '../../model.ts';
import { assertionFault } from './assertion.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import { MOST_SPKI, type PasskeyAlgorithm, readCredentialKey } from './credential-key.ts';

/** A credential that can approve. */
export interface Passkey {
  readonly kind: 'passkey';
  /** The only text of this passkey: single spaces, its members in order. */
  readonly line: string;
  /** `SHA256:` and 43 characters: the SHA-256 of the line, so it covers relying party and origins. */
  readonly fingerprint: string;
  /** The domain for which the credential was made. */
  readonly relyingParty: string;
  /** The addresses at which people approve: `https://refit.example.com`. */
  readonly origins: readonly string[];
  /** Base64url. */
  readonly credentialId: string;
  readonly algorithm: PasskeyAlgorithm;
  /** Texts that no other approver of a list may share. */
  readonly marks: readonly string[];
  /** Why the assertion is not a signature of this passkey over the text; null: it is. */
  assertionFault(
    text: string,
    assertion: PasskeyAssertion & { readonly signature: string },
  ): AssertionFault | null;
}

const WORD = 'passkey';
/** Bytes of a credential id. Source: WebAuthn Level 3 §4, read 2026-11. */
export const MOST_ID = 1023;
const MOST_ORIGINS = 4;
/** Characters of a line with every member at its largest. */
const MOST_LINE = 4_000;

/** Whether a text is meant to be a passkey. */
export function looksLikePasskey(text: string): boolean {
  return /^passkey(?:\s|$)/i.test(text.trim());
}

/** The line of its parts. `readPasskey` checks them. @param spki DER. @param id the bytes of the credential id. */
export function formatPasskey({
  relyingParty,
  origins,
  id,
  spki,
}: {
  readonly relyingParty: string;
  readonly origins: readonly string[];
  readonly id: Uint8Array;
  readonly spki: Uint8Array;
}): string {
  const addresses = origins.map((origin) => `origin=${origin}`);
  return [WORD, `rp=${relyingParty}`, ...addresses, `id=${toBase64url(id)}`, `key=${toBase64url(spki)}`].join(
    ' ',
  );
}

/** Reads a line. White space and the order of its members are free. @returns why it is not accepted, if it is not. */
export function readPasskey(text: string): Passkey | { readonly fault: KeyFault } {
  const refuse = (kind: Exclude<KeyFault['kind'], 'other-algorithm' | 'passkey-missing'>) => ({
    fault: { kind },
  });
  if (text.length > MOST_LINE) return refuse('passkey-form');
  const [word, ...members] = text.trim().split(/\s+/);
  if (word !== WORD) return refuse('passkey-form');
  const found: Record<string, string[]> = { rp: [], origin: [], id: [], key: [] };
  for (const member of members) {
    const at = member.indexOf('=');
    const name = member.slice(0, Math.max(at, 0));
    if (!Object.hasOwn(found, name)) return refuse('passkey-form');
    found[name]!.push(member.slice(at + 1));
  }
  for (const name of ['rp', 'origin', 'id', 'key'] as const)
    if (found[name]!.length === 0) return { fault: { kind: 'passkey-missing', member: name } };
  const { rp = [], origin: origins = [], id: ids = [], key: keys = [] } = found;
  if (rp.length > 1 || ids.length > 1 || keys.length > 1) return refuse('passkey-form');
  const relyingParty = rp[0]!;
  if (!isRelyingParty(relyingParty)) return refuse('passkey-rp');
  const isUsable = origins.every((origin) => isOriginOf(origin, relyingParty));
  if (!isUsable || origins.length > MOST_ORIGINS || new Set(origins).size < origins.length)
    return refuse('passkey-origin');
  const id = fromBase64url(ids[0]!, MOST_ID);
  if (id === null) return refuse('passkey-id');
  const spki = fromBase64url(keys[0]!, MOST_SPKI);
  if (spki === null) return refuse('passkey-key');
  const key = readCredentialKey(spki);
  if ('fault' in key) return refuse(key.fault === 'algorithm' ? 'passkey-algorithm' : 'passkey-key');
  // The order of origins means nothing, so it must not make another fingerprint.
  const sorted = [...origins].sort();
  const line = formatPasskey({ relyingParty, origins: sorted, id, spki });
  const { algorithm, mark } = key;
  return {
    kind: 'passkey',
    line,
    fingerprint: `SHA256:${hash('sha256', line, 'base64').replace(/=+$/, '')}`,
    relyingParty,
    origins: sorted,
    credentialId: ids[0]!,
    algorithm,
    marks: [mark, `credential ${ids[0]}`],
    assertionFault: (signed, assertion) =>
      assertionFault(assertion, { text: signed, relyingParty, origins: sorted, key }),
  };
}

/** Whether a text is a domain as browsers write it. Browsers refuse IP addresses for passkeys. */
function isRelyingParty(text: string): boolean {
  return text.length <= 253 && hostOf(`https://${text}`) === text && /[a-z]/.test(text.split('.').at(-1)!);
}

/** Whether a text is an origin as browsers write it, whose host is the relying party or a part of its domain. */
function isOriginOf(text: string, relyingParty: string): boolean {
  const host = hostOf(text);
  if (host === null || text.length > 300 || URL.parse(text)?.origin !== text) return false;
  const isSecure = text.startsWith('https://') || (text.startsWith('http://') && host === 'localhost');
  return isSecure && (host === relyingParty || host.endsWith(`.${relyingParty}`));
}

function hostOf(url: string): string | null {
  return URL.parse(url)?.hostname ?? null;
}
