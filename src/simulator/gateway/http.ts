/**
 * The wire half of the simulator as a pure function: a request and the time in, an answer or a cut connection out.
 * The server (server.ts) puts a socket around it; tests call it in virtual time.
 */

import type { Action, Product } from '../actions/action.ts';
import { PRODUCTS } from '../actions/products.ts';
import { Refusal } from '../actions/refusal.ts';
import { largerSizes, orderByHand } from '../world/change.ts';
import type { Fault } from '../world/faults.ts';
import type { SimRegion } from '../world/geography.ts';
import { advance, type Identity, SOMEBODY_ELSE, type World } from '../world/world.ts';
import { metadata } from './metadata.ts';
import { JSON_TYPE, type OpenedRequest, openRequest, split } from './open-request.ts';
import type { WireRequest } from './wire-request.ts';

/** What comes of a request. `delay` is milliseconds that it comes late. */
export type WireAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly delay: number;
    }
  /** The connection is cut; nothing was executed. */
  | { readonly kind: 'reset-before'; readonly delay: number }
  /** The connection is cut; the request was executed. */
  | { readonly kind: 'reset-after'; readonly delay: number };

const PRODUCT_BY_VERSION: ReadonlyMap<string, Product> = new Map(
  Object.values(PRODUCTS).map((product) => [product.version, product]),
);
const KNOWN_ACTIONS: ReadonlySet<string> = new Set(
  Object.values(PRODUCTS).flatMap(({ actions }) => Object.keys(actions)),
);

/** What the gateway makes of a request, before it becomes bytes. `delay` is milliseconds that it comes late. */
export type Served =
  | { readonly kind: 'response'; readonly fields: Readonly<Record<string, unknown>>; readonly delay: number }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly delay: number }
  /** Executed where the fault says so, and answered with what is no answer. */
  | { readonly kind: 'http-500' | 'html'; readonly delay: number }
  /** Executed, and the answer stops in its middle. */
  | {
      readonly kind: 'half-json';
      readonly fields: Readonly<Record<string, unknown>>;
      readonly delay: number;
    }
  /** The connection is cut before or after the request was executed. */
  | { readonly kind: 'reset-before' | 'reset-after'; readonly delay: number };

/**
 * Answers one request that arrived at `now` (milliseconds since 1970 UTC), after letting everything happen that was
 * due. Never throws: what is wrong with the request is in the answer.
 */
export function http(world: World, request: WireRequest, now: number): WireAnswer {
  advance(world, now);
  const headers = lowerCased(request);
  const requestId = newRequestId(world);
  if (request.method === 'GET') {
    const said = metadata(world, split(request.url)[0], now);
    if (said) return answered(headers, said.status, 'text/plain', said.body, 0);
  }
  let served: Served;
  try {
    served = serve(world, openRequest(world, request, headers, now), requestId, now);
  } catch (error) {
    served = refused(error, 0);
  }
  const { delay } = served;
  switch (served.kind) {
    case 'response':
      return answered(headers, 200, JSON_TYPE, JSON.stringify({ Response: served.fields }), delay);
    case 'refused': {
      const Response = { Error: { Code: served.code, Message: served.message }, RequestId: requestId };
      return answered(headers, 200, JSON_TYPE, JSON.stringify({ Response }), delay);
    }
    case 'http-500':
      return answered(headers, 500, JSON_TYPE, '{"message":"internal server error"}', delay);
    case 'html':
      return answered(headers, 502, 'text/html', '<html><body><h1>502 Bad Gateway</h1></body></html>', delay);
    case 'half-json': {
      const body = JSON.stringify({ Response: served.fields });
      return answered(headers, 200, JSON_TYPE, body.slice(0, body.length >> 1), delay);
    }
    default:
      return { kind: served.kind, delay };
  }
}

function answered(
  headers: Readonly<Record<string, string | undefined>>,
  status: number,
  type: string,
  body: string,
  delay: number,
): WireAnswer {
  const traceId = headers['x-tc-traceid'];
  const traced = traceId !== undefined && /^[\w-]{1,64}$/.test(traceId);
  return {
    kind: 'answered',
    status,
    headers: { 'Content-Type': type, ...(traced ? { 'X-TC-TraceId': traceId } : {}) },
    body,
    delay,
  };
}

