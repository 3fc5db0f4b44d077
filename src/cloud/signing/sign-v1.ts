/**
 * Signature version 1: everything is a parameter of a form, the signature included. Pure: time and nonce are arguments.
 * Source: docs/provider.md P137, P139, P150, P151 and P153 to P155.
 */
import { createHmac } from 'node:crypto';
import { given } from '../../given.ts';
import type { Fields } from '../wire/fields.ts';
import type { Signer, Signing } from './sign.ts';
import type { MethodV1 } from './signature.ts';

/** The content type of a form. */
export const FORM_TYPE = 'application/x-www-form-urlencoded';

const HASH: Readonly<Record<MethodV1, string>> = { HmacSHA256: 'sha256', HmacSHA1: 'sha1' };

/** The parts of a request that this signature covers. */
export interface SignableV1 {
  readonly verb: 'POST' | 'GET';
  /** The Host header. */
  readonly host: string;
  /** Every parameter except the signature, with raw values. */
  readonly params: Readonly<Record<string, string>>;
}

/** The text to sign. Values are raw; names are sorted by code units, so `Ids.12` comes before `Ids.2`. */
export function stringToSignV1({ verb, host, params }: SignableV1): string {
  const joined = Object.entries(params)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  return `${verb}${host}/?${joined}`;
}

/** The value of the parameter `Signature`. */
export function signatureV1(request: SignableV1, method: MethodV1, secretKey: string): string {
  return createHmac(HASH[method], secretKey).update(stringToSignV1(request), 'utf8').digest('base64');
}

/** One call to one action, ready to be signed. */
export interface SigningV1 extends Omit<Signing, 'service' | 'body'> {
  /** A whole number above 0. With the timestamp it makes a request valid only once. */
  readonly nonce: number;
  readonly fields: Fields;
}

/** The signer. Key and token stay behind functions. */
export type SignerV1 = Omit<Signer, 'keyOf'> & { readonly secretKey: () => string };

/** Makes the signed form of a call. The result also has the signature, which is a secret. */
export function signedForm(call: SigningV1, method: MethodV1, signer: SignerV1) {
  const params = {
    ...flattenParams(call.fields),
    Action: call.action,
    Version: call.version,
    ...given({ Region: call.region }),
    Timestamp: String(call.timestamp),
    Nonce: String(call.nonce),
    SecretId: signer.secretId,
    SignatureMethod: method,
    ...given({ Token: signer.token() }),
    Language: call.language,
    RequestClient: 'refit',
  };
  const signature = signatureV1({ verb: 'POST', host: call.host, params }, method, signer.secretKey());
  const pairs = Object.entries({ ...params, Signature: signature });
  return { body: pairs.map((pair) => pair.map(percentEncode).join('=')).join('&'), signature };
}

/** Turns fields into parameters. Items of a list get zero-based numbers: `NodeSet.0.ZoneId`. */
export function flattenParams(fields: object, under = ''): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'object' && value !== null)
      Object.assign(params, flattenParams(value, `${under}${name}.`));
    else if (value !== null && value !== undefined) params[`${under}${name}`] = String(value);
  }
  return params;
}

/** Encodes by RFC 3986, which is stricter than `encodeURIComponent`. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The largest signed 32-bit number. The provider takes a positive whole number. */
const MAX_NONCE = 2_147_483_647;

/**
 * Creates a sequence of nonces: a random start, then one more each time. Two calls of one process never share a nonce,
 * and two processes of one identity almost never do. The provider refuses a repeated nonce as a replay.
 * @param chance gives a random number from 0 to below 1. Called once at the first nonce.
 */
export function createNonces(chance: () => number): () => number {
  let last: number | null = null;
  return () => {
    last = last === null || last >= MAX_NONCE ? 1 + Math.floor(chance() * (MAX_NONCE - 1)) : last + 1;
    return last;
  };
}
