/** Signs requests as the provider's clients do. Written from docs/provider.md P146 to P156, independent of src/. */
import { createHash, createHmac } from 'node:crypto';
import type { WireRequest } from '../../src/simulator/gateway/parse-request.ts';

export const SECRET_ID = `AKID${'a'.repeat(32)}`;
export const SECRET_KEY = 'k'.repeat(32);
const HOST = '127.0.0.1:8080';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const mac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Differences from the default request, which the main account sends to the simulator. */
export interface Signing {
  /** Default: ap-guangzhou for products with regions; null: none. */
  readonly region?: string | null;
  readonly secretId?: string;
  readonly secretKey?: string;
  /** The signed host, if it differs from the header. */
  readonly signedHost?: string;
  /** The signer's clock, milliseconds. */
  readonly at?: number;
}

export interface NewerSigning extends Signing {
  /** With GET, `params` are flat and go into the query. Default POST. */
  readonly method?: 'GET' | 'POST';
  readonly service?: string;
  readonly host?: string;
  readonly signedHeaders?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OlderSigning extends Signing {
  readonly signatureMethod?: string;
  readonly nonce?: number;
  readonly method?: 'POST' | 'GET';
  /** Parameters that are added or replaced. */
  readonly params?: Readonly<Record<string, string>>;
}

const VERSIONS: Readonly<Record<string, string>> = {
  redis: '2018-04-12',
  region: '2022-06-27',
  billing: '2018-07-09',
  monitor: '2018-07-24',
  sts: '2018-08-13',
  tag: '2018-08-13',
};

/** Splits `product.Action`. A version can stand in place of the product. */
function parseName(name: string, { region }: Signing) {
  const [product, action] = name.split('.') as [string, string];
  const byDefault = ['region', 'billing', 'sts', 'tag'].includes(product) ? null : 'ap-guangzhou';
  return {
    product,
    action,
    version: VERSIONS[product] ?? product,
    region: region === undefined ? byDefault : region,
  };
}

/** A request of `product.Action` with a TC3-HMAC-SHA256 signature. A string in `params` is the exact body. */
export function signed(name: string, params: unknown, now: number, how: NewerSigning = {}): WireRequest {
  const { product, action, version, region } = parseName(name, how);
  const { secretId = SECRET_ID, secretKey = SECRET_KEY, service = product, host = HOST } = how;
  const method = how.method ?? 'POST';
  const query = method === 'GET' ? new URLSearchParams(params as Record<string, string>).toString() : '';
  const body = method === 'GET' ? '' : typeof params === 'string' ? params : JSON.stringify(params);
  const timestamp = Math.floor((how.at ?? now) / 1000);
  const headers: Record<string, string> = {
    'content-type':
      method === 'GET' ? 'application/x-www-form-urlencoded' : 'application/json; charset=utf-8',
    host,
    'x-tc-action': action,
    'x-tc-version': version,
    'x-tc-timestamp': String(timestamp),
    ...(region === null ? {} : { 'x-tc-region': region }),
    ...how.headers,
  };
  const names = [...(how.signedHeaders ?? ['content-type', 'host'])].sort();
  const signedValue = (name: string): string => (name === 'host' ? (how.signedHost ?? host) : headers[name]!);
  const canonicalHeaders = names
    .map((name) => `${name}:${signedValue(name).trim().toLowerCase()}\n`)
    .join('');
  const payload = headers['x-tc-content-sha256'] === 'UNSIGNED-PAYLOAD' ? 'UNSIGNED-PAYLOAD' : body;
  const canonical = `${method}\n/\n${query}\n${canonicalHeaders}\n${names.join(';')}\n${sha(payload)}`;
  const date = new Date(timestamp * 1000).toISOString().slice(0, 10);
  const scope = `${date}/${service}/tc3_request`;
  const key = mac(mac(mac(`TC3${secretKey}`, date), service), 'tc3_request');
  const signature = mac(key, `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${sha(canonical)}`).toString('hex');
  headers.authorization = `TC3-HMAC-SHA256 Credential=${secretId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { method, url: query === '' ? '/' : `/?${query}`, headers, body };
}

let lastNonce = 0;

/** The same with the older signature. All values are parameters, and `own` is already flat. */
export function olderSigned(
  name: string,
  own: Readonly<Record<string, string>>,
  now: number,
  how: OlderSigning = {},
): WireRequest {
  const { action, version, region } = parseName(name, how);
  const { secretId = SECRET_ID, secretKey = SECRET_KEY, signatureMethod, method = 'GET' } = how;
  lastNonce += 1;
  const params: Record<string, string> = {
    Action: action,
    Version: version,
    ...(region === null ? {} : { Region: region }),
    Timestamp: String(Math.floor((how.at ?? now) / 1000)),
    Nonce: String(how.nonce ?? lastNonce),
    SecretId: secretId,
    ...(signatureMethod === undefined ? {} : { SignatureMethod: signatureMethod }),
    ...own,
    ...how.params,
  };
  const joined = Object.keys(params)
    .sort()
    .map((one) => `${one}=${params[one]}`)
    .join('&');
  const algorithm = signatureMethod === 'HmacSHA256' ? 'sha256' : 'sha1';
  params.Signature ??= createHmac(algorithm, secretKey)
    .update(`${method}${how.signedHost ?? HOST}/?${joined}`)
    .digest('base64');
  const encoded = Object.entries(params)
    .map((pair) => pair.map(encodeURIComponent).join('='))
    .join('&');
  if (method === 'GET') return { method, url: `/?${encoded}`, headers: { host: HOST }, body: '' };
  const headers = { host: HOST, 'content-type': 'application/x-www-form-urlencoded' };
  return { method, url: '/', headers, body: encoded };
}