/** @throws what is no refusal: a fault of the simulator's own. */
function refused(error: unknown, delay: number): Served {
  if (error instanceof Refusal) return { kind: 'refused', code: error.code, message: error.message, delay };
  throw error;
}

/** The gateway and the product behind it, for a request whose sender is known. The world stands at `now` already. */
export function serve(world: World, opened: OpenedRequest, requestId: string, now: number): Served {
  const { identity, language, action: named } = opened;
  // Names that do not exist are counted under one heading: they are the sender's to choose.
  const name = KNOWN_ACTIONS.has(named) ? named : '(unknown)';
  const over = world.limit.arrive(countedAs(opened), name, now);
  if (over) {
    const message = `Your current request times equals to \`${over.arrived}\` in a second, which exceeds the frequency limit \`${over.limit}\` for a second. Please reduce the frequency of calls.`;
    return { kind: 'refused', code: 'RequestLimitExceeded', message, delay: 0 };
  }
  const { faults } = world;
  const delay = Number(faults.take('slow', name, null)?.value ?? 0);
  try {
    letOthersOrder(world, opened, now);
    if (faults.take('reset-before', name, null)) return { kind: 'reset-before', delay };
    const { action, region, product } = route(world, opened);
    const params = opened.read(action.schema);
    const instance = typeof params.InstanceId === 'string' ? params.InstanceId : null;
    checkRights(identity, name, product);
    if (faults.take('no-permission', name, instance))
      throw new Refusal('InvalidParameter.PermissionDenied', 'permission denied');
    if (faults.take('no-cam', name, instance))
      throw new Refusal('UnauthorizedOperation.NoCAMAuthed', 'no CAM authority');
    const code = faults.take('refuse', name, instance)?.value;
    if (code) throw new Refusal(String(code), 'refused, as the simulator was told to');

    const spoiled = takeSpoiling(world, name);
    const run = (): Record<string, unknown> => {
      const response = action.run(world, { params, region, identity, language, now });
      response.RequestId = requestId;
      return response;
    };
    if (!spoiled) {
      const fields = run();
      if (faults.take('lost-answer', name, instance)) return { kind: 'reset-after', delay };
      if (faults.take('half-json', name, instance)) return { kind: 'half-json', fields, delay };
      return { kind: 'response', fields, delay };
    }
    // The action runs first where the fault says so: a refusal of its own then stands as it is.
    if (spoiled.value === 'executed') run();
    if (spoiled.name === 'http-500' || spoiled.name === 'html') return { kind: spoiled.name, delay };
    const spoiledCode = SPOILED_CODE[spoiled.name] ?? 'InternalError';
    return { kind: 'refused', code: spoiledCode, message: 'an internal error has occurred', delay };
  } catch (error) {
    return refused(error, delay);
  }
}

/** Somebody else is as quick: their order for another size is taken as ours arrives, whatever becomes of ours. */
function letOthersOrder(world: World, { action, read }: OpenedRequest, now: number): void {
  if (action !== 'UpgradeInstance' || world.faults.ever('foreign-order').length === 0) return;
  let id: unknown;
  try {
    id = read(PRODUCTS.redis!.actions.UpgradeInstance!.schema).InstanceId;
  } catch {
    return;
  }
  const instance = world.instances.get(String(id));
  if (!instance || !world.faults.take('foreign-order', action, instance.id)) return;
  const [next, further] = largerSizes(world, instance);
  orderByHand(world, instance, further ?? next ?? 2 * instance.memoryPerShard, SOMEBODY_ELSE, now);
}

/** The limit is counted by action, front-end region and sub-account, whatever its keys. Source: facts §6. */
function countedAs({ identity, host }: OpenedRequest): string {
  const region = providerHost(host)?.region ?? '';
  return region === '' ? identity.uin : `${identity.uin} at ${region}`;
}

const SPOILING = ['http-500', 'html', 'internal-error', 'system-error', 'unknown-error'] as const;
const SPOILED_CODE: Readonly<Record<string, string>> = {
  'system-error': 'FailedOperation.SystemError',
  'unknown-error': 'FailedOperation.Unknown',
};

