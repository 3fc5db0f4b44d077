/**
 * Examines the identity and its permissions. It tries each read of Refit once, with parameters that change nothing,
 * through a client that cannot send any other action.
 */
import { iso } from '../clock.ts';
import { type ErrorCode, RefitError } from '../errors.ts';
import type { Identity, Scope } from '../model.ts';
import { GIGABYTE, HOUR } from '../units.ts';
import { createApiClient } from './api-client.ts';
import { onlyReads } from './calls/call.ts';
import { createRead, type Read, type ReadAnswer } from './calls/read.ts';
import { fixForKeys, isKeyRefusal, isMissingPermission } from './calls/refusals.ts';
import type { CloudOptions } from './client.ts';
import type { PriceRequest } from './cloud.ts';
import type { KeyPlace, KeySearch } from './credentials/find-credentials.ts';
import { PROVIDER_LIMIT } from './limit/lesson.ts';
import { hostFor } from './network/hosts.ts';
import { type ProxySettings, usesProxy } from './network/proxy.ts';
import type { Transport } from './network/transport.ts';
import type { Credentials } from './signing/keys.ts';
import { SIGNATURES, type SignatureName } from './signing/signature.ts';
import { decodeIdentity } from './wire/account.ts';
import { ORDER, READS } from './wire/actions.ts';
import { ZONES_REQUEST } from './wire/catalogue.ts';
import type { Fields } from './wire/fields.ts';
import { decodeInstances, encodeInstance, encodeInstancePage } from './wire/instances.ts';
import { encodeMemory } from './wire/memory.ts';
import { encodeDeals, encodeOrderNumbers, encodePrice } from './wire/order.ts';
import { encodeSizeLimits } from './wire/sizing-facts.ts';
import { encodeRunningTasks } from './wire/tasks.ts';
import { METRICS_REQUEST } from './wire/usage.ts';

/** The result of an examination. It contains no key. Escape it before showing: its names are the provider's. */
export interface Examination {
  readonly profile: string;
  readonly region: string;
  /** The source of the keys, and their expiry, ISO 8601 UTC, if they have one. Null: no keys, and no call was sent. */
  readonly credentials: { readonly source: string; readonly expiresAt: string | null } | null;
  /** Why there are no keys. */
  readonly noKeys: { readonly code: ErrorCode; readonly message: string; readonly fix: string } | null;
  /** Every place where keys can be, in order, and why it was used or not. */
  readonly places: readonly KeyPlace[];
  /** Null if the provider does not return it. */
  readonly identity: Identity | null;
  /** The refusal of the keys or the clock, which concerns every call. */
  readonly refused: { readonly code: string; readonly message: string; readonly fix: string } | null;
  /** Why the provider did not answer; null if it did. */
  readonly unreachable: string | null;
  /**
   * This machine's clock minus the provider's, seconds, by the Date header of an answer. `uncertain` is the possible
   * error. Null if no answer has a Date header.
   */
  readonly clock: { readonly skew: number; readonly uncertain: number } | null;
  readonly host: string;
  /** The signature of calls. */
  readonly signature: SignatureName;
  /**
   * The proxy setting without its password. `isUsed`: NO_PROXY does not exclude the host, and it is another machine.
   * `problems`: what Refit does not understand in NO_PROXY, and ignores.
   */
  readonly proxy: {
    readonly url: string;
    readonly from: string;
    readonly except: string;
    readonly isUsed: boolean;
    readonly problems: readonly string[];
  } | null;
  /** The provider's limit: requests per second for each identity, region and action. */
  readonly limit: number;
  readonly permissions: readonly Permission[];
  /** The permission that Refit does not try, because a trial would be an order. */
  readonly untested: string;
}

/** A permission that Refit needs, and whether the identity has it. */
export interface Permission {
  /** The name in a policy: `redis:DescribeInstances`. */
  readonly action: string;
  readonly state: 'granted' | 'refused' | 'unknown' | 'unreachable';
  /** The provider's code, if it refused the trial for any reason. */
  readonly code: string | null;
  readonly purpose: string;
  /** True if every plan needs it. */
  readonly required: boolean;
}

/** The subject of the trials: an existing instance, else an id that no instance has. */
interface Subject extends PriceRequest {
  readonly now: number;
}

type ReadName = keyof typeof READS;

/** A valid id that no instance has. */
const UNKNOWN_ID = 'crs-00000000';
/** A valid number that no order has: its date is before the product existed. */
const UNKNOWN_ORDER = '20000101000000000000000';

/** A short page of a list. */
const FIRST_ROWS = { limit: 20, offset: 0 };

