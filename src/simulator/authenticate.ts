/**
 * TC3-HMAC-SHA256 as the provider checks it (facts §5.3 to §5.6, read 2026-11): whatever SignedHeaders lists is
 * verified; the host is taken with and without its port, because the official SDKs differ; the service is the
 * one of the credential scope, because the Node SDK takes it from the first label of the endpoint.
 */
import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { Refusal } from './refusal.ts';

/** What is verified of a request. Header names in lower case. */
export interface SignedRequest {
  readonly method: string;
  /** What stands after `?`, undecoded. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The bytes as sent. */
  readonly body: string | Uint8Array;
}

/** The keys of one who may sign. */
export interface SigningKey {
  readonly secretKey: string;
  readonly token: string | null;
}

/** Who signed, and for which service. */
export interface Credential {
  readonly secretId: string;
  readonly service: string;
}

/** How far a timestamp may be from the server's clock. Source: facts §5.5. */
const SKEW_SECONDS = 300;

const AUTHORIZATION =
  /^TC3-HMAC-SHA256\s+Credential=([^\s/,]+)\/(\d{4}-\d\d-\d\d)\/([A-Za-z0-9_-]+)\/tc3_request,\s*SignedHeaders=([a-z0-9;-]+),\s*Signature=([0-9a-f]{64})$/;

/** Derived keys by secret, date and service: the same for a whole day, and the dearest part of a check. */
const derived = new Map<string, KeyObject>();

/**
 * @param find gives the key of a secret id
 * @param serverNow the server's clock, ms since 1970 UTC
 * @throws Refusal `AuthFailure.…`
 */
export function authenticate(
  request: SignedRequest,
  find: (secretId: string) => SigningKey | undefined,
  serverNow: number,
): Credential {
  const { headers } = request;
  const parts = AUTHORIZATION.exec(headers.authorization ?? '');
  if (!parts)
    throw new Refusal(
      'AuthFailure.InvalidAuthorization',
      'The Authorization header is missing or malformed.',
    );
  const [, secretId, date, service, names, signature] = parts as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const timestamp = headers['x-tc-timestamp'] ?? '';
  if (!/^\d{9,11}$/.test(timestamp))
    throw new Refusal('AuthFailure.InvalidAuthorization', 'X-TC-Timestamp is missing or malformed.');
  const signedNames = names.split(';');
  if (!signedNames.includes('content-type') || !signedNames.includes('host')) {
    throw new Refusal(
      'AuthFailure.InvalidAuthorization',
      'content-type and host must be among the signed headers.',
    );
  }
  if (Math.abs(serverNow / 1000 - Number(timestamp)) > SKEW_SECONDS) {
    throw new Refusal(
      'AuthFailure.SignatureExpire',
      `The timestamp ${timestamp} is more than ${SKEW_SECONDS} seconds from the server time.`,
    );
  }
  const key = find(secretId);
  if (!key) throw new Refusal('AuthFailure.SecretIdNotFound', 'The SecretId is not found.');
  if (key.token !== null && headers['x-tc-token'] !== key.token)
    throw new Refusal('AuthFailure.TokenFailure', 'The token is wrong or missing.');

  const wrong = (): Refusal =>
    new Refusal(
      'AuthFailure.SignatureFailure',
      'The provided credentials could not be validated. Please check your signature is correct.',
    );
  if (date !== dateOf(Number(timestamp))) throw wrong();
  const unsigned = headers['x-tc-content-sha256'] === 'UNSIGNED-PAYLOAD';
  const payload = request.method === 'GET' ? '' : unsigned ? 'UNSIGNED-PAYLOAD' : request.body;
  const payloadHash = hash('sha256', payload, 'hex');
  const signingKey = deriveKey(key.secretKey, date, service);
  const given = Buffer.from(signature, 'hex');
  const host = (headers.host ?? '').trim().toLowerCase();
  const port = /:\d+$/.exec(host);
  for (const one of port ? [host, host.slice(0, port.index)] : [host]) {
    const canonical = `${request.method}\n/\n${request.method === 'GET' ? request.query : ''}\n${canonicalHeaders(signedNames, headers, one)}\n${names}\n${payloadHash}`;
    const text = `TC3-HMAC-SHA256\n${timestamp}\n${date}/${service}/tc3_request\n${hash('sha256', canonical, 'hex')}`;
    if (timingSafeEqual(createHmac('sha256', signingKey).update(text).digest(), given))
      return { secretId, service };
  }
  throw wrong();
}

function canonicalHeaders(names: readonly string[], headers: SignedRequest['headers'], host: string): string {
  let text = '';
  for (const name of names) {
    const value = name === 'host' ? host : (headers[name] ?? '').trim().toLowerCase();
    text += `${name}:${value}\n`;
  }
  return text;
}

let lastDay = -1;
let lastDate = '';

/** The UTC date of a Unix time in seconds. */
function dateOf(seconds: number): string {
  const day = Math.floor(seconds / 86_400);
  if (day !== lastDay) {
    lastDay = day;
    lastDate = new Date(day * 86_400_000).toISOString().slice(0, 10);
  }
  return lastDate;
}

function deriveKey(secretKey: string, date: string, service: string): KeyObject {
  const name = `${date}\n${service}\n${secretKey}`;
  const known = derived.get(name);
  if (known) return known;
  const step = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const key = createSecretKey(step(step(step(`TC3${secretKey}`, date), service), 'tc3_request'));
  // Services in a scope are free text: a bound, so that nobody can fill the memory with them.
  if (derived.size > 1000) derived.clear();
  derived.set(name, key);
  return key;
}
