/**
 * Counts the changes in flight of all runs of a store, for the bound of a policy. One row has all changes of an account and
 * a region, so its lock makes the count exact. A place belongs to the run: if its process dies, it stays until the next
 * owner has followed the step.
 */
import type { Clock } from '../../../clock.ts';
import type { InFlightCount } from '../../ports.ts';
import type { Queries } from '../database.ts';
import { whileConnectionIsLost } from '../retry.ts';
import type { Fence } from './append.ts';

/** The run, if this process still owns it. */
const OWN = 'FROM refit.runs WHERE id = $1 AND epoch = $2';

/** Places of a run that has ended are free. */
const TAKEN = `ARRAY (SELECT place FROM unnest(f.places) place WHERE NOT EXISTS (
  SELECT FROM refit.runs WHERE id = split_part(place, ' ', 1) AND state IN ('ended', 'pruned')))`;

/** The condition sees the row as it is after its lock. */
const ACQUIRE = `INSERT INTO refit.in_flight AS f (scope, places) SELECT $3, ARRAY[$4::text] ${OWN}
  ON CONFLICT (scope) DO UPDATE
  SET places = CASE WHEN $4::text = ANY (f.places) THEN f.places ELSE ${TAKEN} || $4::text END
  WHERE $4::text = ANY (f.places) OR cardinality(${TAKEN}) < $5::int`;

const RELEASE = `UPDATE refit.in_flight SET places = array_remove(places, $3::text)
  WHERE $3::text = ANY (places) AND EXISTS (SELECT ${OWN})`;

const SCOPES = `SELECT scope FROM refit.in_flight
  WHERE EXISTS (SELECT FROM unnest(places) place WHERE split_part(place, ' ', 1) = $1) ORDER BY scope`;

const RESET = `INSERT INTO refit.in_flight AS f (scope, places) SELECT $3, $4::text[] ${OWN}
  ON CONFLICT (scope) DO UPDATE SET places =
    ARRAY (SELECT place FROM unnest(f.places) place WHERE split_part(place, ' ', 1) <> $1) || excluded.places`;

/** The count as the owner of a run uses it. A process that was fenced changes nothing. */
export function countStoredInFlight(
  database: Pick<Queries, 'query' | 'execute'>,
  { id, epoch }: Fence,
  clock: Clock,
): InFlightCount {
  const placeOf = (step: string) => `${id} ${step}`;
  // Each statement may be repeated: it gives the same rows again.
  const execute = (sql: string, ...values: readonly unknown[]) =>
    whileConnectionIsLost(clock, () => database.execute(sql, [id, epoch, ...values]));
  return {
    acquire: async (scope, step, most) => (await execute(ACQUIRE, scope, placeOf(step), most)) === 1,
    async release(step) {
      await execute(RELEASE, placeOf(step));
    },
    async reset(steps) {
      const held = await whileConnectionIsLost(clock, () => database.query<{ scope: string }>(SCOPES, [id]));
      const places = Map.groupBy(steps, ({ scope }) => scope);
      for (const scope of new Set([...held.map((row) => row.scope), ...places.keys()]))
        await execute(
          RESET,
          scope,
          (places.get(scope) ?? []).map(({ step }) => placeOf(step)),
        );
    },
  };
}