/** Each read: its purpose, and harmless parameters for the trial. */
const TRIALS: Readonly<Record<ReadName, { purpose: string; fields?: (subject: Subject) => Fields }>> = {
  instances: { purpose: 'every plan and run', fields: () => encodeInstancePage(FIRST_ROWS) },
  catalogue: { purpose: 'every plan: the sizes that the provider sells' },
  // The price of the present size. A price inquiry orders nothing.
  price: { purpose: 'prices: plan --price, guards.cost', fields: encodePrice },
  tasks: {
    purpose: 'tasks in progress, and orders without an answer',
    fields: () => encodeRunningTasks(FIRST_ROWS),
  },
  shards: {
    purpose: 'memory in use, for reductions and sizes by use',
    fields: ({ instance }) => encodeInstance(instance),
  },
  memory: {
    purpose: 'memory in use, for reductions and sizes by use',
    fields: ({ instance, now }) => encodeMemory([instance], now),
  },
  metrics: { purpose: 'usage collect: the units of metrics', fields: () => METRICS_REQUEST },
  parameters: {
    purpose: 'recommend: what a full instance does',
    fields: ({ instance }) => encodeInstance(instance),
  },
  sizeLimits: {
    purpose: 'recommend: bandwidth and connections of another size',
    fields: ({ edition, size }) => encodeSizeLimits({ edition, size, readsFromReplicas: false }),
  },
  window: { purpose: 'switch: maintenance-window', fields: ({ instance }) => encodeInstance(instance) },
  zones: { purpose: 'zones by name, and zones for replicas', fields: () => ZONES_REQUEST },
  orders: {
    purpose: 'the billed amount of an order, if the search for orders does not have it',
    fields: () => encodeOrderNumbers([{ order: UNKNOWN_ORDER }]),
  },
  deals: {
    purpose: 'unpaid orders, and orders without an answer',
    fields: ({ now }) => encodeDeals(FIRST_ROWS, now - HOUR, now),
  },
  balance: { purpose: 'prepaid prices compared with the balance' },
  identity: { purpose: 'the identity in reports and in doctor' },
};

const REQUIRED: readonly ReadName[] = ['instances', 'catalogue'];

export interface ExamineOptions extends CloudOptions {
  readonly search: KeySearch;
  readonly scope: Scope;
  readonly proxy: ProxySettings | null;
}

/** Examines one identity in one region. Without keys it sends nothing. */
export async function examine(options: ExamineOptions): Promise<Examination> {
  const { scope, proxy, search } = options;
  const { keys, problem } = search;
  const host = hostFor(READS.instances.product, scope.region, options.endpoint);
  return {
    profile: scope.profile,
    region: scope.region,
    credentials: keys && {
      source: keys.sourceName,
      expiresAt: keys.expiresAt === undefined ? null : iso(keys.expiresAt),
    },
    noKeys: problem && { code: problem.code, message: problem.message, fix: problem.fix },
    places: search.places,
    ...(keys === null ? NOT_CALLED : await callWith(options, keys)),
    host: host.host,
    signature: options.signature?.name ?? SIGNATURES[0],
    proxy: proxy && {
      url: proxy.urlWithoutPassword,
      from: proxy.from,
      except: proxy.except,
      isUsed: usesProxy(proxy, new URL(host.origin)),
      problems: proxy.exceptions.problems,
    },
    limit: PROVIDER_LIMIT,
    untested: `${ORDER.product}:${ORDER.name}`,
  };
}

type Called = Pick<Examination, 'identity' | 'refused' | 'unreachable' | 'clock' | 'permissions'>;

const NOT_CALLED: Called = { identity: null, refused: null, unreachable: null, clock: null, permissions: [] };

/** What the calls with these keys show. */
async function callWith(options: ExamineOptions, keys: Credentials): Promise<Called> {
  const { scope, clock } = options;
  const dates = watchClockSkew(options);
  const apiClient = createApiClient({
    ...options,
    transport: dates.transport,
    credentials: (profile, before) => (before ? options.credentials(profile, before) : keys),
  });
  const read = createRead(onlyReads(apiClient), options);
  const unknown = subjectOf(null, scope, clock.now());
  const [identified, listed] = await Promise.all([
    tryAction(read, 'identity', unknown),
    tryAction(read, 'instances', unknown),
  ]);
  const refused = keyRefusalOf(identified.answer) ?? keyRefusalOf(listed.answer);
  const tried = [identified, listed];
  if (refused === null && listed.answer.kind !== 'unreachable') {
    const subject = subjectOf(listed.answer, scope, clock.now());
    const { identity, instances, ...others } = TRIALS;
    const names = Object.keys(others) as ReadName[];
    tried.push(...(await Promise.all(names.map((name) => tryAction(read, name, subject)))));
  }
  return {
    identity: identified.answer.kind === 'ok' ? decodeIdentity(identified.answer.fields) : null,
    refused,
    unreachable:
      tried.flatMap(({ answer }) => (answer.kind === 'unreachable' ? answer.reason : []))[0] ?? null,
    clock: dates.skew(),
    permissions: tried
      .map(({ permission }) => permission)
      .sort((a, b) => Number(b.required) - Number(a.required) || (a.action < b.action ? -1 : 1)),
  };
}

