/**
 * The gateway's door: which of the provider's forms a request has, who signed it, and what it asks for.
 *
 *   POST, application/json                    signed with TC3-HMAC-SHA256, parameters in the body
 *   GET                                       signed with TC3-HMAC-SHA256, or by the older way; parameters in the query
 *   POST, application/x-www-form-urlencoded   signed by the older way, everything in the body
 *
 * Source: docs/provider.md P137 to P155.
 */
import type { Call } from '../actions/action.ts';
import { decodeFlat, decodeJson, type Params, type Schema } from '../actions/parameters.ts';
import { Refusal } from '../actions/refusal.ts';
import type { Identity, World } from '../world/world.ts';
import { authenticate, authenticateParameters, type SigningKey, SKEW_SECONDS } from './authenticate.ts';

/** A request as it arrives. */
export interface WireRequest {
  readonly method: string;
  /** Path and query, or the whole URL. */
  readonly url: string;
  /** Names in any case. A missing `host` is taken from a whole URL. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string | Uint8Array;
}

/** A request that was let in. Texts are empty where the request says nothing. */
export interface ParsedRequest {
  readonly identity: Identity;
  /** Of the credential scope; empty for the older signature, which names none. */
  readonly service: string;
  readonly action: string;
  readonly version: string;
  readonly region: string;
  readonly language: Call['language'];
  /** Host as the sender wrote it, without its port. */
  readonly host: string;
  /** The action's own parameters. @throws Refusal where they do not fit */
  readonly read: (schema: Schema) => Params;
}

/** Also of every answer, and exactly this: one official SDK overlooks errors under any other (docs/provider.md P142). */
export const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
/** How long a request may be, by form. Source: docs/provider.md P137. */
const MAX_BYTES = { json: 10 * 1024 * 1024, query: 32 * 1024, form: 1024 * 1024 };
/** Source: docs/provider.md P155. */
const MAX_TOKEN_BYTES = 4096;
const MAX_ID_BYTES = 1024;

/** What the older way carries among the parameters; everything else is the action's. */
const COMMON = new Set([
  ...['Action', 'Version', 'Region', 'Timestamp', 'Nonce', 'SecretId', 'Signature', 'SignatureMethod'],
  ...['Token', 'Language', 'RequestClient'],
]);

/** Whoever asks for keys by the token of another identity provider: nobody yet. */
const ANONYMOUS: Identity = { secretId: '', secretKey: '', token: null, uin: 'nobody' };
/** The one action that is not signed (docs/provider.md P140). */
const UNSIGNED_ACTION = 'AssumeRoleWithWebIdentity';

/**
 * @param request with the names of its headers in lower case
 * @throws Refusal for a form that does not exist, a wrong signature, a clock that is off, a dead key
 */
export function parseRequest(world: World, request: WireRequest, now: number): ParsedRequest {
  const { method, headers, body } = request;
  const [path, query] = splitUrl(request.url);
  const type = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  const isForm = method === 'POST' && type === FORM_TYPE;
  if (method === 'POST' ? type !== JSON_TYPE && !isForm : method !== 'GET') {
    throw new Refusal(
      'UnsupportedProtocol',
      'POST with application/json, GET, or POST with application/x-www-form-urlencoded and the older signature.',
    );
  }
  if (path !== '/') throw new Refusal('InvalidRequest', 'The path is always /.');
  const long = (length: number, most: number): void => {
    if (length > most) throw new Refusal('RequestSizeLimitExceeded', `The request exceeds ${most >> 10} KB.`);
  };
  long(query.length, MAX_BYTES.query);
  long(body.length, isForm ? MAX_BYTES.form : MAX_BYTES.json);
  if (isForm && headers.authorization !== undefined)
    throw new Refusal(
      'UnsupportedProtocol',
      'A form is signed by the older way; TC3-HMAC-SHA256 takes JSON or GET.',
    );
  const flat = isForm ? decodeBody(body) : query;
  const older =
    headers.authorization === undefined && (isForm || /(^|&)(Signature|SecretId|Action)=/.test(flat));
  try {
    return older ? parseV1Request(world, request, flat, now) : parseTc3Request(world, request, query, now);
  } catch (error) {
    world.unauthenticated += 1;
    throw error;
  }
}

function parseTc3Request(world: World, request: WireRequest, query: string, now: number): ParsedRequest {
  const { method, headers, body } = request;
  const common = {
    ...commonFieldsOf(headers.host, (name) => headers[`x-tc-${name.toLowerCase()}`]),
    read: (schema: Schema) =>
      method === 'GET'
        ? decodeFlat(schema, new URLSearchParams(query))
        : decodeJson(schema, decodeBody(body)),
  };
  if (headers.authorization === 'SKIP' && common.action === UNSIGNED_ACTION)
    return { ...common, identity: ANONYMOUS, service: 'sts' };
  checkTokenLength(headers['x-tc-token'], MAX_TOKEN_BYTES);
  const { secretId, service } = authenticate(
    { method, query, headers, body },
    (id) => keyOf(world, id),
    now + world.clockSkew,
  );
  return { ...common, identity: world.identities.get(secretId)!, service };
}

function parseV1Request(world: World, request: WireRequest, flat: string, now: number): ParsedRequest {
  const { method, headers } = request;
  const params = new Map<string, string>(new URLSearchParams(flat));
  checkTokenLength(params.get('Token'), MAX_TOKEN_BYTES);
  checkTokenLength(params.get('SecretId'), MAX_ID_BYTES);
  const secretId = authenticateParameters(
    { method, host: headers.host ?? '', params },
    (id) => keyOf(world, id),
    now + world.clockSkew,
  );
  refuseReplay(world, params, now);
  const own = [...params].filter(([name]) => !COMMON.has(name));
  return {
    identity: world.identities.get(secretId)!,
    service: '',
    ...commonFieldsOf(headers.host, (name) => params.get(name)),
    read: (schema) => decodeFlat(schema, own),
  };
}

/** What is asked for, from the header or the parameter of each name. */
function commonFieldsOf(host: string | undefined, of: (name: string) => string | undefined) {
  const language: Call['language'] = of('Language') === 'en-US' ? 'en-US' : 'zh-CN';
  return {
    action: of('Action') ?? '',
    version: of('Version') ?? '',
    region: of('Region') ?? '',
    language,
    host: (host ?? '').trim().toLowerCase().replace(/:\d+$/, ''),
  };
}

/** A key as it is now. Keys that are long dead are forgotten when new ones are issued. */
function keyOf(world: World, secretId: string): SigningKey | undefined {
  const identity = world.identities.get(secretId);
  if (!identity?.session) return identity;
  const { issuedAt, expiresAt } = identity.session;
  const killed = world.faults
    .active('expired-token')
    .map(({ from }) => world.startedAt + from)
    .filter((at) => issuedAt < at);
  return { ...identity, validUntil: Math.min(expiresAt, ...killed) };
}

/** Nonce and timestamp make a request of the older way good for once (docs/provider.md P154). */
function refuseReplay(world: World, params: ReadonlyMap<string, string>, now: number): void {
  const { usedRequests } = world;
  const request = ['SecretId', 'Timestamp', 'Nonce', 'Signature'].map((name) => params.get(name)).join(' ');
  if (usedRequests.has(request))
    throw new Refusal('AuthFailure.SignatureExpire', 'This request has been sent before.');
  // In order of time, so the oldest are the first.
  for (const [old, until] of usedRequests) {
    if (until > now) break;
    usedRequests.delete(old);
  }
  usedRequests.set(request, now + 2 * SKEW_SECONDS * 1000);
}

function checkTokenLength(text: string | undefined, most: number): void {
  if (text !== undefined && text.length > most)
    throw new Refusal('AuthFailure.TokenFailure', `An id or token is longer than ${most} bytes.`);
}

/** Path and query of a target, or of a whole URL. */
export function splitUrl(url: string): [path: string, query: string] {
  const target = url.startsWith('/') ? url : url.replace(/^[a-z]+:\/\/[^/?]*/i, '') || '/';
  const mark = target.indexOf('?');
  return mark < 0 ? [target, ''] : [target.slice(0, mark) || '/', target.slice(mark + 1)];
}

function decodeBody(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}
