/** The size that the requests of a plan give an instance. */
import { message } from '../../messages/messages.ts';
import {
  DIMENSIONS,
  type Dimension,
  type Finding,
  type FleetUse,
  type Instance,
  isKnown,
  type Message,
  type PlanTarget,
  questionKey,
  type RequestedSize,
  type Size,
  type SourceLocation,
  type UseFigure,
  type UseQuestion,
} from '../../model.ts';
import { check, createFinding } from '../../rules/check.ts';
import { factsOf } from '../../rules/facts.ts';
import type { SoldFor } from '../../rules/is-sold.ts';
import { joinReasons } from './join-reasons.ts';
import { collectCommand } from './reach-instances.ts';
import { leastByUse, resolveRequestedSize } from './requested-size.ts';
import { sizeByUse } from './size-by-use.ts';

interface Asked {
  readonly to: number;
  readonly reason: Message | null;
  readonly location: SourceLocation;
}

type Sizes = Partial<Record<Dimension, Asked>>;

/** The size that requests give, with its reasons. */
export interface Sizing {
  readonly to: Size;
  /** The reason of each dimension. */
  readonly reasons: readonly (Message | null)[];
  /** All reasons as one; null without any. */
  readonly reason: Message | null;
  readonly locations: Readonly<Partial<Record<Dimension, SourceLocation>>>;
}

interface Request {
  readonly dimension: Dimension;
  readonly requested: RequestedSize;
  readonly location: SourceLocation;
}

/** What targets request, in the order of the plan. Instances that the same targets reach share it. */
export interface Requests {
  readonly list: readonly Request[];
  /** The size depends on the memory in use. */
  readonly byUse: boolean;
  /** These requests, and then those of one more target. */
  readonly following: Map<PlanTarget, Requests>;
  /** Sizings by offer and present size, if the requests depend on nothing else. */
  readonly known: Map<ReturnType<SoldFor>, Map<string, Sizing>>;
}

/** An instance with everything that a plan requests for it. */
interface Requested {
  readonly instance: Instance;
  readonly requests: Requests;
  readonly conflicts: readonly Finding[];
}

const NONE: readonly never[] = [];

/** Requests with these in order. */
export function requestsOf(list: readonly Request[]): Requests {
  const byUse = list.some(({ requested }) => isByUse(requested));
  return { list, byUse, following: new Map(), known: new Map() };
}

/** These requests, and then those of the target. */
export function withTarget(requests: Requests, target: PlanTarget): Requests {
  const known = requests.following.get(target);
  if (known !== undefined) return known;
  const own = DIMENSIONS.flatMap((dimension): Request[] => {
    const requested = target.requested[dimension];
    return requested ? [{ dimension, requested, location: target.location }] : [];
  });
  const both = requestsOf([...requests.list, ...own]);
  requests.following.set(target, both);
  return both;
}

/**
 * The size that all requests for one instance give. A fleet has few sizes, so most instances share theirs with others.
 * @returns in `unknown` why a size by the memory in use cannot be computed; empty if all can.
 */
export function sizingOf(entry: Requested, sold: ReturnType<SoldFor>, use: FleetUse) {
  const { instance, requests, conflicts } = entry;
  const { memoryPerShard, shards, replicas } = instance.size;
  const ofOffer = requests.known.get(sold) ?? new Map<string, Sizing>();
  const key = `${memoryPerShard} ${shards} ${replicas}`;
  const known = ofOffer.get(key);
  if (known !== undefined) return { sizing: known, isShared: true, unknown: NONE, conflicts };
  const found = sizesOf(entry, sold, use);
  const { asked } = found;
  const reasons = DIMENSIONS.map((dimension) => asked[dimension]?.reason ?? null);
  const sizing: Sizing = {
    to: { ...instance.size, ...valuesOf(asked, (one) => one.to) },
    reasons,
    reason: joinReasons(...reasons),
    locations: valuesOf(asked, (one) => one.location),
  };
  const isShared =
    found.conflicts.length + found.unknown.length === 0 &&
    !requests.byUse &&
    requests.list.every(({ requested }) => requested.kind !== 'by-use');
  if (isShared) requests.known.set(sold, ofOffer.set(key, sizing));
  return { ...found, sizing, isShared };
}