/** The result of one trial: the answer, or the reason why there is none. */
interface TrialResult {
  readonly permission: Permission;
  readonly answer: ReadAnswer | { readonly kind: 'unreachable'; readonly reason: string };
}

async function tryAction(read: Read, name: ReadName, subject: Subject): Promise<TrialResult> {
  const action = READS[name];
  const { purpose, fields } = TRIALS[name];
  const answer = await read(action, subject, fields?.(subject) ?? {}).catch((error: unknown) => {
    if (!(error instanceof RefitError && error.code === 'provider-unreachable')) throw error;
    return { kind: 'unreachable', reason: error.message } as const;
  });
  const permission = {
    action: `${action.product}:${action.name}`,
    purpose,
    required: REQUIRED.includes(name),
    state: stateOf(answer),
    code: answer.kind === 'refused' ? answer.code : null,
  };
  return { permission, answer };
}

/** Codes of checks that come before permissions. Source: docs/provider.md P27, an inference. */
const CHECKED_BEFORE_PERMISSIONS: ReadonlySet<string> = new Set(
  `ActionOffline InvalidAction InvalidParameter InvalidRequest IpInBlacklist IpNotInWhitelist MissingParameter
NoSuchProduct NoSuchVersion RequestSizeLimitExceeded UnknownParameter UnsupportedProtocol UnsupportedRegion`.split(
    /\s+/,
  ),
);

/**
 * Any other refusal comes after the check of permissions, so the permission is granted.
 * Source: docs/provider.md P27, an inference.
 */
function stateOf(answer: TrialResult['answer']): Permission['state'] {
  if (answer.kind === 'ok') return 'granted';
  if (answer.kind === 'unreachable') return 'unreachable';
  if (isMissingPermission(answer.code)) return 'refused';
  return /^(AuthFailure|RequestLimitExceeded|InternalError|FailedOperation|ServiceUnavailable)\b/.test(
    answer.code,
  ) || CHECKED_BEFORE_PERMISSIONS.has(answer.code)
    ? 'unknown'
    : 'granted';
}

/** The refusal, if it concerns the keys or the clock. Every other call would get it, too. */
function keyRefusalOf(answer: TrialResult['answer']): Examination['refused'] {
  if (answer.kind !== 'refused' || !isKeyRefusal(answer.code)) return null;
  return { code: answer.code, message: answer.message, fix: fixForKeys(answer.code) };
}

function subjectOf(answer: TrialResult['answer'] | null, scope: Scope, now: number): Subject {
  const found = answer?.kind === 'ok' ? decodeInstances(answer.fields, scope, new Map()).found : [];
  const one = found.find(({ status }) => status === 'running');
  return {
    ...scope,
    now,
    instance: one?.id ?? UNKNOWN_ID,
    size: one?.size ?? { memoryPerShard: GIGABYTE, shards: 1, replicas: 1 },
    edition: one === undefined || one.edition === 'unrecognised' ? 'redis-6.2-standard' : one.edition,
  };
}

/** Wraps the transport to measure the clock skew. It uses the Date header of the fastest answer. */
function watchClockSkew({ transport, clock }: CloudOptions) {
  let best: Examination['clock'] = null;
  const send: Transport['send'] = async (request) => {
    let sentAt = clock.now();
    const answer = await transport.send({
      ...request,
      // Start after connecting, because connecting takes time of its own.
      goAhead: () => {
        sentAt = clock.now();
        return request.goAhead?.() ?? true;
      },
    });
    const took = clock.now() - sentAt;
    // A Date is a whole second. Its middle has the smallest error.
    const server = Date.parse(answer.date ?? '') + 500;
    const uncertain = (500 + took / 2) / 1000;
    if (Number.isFinite(server) && (best === null || uncertain < best.uncertain))
      best = { skew: (sentAt + took / 2 - server) / 1000, uncertain };
    return answer;
  };
  return { transport: { ...transport, send }, skew: () => best };
}
