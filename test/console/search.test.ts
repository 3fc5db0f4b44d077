/** What the palette finds: plans, runs, instances, orders and tasks by a part of what they are called. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditIndex } from '../../src/operations/audit/find-steps.ts';
import { type FoundAnything, findAnything } from '../../src/operations/overview/find-anything.ts';
import { openPlanFolder, type PlanFolder } from '../../src/operations/plans/plan-folder.ts';
import { JournalWriter, savedPlan } from '../report/situations.ts';
import { playedStore } from './played-store.ts';

const PLAN =
  'version: 1\nname: tuesday-night\ntargets: [{ instance: crs-aaaa1111, region: ap-guangzhou, memoryPerShard: 8GB }]\n';
const SEARCH = savedPlan(
  ['search-main', 'search-side'].map((name, at) => ({
    ...{ instance: `crs-search0${at}`, name },
    changes: [{ memoryPerShard: 8192 }],
  })),
  { name: 'grow-search', change: 'CHG-30012' },
);
const [FIRST] = SEARCH.steps.map(({ id }) => id) as [string];
const entries = new JournalWriter(SEARCH)
  .start()
  .wave('wave-started', 0)
  .ask(FIRST)
  .accept(FIRST)
  .end(FIRST, 'failed', { code: 'Refit.TaskFailed', what: 'the task 700011 failed' }).entries;

let folder: string;
let plans: PlanFolder;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'refit-search-'));
  await writeFile(join(folder, 'tuesday.yaml'), PLAN);
  plans = await openPlanFolder(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const namesOf = ({ plans: files, runs, steps, instances }: FoundAnything) => [
  ...files.map(({ file }) => `plan ${file}`),
  ...runs.map(({ id }) => `run ${id}`),
  ...steps.map(({ name, number }) => `step ${name} ${number ?? ''}`.trim()),
  ...instances.map(({ id, name }) => `instance ${id} ${name}`),
];

describe('the search of everything finds', () => {
  it.each<[title: string, text: string, found: readonly string[]]>([
    ['a plan by its name', 'Tuesday', ['plan tuesday.yaml']],
    ['a run by its ticket', 'chg-30012', ['run r1']],
    ['a run by a part of its plan', 'grow-se', ['run r1']],
    [
      'an instance by a part of its name',
      'search-main',
      ['step search-main', 'instance crs-search00 search-main'],
    ],
    ['an order by a part of its number', '10500101', ['step search-main 2026010500101']],
    ['a task by its number', '700011', ['step search-main']],
    ['nothing of what no text has', 'zebra', []],
  ])('%s', async (_, text, found) => {
    const { runs } = playedStore([{ id: 'r1', saved: SEARCH, entries }]);
    const sources = { audit: createAuditIndex(runs), plans, fleet: null };
    expect(namesOf(await findAnything(text, sources, new AbortController().signal))).toEqual(found);
  });
});
