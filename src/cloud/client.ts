/**
 * The provider behind the port: reads that are retried quietly, and the order, which is sent once.
 */
import { iso } from '../clock.ts';
import { RefitError } from '../errors.ts';
import type { Billing, Instance, Scope, UsedMemory } from '../model.ts';
import { type Caller, type CallerOptions, onlyReads, openCaller, type ReadCaller } from './calls/call.ts';
import { openRead, type ReadOptions, refusedRead } from './calls/read.ts';
import { isLackOfRights } from './calls/refusal-codes.ts';
import type { Cloud, CloudReader, Deal, OrderAnswer, OrderRequest } from './cloud.ts';
import { endpointHost } from './network/hosts.ts';
import { TransportError } from './network/transport.ts';
import type { Fields } from './wire/fields.ts';
import * as wire from './wire/wire.ts';

export interface CloudOptions extends CallerOptions, ReadOptions {}

/** What the client needs beside what sends its calls. */
export type ClientOptions = ReadOptions & Pick<CloudOptions, 'endpoint' | 'transport'>;

/**
 * A client for planning. It has no way to order: it has no such function, and what it sends through refuses every
 * action that is not on the list of reads.
 */
export function openReader(options: CloudOptions): CloudReader {
  return readerOver(onlyReads(openCaller(options)), options);
}

/** A client for a run. */
export function openCloud(options: CloudOptions): Cloud {
  return cloudOver(openCaller(options), options);
}

/** The same over another way of sending calls, as for a simulated provider in the same process. */
export function cloudOver(caller: Caller, options: ClientOptions): Cloud {
  return {
    ...readerOver(onlyReads(caller), options),
    order: (request, goAhead) => sendOrder(caller, options, request, goAhead),
    orderLane: (scope) => caller.laneAtOnce(wire.ORDER, scope),
  };
}

