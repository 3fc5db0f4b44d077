/**
 * Who one is, and what one may: each read that Refit ever sends is tried once, with parameters that change nothing,
 * through a client that cannot send anything else.
 */
import { iso } from '../clock.ts';
import { RefitError } from '../errors.ts';
import type { Identity, Scope } from '../model.ts';
import { GIGABYTE, HOUR } from '../units.ts';
import { createApiClient } from './api-client.ts';
import { onlyReads } from './calls/call.ts';
import { createRead, type Read, type ReadAnswer } from './calls/read.ts';
import { fixForKeys, isKeyRefusal, isMissingPermission } from './calls/refusals.ts';
import type { CloudOptions } from './client.ts';
import type { PriceRequest } from './cloud.ts';
import { PROVIDER_LIMIT } from './limit/permits.ts';
import { hostFor } from './network/hosts.ts';
import type { ProxySettings } from './network/proxy.ts';
import type { Transport } from './network/transport.ts';
import { SIGNATURES, type SignatureName } from './signing/signature.ts';
import { decodeIdentity } from './wire/account.ts';
import { ORDER, READS } from './wire/actions.ts';
import { ZONES_REQUEST } from './wire/catalogue.ts';
import type { Fields } from './wire/fields.ts';
import { decodeInstances, encodeInstance, encodeInstancePage } from './wire/instances.ts';
import { encodeMemory } from './wire/memory.ts';
import { encodeDeals, encodeOrderNumbers, encodePrice } from './wire/order.ts';
import { encodeRunningTasks } from './wire/tasks.ts';

/** What was found out. Names in it are the provider's: escape before showing. No key is in it. */
export interface Examination {
  readonly profile: string;
  readonly region: string;
  /** Where the keys were found, and their end, ISO 8601 UTC, where they have one. */
  readonly credentials: { readonly source: string; readonly expiresAt: string | null };
  /** Null where the provider would not say. */
  readonly identity: Identity | null;
  /** The refusal that concerns the keys or the clock, and not a single right. */
  readonly refused: { readonly code: string; readonly message: string; readonly fix: string } | null;
  /** What stood in the way, where nobody answered; the rest is then what is known without an answer. */
  readonly unreachable: string | null;
  /**
   * This machine's clock less the provider's, by the Date header of an answer, as good as `uncertain`: seconds; null
   * where no answer has one.
   */
  readonly clock: { readonly skew: number; readonly uncertain: number } | null;
  readonly host: string;
  /** How calls are signed. */
  readonly signature: SignatureName;
  /** As it is set, without its password; NO_PROXY may except the host. */
  readonly proxy: { readonly url: string; readonly from: string; readonly except: string } | null;
  /** Calls a second for each action, host and identity: what the provider is believed to allow. */
  readonly limit: number;
  readonly permissions: readonly Permission[];
  /** The right that is not tried, because trying it is ordering. */
  readonly untested: string;
}

export interface Permission {
  /** As a policy names it: `redis:DescribeInstances`. */
  readonly action: string;
  readonly state: 'granted' | 'refused' | 'unknown' | 'unreachable';
  /** The provider's code, where it refused for whatever reason. */
  readonly code: string | null;
  readonly purpose: string;
  /** Without it nothing can be planned. */
  readonly required: boolean;
}

/** What reads are tried about: an instance that is there, else one that is nowhere. */
interface Subject extends PriceRequest {
  readonly now: number;
}

type ReadName = keyof typeof READS;

/** An id in the right form that no instance has. */
const UNKNOWN_ID = 'crs-00000000';
/** A number in the right form that no order has: it names a day before there were any. */
const UNKNOWN_ORDER = '20000101000000000000000';

/** Each read: what it is for, and harmless parameters to try it with, where it takes any. */
const TRIALS: Readonly<Record<ReadName, { purpose: string; fields?: (about: Subject) => Fields }>> = {
  instances: { purpose: 'every plan and run', fields: () => ({ ...encodeInstancePage(0), Limit: 20 }) },
  catalogue: { purpose: 'every plan: what is sold' },
  // At its present size: there is nothing to quote, and asking orders nothing.
  price: { purpose: 'prices: plan --price, guards.cost', fields: encodePrice },
  tasks: {
    purpose: 'what is under way, and what became of an order without an answer',
    fields: () => encodeRunningTasks(0),
  },
  shards: {
    purpose: 'memory in use, for shrinking and sizes by use',
    fields: ({ instance }) => encodeInstance(instance),
  },
  memory: {
    purpose: 'memory in use, for shrinking and sizes by use',
    fields: ({ instance, now }) => encodeMemory([instance], now),
  },
  window: { purpose: 'switch: maintenance-window', fields: ({ instance }) => encodeInstance(instance) },
  zones: { purpose: 'zones by name, and where replicas can be put', fields: () => ZONES_REQUEST },
  orders: {
    purpose: 'what an order was billed at, where the search for orders does not tell',
    fields: () => encodeOrderNumbers([UNKNOWN_ORDER]),
  },
  deals: {
    purpose: 'unpaid orders, and what became of an order without an answer',
    fields: ({ now }) => encodeDeals(0, now - HOUR, now),
  },
  balance: { purpose: 'prepaid prices held against the balance' },
  identity: { purpose: 'who one is, here' },
};

const REQUIRED: readonly ReadName[] = ['instances', 'catalogue'];

export interface ExamineOptions extends CloudOptions {
  readonly scope: Scope;
  readonly proxy: ProxySettings | null;
}

