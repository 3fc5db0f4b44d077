/** The count of changes in flight over all runs of a store, as policies bound it. */
import { expect, it, onTestFinished } from 'vitest';
import type { PostgresStore } from '../../src/store/postgres/open-store.ts';
import { PLANS } from '../store/contract.ts';
import { openTestStore, submissionOf } from './run-store.ts';
import { sql } from './server.ts';
import { freshStore, withPostgres } from './shared.ts';

const SCOPE = '100000000001 ap-guangzhou';

async function opened(url: string, host?: string): Promise<PostgresStore> {
  const store = await openTestStore(url, host);
  onTestFinished(() => store.close());
  return store;
}

/** Two runs of one store, each claimed by a host of its own. */
async function twoRuns(): Promise<{
  url: string;
  counts: NonNullable<Claim['inFlight']>[];
  claims: Claim[];
}> {
  const url = await freshStore();
  const claims: Claim[] = [];
  for (const [saved, host] of [
    [PLANS.first, 'one'],
    [PLANS.apart, 'two'],
  ] as const) {
    const store = await opened(url, host);
    claims.push(await store.claim(await store.submit(submissionOf(saved)), 'refit apply'));
  }
  return { url, claims, counts: claims.map(({ inFlight }) => inFlight!) };
}

type Claim = Awaited<ReturnType<PostgresStore['claim']>>;

withPostgres('changes in flight over all runs of a store', () => {
  it('are never more than the bound, also when both ask at the same time', async () => {
    const { url, counts } = await twoRuns();
    const asked = Array.from({ length: 60 }, (_, n) => `instance-${n}/replicas`);
    const got = await Promise.all(asked.map((step, n) => counts[n % 2]!.acquire(SCOPE, step, 7)));
    expect(got.filter(Boolean)).toHaveLength(7);
    expect(await counts[0]!.acquire('100000000001 ap-shanghai', 'elsewhere/replicas', 7)).toBe(true);
    // A step that counts already is not counted twice.
    const has = asked[got.indexOf(true)]!;
    const owner = counts[got.indexOf(true) % 2]!;
    expect(await owner.acquire(SCOPE, has, 7)).toBe(true);
    await owner.release(has);
    expect(await counts[1]!.acquire(SCOPE, 'next/replicas', 7)).toBe(true);
    expect(await counts[0]!.acquire(SCOPE, 'late/replicas', 7)).toBe(false);
    // A smaller bound of another policy counts all of them, too.
    expect(await counts[0]!.acquire(SCOPE, 'late/replicas', 3)).toBe(false);
    expect(
      await sql(url, `SELECT cardinality(places) FROM refit.in_flight WHERE scope = '${SCOPE}'`),
    ).toEqual(['7']);
  });

  it('stay with the run of a dead process, until its next owner counts again', async () => {
    const { url, counts, claims } = await twoRuns();
    expect(await counts[0]!.acquire(SCOPE, 'a/replicas', 2)).toBe(true);
    expect(await counts[0]!.acquire(SCOPE, 'b/replicas', 2)).toBe(true);
    expect(await counts[1]!.acquire(SCOPE, 'c/replicas', 2)).toBe(false);
    await sql(url, `UPDATE refit.runs SET owner_seen_at = clock_timestamp() - interval '1 minute'`);
    const store = await opened(url, 'three');
    const next = await store.claim(claims[0]!.run.name, 'refit apply');
    await next.inFlight!.reset([{ scope: SCOPE, step: 'a/replicas' }]);
    expect(await counts[1]!.acquire(SCOPE, 'c/replicas', 2)).toBe(true);
    // The process that was fenced changes nothing.
    await counts[0]!.release('a/replicas');
    expect(await counts[0]!.acquire(SCOPE, 'b/replicas', 9)).toBe(false);
    await counts[0]!.reset([]);
    expect(await counts[1]!.acquire(SCOPE, 'd/replicas', 2)).toBe(false);
    await next.inFlight!.reset([]);
    expect(await counts[1]!.acquire(SCOPE, 'd/replicas', 2)).toBe(true);
  });

  it('do not count for a run that has ended', async () => {
    const { url, counts, claims } = await twoRuns();
    expect(await counts[0]!.acquire(SCOPE, 'a/replicas', 1)).toBe(true);
    await sql(url, `UPDATE refit.runs SET state = 'ended' WHERE id = '${claims[0]!.run.name}'`);
    expect(await counts[1]!.acquire(SCOPE, 'c/replicas', 1)).toBe(true);
  });
});
