/**
 * Verifies both signature methods as the provider does. Source: docs/provider.md P145 to P156.
 *
 *   TC3-HMAC-SHA256         covers all headers in SignedHeaders; the service comes from the credential scope,
 *                           because the Node SDK takes it from the first label of the endpoint
 *   HmacSHA1, HmacSHA256    the older signature; SignatureMethod selects the hash
 *
 * Both accept the host with and without its port, because the official SDKs differ.
 */
import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { missingParameter, Refusal } from '../actions/refusal.ts';
import type { Identity } from '../world/world.ts';

/** The signed parts of a request. Header names are in lower case. */
export interface SignedRequest {
  readonly method: string;
  /** The text after `?`, not decoded. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body as sent. */
  readonly body: string | Uint8Array;
}

/** The key of an identity that can sign. */
export interface SigningKey extends Pick<Identity, 'secretKey' | 'token'> {
  /** Expiry of a temporary key, ms since 1970 UTC; left out: none. */
  readonly validUntil?: number;
}

/** Maximum distance of a timestamp from the server clock. Source: docs/provider.md P153. */
export const SKEW_SECONDS = 300;

const AUTHORIZATION =
  /^TC3-HMAC-SHA256\s+Credential=([^\s/,]+)\/(\d{4}-\d\d-\d\d)\/([A-Za-z0-9_-]+)\/tc3_request,\s*SignedHeaders=([a-z0-9;-]+),\s*Signature=([0-9a-f]{64})$/;

/** Cache of derived keys by secret, date and service. They are valid for a day and slow to compute. */
const derived = new Map<string, KeyObject>();

/**
 * Verifies a TC3-HMAC-SHA256 signature.
 * @param find returns the key of a secret id
 * @param serverNow the server clock, ms since 1970 UTC
 * @returns the secret id and the service of the signature
 * @throws Refusal `AuthFailure.…`
 */
export function authenticate(
  request: SignedRequest,
  find: (secretId: string) => SigningKey | undefined,
  serverNow: number,
): { secretId: string; service: string } {
  const { headers } = request;
  const parts = AUTHORIZATION.exec(headers.authorization ?? '');
  if (!parts) throw wrongHeader('The Authorization header is missing or malformed.');
  const [, secretId = '', date = '', service = '', names = '', signature = ''] = parts;
  const timestamp = headers['x-tc-timestamp'] ?? '';
  if (!/^\d{9,11}$/.test(timestamp)) throw wrongHeader('X-TC-Timestamp is missing or malformed.');
  const signedNames = names.split(';');
  if (!signedNames.includes('content-type') || !signedNames.includes('host'))
    throw wrongHeader('content-type and host must be among the signed headers.');
  checkClock(timestamp, serverNow);
  const key = checkKey(find(secretId), headers['x-tc-token'], serverNow);
  if (date !== new Date(Number(timestamp) * 1000).toISOString().slice(0, 10)) throw wrongSignature();
  const unsigned = headers['x-tc-content-sha256'] === 'UNSIGNED-PAYLOAD';
  const isGet = request.method === 'GET';
  const payload = unsigned ? 'UNSIGNED-PAYLOAD' : isGet ? '' : request.body;
  const payloadHash = hash('sha256', payload, 'hex');
  const signingKey = deriveKey(key.secretKey, date, service);
  const given = Buffer.from(signature, 'hex');
  for (const one of hostForms(headers.host ?? '')) {
    const canonical = `${request.method}\n/\n${isGet ? request.query : ''}\n${canonicalHeaders(signedNames, headers, one)}\n${names}\n${payloadHash}`;
    const text = `TC3-HMAC-SHA256\n${timestamp}\n${date}/${service}/tc3_request\n${hash('sha256', canonical, 'hex')}`;
    if (timingSafeEqual(createHmac('sha256', signingKey).update(text).digest(), given))
      return { secretId, service };
  }
  throw wrongSignature();
}