function takeSpoiling(world: World, action: string): Fault | null {
  for (const name of SPOILING) {
    const fault = world.faults.take(name, action, null);
    if (fault) return fault;
  }
  return null;
}

/** Finds the action: by the service that was signed for where it is a known one, else by version. */
function route(
  world: World,
  { service, action: name, version, region: code, host }: OpenedRequest,
): { action: Action; region: SimRegion | null; product: Product } {
  const missing = (what: string): Refusal =>
    new Refusal('MissingParameter', `The request is missing a required parameter \`${what}\`.`);
  if (name === '') throw missing('Action');
  if (version === '') throw missing('Version');
  const label = providerHost(host)?.product;
  if (label !== undefined && !Object.hasOwn(PRODUCTS, label))
    throw new Refusal('NoSuchProduct', `The product \`${label}\` does not exist.`);
  const owner = Object.hasOwn(PRODUCTS, service) ? PRODUCTS[service] : undefined;
  const product =
    owner ??
    PRODUCT_BY_VERSION.get(version) ??
    Object.values(PRODUCTS).find(({ actions }) => Object.hasOwn(actions, name));
  const action = product && Object.hasOwn(product.actions, name) ? product.actions[name] : undefined;
  if (!product || !action)
    throw new Refusal('InvalidAction', `The request action=\`${name}\` is invalid or not found.`);
  if (version !== product.version)
    throw new Refusal('NoSuchVersion', `The request version=\`${version}\` is not found.`);
  const region = world.regions.get(code) ?? null;
  if (product.regional && code === '') throw missing('Region');
  if ((code !== '' && !region) || (product.regional && isAcrossIsolation(code, host)))
    throw new Refusal('UnsupportedRegion', `The region \`${code}\` is not supported.`);
  return { action, region, product };
}

/** Product and front-end region of a host name of the provider's; null for any other, such as loopback. */
function providerHost(host: string): { product: string; region: string } | null {
  const parts = PROVIDER_HOST.exec(host);
  return parts && { product: parts[1]!, region: parts[2] ?? '' };
}

const PROVIDER_HOST =
  /^([a-z]+)(?:\.([a-z]{2,4}(?:-[a-z0-9]+)+))?(?:\.(?:intl|internal))?\.tencentcloudapi\.(?:com|com\.cn|cn)$/;

/** Finance zones and all others are isolated from each other. Source: facts §5.1. */
function isAcrossIsolation(region: string, host: string): boolean {
  const front = providerHost(host);
  return front !== null && region.endsWith('-fsi') !== front.region.endsWith('-fsi');
}

/** @throws Refusal where the identity has no right to the action; the code is a choice (docs/provider-choices.md) */
function checkRights({ deny = [] }: Identity, name: string, product: Product): void {
  if (!deny.includes(name) && !deny.includes('*')) return;
  const code =
    product !== PRODUCTS.redis
      ? 'AuthFailure.UnauthorizedOperation'
      : name === 'DescribeMaintenanceWindow'
        ? 'UnauthorizedOperation.NoCAMAuthed'
        : 'InvalidParameter.PermissionDenied';
  throw new Refusal(code, `no right to ${name}`);
}

function lowerCased({ headers, url }: WireRequest): Readonly<Record<string, string | undefined>> {
  // What a server hands in is in lower case already and has its host: the common case costs nothing.
  if (
    headers.host !== undefined &&
    headers.authorization !== undefined &&
    headers['x-tc-timestamp'] !== undefined
  )
    return headers;
  const lower: Record<string, string | undefined> = {};
  for (const name in headers) lower[name.toLowerCase()] = headers[name];
  lower.host ??= /^[a-z]+:\/\/([^/?]*)/i.exec(url)?.[1];
  return lower;
}

/** A request id, from the chance of names. */
export function newRequestId(world: World): string {
  const word = (): string => world.names.whole(0, 0xffff_ffff).toString(16).padStart(8, '0');
  const [a, b, c, d] = [word(), word(), word(), word()] as const;
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${'89ab'[c.charCodeAt(0) & 3]}${c.slice(1, 4)}-${c.slice(4)}${d}`;
}
