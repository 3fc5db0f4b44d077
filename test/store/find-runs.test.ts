import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FoundFolder, findRuns, runsNamed } from '../../src/store/folder/find-runs.ts';
import { registerRun } from '../../src/store/folder/known-runs.ts';

const run = (name: string, isKnown = true, directory = `/runs/${name}`): FoundFolder => ({
  name,
  directory,
  isKnown,
  since: 0,
});
/** Newest first. */
const RUNS = [
  run('20261126T010000Z-99999999', false),
  run('20261125T010000Z-1f0c2ab9'),
  run('20261125T000000Z-2b2b2b2b'),
  run('20261124T000000Z-3c3c3c3c'),
  run('nightly'),
  run('nightly-2'),
  run('3c3c3c3c', true, ''),
];

describe('the runs that a word means', () => {
  it.each<[word: string, names: readonly string[]]>([
    ['latest', ['20261125T010000Z-1f0c2ab9']],
    ['20261126', ['20261126T010000Z-99999999']],
    ['20261125', ['20261125T010000Z-1f0c2ab9', '20261125T000000Z-2b2b2b2b']],
    ['20261125T01', ['20261125T010000Z-1f0c2ab9']],
    ['nightly', ['nightly']],
    ['nightly-', ['nightly-2']],
    ['3c3c', []],
    ['1f0c2ab9', []],
    ['', []],
  ])('%j is %j', (word, names) => {
    expect(runsNamed(word, RUNS).map(({ name }) => name)).toEqual(names);
  });

  it('is never one that the state does not know, if the word is latest', () => {
    expect(runsNamed('latest', [run('a', false), run('b', false)])).toEqual([]);
  });
});

it('finds runs of the state and of the folder, each once, and damaged records', async ({
  onTestFinished,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'refit-find-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const state = join(folder, 'state');
  const at = (day: number) => ({ now: () => Date.UTC(2026, 10, day) });
  const place = async (name: string) => {
    await mkdir(join(folder, 'runs', name), { recursive: true });
    await writeFile(join(folder, 'runs', name, 'plan.json'), '{}');
    return join(folder, 'runs', name);
  };
  const known = await place('20261124T000000Z-aaaaaaaa');
  await place('20261126T000000Z-bbbbbbbb');
  await mkdir(join(folder, 'runs', 'no-run'));
  await registerRun(state, { digest: 'a'.repeat(64), directory: known }, at(24));
  await registerRun(state, { digest: 'c'.repeat(64), directory: join(folder, 'elsewhere') }, at(25));
  await writeFile(join(state, 'carried-out', `${'d'.repeat(64)}.jsonl`), '{', { mode: 0o600 });

  const found = await findRuns(state, join(folder, 'runs'));
  expect(found.map(({ name, isKnown }) => [name, isKnown])).toEqual([
    ['20261126T000000Z-bbbbbbbb', false],
    ['elsewhere', true],
    ['20261124T000000Z-aaaaaaaa', true],
    ['dddddddd', true],
  ]);
  expect(await findRuns(join(folder, 'none'), join(folder, 'none'))).toEqual([]);
});
