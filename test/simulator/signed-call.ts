/** Signs and sends requests to a world in one process; the signature is written from the facts, not borrowed. */
import { createHash, createHmac } from 'node:crypto';
import { readInstances } from '../../src/simulator/fleet/read-fleet.ts';
import { http, type WireAnswer } from '../../src/simulator/gateway/http.ts';
import type { WireRequest } from '../../src/simulator/gateway/open-request.ts';
import { createWorld } from '../../src/simulator/world/create-world.ts';
import { parseFault } from '../../src/simulator/world/faults.ts';
import type { World, WorldOptions } from '../../src/simulator/world/world.ts';

export const SECRET_ID = `AKID${'a'.repeat(32)}`;
export const SECRET_KEY = 'k'.repeat(32);
/** 2026-01-05 10:00:00 in Beijing. */
export const START = Date.UTC(2026, 0, 5, 2, 0, 0);

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const mac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

export interface Signing {
  readonly secretId?: string;
  readonly secretKey?: string;
  readonly service?: string;
  readonly host?: string;
  /** The host that is signed, where it differs from the header. */
  readonly signedHost?: string;
  readonly signedHeaders?: readonly string[];
  /** Milliseconds. */
  readonly at?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: 'POST' | 'GET';
}

export interface OlderSigning {
  readonly secretId?: string;
  readonly secretKey?: string;
  /** The host that is signed, where it differs from the header. */
  readonly signedHost?: string;
  readonly signatureMethod?: string;
  readonly nonce?: number;
  /** Milliseconds. */
  readonly at?: number;
  readonly method?: 'POST' | 'GET';
  /** Beside the common parameters and the action's own, or instead of them. */
  readonly params?: Readonly<Record<string, string>>;
}

const VERSIONS: Readonly<Record<string, string>> = {
  redis: '2018-04-12',
  region: '2022-06-27',
  billing: '2018-07-09',
  monitor: '2018-07-24',
  sts: '2018-08-13',
};

