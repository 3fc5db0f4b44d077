/**
 * The history of use in a database. A row has the peaks of one metric of one instance for 672 hours or 112 days, as an array,
 * so that anybody can read it with SQL. The database joins arrays, so processes that write at the same time lose nothing.
 */
import { iso } from '../../../clock.ts';
import { RefitError } from '../../../errors.ts';
import {
  cutSeries,
  DAILY,
  HOURLY,
  type InstanceUsage,
  isUsageMetric,
  joinAll,
  type ObservedSize,
  periodStart,
  USAGE_METRICS,
  type UsageMetric,
  type UsagePeriod,
  type UsageSeries,
} from '../../../model.ts';
import {
  type AskedSpan,
  KEPT,
  KEPT_SIZES,
  type UsageQuery,
  type UsageReading,
  type UsageStore,
} from '../../usage-store.ts';
import type { Database, Queries } from '../database.ts';

/** Periods of one row. */
const BUCKET: Readonly<Record<UsagePeriod, number>> = { 3600: 672, 86400: 112 };
/** Where the rows of a period start: days are those of UTC+8, milliseconds. */
const DAY_OFFSET = -periodStart(DAILY, 0);

/** Instances of one page of a walk. */
const PAGE = 50;
/** The longest difference between the start of a row of days and of its bucket in UTC, milliseconds. */
const SLACK = DAILY * 1_000;

const PUT = `INSERT INTO refit.usage AS u (provider, instance, metric, period, bucket, first, peaks)
  SELECT $1, r.instance, r.metric, r.period, r.bucket, r.first, r.peaks
  FROM jsonb_to_recordset($2::jsonb) AS r(instance text, metric text, period int, bucket int, first int, peaks real[])
  ORDER BY r.instance, r.metric, r.period, r.bucket
  ON CONFLICT (provider, instance, metric, period, bucket) DO UPDATE SET
    first = least(u.first, excluded.first),
    peaks = ARRAY(SELECT coalesce(p.newer, p.older)
      FROM unnest(excluded.peaks, u.peaks) WITH ORDINALITY AS p(newer, older, at) ORDER BY p.at)`;

/** An observation extends the newest size of its instance if it is the same, and is a new one otherwise. */
const PUT_SIZES = `WITH observed AS (
    SELECT r.*, s.seen_from, s.seen_until,
      coalesce((s.memory_per_shard, s.shards, s.replicas) = (r.memory_per_shard, r.shards, r.replicas), false) AS same
    FROM jsonb_to_recordset($2::jsonb)
      AS r(instance text, at timestamptz, memory_per_shard int, shards int, replicas int)
    LEFT JOIN LATERAL (SELECT * FROM refit.usage_sizes WHERE provider = $1 AND instance = r.instance
      ORDER BY seen_from DESC LIMIT 1) AS s ON true
  ), extended AS (
    UPDATE refit.usage_sizes AS u SET seen_until = o.at FROM observed AS o
    WHERE u.provider = $1 AND u.instance = o.instance AND u.seen_from = o.seen_from AND o.same AND u.seen_until < o.at
  )
  INSERT INTO refit.usage_sizes (provider, instance, seen_from, seen_until, memory_per_shard, shards, replicas)
  SELECT $1, instance, at, at, memory_per_shard, shards, replicas FROM observed
  WHERE seen_from IS NULL OR (NOT same AND at > seen_until)
  ON CONFLICT DO NOTHING`;

/** Milliseconds from one row to the next. */
const LENGTH = `(CASE period WHEN ${HOURLY} THEN ${BUCKET[HOURLY] * HOURLY * 1_000} ELSE ${BUCKET[DAILY] * DAILY * 1_000} END)::bigint`;

const READ = `SELECT instance, metric, period, bucket, first, to_json(peaks) AS peaks FROM refit.usage
  WHERE provider = $1 AND instance = ANY ($2::text[]) AND ($5::text[] IS NULL OR metric = ANY ($5::text[]))
    AND (bucket + 1) * ${LENGTH} > $3::float8 AND bucket * ${LENGTH} < $4::float8 + ${SLACK}
  ORDER BY instance, bucket`;

const READ_SIZES = `SELECT instance, seen_from AS from, seen_until AS until, memory_per_shard AS "memoryPerShard",
    shards, replicas FROM refit.usage_sizes
  WHERE provider = $1 AND instance = ANY ($2::text[]) ORDER BY instance, seen_from`;

