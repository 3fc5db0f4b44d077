/**
 * Serves an authenticated request: request limit, faults, routing, permission check, and the action itself.
 */
import type { Action, Product } from '../actions/action.ts';
import { PRODUCTS } from '../actions/products.ts';
import { missingParameter, Refusal } from '../actions/refusal.ts';
import { largerSizes, placeForeignOrder } from '../world/change.ts';
import type { FaultName } from '../world/faults.ts';
import type { SimRegion } from '../world/geography.ts';
import { type Identity, OTHER_UIN, type World } from '../world/world.ts';
import type { ParsedRequest } from './parse-request.ts';

/** The result of a request, before HTTP encodes it. */
export type ServedRequest = {
  /** Delay in milliseconds. */
  readonly delay: number;
} & (
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** The request was executed. `half-json`: the body stops in the middle. */
  | { readonly kind: 'response' | 'half-json'; readonly fields: Readonly<Record<string, unknown>> }
  /** A body without an answer. The request was executed only if the fault has the value `executed`. */
  | { readonly kind: 'http-500' | 'html' }
  /** The connection is cut before or after the request was executed. */
  | { readonly kind: 'reset-before' | 'reset-after' }
);

const KNOWN_ACTIONS: ReadonlySet<string> = new Set(
  Object.values(PRODUCTS).flatMap(({ actions }) => Object.keys(actions)),
);

/** Serves a request that arrived at `now`. The caller has advanced the world to `now`. */
export function serve(world: World, parsed: ParsedRequest, requestId: string, now: number): ServedRequest {
  const { identity, language, action: named } = parsed;
  // All unknown names count as one, because the sender can choose any name.
  const name = KNOWN_ACTIONS.has(named) ? named : '(unknown)';
  const exceeded = world.limit.arrive(limitKeyOf(parsed), name, now);
  if (exceeded) {
    const message = `Your current request times equals to \`${exceeded.arrived}\` in a second, which exceeds the frequency limit \`${exceeded.limit}\` for a second. Please reduce the frequency of calls.`;
    return { kind: 'refused', code: 'RequestLimitExceeded', message, delay: 0 };
  }
  const { faults } = world;
  const delay = Number(faults.strike('slow', name, null)?.value ?? 0);
  try {
    applyForeignOrderFault(world, parsed, now);
    if (faults.strike('reset-before', name, null)) return { kind: 'reset-before', delay };
    const { action, region, product } = route(world, parsed);
    const params = parsed.readParams(action.schema);
    const instance = typeof params.InstanceId === 'string' ? params.InstanceId : null;
    checkRights(identity, name, product);
    refuseByFault(world, name, instance);
    const run = (): Record<string, unknown> => {
      const response = action.run(world, { params, region, identity, language, now });
      response.RequestId = requestId;
      return response;
    };
    const replacement = takeReplacement(world, name, run);
    if (replacement) return { ...replacement, delay };
    const fields = run();
    if (faults.strike('lost-answer', name, instance)) return { kind: 'reset-after', delay };
    if (faults.strike('half-json', name, instance)) return { kind: 'half-json', fields, delay };
    return { kind: 'response', fields, delay };
  } catch (error) {
    return refused(error, delay);
  }
}

/** Converts a refusal. @throws every other error, which is a bug of the simulator */
export function refused(error: unknown, delay: number): ServedRequest {
  if (error instanceof Refusal) return { kind: 'refused', code: error.code, message: error.message, delay };
  throw error;
}

/** The key of the request limit: front-end region and sub-account, not the keys. Source: docs/provider.md P29. */
function limitKeyOf({ identity, host }: ParsedRequest): string {
  const region = providerHost(host)?.region ?? '';
  return region === '' ? identity.uin : `${identity.uin} at ${region}`;
}

/** Applies the fault foreign-order: another user's order is accepted just before this order. */
function applyForeignOrderFault(world: World, { action, readParams }: ParsedRequest, now: number): void {
  if (action !== 'UpgradeInstance' || world.faults.all('foreign-order').length === 0) return;
  let id: unknown;
  try {
    id = readParams(PRODUCTS.redis!.actions.UpgradeInstance!.schema).InstanceId;
  } catch {
    return;
  }
  const instance = world.instances.get(String(id));
  if (!instance || !world.faults.strike('foreign-order', action, instance.id)) return;
  const [next, further] = largerSizes(world, instance);
  const to = further ?? next ?? 2 * instance.memoryPerShard;
  placeForeignOrder(world, instance, { to, by: OTHER_UIN, now });
}

