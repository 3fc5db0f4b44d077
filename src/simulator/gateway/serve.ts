/**
 * The gateway and the products behind it, for a request whose sender is known: the request limit, the faults, which
 * action is meant, whether the sender has a right to it, and the action itself.
 */
import type { Action, Product } from '../actions/action.ts';
import { PRODUCTS } from '../actions/products.ts';
import { missingParameter, Refusal } from '../actions/refusal.ts';
import { largerSizes, placeForeignOrder } from '../world/change.ts';
import type { FaultName } from '../world/faults.ts';
import type { SimRegion } from '../world/geography.ts';
import { type Identity, OTHER_UIN, type World } from '../world/world.ts';
import type { ParsedRequest } from './parse-request.ts';

/** What the gateway makes of a request, before it becomes bytes. */
export type ServedRequest = {
  /** Milliseconds that it comes late. */
  readonly delay: number;
} & (
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** Executed; of a half, the answer stops in its middle. */
  | { readonly kind: 'response' | 'half-json'; readonly fields: Readonly<Record<string, unknown>> }
  /** Executed where the fault says so, and answered with what is no answer. */
  | { readonly kind: 'http-500' | 'html' }
  /** The connection is cut before or after the request was executed. */
  | { readonly kind: 'reset-before' | 'reset-after' }
);

const KNOWN_ACTIONS: ReadonlySet<string> = new Set(
  Object.values(PRODUCTS).flatMap(({ actions }) => Object.keys(actions)),
);

/** Serves a request that arrived at `now`, at which the world stands already. */
export function serve(world: World, opened: ParsedRequest, requestId: string, now: number): ServedRequest {
  const { identity, language, action: named } = opened;
  // Names that do not exist are counted under one heading: they are the sender's to choose.
  const name = KNOWN_ACTIONS.has(named) ? named : '(unknown)';
  const over = world.limit.arrive(limitKeyOf(opened), name, now);
  if (over) {
    const message = `Your current request times equals to \`${over.arrived}\` in a second, which exceeds the frequency limit \`${over.limit}\` for a second. Please reduce the frequency of calls.`;
    return { kind: 'refused', code: 'RequestLimitExceeded', message, delay: 0 };
  }
  const { faults } = world;
  const delay = Number(faults.strike('slow', name, null)?.value ?? 0);
  try {
    applyForeignOrderFault(world, opened, now);
    if (faults.strike('reset-before', name, null)) return { kind: 'reset-before', delay };
    const { action, region, product } = route(world, opened);
    const params = opened.read(action.schema);
    const instance = typeof params.InstanceId === 'string' ? params.InstanceId : null;
    checkRights(identity, name, product);
    refuseByFault(world, name, instance);
    const run = (): Record<string, unknown> => {
      const response = action.run(world, { params, region, identity, language, now });
      response.RequestId = requestId;
      return response;
    };
    const spoiled = takeReplacement(world, name, run);
    if (spoiled) return { ...spoiled, delay };
    const fields = run();
    if (faults.strike('lost-answer', name, instance)) return { kind: 'reset-after', delay };
    if (faults.strike('half-json', name, instance)) return { kind: 'half-json', fields, delay };
    return { kind: 'response', fields, delay };
  } catch (error) {
    return refused(error, delay);
  }
}

/** @throws what is no refusal: a fault of the simulator's own. */
export function refused(error: unknown, delay: number): ServedRequest {
  if (error instanceof Refusal) return { kind: 'refused', code: error.code, message: error.message, delay };
  throw error;
}

/** The limit is counted by action, front-end region and sub-account, whatever its keys. Source: docs/provider.md P29. */
function limitKeyOf({ identity, host }: ParsedRequest): string {
  const region = providerHost(host)?.region ?? '';
  return region === '' ? identity.uin : `${identity.uin} at ${region}`;
}

/** Somebody else is as quick: their order for another size is taken as ours arrives, whatever becomes of ours. */
function applyForeignOrderFault(world: World, { action, read }: ParsedRequest, now: number): void {
  if (action !== 'UpgradeInstance' || world.faults.all('foreign-order').length === 0) return;
  let id: unknown;
  try {
    id = read(PRODUCTS.redis!.actions.UpgradeInstance!.schema).InstanceId;
  } catch {
    return;
  }
  const instance = world.instances.get(String(id));
  if (!instance || !world.faults.strike('foreign-order', action, instance.id)) return;
  const [next, further] = largerSizes(world, instance);
  const to = further ?? next ?? 2 * instance.memoryPerShard;
  placeForeignOrder(world, instance, { to, by: OTHER_UIN, now });
}

/** @throws Refusal where a fault refuses the action */
function refuseByFault({ faults }: World, action: string, instance: string | null): void {
  if (faults.strike('no-permission', action, instance))
    throw new Refusal('InvalidParameter.PermissionDenied', 'permission denied');
  if (faults.strike('no-cam', action, instance))
    throw new Refusal('UnauthorizedOperation.NoCAMAuthed', 'no CAM authority');
  const code = faults.strike('refuse', action, instance)?.value;
  if (code) throw new Refusal(String(code), 'refused, as the simulator was told to');
}

/** Faults that answer in the action's stead. */
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

/** What stands in for the answer. The action runs first where the fault says so: a refusal of its own then stands. */
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

/** Finds the action: by the service that was signed for where it is a known one, else by version. */
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
  if (product.regional && code === '') throw missingParameter('Region');
  if ((code !== '' && !region) || (product.regional && isAcrossIsolation(code, host)))
    throw new Refusal('UnsupportedRegion', `The region \`${code}\` is not supported.`);
  return { action, region, product };
}

const PRODUCT_BY_VERSION: ReadonlyMap<string, Product> = new Map(
  Object.values(PRODUCTS).map((product) => [product.version, product]),
);

/** Product and front-end region of a host name of the provider's; null for any other, such as loopback. */
function providerHost(host: string): { product: string; region: string } | null {
  const parts = PROVIDER_HOST.exec(host);
  return parts && { product: parts[1]!, region: parts[2] ?? '' };
}

const PROVIDER_HOST =
  /^([a-z]+)(?:\.([a-z]{2,4}(?:-[a-z0-9]+)+))?(?:\.(?:intl|internal))?\.tencentcloudapi\.(?:com|com\.cn|cn)$/;

/** Finance zones and all others are isolated from each other. Source: docs/provider.md P136. */
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

/** A request id, from the chance of names. */
export function newRequestId(world: World): string {
  const word = (): string => world.names.whole(0, 0xffff_ffff).toString(16).padStart(8, '0');
  const [a, b, c, d] = [word(), word(), word(), word()] as const;
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${'89ab'[c.charCodeAt(0) & 3]}${c.slice(1, 4)}-${c.slice(4)}${d}`;
}