/** Resolves all requests to numbers. Shards come first, because a size by the memory in use depends on their number. */
function sizesOf(
  { instance, requests: { list: requests }, conflicts }: Requested,
  sold: ReturnType<SoldFor>,
  use: FleetUse,
) {
  const asked: Sizes = {};
  const found = [...conflicts];
  const unknown: Finding[] = [];
  const shardsFirst = [...requests].sort(
    (a, b) => Number(b.dimension === 'shards') - Number(a.dimension === 'shards'),
  );
  const lists = sold === 'unknown' || sold === null ? null : sold;
  for (const request of shardsFirst) {
    const { dimension, location } = request;
    const list = lists?.[dimension] ?? null;
    const beside = { ...instance.size, ...absoluteSizes(requests), ...valuesOf(asked, ({ to }) => to) };
    const one = sizeOf(instance, request, { list, beside, use });
    if ('code' in one) {
      if (!unknown.some(({ code }) => code === one.code)) unknown.push(one);
      continue;
    }
    const before = asked[dimension];
    if (before && before.to !== one.to) {
      const { id } = instance;
      const text = message('target.two-sizes', {
        id,
        dimension,
        first: before.to,
        firstAt: at(before.location),
        second: one.to,
        secondAt: at(location),
      });
      found.push(createFinding('Refit.Conflict', text, id, location));
    } else {
      asked[dimension] ??= one;
    }
  }
  return { asked, unknown, conflicts: found };
}

/** The sizes that need no present size. */
function absoluteSizes(requests: readonly Request[]): Partial<Size> {
  return Object.fromEntries(
    requests.flatMap(({ dimension, requested }) =>
      requested.kind === 'absolute' ? [[dimension, requested.value] as const] : [],
    ),
  );
}

/** The size of one request, or why it cannot be computed. @param is.beside the size in the other dimensions. */
function sizeOf(
  instance: Instance,
  { dimension, requested, location }: Request,
  is: { readonly list: readonly number[] | null; readonly beside: Size; readonly use: FleetUse },
): Asked | Finding {
  const { list, beside, use } = is;
  if (requested.kind === 'by-use') {
    const { question } = requested;
    const figure = use.get(instance.id)?.get(questionKey(question));
    const refusal = noSizeByUse(instance, dimension, question, figure, location);
    if (refusal !== null || !isKnown(figure)) return refusal!;
    const fit = { dimension, present: instance.size, beside, sold: list };
    return { ...sizeByUse(requested, figure, fit), location };
  }
  const byUse = isByUse(requested)
    ? leastByUse(requested.atLeast.timesUsed, instance.used, instance.size, beside.shards)
    : null;
  if (isByUse(requested) && byUse === null)
    return usedUnknown(instance, requested.atLeast.timesUsed, location);
  return {
    ...resolveRequestedSize(dimension, requested, instance.size[dimension], list, byUse),
    location,
  };
}

function isByUse(
  one: RequestedSize,
): one is RequestedSize & { readonly atLeast: { readonly timesUsed: number } } {
  return one.kind === 'relative' && typeof one.atLeast === 'object' && one.atLeast !== null;
}

/**
 * The finding for a size that depends on unknown memory in use. If the provider would refuse every size, that refusal
 * comes instead, because then Refit need not read the memory in use.
 */
function usedUnknown(instance: Instance, times: number, location: SourceLocation): Finding {
  const refusal = refusedForAnySize(instance, location);
  if (refusal !== null) return refusal;
  const { id, used } = instance;
  const text = message('target.used-unknown', { id, times, fullest: used !== null });
  return createFinding('Refit.UsedUnknown', text, id, location);
}

/** The finding for a size by the history of use that cannot be computed; null if it can. */
function noSizeByUse(
  instance: Instance,
  dimension: Dimension,
  { of, over }: UseQuestion,
  figure: UseFigure | undefined,
  location: SourceLocation,
): Finding | null {
  const refusal = refusedForAnySize(instance, location);
  if (refusal !== null) return refusal;
  const { id } = instance;
  if (dimension === 'replicas' && instance.readsFromReplicas !== true)
    return createFinding('Refit.NoReplicaReads', message('target.no-replica-reads', { id }), id, location);
  if (isKnown(figure)) return null;
  const { found = 0, hours = null } = figure ?? {};
  const command = collectCommand([instance], over);
  const text = message('target.use-unknown', { id, dimension, of, over, found, hours, command });
  return createFinding('Refit.UsageUnknown', text, id, location);
}

/** The provider's refusal of every change of an instance; null if there is none. */
function refusedForAnySize(instance: Instance, location: SourceLocation): Finding | null {
  const present = instance.size.memoryPerShard;
  const change = { dimension: 'memoryPerShard', from: present, to: present + 1 } as const;
  const [first] = check(factsOf(instance, change), location);
  return first && FOR_ANY_SIZE.has(first.code) ? first : null;
}

const FOR_ANY_SIZE: ReadonlySet<string> = new Set([
  'ResourceUnavailable.InstanceStatusAbnormal',
  'ResourceUnavailable.InstanceStatusError',
  'Refit.UnknownEdition',
]);

function valuesOf<Value>(asked: Sizes, value: (one: Asked) => Value): Partial<Record<Dimension, Value>> {
  return Object.fromEntries(Object.entries(asked).map(([dimension, one]) => [dimension, value(one)]));
}

/** A location for a message: `plan.yaml:3`. */
export function at(location: SourceLocation): string {
  return `${location.file}:${location.line}`;
}
