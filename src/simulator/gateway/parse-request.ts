/**
 * Parses and authenticates a request: its form, its sender and its action. The provider has three forms:
 *
 *   POST, application/json                    TC3-HMAC-SHA256 signature, parameters in the body
 *   GET                                       TC3-HMAC-SHA256 or older signature, parameters in the query
 *   POST, application/x-www-form-urlencoded   older signature, parameters and signature in the body
 *
 * Source: docs/provider.md P137 to P155.
 */
import type { Call } from '../actions/action.ts';
import { decodeFlat, decodeJson, type Params, type Schema } from '../actions/parameters.ts';
import { Refusal } from '../actions/refusal.ts';
import type { Identity, World } from '../world/world.ts';
import { authenticate, authenticateParameters, type SigningKey, SKEW_SECONDS } from './authenticate.ts';

/** An HTTP request. */
export interface WireRequest {
  readonly method: string;
  /** Path and query, or a full URL. */
  readonly url: string;
  /** Header names in any case. Without `host`, the host of a full URL counts. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string | Uint8Array;
}

/** An authenticated request. A missing value is an empty string. */
export interface ParsedRequest {
  readonly identity: Identity;
  /** Service of the credential scope; empty for the older signature, which has none. */
  readonly service: string;
  readonly action: string;
  readonly version: string;
  readonly region: string;
  readonly language: Call['language'];
  /** Host from the request, without the port. */
  readonly host: string;
  /** Reads the parameters of the action. @throws Refusal if they do not match the schema */
  readonly readParams: (schema: Schema) => Params;
}

/** The exact type of all answers: one official SDK ignores errors with another type (docs/provider.md P142). */
export const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
/** Maximum request size by form. Source: docs/provider.md P137. */
const MAX_BYTES = { json: 10 * 1024 * 1024, query: 32 * 1024, form: 1024 * 1024 };
/** Source: docs/provider.md P155. */
const MAX_TOKEN_BYTES = 4096;
const MAX_ID_BYTES = 1024;

/** Parameters of the older signature itself. All others belong to the action. */
const COMMON = new Set([
  ...['Action', 'Version', 'Region', 'Timestamp', 'Nonce', 'SecretId', 'Signature', 'SignatureMethod'],
  ...['Token', 'Language', 'RequestClient'],
]);

/** The sender of the unsigned action, who has no keys yet. */
const ANONYMOUS: Identity = { secretId: '', secretKey: '', token: null, uin: 'nobody' };
/** The only unsigned action (docs/provider.md P140). */
const UNSIGNED_ACTION = 'AssumeRoleWithWebIdentity';

/**
 * Parses and authenticates a request.
 * @param request with header names in lower case
 * @throws Refusal for an unknown form, a wrong signature, a wrong clock or an expired key
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
  const checkSize = (length: number, max: number): void => {
    if (length > max) throw new Refusal('RequestSizeLimitExceeded', `The request exceeds ${max >> 10} KB.`);
  };
  checkSize(query.length, MAX_BYTES.query);
  checkSize(body.length, isForm ? MAX_BYTES.form : MAX_BYTES.json);
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
    readParams: (schema: Schema) =>
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
    readParams: (schema) => decodeFlat(schema, own),
  };
}

/** Reads action, version, region and language from headers or parameters. */
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

/** The key of a secret id, with its expiry. The fault expired-token revokes temporary keys. */
function keyOf(world: World, secretId: string): SigningKey | undefined {
  const identity = world.identities.get(secretId);
  if (!identity?.session) return identity;
  const { issuedAt, expiresAt } = identity.session;
  const revoked = world.faults
    .active('expired-token')
    .map(({ from }) => world.startedAt + from)
    .filter((at) => issuedAt < at);
  return { ...identity, validUntil: Math.min(expiresAt, ...revoked) };
}

/** With the older signature, the gateway accepts a request only once (docs/provider.md P154). @throws Refusal */
function refuseReplay(world: World, params: ReadonlyMap<string, string>, now: number): void {
  const { usedRequests } = world;
  const request = ['SecretId', 'Timestamp', 'Nonce', 'Signature'].map((name) => params.get(name)).join(' ');
  if (usedRequests.has(request))
    throw new Refusal('AuthFailure.SignatureExpire', 'This request has been sent before.');
  // The map is in order of time, the oldest first.
  for (const [old, until] of usedRequests) {
    if (until > now) break;
    usedRequests.delete(old);
  }
  usedRequests.set(request, now + 2 * SKEW_SECONDS * 1000);
}

function checkTokenLength(text: string | undefined, max: number): void {
  if (text !== undefined && text.length > max)
    throw new Refusal('AuthFailure.TokenFailure', `An id or token is longer than ${max} bytes.`);
}

/** Splits a request target or a full URL into path and query. */
export function splitUrl(url: string): [path: string, query: string] {
  const target = url.startsWith('/') ? url : url.replace(/^[a-z]+:\/\/[^/?]*/i, '') || '/';
  const mark = target.indexOf('?');
  return mark < 0 ? [target, ''] : [target.slice(0, mark) || '/', target.slice(mark + 1)];
}

function decodeBody(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}