/** Once, whatever happens. The permit is the caller's business: it belongs to the entry that is already on disk. */
async function sendOrder(
  caller: Caller,
  { clock }: ClientOptions,
  request: OrderRequest,
  goAhead: () => boolean,
): Promise<OrderAnswer> {
  let sentAt = clock.now();
  let held = false;
  const guard = () => {
    try {
      held = !goAhead();
    } catch {
      held = true;
    }
    sentAt = clock.now();
    return !held;
  };
  let answer: wire.Answer;
  try {
    answer = await caller.send(
      { action: wire.ORDER, scope: request, fields: wire.encodeOrder(request) },
      guard,
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown failure';
    // A RefitError comes before the transport: no keys, no host. Anything else unexpected may have been sent.
    const notSent = error instanceof RefitError || (error instanceof TransportError && !error.sent);
    return notSent ? { kind: 'not-sent', why } : { kind: 'no-answer', why, sentAt };
  }
  if (answer.kind === 'refused') return { ...answer, sentAt };
  if (answer.kind === 'unusable') return { kind: 'no-answer', why: answer.why, sentAt };
  const order = wire.decodeOrder(answer.fields);
  if (order === null) return { kind: 'no-answer', why: 'the answer names no order', sentAt };
  return { kind: 'accepted', order, requestId: answer.requestId ?? '', sentAt };
}

/** How often a list that changed while it was being read is read again. */
const MOST_READINGS = 4;

function readerOver(caller: ReadCaller, options: ClientOptions): CloudReader {
  const { clock, transport, endpoint } = options;
  if (endpoint !== null) endpointHost(endpoint); // A wrong one is told before anything else is done.
  const send = openRead(caller, options);
  const catalogueZones = new Map<string, Promise<CatalogueZones>>();
  const regionZones = new Map<string, Promise<wire.ZoneCodes>>();
  /** Pay modes as last read: a price inquiry does not say what its answer means. */
  const billings = new Map<string, Billing>();

  const read = async (action: wire.Action, scope: Scope, fields: Fields): Promise<Fields> => {
    const answer = await send(action, scope, fields);
    if (answer.kind === 'refused') throw refusedRead(action, scope, answer);
    return answer.fields;
  };

  /**
   * Codes of zones by their numbers, each source asked once: the catalogue first, then the region product where the
   * catalogue does not suffice. Without the right to ask, a zone goes by its number.
   */
  const zonesOf = async (
    scope: Scope,
    suffices: (known: CatalogueZones) => boolean,
  ): Promise<wire.ZoneCodes> => {
    const known = await once(catalogueZones, scope, async () => {
      const answer = await send(wire.READS.catalogue, scope, {});
      return answer.kind !== 'ok'
        ? { codes: new Map<number, string>(), complete: false }
        : {
            codes: wire.decodeCatalogueZones(answer.fields),
            complete: !wire.lacksZoneNumbers(answer.fields, scope.region),
          };
    });
    if (suffices(known)) return known.codes;
    const others = await once(regionZones, scope, async () => {
      const answer = await send(wire.READS.zones, scope, wire.ZONES_REQUEST);
      return answer.kind === 'ok' ? wire.decodeZones(answer.fields) : new Map<number, string>();
    });
    return new Map([...known.codes, ...others]);
  };

  const allPages = async (scope: Scope): Promise<Fields[]> => {
    let seen = '';
    for (let reading = 0; reading < MOST_READINGS; reading++) {
      const pages: Fields[] = [];
      const totals = new Set<number>();
      const ids = new Set<string>();
      for (let offset = 0; ; offset += wire.INSTANCES_A_PAGE) {
        const page = await read(wire.READS.instances, scope, wire.encodeInstancePage(offset));
        const { total, rows, instances } = wire.decodeInstances(page, scope, new Map());
        pages.push(page);
        totals.add(total);
        for (const { id } of instances) ids.add(id);
        if (rows === 0 || offset + wire.INSTANCES_A_PAGE >= total) break;
      }
      // Something that went while the list was read moved the rest up by one, past the reader.
      const [total] = totals;
      if (totals.size === 1 && ids.size >= total!) return pages;
      seen = `${ids.size} of ${Math.max(...totals)}`;
    }
    throw new RefitError(
      'provider-refused',
      `${wire.READS.instances.name} in ${scope.region} listed ${seen} instances, ${MOST_READINGS} times over`,
      'type the same command again when fewer instances come and go',
    );
  };

  const describeInstances: CloudReader['describeInstances'] = async (scope, ids) => {
    const pages =
      ids === undefined
        ? await allPages(scope)
        : await Promise.all(
            batches([...new Set(ids)], wire.INSTANCES_A_PAGE).map((batch) =>
              read(wire.READS.instances, scope, wire.encodeInstanceIds(batch)),
            ),
          );
    const numbers = pages.flatMap(wire.zoneNumbers);
    const codes: wire.ZoneCodes =
      numbers.length === 0
        ? new Map()
        : await zonesOf(scope, (known) => numbers.every((number) => known.codes.has(number)));
    const found = new Map<string, Instance>();
    for (const page of pages) {
      for (const instance of wire.decodeInstances(page, scope, codes).instances) {
        found.set(instance.id, instance);
        billings.set(instance.id, instance.billing);
      }
    }
    return [...found.values()];
  };

  /** Every page of a list that grows at its front: what is new pushes the rest back, so some come twice and none is lost. */
  const everyRow = async <Row>(
    pageOf: (page: number) => Promise<{ total: number; rows: number; found: readonly Row[] }>,
    perPage: number,
    idOf: (row: Row) => string,
  ): Promise<Row[]> => {
    const found = new Map<string, Row>();
    for (let page = 0; ; page++) {
      const { total, rows, found: more } = await pageOf(page);
      for (const row of more) found.set(idOf(row), row);
      if (rows === 0 || (page + 1) * perPage >= total) return [...found.values()];
    }
  };
  const readTasks = (scope: Scope, encode: (offset: number) => Fields) =>
    everyRow(
      async (page) => {
        const fields = await read(wire.READS.tasks, scope, encode(page * wire.TASKS_A_PAGE));
        const { tasks, ...counts } = wire.decodeTasks(fields, clock.now());
        return { ...counts, found: tasks };
      },
      wire.TASKS_A_PAGE,
      (task) => task.id,
    );

  return {
    endpoint: endpoint ?? 'tencentcloudapi.com',
    providerNow: caller.providerNow,
    describeInstances,

    async describeCatalogue(scope) {
      const offers = wire.decodeCatalogue(await read(wire.READS.catalogue, scope, {}));
      return { readAt: iso(clock.now()), offers };
    },

    async describeZones(scope) {
      const codes = await zonesOf(scope, ({ complete }) => complete);
      return [...codes]
        .filter(([, code]) => code.startsWith(`${scope.region}-`))
        .map(([number, code]) => ({ code, number }))
        .sort((a, b) => a.number - b.number);
    },

    async describeWindow(scope, instance, note = () => {}) {
      const answer = await send(wire.READS.window, scope, wire.encodeWindow(instance));
      if (answer.kind === 'ok') {
        const window = wire.decodeWindow(answer.fields);
        if (window === null) note(`that of ${instance} came in a form that cannot be read`);
        return window;
      }
      if (!isLackOfRights(answer.code) && !/^(UnsupportedOperation|ResourceNotFound)\b/.test(answer.code))
        throw refusedRead(wire.READS.window, scope, answer);
      note(answer.code);
      return null;
    },

    async price(request) {
      if (!billings.has(request.instance)) await describeInstances(request, [request.instance]);
      const answer = await send(wire.READS.price, request, wire.encodePrice(request));
      if (answer.kind === 'refused') {
        if (isLackOfRights(answer.code)) return answer;
        const error = refusedRead(wire.READS.price, request, answer);
        if (error.code === 'credentials-refused') throw error;
        return answer;
      }
      const paid = billings.get(request.instance);
      const quote = paid === undefined ? null : wire.decodePrice(answer.fields, paid, clock.now());
      if (quote === null) {
        throw new RefitError(
          'provider-refused',
          `the price of ${request.instance} came in a form that cannot be read`,
          'plan without --price and without a cost guard',
        );
      }
      return { kind: 'quoted', ...quote };
    },

    // The list reaches 30 days back. Source: facts §2.5, read 2026-11.
    describeTasks: (scope, since, instance, only) =>
      readTasks(scope, (offset) =>
        wire.encodeTasks(offset, Math.max(since, clock.now() - 30 * 86_400_000 + 60_000), { instance, only }),
      ),

    describeRunningTasks: (scope) => readTasks(scope, wire.encodeRunningTasks),

    async describeBalance(scope) {
      const answer = await send(wire.READS.balance, scope, {});
      if (answer.kind === 'ok') return wire.decodeBalance(answer.fields);
      if (isLackOfRights(answer.code)) return null;
      throw refusedRead(wire.READS.balance, scope, answer);
    },

    findDeals: (scope, since, until, instance) =>
      everyRow(
        async (page) => {
          const fields = await read(wire.READS.deals, scope, wire.encodeDeals(page, since, until, instance));
          const { deals, ...counts } = wire.decodeDeals(fields, clock.now(), instance);
          return { ...counts, found: deals };
        },
        wire.DEALS_A_PAGE,
        (deal) => deal.order,
      ),

    async describeOrders(scope, orders, currency) {
      const found = new Map<string, Deal>();
      const ask = async (numbers: readonly string[]) => {
        const answer = await send(wire.READS.orders, scope, wire.encodeOrderNumbers(numbers));
        if (answer.kind === 'ok') {
          for (const deal of wire.decodeOrders(answer.fields, clock.now(), currency))
            found.set(deal.order, deal);
          return;
        }
        // Any other refusal may be of the old name by which several are asked for: each is asked for by itself then.
        const error = refusedRead(wire.READS.orders, scope, answer);
        if (error.code === 'credentials-refused' || isLackOfRights(answer.code)) throw error;
      };
      await Promise.all(batches(orders, wire.ORDERS_A_CALL).map(ask));
      const missing = orders.filter((order) => !found.has(order));
      if (orders.length > 1) await Promise.all(missing.map((order) => ask([order])));
      return [...found.values()];
    },

    async describeUsed(scope, instances, onRefused) {
      const used = new Map<string, UsedMemory>();
      // What may not be read is unknown, and that is the safe side: a plan says so of each instance that needs it.
      const ifAnswered = async (action: wire.Action, fields: Fields): Promise<Fields> => {
        const answer = await send(action, scope, fields);
        if (answer.kind === 'ok') return answer.fields;
        const error = refusedRead(action, scope, answer);
        if (error.code === 'credentials-refused' && !isLackOfRights(answer.code)) throw error;
        onRefused?.(error.message);
        return {};
      };
      const ids = instances.map(({ id }) => id);
      await Promise.all(
        batches(ids, wire.MONITORED_A_CALL).map(async (batch) => {
          const now = clock.now();
          const fields = await ifAnswered(wire.READS.memory, wire.encodeMemory(batch, now));
          for (const [id, memory] of wire.decodeMemory(fields, now)) used.set(id, memory);
        }),
      );
      await Promise.all(
        instances.map(async (instance) => {
          const total = used.get(instance.id);
          if (wire.isCluster(instance)) {
            const fields = await ifAnswered(wire.READS.shards, wire.encodeShards(instance.id));
            const shards = wire.decodeShards(fields);
            const memory = withShards(total, shards, iso(clock.now()));
            if (memory) used.set(instance.id, memory);
          } else if (total) {
            used.set(instance.id, { ...total, fullestShard: total.total });
          }
        }),
      );
      return used;
    },

    async describeSelf(scope) {
      const answer = await send(wire.READS.identity, scope, {});
      return answer.kind === 'ok' ? wire.decodeSelf(answer.fields) : null;
    },

    async describeCaller(scope) {
      const answer = await send(wire.READS.identity, scope, {});
      if (answer.kind !== 'ok') throw refusedRead(wire.READS.identity, scope, answer);
      return wire.decodeIdentity(answer.fields);
    },

    async describeMetric(scope, instances, metric, over) {
      const found = new Map<string, number>();
      await Promise.all(
        batches(instances, wire.MONITORED_A_CALL).map(async (batch) => {
          const answer = await send(
            wire.READS.memory,
            scope,
            wire.encodeMetric(batch, metric, over, clock.now()),
          );
          if (answer.kind !== 'ok') throw refusedRead(wire.READS.memory, scope, answer);
          for (const [id, figure] of wire.decodeMetric(answer.fields)) found.set(id, figure);
        }),
      );
      return found;
    },

    close: () => transport.close(),
  };
}

/**
 * The total of the monitor product with the fullest of the shards. That shards are told in bytes is an inference:
 * where they add up to less than half of the total it does not hold, and the fullest shard counts as unknown.
 */
function withShards(
  total: UsedMemory | undefined,
  shards: readonly number[],
  readAt: string,
): UsedMemory | null {
  if (shards.length === 0) return total ?? null;
  const sum = Math.ceil(shards.reduce((a, b) => a + b, 0));
  const fullestShard = Math.max(...shards);
  const now = 'DescribeInstanceShards';
  if (!total) return { total: sum, fullestShard, source: now, readAt };
  if (sum < total.total / 2) return total;
  // The present hour may be missing from the monitor's.
  return { total: Math.max(total.total, sum), fullestShard, source: `${total.source}, and ${now}`, readAt };
}

/** Zone codes as the catalogue gives them; `complete` = it has a number for every zone of the region. */
interface CatalogueZones {
  readonly codes: wire.ZoneCodes;
  readonly complete: boolean;
}

/** Reads something of a scope once, whoever asks for it at the same time; a failure is not kept. */
function once<Value>(
  kept: Map<string, Promise<Value>>,
  { profile, region }: Scope,
  read: () => Promise<Value>,
): Promise<Value> {
  const key = `${profile}\n${region}`;
  const known = kept.get(key) ?? read();
  kept.set(key, known);
  known.catch(() => kept.delete(key));
  return known;
}

function batches<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}