/**
 * Examines one identity in one region.
 * @throws RefitError `no-credentials` and the like where no keys are found.
 */
export async function examine(options: ExamineOptions): Promise<Examination> {
  const { scope, clock, proxy } = options;
  const keys = await options.credentials(scope.profile);
  const dates = watchClockSkew(options);
  const caller = createApiClient({
    ...options,
    transport: dates.transport,
    credentials: (profile, before) => (before ? options.credentials(profile, before) : keys),
  });
  const read = createRead(onlyReads(caller), options);
  const nobody = subjectOf(null, scope, clock.now());
  const [who, seen] = await Promise.all([
    tryAction(read, 'identity', nobody),
    tryAction(read, 'instances', nobody),
  ]);
  const refused = keyRefusalOf(who.answer) ?? keyRefusalOf(seen.answer);
  const tried = [who, seen];
  if (refused === null && seen.answer.kind !== 'unreachable') {
    const subject = subjectOf(seen.answer, scope, clock.now());
    const { identity, instances, ...others } = TRIALS;
    const names = Object.keys(others) as ReadName[];
    tried.push(...(await Promise.all(names.map((name) => tryAction(read, name, subject)))));
  }
  return {
    profile: scope.profile,
    region: scope.region,
    credentials: {
      source: keys.sourceName,
      expiresAt: keys.expiresAt === undefined ? null : iso(keys.expiresAt),
    },
    identity: who.answer.kind === 'ok' ? decodeIdentity(who.answer.fields) : null,
    refused,
    unreachable:
      tried.flatMap(({ answer }) => (answer.kind === 'unreachable' ? answer.reason : []))[0] ?? null,
    clock: dates.skew(),
    host: hostFor(READS.instances.product, scope.region, options.endpoint).host,
    signature: options.signature?.name ?? SIGNATURES[0],
    proxy: proxy && { url: proxy.urlWithoutPassword, from: proxy.from, except: proxy.except },
    limit: PROVIDER_LIMIT,
    permissions: tried
      .map(({ right }) => right)
      .sort((a, b) => Number(b.required) - Number(a.required) || (a.action < b.action ? -1 : 1)),
    untested: `${ORDER.product}:${ORDER.name}`,
  };
}

/** What came of one read: an answer, or why there is none. */
interface TrialResult {
  readonly right: Permission;
  readonly answer: ReadAnswer | { readonly kind: 'unreachable'; readonly reason: string };
}

async function tryAction(read: Read, name: ReadName, about: Subject): Promise<TrialResult> {
  const action = READS[name];
  const { purpose, fields } = TRIALS[name];
  const answer = await read(action, about, fields?.(about) ?? {}).catch((error: unknown) => {
    if (!(error instanceof RefitError && error.code === 'provider-unreachable')) throw error;
    return { kind: 'unreachable', reason: error.message } as const;
  });
  const right = {
    action: `${action.product}:${action.name}`,
    purpose,
    required: REQUIRED.includes(name),
    state: stateOf(answer),
    code: answer.kind === 'refused' ? answer.code : null,
  };
  return { right, answer };
}

/** What the gateway refuses before it looks at rights. Source: docs/provider.md P27, an inference. */
const CHECKED_BEFORE_PERMISSIONS: ReadonlySet<string> = new Set(
  `ActionOffline InvalidAction InvalidParameter InvalidRequest IpInBlacklist IpNotInWhitelist MissingParameter NoSuchProduct
NoSuchVersion RequestSizeLimitExceeded UnknownParameter UnsupportedProtocol UnsupportedRegion`.split(/\s+/),
);

/** A refusal for any other reason comes after the rights have been looked at. Source: docs/provider.md P27, an inference. */
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

/** The refusal, where it is of the keys themselves: then every other call would be refused alike. */
function keyRefusalOf(answer: TrialResult['answer']): Examination['refused'] {
  if (answer.kind !== 'refused' || !isKeyRefusal(answer.code)) return null;
  return { code: answer.code, message: answer.message, fix: fixForKeys(answer.code) };
}

function subjectOf(seen: TrialResult['answer'] | null, scope: Scope, now: number): Subject {
  const found = seen?.kind === 'ok' ? decodeInstances(seen.fields, scope, new Map()).found : [];
  const one = found.find(({ status }) => status === 'running');
  return {
    ...scope,
    now,
    instance: one?.id ?? UNKNOWN_ID,
    size: one?.size ?? { memoryPerShard: GIGABYTE, shards: 1, replicas: 1 },
    edition: one === undefined || one.edition === 'unrecognised' ? 'redis-6.2-standard' : one.edition,
  };
}

/** The same transport, which notes how far this clock is from the Date header of the quickest answer. */
function watchClockSkew({ transport, clock }: CloudOptions) {
  let best: Examination['clock'] = null;
  const send: Transport['send'] = async (request) => {
    let sentAt = clock.now();
    const answer = await transport.send({
      ...request,
      // The time for a connection is not that of the answer.
      goAhead: () => {
        sentAt = clock.now();
        return request.goAhead?.() ?? true;
      },
    });
    const took = clock.now() - sentAt;
    // A Date names a whole second, so the middle of it is the likeliest.
    const server = Date.parse(answer.date ?? '') + 500;
    const uncertain = (500 + took / 2) / 1000;
    if (Number.isFinite(server) && (best === null || uncertain < best.uncertain))
      best = { skew: (sentAt + took / 2 - server) / 1000, uncertain };
    return answer;
  };
  return { transport: { ...transport, send }, skew: () => best };
}
