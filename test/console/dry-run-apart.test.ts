/** Dry runs against a large inventory: other people go on meanwhile, and the result is that of a small one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventoryOf } from '../../bench/inventory.ts';
import { systemClock } from '../../src/clock.ts';
import type { DryRunAnswer } from '../../src/console/api/plans.ts';
import { HOURLY, periodStart } from '../../src/model.ts';
import { stateDirectoryOf } from '../../src/operations/machine.ts';
import { openPlanFolder } from '../../src/operations/plans/plan-folder.ts';
import { dryRunInFolder } from '../../src/operations/plans/plan-in-folder.ts';
import { inWordsOf, SMALL_INVENTORY, showDryRun } from '../../src/operations/reviews/dry-run-apart.ts';
import { usageProvider } from '../../src/operations/usage/open-usage.ts';
import { folderUsage } from '../../src/store/folder/usage/folder-usage.ts';
import { startTestConsole, type TestConsole } from './test-console.ts';

const COUNT = 10_000;
const TEXT = [
  'version: 1',
  'name: grow-all',
  'targets:',
  '  - { select: { regions: [ap-shanghai], all: true }, memoryPerShard: 16GB }',
  'onBlocked: skip',
  '',
].join('\n');

let folder: string;
let at: TestConsole;
let headers: NodeJS.Dict<string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'refit-apart-'));
  const text = JSON.stringify(inventoryOf(COUNT));
  expect(text.length).toBeGreaterThan(SMALL_INVENTORY);
  await writeFile(join(folder, 'fleet.json'), text);
  await writeFile(join(folder, 'damaged.json'), `${text.slice(0, -1)}, "other": 1}`);
  at = await startTestConsole({ plans: await openPlanFolder(folder) });
  ({ headers } = await at.signIn(['author']));
});
afterAll(async () => {
  await at.close();
  await rm(folder, { recursive: true });
});

const dryRun = async (inventory: string, text = TEXT) => {
  const request = { name: 'grow.yaml', text, inventory, price: false, language: 'zh' };
  const { status, body } = await at.send('POST', '/api/plans/dry-run', {
    headers,
    body: JSON.stringify(request),
  });
  return { status, body: JSON.parse(body) as DryRunAnswer };
};

const planning = async () => ({
  folder: await openPlanFolder(folder),
  connection: { env: {}, clock: systemClock },
  ...{ profile: null, region: null, policy: null },
});
const REQUEST = { name: 'grow.yaml', text: TEXT, inventory: 'fleet.json', price: false, user: 'wei' };

describe('a dry run against a large inventory', () => {
  it('lets the server answer other requests while it plans', async () => {
    const over = new AbortController();
    const began = systemClock.monotonic();
    const done = dryRun('fleet.json').finally(() => over.abort());
    let longest = 0;
    let answers = 0;
    while (!over.signal.aborted) {
      const asked = systemClock.monotonic();
      await at.send('GET', '/api/session', { headers });
      longest = Math.max(longest, systemClock.monotonic() - asked);
      answers += 1;
      await systemClock.sleep(5);
    }
    const took = systemClock.monotonic() - began;
    expect((await done).status).toBe(200);
    // Planned here, one of these requests would have waited for nearly all of it.
    expect({ answers: answers > 5, share: longest / took < 0.5 }).toEqual({ answers: true, share: true });
  });

  it('finds what planning it in one piece finds', async () => {
    const given = await planning();
    const { signal } = new AbortController();
    const [apart, here] = await Promise.all([
      showDryRun(given, REQUEST, 'zh', signal),
      dryRunInFolder(given, REQUEST, signal).then((result) =>
        inWordsOf(result, { text: TEXT, language: 'zh', now: systemClock.now() }),
      ),
    ]);
    const { changes, unchanged, effects, facts, verdict, found } = apart.review!;
    expect(changes?.rows.length).toBeGreaterThan(100);
    expect(here.review).toMatchObject({ changes, unchanged, effects, verdict, found });
    expect(facts.map(({ id }) => id)).toEqual(here.review!.facts.map(({ id }) => id));
    expect(apart.findings).toEqual(here.findings);
  });

  it('reads the history of use that a plan asks for', async () => {
    const env = { XDG_STATE_HOME: join(folder, 'state') };
    const store = folderUsage({ stateDirectory: stateDirectoryOf(env), clock: systemClock, host: 'test' });
    const now = systemClock.now();
    const full = inventoryOf(COUNT).instances.filter(({ region }) => region === 'ap-shanghai')[7]!;
    const from = periodStart(HOURLY, now) - 400 * HOURLY * 1_000;
    const series = (['memory', 'memoryShare', 'fullestShard'] as const).map((metric) => ({
      ...({ instance: full.id, metric, period: HOURLY, from } as const),
      values: new Array<number>(400).fill(
        metric === 'memory' ? 0.9 * full.size.memoryPerShard * full.size.shards : 90,
      ),
    }));
    await store.put(usageProvider(undefined, env), [{ instance: full.id, series, size: full.size, at: now }]);
    const text = TEXT.replace('all: true', 'used: "> 80%"');
    const given = { ...(await planning()), connection: { env, clock: systemClock } };
    const shown = await showDryRun(given, { ...REQUEST, text }, 'en', new AbortController().signal);
    const { changes } = shown.review!;
    expect(changes?.rows).toHaveLength(1);
    expect(JSON.stringify(changes)).toContain('selected because used is > 80%');
    expect(shown.findings.map(({ code }) => code)).toContain('Refit.UsageUnknown');
  });

  it('says what is wrong with the text, or with the inventory', async () => {
    const invalid = await dryRun('fleet.json', 'version: 1\nname: [x]\n');
    expect(invalid).toMatchObject({ status: 200, body: { review: null } });
    expect(invalid.body.findings.length).toBeGreaterThan(0);
    const damaged = await dryRun('damaged.json');
    expect(damaged).toMatchObject({ status: 422, body: { code: 'format-unknown' } });
  });

  it('ends when a newer one replaces it', async () => {
    const replaced = new AbortController();
    const waiting = showDryRun(await planning(), REQUEST, 'en', replaced.signal);
    const reason = new Error('replaced');
    await systemClock.sleep(20);
    replaced.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});