/** A signed request for `product.Action`, ready to be sent. `params` of a GET is its query. */
export function signed(
  name: string,
  region: string | null,
  params: unknown,
  now: number,
  signing: Signing = {},
): WireRequest {
  const [product, action] = name.split('.') as [string, string];
  const method = signing.method ?? 'POST';
  const body = method === 'GET' ? '' : typeof params === 'string' ? params : JSON.stringify(params);
  const query = method === 'GET' ? String(params) : '';
  const timestamp = Math.floor((signing.at ?? now) / 1000);
  const host = signing.host ?? '127.0.0.1:8080';
  const headers: Record<string, string> = {
    'content-type':
      method === 'GET' ? 'application/x-www-form-urlencoded' : 'application/json; charset=utf-8',
    host,
    'x-tc-action': action,
    'x-tc-version': VERSIONS[product] ?? product,
    'x-tc-timestamp': String(timestamp),
    ...(region === null ? {} : { 'x-tc-region': region }),
    ...signing.headers,
  };
  const names = [...(signing.signedHeaders ?? ['content-type', 'host'])].sort();
  const canonicalHeaders = names
    .map(
      (one) =>
        `${one}:${(one === 'host' ? (signing.signedHost ?? host) : headers[one]!).trim().toLowerCase()}\n`,
    )
    .join('');
  const payload = headers['x-tc-content-sha256'] === 'UNSIGNED-PAYLOAD' ? 'UNSIGNED-PAYLOAD' : body;
  const canonical = `${method}\n/\n${query}\n${canonicalHeaders}\n${names.join(';')}\n${sha(payload)}`;
  const date = new Date(timestamp * 1000).toISOString().slice(0, 10);
  const scope = `${date}/${signing.service ?? product}/tc3_request`;
  const key = mac(
    mac(mac(`TC3${signing.secretKey ?? SECRET_KEY}`, date), signing.service ?? product),
    'tc3_request',
  );
  const signature = mac(key, `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${sha(canonical)}`).toString('hex');
  headers.authorization = `TC3-HMAC-SHA256 Credential=${signing.secretId ?? SECRET_ID}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { method, url: query === '' ? '/' : `/?${query}`, headers, body };
}

let lastNonce = 0;

/** The same by the older way: everything a parameter, the action's own already flattened. */
export function olderSigned(
  name: string,
  region: string | null,
  own: Readonly<Record<string, string>>,
  now: number,
  signing: OlderSigning = {},
): WireRequest {
  const [product, action] = name.split('.') as [string, string];
  lastNonce += 1;
  const params: Record<string, string> = {
    Action: action,
    Version: VERSIONS[product] ?? product,
    ...(region === null ? {} : { Region: region }),
    Timestamp: String(Math.floor((signing.at ?? now) / 1000)),
    Nonce: String(signing.nonce ?? lastNonce),
    SecretId: signing.secretId ?? SECRET_ID,
    ...(signing.signatureMethod === undefined ? {} : { SignatureMethod: signing.signatureMethod }),
    ...own,
    ...signing.params,
  };
  const method = signing.method ?? 'GET';
  const joined = Object.keys(params)
    .sort()
    .map((one) => `${one}=${params[one]}`)
    .join('&');
  const algorithm = signing.signatureMethod === 'HmacSHA256' ? 'sha256' : 'sha1';
  const host = '127.0.0.1:8080';
  params.Signature ??= createHmac(algorithm, signing.secretKey ?? SECRET_KEY)
    .update(`${method}${signing.signedHost ?? host}/?${joined}`)
    .digest('base64');
  const encoded = Object.entries(params)
    .map((pair) => pair.map(encodeURIComponent).join('='))
    .join('&');
  return method === 'GET'
    ? { method, url: `/?${encoded}`, headers: { host }, body: '' }
    : {
        method,
        url: '/',
        headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
        body: encoded,
      };
}

// biome-ignore lint/suspicious/noExplicitAny: answers are read as the wire has them
export type Answer = any;

export interface TestWorld {
  readonly world: World;
  now: number;
  /** Sends and gives `Response`; a cut connection is `{ cut: kind }`. */
  call(name: string, params?: unknown, region?: string | null, signing?: Signing): Answer;
  send(request: WireRequest): WireAnswer;
  /** The code of the refusal, or `ok`. */
  code(name: string, params?: unknown, region?: string | null, signing?: Signing): string;
  /** Lets time pass, milliseconds. */
  pass(ms: number): void;
}

/** A world of the given instances whose delays are exact: lag 1 s, duration 10 s, lock tail 5 s. */
export function testWorld(
  fleet: readonly object[],
  options: Partial<Omit<WorldOptions, 'faults' | 'fleet'>> & { faults?: readonly string[] } = {},
): TestWorld {
  const { faults, ...rest } = options;
  const world = createWorld(
    {
      seed: 7,
      fleet: readInstances(fleet),
      identities: [{ secretId: SECRET_ID, secretKey: SECRET_KEY, token: null, uin: '100000000001' }],
      startLag: [1000, 1000],
      duration: [10_000, 10_000],
      lockTail: [5000, 5000],
      limit: 1000,
      limitCounting: 'calendar',
      balance: 500_000,
      faults: (faults ?? []).map(parseFault),
      ...rest,
    },
    START,
  );
  const test: TestWorld = {
    world,
    now: START,
    call(name, params = {}, region = 'ap-guangzhou', signing = {}) {
      const answer = http(world, signed(name, region, params, test.now, signing), test.now);
      if (answer.kind !== 'answered') return { cut: answer.kind };
      if (answer.status !== 200) return { status: answer.status, body: answer.body };
      try {
        return JSON.parse(answer.body).Response;
      } catch {
        return { broken: answer.body };
      }
    },
    send: (request) => http(world, request, test.now),
    code(name, params, region, signing) {
      const answer = test.call(name, params, region, signing);
      return (
        answer.Error?.Code ??
        answer.cut ??
        (answer.status ? `http ${answer.status}` : answer.broken === undefined ? 'ok' : 'broken')
      );
    },
    pass(ms) {
      test.now += ms;
    },
  };
  return test;
}
