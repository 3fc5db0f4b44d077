/**
 * The older signature: everything is a parameter of a form, the signature among them. Pure: time and nonce come in as
 * numbers. Source: docs/provider.md P137, P139, P150, P151 and P153 to P155.
 */
import { createHmac } from 'node:crypto';
import { given } from '../../given.ts';
import type { Fields } from '../wire/fields.ts';
import type { Signer, Signing } from './sign.ts';
import type { MethodV1 } from './signature.ts';

/** The content type of a form. */
export const FORM_TYPE = 'application/x-www-form-urlencoded';

const HASH: Readonly<Record<MethodV1, string>> = { HmacSHA256: 'sha256', HmacSHA1: 'sha1' };

/** A request as this signature sees it. */
export interface SignableV1 {
  readonly verb: 'POST' | 'GET';
  /** As in the Host header. */
  readonly host: string;
  /** Every parameter but the signature, its value raw. */
  readonly params: Readonly<Record<string, string>>;
}

/** The text that is signed: names by their code units, so that `Ids.12` stands before `Ids.2`, and values raw. */
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
  /** A whole number above 0: with the timestamp it makes a request good for once. */
  readonly nonce: number;
  readonly fields: Fields;
}

/** What signs: the key stays behind a function, too. */
export type SignerV1 = Omit<Signer, 'keyOf'> & { readonly secretKey: () => string };

/** The form of a call, signed; with the signature, which is shown nowhere. */
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

/** Fields as parameters: lists and what is in them by zero-based numbers, as in `NodeSet.0.ZoneId`. */
export function flattenParams(fields: object, under = ''): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'object' && value !== null)
      Object.assign(params, flattenParams(value, `${under}${name}.`));
    else if (value !== null && value !== undefined) params[`${under}${name}`] = String(value);
  }
  return params;
}

/** By RFC 3986, which is stricter than the language's own function. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The provider takes a positive whole number; this much fits a signed 32-bit one in every language. */
const MAX_NONCE = 2_147_483_647;

/**
 * Nonces: by chance where they begin and one more each time, so that no two calls of one process share one, and two
 * processes of one identity hardly ever do. A request whose nonce was seen is refused as a replay.
 * @param chance from 0 to below 1, asked once, at the first nonce.
 */
export function createNonces(chance: () => number): () => number {
  let last: number | null = null;
  return () => {
    last = last === null || last >= MAX_NONCE ? 1 + Math.floor(chance() * (MAX_NONCE - 1)) : last + 1;
    return last;
  };
}
