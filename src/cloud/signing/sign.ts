/**
 * TC3-HMAC-SHA256, the provider's request signature. Pure: the time comes in as a number.
 * Source: docs/provider.md P146 to P149.
 */
import { createHmac, createSecretKey, hash as digest, type KeyObject } from 'node:crypto';
import { given } from '../../given.ts';

const ALGORITHM = 'TC3-HMAC-SHA256';

/** The content type that is signed and sent; the two must be the same bytes. */
export const CONTENT_TYPE = 'application/json; charset=utf-8';

/** One call to one action, ready to be signed. */
export interface Signing {
  /** As in the Host header, with the port where it is not the scheme's own. */
  readonly host: string;
  /** First label of the product's domain: the service in the credential scope. */
  readonly service: string;
  readonly action: string;
  readonly version: string;
  /** Null for actions that take no region. */
  readonly region: string | null;
  /** Seconds since 1970 UTC. The scope's date is the UTC date of this moment, whatever the local one is. */
  readonly timestamp: number;
  /** Exactly the text that is sent. */
  readonly body: string;
  readonly language: string;
}

/** A request as the signature sees it: always a POST to `/` without a query. */
export interface Signable extends Pick<Signing, 'service' | 'timestamp' | 'body'> {
  /** The headers to be signed, `content-type` and `host` among them. Names and values are lower-cased and trimmed here. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Gives the derived signing key of a UTC date (`yyyy-mm-dd`) and service. */
export type SigningKey = (date: string, service: string) => KeyObject;

/**
 * Derives signing keys from a secret key and keeps the last one of each service: it changes once a day, and three
 * of the five hashes of a signature with it. The secret is asked for at each derivation and kept nowhere here.
 */
export function signingKeys(secretKey: () => string): SigningKey {
  const kept = new Map<string, { readonly date: string; readonly key: KeyObject }>();
  return (date, service) => {
    const found = kept.get(service);
    if (found?.date === date) return found.key;
    // As a key object: made ready for hashing once, which costs more than the hash itself.
    const key = createSecretKey(hmac(hmac(hmac(`TC3${secretKey()}`, date), service), 'tc3_request'));
    kept.set(service, { date, key });
    return key;
  };
}

/** The value of the `Authorization` header. */
export function authorization(request: Signable, secretId: string, keyOf: SigningKey): string {
  const date = new Date(request.timestamp * 1000).toISOString().slice(0, 10);
  const scope = `${date}/${request.service}/tc3_request`;
  const { text, names } = canonicalRequest(request);
  const toSign = [ALGORITHM, request.timestamp, scope, hash(text)].join('\n');
  const signature = hmac(keyOf(date, request.service), toSign).toString('hex');
  return `${ALGORITHM} Credential=${secretId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
}

/** The canonical request and the names of its signed headers, joined with `;`. */
export function canonicalRequest(request: Signable): { readonly text: string; readonly names: string } {
  const headers = Object.entries(request.headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim().toLowerCase()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = headers.map(([name, value]) => `${name}:${value}\n`).join('');
  const names = headers.map(([name]) => name).join(';');
  return { text: ['POST', '/', '', lines, names, hash(request.body)].join('\n'), names };
}

/** What signs: the id is sent in the clear, key and token stay behind functions. */
export interface Signer {
  readonly secretId: string;
  readonly keyOf: SigningKey;
  readonly token: () => string | null;
}

/** All headers of a call, signed: `content-type`, `host` and `x-tc-action` are covered by the signature. */
export function signedHeaders(call: Signing, { secretId, keyOf, token }: Signer): Record<string, string> {
  const covered = { 'content-type': CONTENT_TYPE, host: call.host, 'x-tc-action': call.action };
  return headersOf(call, authorization({ ...call, headers: covered }, secretId, keyOf), token());
}

/**
 * All headers of a call.
 * @param authorized `SKIP` for the one call that needs no signature: its token says who is asking. Source: docs/provider.md P140.
 */
export function headersOf(call: Signing, authorized: string, token: string | null): Record<string, string> {
  return {
    Host: call.host,
    'Content-Type': CONTENT_TYPE,
    Authorization: authorized,
    'X-TC-Action': call.action,
    'X-TC-Version': call.version,
    'X-TC-Timestamp': String(call.timestamp),
    ...given({ 'X-TC-Region': call.region }),
    'X-TC-Language': call.language,
    'X-TC-RequestClient': 'refit',
    ...given({ 'X-TC-Token': token }),
  };
}

function hash(text: string): string {
  return digest('sha256', text, 'hex');
}

function hmac(key: string | Buffer | KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}
