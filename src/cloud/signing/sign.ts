/**
 * TC3-HMAC-SHA256, the provider's request signature. Pure: the time is an argument.
 * Source: docs/provider.md P146 to P149.
 */
import { createHmac, createSecretKey, hash as digest, type KeyObject } from 'node:crypto';
import { given } from '../../given.ts';

const ALGORITHM = 'TC3-HMAC-SHA256';

/** The content type. The signed bytes and the sent bytes must be the same. */
export const CONTENT_TYPE = 'application/json; charset=utf-8';

/** One call to one action, ready to be signed. */
export interface Signing {
  /** The Host header, with the port unless it is the scheme's default. */
  readonly host: string;
  /** The first label of the product's domain, which is the service in the credential scope. */
  readonly service: string;
  readonly action: string;
  readonly version: string;
  /** Null for actions that take no region. */
  readonly region: string | null;
  /** Seconds since 1970 UTC. Its UTC date is the date of the credential scope. */
  readonly timestamp: number;
  /** Exactly the bytes that Refit sends. */
  readonly body: string;
  readonly language: string;
}

/** The parts of a request that the signature covers. It is always a POST to `/` without a query. */
export interface Signable extends Pick<Signing, 'service' | 'timestamp' | 'body'> {
  /** The headers to sign, `content-type` and `host` included, in the order of their names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** Returns the signing key of a UTC date (`yyyy-mm-dd`) and service. */
export type SigningKey = (date: string, service: string) => KeyObject;

/**
 * Derives signing keys from a secret key and caches the last one of each service. The key changes once a day, and the
 * cache saves three of the five hashes of a signature. It asks for the secret at each derivation and does not keep it.
 */
export function signingKeys(secretKey: () => string): SigningKey {
  const cache = new Map<string, { readonly date: string; readonly key: KeyObject }>();
  return (date, service) => {
    const found = cache.get(service);
    if (found?.date === date) return found.key;
    // A key object is prepared for hashing once, which costs more than the hash itself.
    const key = createSecretKey(hmac(hmac(hmac(`TC3${secretKey()}`, date), service), 'tc3_request'));
    cache.set(service, { date, key });
    return key;
  };
}

/** The value of the `Authorization` header. */
export function authorization(request: Signable, secretId: string, keyOf: SigningKey): string {
  const date = new Date(request.timestamp * 1000).toISOString().slice(0, 10);
  const scope = `${date}/${request.service}/tc3_request`;
  const { text, names } = canonicalRequest(request);
  const toSign = `${ALGORITHM}\n${request.timestamp}\n${scope}\n${hash(text)}`;
  const signature = hmac(keyOf(date, request.service), toSign).toString('hex');
  return `${ALGORITHM} Credential=${secretId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
}

/** The canonical request, and the names of its signed headers joined with `;`. */
export function canonicalRequest(request: Signable): { readonly text: string; readonly names: string } {
  let lines = '';
  let names = '';
  for (const [name, value] of request.headers) {
    const lower = name.toLowerCase();
    lines += `${lower}:${value.trim().toLowerCase()}\n`;
    names += names === '' ? lower : `;${lower}`;
  }
  return { text: `POST\n/\n\n${lines}\n${names}\n${hash(request.body)}`, names };
}

/** The signer. The id is not secret; key and token stay behind functions. */
export interface Signer {
  readonly secretId: string;
  readonly keyOf: SigningKey;
  readonly token: () => string | null;
}

/** All headers of a signed call. The signature covers `content-type`, `host` and `x-tc-action`. */
export function signedHeaders(call: Signing, { secretId, keyOf, token }: Signer): Record<string, string> {
  const { service, timestamp, body, host, action } = call;
  const headers = [
    ['content-type', CONTENT_TYPE],
    ['host', host],
    ['x-tc-action', action],
  ] as const;
  return headersOf(call, authorization({ service, timestamp, body, headers }, secretId, keyOf), token());
}

/**
 * All headers of a call.
 * @param authorized the Authorization header. `SKIP` for the one call that has a token instead (docs/provider.md P140).
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
