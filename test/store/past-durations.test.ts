import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/run/build-report.ts';
import { durationsOfRuns } from '../../src/store/folder/past-durations.ts';
import { SITUATIONS } from '../report/situations.ts';

let root = '';
const { saved, entries } = SITUATIONS['a-small-run-all-verified']!();
const report = buildReport(saved, entries);
const simulated = { ...report, run: { ...report.run, endpoint: 'http://127.0.0.1:8420' } };

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'refit-past-'));
  const runs = {
    '20260101T000000Z-a': report,
    '20260102T000000Z-b': report,
    '20260103T000000Z-c': simulated,
    '20260104T000000Z-d': { ...report, rehearsal: true },
    '20260105T000000Z-e': { ...report, format: 'refit.report/9' },
  };
  for (const [name, value] of Object.entries(runs)) {
    await mkdir(join(root, name));
    await writeFile(join(root, name, 'report.json'), JSON.stringify(value));
  }
  await mkdir(join(root, 'without-a-report'));
  await writeFile(join(root, 'broken.json'), '{');
});
afterAll(() => rm(root, { recursive: true, force: true }));

const read = (path: string, { named = false, simulated = false } = {}) =>
  durationsOfRuns(join(root, path), { named, simulated });

describe('durations of past runs', () => {
  // biome-ignore format: a table
  it.each([
    ['a folder of runs, without rehearsals and what cannot be read', '.', {}, '8 verified changes of 2 past runs'],
    ['... those of a simulated provider alone, where that is planned against', '.', { simulated: true }, '4 verified changes of 1 past run'],
    ['one run directory', '20260101T000000Z-a', {}, '4 verified changes of 1 past run'],
    ['its report', '20260101T000000Z-a/report.json', {}, '4 verified changes of 1 past run'],
    ['no folder at all', 'nowhere', {}, /^no past run: assumed/],
    ['something that is no report', 'broken.json', {}, /^no past run: assumed/],
  ] as const)('%s', async (_, path, how, what) => {
    expect((await read(path, how)).basis).toMatch(what);
  });

  it('count from acceptance to end, by rank', async () => {
    const { of } = await read('20260101T000000Z-a');
    const { seconds } = of.memoryPerShard;
    expect([seconds[0], seconds.at(-1)]).toEqual([150, 210.1]);
  });

  it.each(['nowhere', 'broken.json', '20260104T000000Z-d'])(
    'refuse a named path without a run: %s',
    async (path) => {
      await expect(read(path, { named: true })).rejects.toMatchObject({
        code: 'usage',
        fix: expect.stringContaining('--durations runs'),
      });
    },
  );
});