/** Applies the faults that refuse an action. @throws Refusal */
function refuseByFault({ faults }: World, action: string, instance: string | null): void {
  if (faults.strike('no-permission', action, instance))
    throw new Refusal('InvalidParameter.PermissionDenied', 'permission denied');
  if (faults.strike('no-cam', action, instance))
    throw new Refusal('UnauthorizedOperation.NoCAMAuthed', 'no CAM authority');
  const code = faults.strike('refuse', action, instance)?.value;
  if (code) throw new Refusal(String(code), 'refused by a fault of the simulator');
}

/** Faults that replace the answer of the action. */
const REPLACEMENTS = [
  ['http-500', { kind: 'http-500' }],
  ['html', { kind: 'html' }],
  ['internal-error', internalError('InternalError')],
  ['system-error', internalError('FailedOperation.SystemError')],
  ['unknown-error', internalError('FailedOperation.Unknown')],
] as const satisfies readonly (readonly [FaultName, object])[];

function internalError(code: string) {
  return { kind: 'refused', code, message: 'an internal error has occurred' } as const;
}

/** The answer of a replacing fault, or null. With =executed the action runs first. @throws Refusal of the action */
function takeReplacement(
  { faults }: World,
  action: string,
  run: () => void,
): (typeof REPLACEMENTS)[number][1] | null {
  for (const [name, answer] of REPLACEMENTS) {
    const fault = faults.strike(name, action, null);
    if (fault?.value === 'executed') run();
    if (fault) return answer;
  }
  return null;
}

/** Finds the action by the signed service, or by version if the service is unknown. @throws Refusal */
function route(
  world: World,
  { service, action: name, version, region: code, host }: ParsedRequest,
): { action: Action; region: SimRegion | null; product: Product } {
  if (name === '') throw missingParameter('Action');
  if (version === '') throw missingParameter('Version');
  const label = providerHost(host)?.product;
  if (label !== undefined && !Object.hasOwn(PRODUCTS, label))
    throw new Refusal('NoSuchProduct', `The product \`${label}\` does not exist.`);
  const owner = Object.hasOwn(PRODUCTS, service) ? PRODUCTS[service] : undefined;
  // Two products can have the same version, so the action decides between them.
  const byAction = Object.values(PRODUCTS).filter(({ actions }) => Object.hasOwn(actions, name));
  const product =
    owner ??
    byAction.find((one) => one.version === version) ??
    PRODUCT_BY_VERSION.get(version) ??
    byAction[0];
  const action = product && Object.hasOwn(product.actions, name) ? product.actions[name] : undefined;
  if (!product || !action)
    throw new Refusal('InvalidAction', `The request action=\`${name}\` is invalid or not found.`);
  if (version !== product.version)
    throw new Refusal('NoSuchVersion', `The request version=\`${version}\` is not found.`);
  const region = world.regions.get(code) ?? null;
  if (product.regional && code === '') throw missingParameter('Region');
  if ((code !== '' && !region) || (product.regional && isAcrossIsolation(code, host)))
    throw new Refusal('UnsupportedRegion', `The region \`${code}\` is not supported.`);
  return { action, region, product };
}

const PRODUCT_BY_VERSION: ReadonlyMap<string, Product> = new Map(
  Object.values(PRODUCTS).map((product) => [product.version, product]),
);

/** Product and front-end region of a provider host name; null for any other host, such as loopback. */
function providerHost(host: string): { product: string; region: string } | null {
  const parts = PROVIDER_HOST.exec(host);
  return parts && { product: parts[1]!, region: parts[2] ?? '' };
}

const PROVIDER_HOST =
  /^([a-z]+)(?:\.([a-z]{2,4}(?:-[a-z0-9]+)+))?(?:\.(?:intl|internal))?\.tencentcloudapi\.(?:com|com\.cn|cn)$/;

/** Finance regions are isolated from all other regions. Source: docs/provider.md P136. */
function isAcrossIsolation(region: string, host: string): boolean {
  const front = providerHost(host);
  return front !== null && region.endsWith('-fsi') !== front.region.endsWith('-fsi');
}

/** Checks the denied actions. @throws Refusal with a code from docs/provider-choices.md */
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

/** Creates a request id from the random numbers for ids. */
export function newRequestId(world: World): string {
  const word = (): string => world.idRandom.whole(0, 0xffff_ffff).toString(16).padStart(8, '0');
  const [a, b, c, d] = [word(), word(), word(), word()] as const;
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${'89ab'[c.charCodeAt(0) & 3]}${c.slice(1, 4)}-${c.slice(4)}${d}`;
}
