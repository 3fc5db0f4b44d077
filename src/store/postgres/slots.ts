/**
 * Request slots from the database, for all processes of a store (slot-source.ts). One statement takes the slots of all
 * lanes of a process. It locks the rows in one order, and the server finishes it by itself: a process that freezes
 * meanwhile holds nothing. The table is unlogged, so a question needs no write to disk.
 */
import {
  SLOT_BOUNDS,
  type SlotGrant,
  type SlotLane,
  type SlotSource,
  type TaughtLane,
} from '../../slot-source.ts';
import type { Prepared, Queries } from './database.ts';

const { batchAhead, mostAhead, closedFor, remembered, implausible, leastInterval } = SLOT_BOUNDS;

/** The server's time, ms since 1970. */
const NOW = `(extract(epoch FROM clock_timestamp())::float8 * 1000)`;
const STARTED = `(extract(epoch FROM pg_postmaster_start_time())::float8 * 1000)`;

/** What a row says about its lane, with our names. */
const TAUGHT = `lane, next_at AS next, interval_ms AS interval, version, lesson, held_until AS "heldUntil"`;

/**
 * The inner query runs after the row is locked, and reads the clock then. Each LATERAL names a value once: now and gap,
 * then the first slot, then how many. A lane whose next slot is implausible counts as new.
 */
const TAKE: Prepared = {
  name: 'take-slots',
  text: `
WITH wished AS (
  SELECT * FROM unnest($1::text[], $2::int[], $3::float8[], $4::bigint[], $5::float8[])
    AS w (lane, count, ahead, version, gap)
), taken AS (
  INSERT INTO refit.lanes AS l (lane, next_at, interval_ms, version, given_first, given_count)
  SELECT lane, ${NOW} + ${closedFor}, ${leastInterval}, floor(${NOW})::bigint, ${NOW} + ${closedFor}, 0
  FROM wished ORDER BY lane
  ON CONFLICT (lane) DO UPDATE SET (next_at, interval_ms, recent, given_first, given_count) = (
    SELECT f.first + c.count * t.gap, t.gap,
      ARRAY (SELECT slot FROM unnest(l.recent) slot
        WHERE slot > t.now - ${remembered} AND slot <= t.now + ${implausible} ORDER BY slot)
      || ARRAY (SELECT f.first + n * t.gap FROM generate_series(0, c.count - 1) n ORDER BY n),
      f.first, c.count
    FROM wished w,
    LATERAL (SELECT ${NOW} AS now,
      CASE WHEN w.version = l.version THEN greatest(${leastInterval}, w.gap) ELSE l.interval_ms END AS gap) t,
    LATERAL (SELECT greatest(
      CASE WHEN l.next_at <= t.now + ${implausible} THEN l.next_at ELSE t.now + ${closedFor} END,
      t.now + w.ahead,
      CASE WHEN l.held_until <= t.now + ${implausible} THEN l.held_until END,
      ${STARTED} + ${closedFor}) AS first) f,
    LATERAL (SELECT CASE WHEN f.first > t.now + ${mostAhead} THEN 0
      ELSE least(w.count, greatest(1, floor((t.now + ${batchAhead} - f.first) / t.gap)::int + 1)) END AS count) c
    WHERE w.lane = l.lane)
  RETURNING ${TAUGHT}, given_first AS first, given_count AS count
)
SELECT taken.*, ${NOW} AS now FROM taken`,
};

const READ = `SELECT ${TAUGHT}, recent::text AS recent FROM refit.lanes`;

const TEACH = `UPDATE refit.lanes SET lesson = $3, interval_ms = greatest(${leastInterval}, $4), held_until = $5,
  version = version + 1 WHERE lane = $1 AND version = $2`;

/** A lane that gave no slot for this long is not shown, ms. */
const SHOWN = 60_000;

type LaneRow = TaughtLane & { readonly lane: string; readonly next: number; readonly recent: string };

/** Creates the source of request slots. @param database best a connection of its own, so that no journal is before it */
export function createSlotSource(database: Pick<Queries, 'query' | 'execute'>): SlotSource {
  return {
    async take(wishes) {
      const rows = await database.query<SlotGrant & { readonly now: number }>(TAKE, [
        wishes.map(({ lane }) => lane),
        wishes.map(({ count }) => count),
        wishes.map(({ ahead }) => ahead),
        wishes.map(({ version }) => version),
        wishes.map(({ interval }) => interval),
      ]);
      return { grants: rows, now: rows.at(-1)!.now };
    },
    async readLane(lane) {
      const [row] = await database.query<LaneRow>(`${READ} WHERE lane = $1`, [lane]);
      return row === undefined ? null : laneOf(row);
    },
    async teach(lane, from, { lesson, interval, heldUntil }) {
      return (await database.execute(TEACH, [lane, from, lesson, interval, heldUntil])) === 1;
    },
    async lanes() {
      const rows = await database.query<LaneRow>(`${READ} WHERE next_at > ${NOW} - ${SHOWN} ORDER BY lane`);
      return rows.map(laneOf);
    },
  };
}

function laneOf({ recent, ...row }: LaneRow): SlotLane {
  return { ...row, recent: [...recent.matchAll(/[^{},]+/g)].map(([text]) => Number(text)) };
}
