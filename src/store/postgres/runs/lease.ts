/** Keeps a claim alive while its process works, and gives it back. */
import type { Clock } from '../../../clock.ts';
import { RefitError } from '../../../errors.ts';
import type { Database, Prepared } from '../database.ts';
import { REPEAT_FOR, whileConnectionIsLost } from '../retry.ts';
import type { Fence } from './append.ts';
import { fencedError, LEASE_RENEWAL } from './owner.ts';
import { LIVED } from './starts.ts';

const RENEW: Prepared = {
  name: 'renew',
  text: 'UPDATE refit.runs SET owner_seen_at = clock_timestamp() WHERE id = $1 AND epoch = $2',
};
/** The same of a process that did not die at its start. */
const RENEW_LATER: Prepared = {
  name: 'renew-later',
  text: 'UPDATE refit.runs SET owner_seen_at = clock_timestamp(), starts = 0 WHERE id = $1 AND epoch = $2',
};

/**
 * Says regularly that this process lives. An append says it too, so this matters while a run waits.
 * @returns `lost`: resolves with the reason once another process has the run.
 */
export function keepLease(
  database: Database,
  { id, epoch }: Fence,
  clock: Clock,
  fenced: () => Promise<RefitError>,
): { readonly lost: Promise<RefitError>; end(): void } {
  const over = new AbortController();
  const since = clock.monotonic();
  let lose: (error: RefitError) => void = () => undefined;
  const lost = new Promise<RefitError>((resolve) => {
    lose = resolve;
  });
  const renew = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(LEASE_RENEWAL, over.signal);
      if (over.signal.aborted) return;
      const renewal = clock.monotonic() - since < LIVED ? RENEW : RENEW_LATER;
      const renewed = await database.execute(renewal, [id, epoch]).catch((error: unknown) => {
        if (error instanceof RefitError && error.code === 'store-restored') lose(error);
        return null;
      });
      if (renewed !== 0 || over.signal.aborted) continue;
      return lose(await fenced().catch(() => fencedError(id, null, database.target.option)));
    }
  };
  void renew();
  return { lost, end: () => over.abort() };
}

/** Gives a claim back. A run that ended frees its instances. Never rejects: the lease of what stays ends by itself. */
export async function giveBack(database: Database, { id, epoch }: Fence, clock: Clock): Promise<void> {
  await whileConnectionIsLost(
    clock,
    () =>
      database.execute(
        `WITH released AS (
           UPDATE refit.runs SET owner = NULL, owner_seen_at = NULL,
             state = CASE state WHEN 'running' THEN 'queued' ELSE state END
           WHERE id = $1 AND epoch = $2 RETURNING id, state)
         DELETE FROM refit.instances USING released
         WHERE instances.run = released.id AND released.state IN ('stopped', 'ended')`,
        [id, epoch],
      ),
    REPEAT_FOR / 2,
  ).catch(() => undefined);
}