const ASKED = `SELECT instance, metric, period, min(bucket * ${LENGTH} + first * period * 1000::bigint) AS from,
    max(bucket * ${LENGTH} + cardinality(peaks) * period * 1000::bigint) AS until
  FROM refit.usage WHERE provider = $1 AND instance = ANY ($2::text[]) GROUP BY instance, metric, period`;

const NEXT = `SELECT DISTINCT instance FROM (
    SELECT instance FROM refit.usage WHERE provider = $1 AND instance > $2
    UNION ALL SELECT instance FROM refit.usage_sizes WHERE provider = $1 AND instance > $2
  ) AS both_tables ORDER BY instance LIMIT ${PAGE}`;

const PRUNE = `DELETE FROM refit.usage
  WHERE provider = $1 AND period = $2 AND (bucket + 1) * ${LENGTH} <= $3::float8`;

/** The newest size says what the values after it belong to, so it stays as long as there are any. */
const PRUNE_SIZES = `DELETE FROM refit.usage_sizes AS s WHERE provider = $1 AND seen_until < to_timestamp($2::float8 / 1000)
  AND (EXISTS (SELECT FROM refit.usage_sizes AS newer
      WHERE newer.provider = s.provider AND newer.instance = s.instance AND newer.seen_from > s.seen_from)
    OR NOT EXISTS (SELECT FROM refit.usage AS u WHERE u.provider = s.provider AND u.instance = s.instance))`;

const MAY_WRITE = `SELECT has_table_privilege('refit.usage', 'INSERT') AS may,
  has_table_privilege('refit.lanes', 'INSERT') AS paced`;

/** One process at a time collects from a provider: a lock of its session, which ends with the process. */
const CLAIM = `SELECT pg_try_advisory_lock(hashtextextended('refit usage ' || $1, 0)) AS free`;
const FREE = `SELECT pg_advisory_unlock(hashtextextended('refit usage ' || $1, 0))`;

interface UsageRow {
  readonly instance: string;
  readonly metric: string;
  readonly period: UsagePeriod;
  readonly bucket: number;
  readonly first: number;
  readonly peaks: readonly (number | null)[];
}

interface SizeRow {
  readonly instance: string;
  readonly from: number;
  readonly until: number;
  readonly memoryPerShard: number;
  readonly shards: number;
  readonly replicas: number;
}

/** The history of use in a database. It does not close the database. */
export function storedUsage(database: Database): Omit<UsageStore, 'close'> {
  return {
    name: database.target.place,
    exclusively: (provider, work) => collectAlone(database, provider, work),
    async put(provider, readings) {
      const rows = readings.flatMap(rowsOf);
      const sizes = readings.flatMap(sizeOf);
      await database.transaction(async (queries) => {
        if (rows.length > 0) await queries.execute(PUT, [provider, JSON.stringify(rows)]);
        if (sizes.length > 0) await queries.execute(PUT_SIZES, [provider, JSON.stringify(sizes)]);
      });
    },
    asked: (provider, instances) => readAsked(database, provider, instances),
    async read(provider, instance, query) {
      const [usage] = await readInstances(database, provider, [instance], query);
      return usage ?? null;
    },
    async *walk(provider, query) {
      for (let after = ''; ; ) {
        const page = await database.query<{ instance: string }>(NEXT, [provider, after]);
        const names = page.map(({ instance }) => instance);
        if (names.length > 0) yield* await readInstances(database, provider, names, query);
        if (names.length < PAGE) return;
        after = names.at(-1)!;
      }
    },
    async prune(provider, now) {
      const [row] = await database.query<{ may: boolean }>(
        `SELECT has_table_privilege('refit.usage', 'DELETE') AND has_table_privilege('refit.usage_sizes', 'DELETE') AS may`,
      );
      if (!row!.may) return;
      for (const period of [HOURLY, DAILY] as const)
        await database.execute(PRUNE, [provider, period, now - KEPT[period]]);
      await database.execute(PRUNE_SIZES, [provider, now - KEPT_SIZES]);
    },
  };
}