/**
 * Verifies the older signature.
 * @param signed `params` holds all decoded parameters and the signature
 * @returns the secret id
 * @throws Refusal `AuthFailure.…`, `MissingParameter` or `InvalidParameter`
 */
export function authenticateParameters(
  signed: { readonly method: string; readonly host: string; readonly params: ReadonlyMap<string, string> },
  find: (secretId: string) => SigningKey | undefined,
  serverNow: number,
): string {
  const { method, host, params } = signed;
  const [secretId, timestamp, nonce, signature] = ['SecretId', 'Timestamp', 'Nonce', 'Signature'].map(
    (name) => {
      const value = params.get(name);
      if (value === undefined || value === '') throw missingParameter(name);
      return value;
    },
  ) as [string, string, string, string];
  // Two of the official SDKs use nonces of up to 63 bits.
  if (!/^\d{9,11}$/.test(timestamp) || !/^\d{1,20}$/.test(nonce))
    throw new Refusal('InvalidParameter', 'Timestamp and Nonce are whole numbers.');
  checkClock(timestamp, serverNow);
  const key = checkKey(find(secretId), params.get('Token'), serverNow);
  // Sorted by code units: InstanceIds.12 comes before InstanceIds.2. Values are not encoded.
  const joined = [...params]
    .filter(([name]) => name !== 'Signature')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const algorithm = params.get('SignatureMethod') === 'HmacSHA256' ? 'sha256' : 'sha1';
  const given = Buffer.from(signature, 'base64');
  for (const one of hostForms(host)) {
    const expected = createHmac(algorithm, key.secretKey).update(`${method}${one}/?${joined}`).digest();
    if (given.length === expected.length && timingSafeEqual(given, expected)) return secretId;
  }
  throw wrongSignature();
}

function checkClock(timestamp: string, serverNow: number): void {
  if (Math.abs(serverNow / 1000 - Number(timestamp)) > SKEW_SECONDS) {
    throw new Refusal(
      'AuthFailure.SignatureExpire',
      `The timestamp ${timestamp} is more than ${SKEW_SECONDS} seconds from the server time.`,
    );
  }
}

/** A temporary key needs its token. A permanent key has none. @throws Refusal */
function checkKey(key: SigningKey | undefined, token: string | undefined, serverNow: number): SigningKey {
  if (!key) throw new Refusal('AuthFailure.SecretIdNotFound', 'The SecretId is not found.');
  if ((token || null) !== key.token)
    throw new Refusal('AuthFailure.TokenFailure', 'The token is wrong, missing, or not of this key.');
  if (key.validUntil !== undefined && serverNow >= key.validUntil)
    throw new Refusal('AuthFailure.TokenFailure', 'The token has expired.');
  return key;
}

function wrongHeader(message: string): Refusal {
  return new Refusal('AuthFailure.InvalidAuthorization', message);
}

function wrongSignature(): Refusal {
  return new Refusal(
    'AuthFailure.SignatureFailure',
    'The provided credentials could not be validated. Please check your signature is correct.',
  );
}

function hostForms(header: string): string[] {
  const host = header.trim().toLowerCase();
  const port = /:\d+$/.exec(host);
  return port ? [host, host.slice(0, port.index)] : [host];
}

function canonicalHeaders(names: readonly string[], headers: SignedRequest['headers'], host: string): string {
  const valueFor = (name: string) => (name === 'host' ? host : (headers[name] ?? '').trim().toLowerCase());
  return names.map((name) => `${name}:${valueFor(name)}\n`).join('');
}

function deriveKey(secretKey: string, date: string, service: string): KeyObject {
  const name = `${date}\n${service}\n${secretKey}`;
  const known = derived.get(name);
  if (known) return known;
  const step = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const key = createSecretKey(step(step(step(`TC3${secretKey}`, date), service), 'tc3_request'));
  // A client can write any service into the scope, so the cache needs a size limit.
  if (derived.size > 1000) derived.clear();
  derived.set(name, key);
  return key;
}
