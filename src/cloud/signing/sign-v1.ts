/**
 * The older signature: everything is a parameter of a form, the signature among them. Pure: time and nonce come in as
 * numbers. Source: docs/provider.md P137, P139, P150, P151 and P153 to P155.
 */
import { createHmac } from 'node:crypto';
import { given } from '../../given.ts';
import type { Fields } from '../wire/fields.ts';
import type { Signer, Signing } from './sign.ts';
import type { OlderMethod } from './signature.ts';

/** The content type of a form. */
export const FORM_TYPE = 'application/x-www-form-urlencoded';

const HASH: Readonly<Record<OlderMethod, string>> = { HmacSHA256: 'sha256', HmacSHA1: 'sha1' };

/** A request as this signature sees it. */
export interface OlderSignable {
  readonly verb: 'POST' | 'GET';
  /** As in the Host header. */
  readonly host: string;
  /** Every parameter but the signature, its value raw. */
  readonly params: Readonly<Record<string, string>>;
}

/** The text that is signed: names by their code units, so that `Ids.12` stands before `Ids.2`, and values raw. */
export function olderText({ verb, host, params }: OlderSignable): string {
  const joined = Object.entries(params)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  return `${verb}${host}/?${joined}`;
}

/** The value of the parameter `Signature`. */
export function olderSignature(request: OlderSignable, method: OlderMethod, secretKey: string): string {
  return createHmac(HASH[method], secretKey).update(olderText(request), 'utf8').digest('base64');
}

/** One call to one action, ready to be signed. */
export interface OlderSigning extends Omit<Signing, 'service' | 'body'> {
  /** A whole number above 0: with the timestamp it makes a request good for once. */
  readonly nonce: number;
  readonly fields: Fields;
}

/** What signs: the key stays behind a function, too. */
export type OlderSigner = Omit<Signer, 'keyOf'> & { readonly secretKey: () => string };

/** The form of a call, signed; with the signature, which is shown nowhere. */
export function signedForm(call: OlderSigning, method: OlderMethod, signer: OlderSigner) {
  const params = {
    ...flat(call.fields),
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
  const signature = olderSignature({ verb: 'POST', host: call.host, params }, method, signer.secretKey());
  const pairs = Object.entries({ ...params, Signature: signature });
  return { body: pairs.map((pair) => pair.map(encoded).join('=')).join('&'), signature };
}

/** Fields as parameters: lists and what is in them by zero-based numbers, as in `NodeSet.0.ZoneId`. */
export function flat(fields: object, under = ''): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'object' && value !== null) Object.assign(params, flat(value, `${under}${name}.`));
    else if (value !== null && value !== undefined) params[`${under}${name}`] = String(value);
  }
  return params;
}

/** By RFC 3986, which is stricter than the language's own function. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The provider takes a positive whole number; this much fits a signed 32-bit one in every language. */
const MOST_NONCE = 2_147_483_647;

/**
 * Nonces: by chance where they begin and one more each time, so that no two calls of one process share one, and two
 * processes of one identity hardly ever do. A request whose nonce was seen is refused as a replay.
 * @param chance from 0 to below 1, asked once, at the first nonce.
 */
export function nonces(chance: () => number): () => number {
  let last: number | null = null;
  return () => {
    last = last === null || last >= MOST_NONCE ? 1 + Math.floor(chance() * (MOST_NONCE - 1)) : last + 1;
    return last;
  };
}