async function collectAlone<T>(database: Database, provider: string, work: () => Promise<T>): Promise<T> {
  const { place, option, user } = database.target;
  return await database.session(async (queries) => {
    // Before any call that costs money.
    const [login] = await queries.query<{ may: boolean; paced: boolean }>(MAY_WRITE);
    if (!login!.may)
      throw new RefitError(
        'store-unreachable',
        `${user} may not write the history of use in ${place}`,
        `as an administrator: GRANT refit_scheduler TO ${user}`,
      );
    if (!login!.paced)
      throw new RefitError(
        'store-unreachable',
        `${user} may not take request slots in ${place}, because the rights in it are those of an older Refit`,
        `as its owner: refit store migrate${option}`,
      );
    const [row] = await queries.query<{ free: boolean }>(CLAIM, [provider]);
    if (!row!.free)
      throw new RefitError(
        'locked',
        `another process collects the use of this provider into ${place}`,
        `wait for it, then run the same command again; refit store check${option} shows the store`,
      );
    try {
      return await work();
    } finally {
      await queries.query(FREE, [provider]).catch(() => undefined);
    }
  });
}

/** The rows of a reading, one for each bucket that a series touches. */
function rowsOf({ series }: UsageReading): UsageRow[] {
  return joinAll(series).flatMap(({ instance, metric, period, from, values }) => {
    const length = period * 1_000;
    const start = (from + offsetOf(period)) / length;
    const rows: UsageRow[] = [];
    for (let done = 0; done < values.length; ) {
      const bucket = Math.floor((start + done) / BUCKET[period]);
      const first = start + done - bucket * BUCKET[period];
      const own = values.slice(done, done + BUCKET[period] - first);
      const peaks = [...new Array<null>(first).fill(null), ...own];
      rows.push({ instance, metric, period, bucket, first, peaks });
      done += own.length;
    }
    return rows;
  });
}

function sizeOf({ instance, size, at }: UsageReading): object[] {
  if (size === null) return [];
  const { memoryPerShard, shards, replicas } = size;
  return [{ instance, at: iso(at), memory_per_shard: memoryPerShard, shards, replicas }];
}

function offsetOf(period: UsagePeriod): number {
  return period === DAILY ? DAY_OFFSET : 0;
}

async function readInstances(
  queries: Queries,
  provider: string,
  instances: readonly string[],
  query: UsageQuery,
): Promise<InstanceUsage[]> {
  const { from, until, metrics = null } = query;
  const rows = await queries.query<UsageRow>(READ, [provider, instances, from, until, metrics]);
  const sizes = await queries.query<SizeRow>(READ_SIZES, [provider, instances]);
  const series = Map.groupBy(rows.flatMap(seriesOf), ({ instance }) => instance);
  const observed = Map.groupBy(sizes, ({ instance }) => instance);
  return instances.flatMap((instance) => {
    const [own, seen] = [series.get(instance), observed.get(instance)];
    if (own === undefined && seen === undefined) return [];
    return [
      {
        instance,
        series: joinAll(own ?? []).flatMap((one) => cutSeries(one, query) ?? []),
        sizes: (seen ?? []).flatMap((row) => sizeWithin(row, query)),
      },
    ];
  });
}

function seriesOf({ instance, metric, period, bucket, first, peaks }: UsageRow): UsageSeries[] {
  // A metric of a newer version is not read.
  if (!isUsageMetric(metric)) return [];
  const from = (bucket * BUCKET[period] + first) * period * 1_000 - offsetOf(period);
  return [{ instance, metric, period, from, values: peaks.slice(first) }];
}

function sizeWithin(
  { from, until, memoryPerShard, shards, replicas }: SizeRow,
  span: UsageQuery,
): ObservedSize[] {
  if (from >= span.until || until < span.from) return [];
  return [{ size: { memoryPerShard, shards, replicas }, from, until }];
}

async function readAsked(queries: Queries, provider: string, instances: readonly string[]) {
  interface Row {
    readonly instance: string;
    readonly metric: UsageMetric;
    readonly period: UsagePeriod;
    readonly from: number;
    readonly until: number;
  }
  const rows = await queries.query<Row>(ASKED, [provider, instances]);
  const order = (metric: string) => USAGE_METRICS.findIndex(({ name }) => name === metric);
  const spans = rows
    .filter(({ metric }) => isUsageMetric(metric))
    .sort((a, b) => order(a.metric) - order(b.metric) || a.period - b.period);
  const found = new Map<string, AskedSpan[]>();
  for (const { instance, metric, period, from, until } of spans) {
    const offset = offsetOf(period);
    const own = found.get(instance) ?? [];
    found.set(instance, own);
    own.push({ metric, period, from: from - offset, until: until - offset });
  }
  return found;
}
