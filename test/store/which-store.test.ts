/** Which store a command means, and how the commands that Refit prints name it. */
import { describe, expect, it } from 'vitest';
import { type Options, withConnectionInFix, withConnectionOptions } from '../../src/cli/options.ts';
import { COMMANDS } from '../../src/cli/program/commands.ts';
import { stateInStore, storeData, storeLines } from '../../src/cli/run-view/describe-store-state.ts';
import { message } from '../../src/messages/messages.ts';
import { databaseOf } from '../../src/operations/runs/store-choice.ts';
import type { StoreState } from '../../src/store/ports.ts';

const URL = 'postgres://refit@db.example/refit';
const OTHER = 'postgres://refit@other.example/refit';

describe('the store of a command', () => {
  it.each<
    [store: string | undefined, variable: string | undefined, word: string | undefined, is: string | null]
  >([
    [undefined, undefined, 'latest', null],
    [undefined, '', 'latest', null],
    [undefined, URL, 'latest', URL],
    [undefined, URL, undefined, URL],
    [OTHER, URL, 'latest', OTHER],
    // A path means a directory, unless the user names the store beside it.
    [undefined, URL, 'runs/20261124T173000Z-1f0c2ab9', null],
    [URL, undefined, 'runs/20261124T173000Z-1f0c2ab9', URL],
    ['folder', URL, 'latest', null],
    [undefined, 'folder', 'latest', null],
  ])('of --store %s, REFIT_STORE %s and the run %s is %s', (store, variable, word, is) => {
    expect(databaseOf({ store, env: { REFIT_STORE: variable } }, word)).toBe(is);
  });
});

describe('every command', () => {
  const stored = COMMANDS.filter(({ options }) => options.some(({ flags }) => flags.startsWith('--store ')));

  it('with a RUN takes --store', () => {
    const withRun = COMMANDS.filter((row) =>
      row.arguments.some(({ completes }) => completes.kind === 'runs'),
    );
    expect(withRun.length).toBeGreaterThan(10);
    expect(withRun.filter((row) => !stored.includes(row)).map(({ name }) => name)).toEqual([]);
  });

  it.each(stored.filter((row) => row.arguments.length > 0).map((row) => [row.name, row] as const))(
    'prints refit %s with the --store of the user',
    (name, row) => {
      const typed = ['RUN', ...row.arguments.slice(1).map(() => 'more')];
      // Not a next command: two saved plans, and commands of the store itself.
      if (name === 'diff' || name.startsWith('store ') || name.startsWith('schedule ')) return;
      const printed = withConnectionOptions(`refit ${name} ${typed.join(' ')}`, { store: URL } as Options);
      expect(printed).toBe(`refit ${name} RUN --store ${URL}${typed.length > 1 ? ' more' : ''}`);
    },
  );
});

describe('the fix of an error names the store', () => {
  it.each<[fix: string, store: string, printed: string]>([
    ['refit runs   lists the runs', URL, `refit runs --store ${URL}   lists the runs`],
    ["refit status 'a b' shows more", URL, `refit status 'a b' --store ${URL} shows more`],
    [
      'wait for its end, or stop it: refit drain R',
      URL,
      `wait for its end, or stop it: refit drain R --store ${URL}`,
    ],
    [
      'restore it; refit audit verify R, or refit report R',
      URL,
      `restore it; refit audit verify R --store ${URL}, or refit report R --store ${URL}`,
    ],
    ['refit apply R --adopt   continues it', URL, `refit apply R --store ${URL} --adopt   continues it`],
    [`refit status R --store ${OTHER}`, URL, `refit status R --store ${OTHER}`],
    [
      'no worker lives; start one: refit worker',
      URL,
      `no worker lives; start one: refit worker --store ${URL}`,
    ],
    ['refit schedule log --count 10', URL, `refit schedule log --store ${URL} --count 10`],
    ['find out: refit schedule log', URL, `find out: refit schedule log --store ${URL}`],
    ['refit schedule log n   names it', URL, `refit schedule log n --store ${URL}   names it`],
    ['refit schedule put - --name n', URL, `refit schedule put - --store ${URL} --name n`],
    ['refit validate plan.yaml', URL, 'refit validate plan.yaml'],
    ['refit status R', 'folder', 'refit status R --store folder'],
  ])('%j', (fix, store, printed) => {
    expect(withConnectionInFix(fix, { store } as Options)).toBe(printed);
  });

  it.each([
    'postgres://refit:hunter2@db.example/refit',
    'postgres://refit:hunter2@db.example/refit?sslmode=verify-full',
    'postgres://db.example/refit?user=refit&password=hunter2',
    'postgres://db.example/refit?pass%77ord=hunter2&user=refit',
    'postgres://db.example/refit?sslPASSWORD=hunter2',
    'postgres://refit:hunter2/x@db.example/refit',
    'postgres://refit:hunter2@',
    'host=db.example password=hunter2',
    'hunter2',
  ])('without the password of %j', (store) => {
    expect(withConnectionInFix('refit status R', { store } as Options)).not.toContain('hunter2');
  });
});

describe('what the store knows of a run', () => {
  const holder = { pid: 7, host: 'db-ops-1', since: '2026-11-30T09:00:00.000Z', purpose: 'worker' };
  const served = {
    isForWorkers: true,
    endpoint: 'http://127.0.0.1:4010',
    mayWork: true,
    workers: 2,
    unfit: [],
  } as const;
  const noKeys = (worker: string, ...profiles: string[]) => ({
    worker,
    reason: message('worker.no-keys', { profiles }),
  });
  const submitted = { kind: 'submitted', at: '2026-11-30T09:00:00.000Z', by: 'wei', ...served } as const;
  const queued = 'queued 2026-11-30 09:00:00 UTC by wei';
  const waiting = {
    kind: 'waiting',
    ...{ about: null, fix: null, until: null, diesAtStart: false },
    ...served,
  } as const;

  it.each<
    [
      title: string,
      state: StoreState | null,
      words: [fresh: string | null, started: string | null],
      lines: string[],
    ]
  >([
    ['a run directory', null, [null, null], []],
    [
      'a run that a worker takes next',
      submitted,
      ['submitted, and no worker has it yet', 'queued for the next worker'],
      [queued],
    ],
    [
      'a run that one of two workers can take',
      { ...submitted, unfit: [noKeys('w-1', 'retail')] },
      ['submitted, and no worker has it yet', 'queued for the next worker'],
      [queued],
    ],
    [
      'a run whose two profiles no worker has together',
      { ...submitted, unfit: [noKeys('w-1', 'retail'), noKeys('w-2', 'games')] },
      ['submitted, and no worker has it yet', 'queued for the next worker'],
      [
        queued,
        'workers none of 2 workers can take this run: w-1: the worker has no keys for profile retail; w-2: the worker has no keys for profile games',
      ],
    ],
    [
      'a run without any worker',
      { ...submitted, workers: 0 },
      ['submitted, and no worker has it yet', 'queued for the next worker'],
      [queued, 'workers none is running'],
    ],
    [
      'a run without any worker, to a login that cannot start one',
      { ...submitted, workers: 0, mayWork: false },
      ['submitted, and no worker has it yet', 'queued for the next worker'],
      [
        queued,
        'workers none is running',
        'start with a login that has refit_worker: refit worker --endpoint http://127.0.0.1:4010',
      ],
    ],
    [
      'a run that its submitter carries out',
      { ...submitted, isForWorkers: false, workers: 0 },
      [null, null],
      [queued, 'workers none takes this run: the command that submitted it carries it out'],
    ],
    [
      'a run of a worker',
      { kind: 'claimed', holder, worker: 'w-1' },
      [null, null],
      ['worker w-1 on db-ops-1'],
    ],
    ['a run of another command', { kind: 'claimed', holder, worker: null }, [null, null], []],
    [
      'a run that waits for a time',
      { ...waiting, reason: 'the soak after wave canary', until: '2026-11-30T22:00:00.000Z' },
      ['waiting', 'waiting'],
      ['because the soak after wave canary', 'until 2026-11-30 22:00:00 UTC at the latest'],
    ],
    [
      'a run that waits for people',
      { ...waiting, reason: 'it lacks approvals', fix: 'refit approve RUN', workers: 0 },
      ['waiting', 'waiting'],
      ['because it lacks approvals; fix: refit approve RUN', 'workers none is running'],
    ],
    [
      'a run that a person decides about',
      { kind: 'stopped', reason: 'a threshold halted it', fix: null },
      ['stopped with work left', 'stopped with work left'],
      ['because a threshold halted it'],
    ],
    ['a run that has ended', { kind: 'ended' }, [null, null], []],
  ])('%s', (_, state, words, lines) => {
    expect([stateInStore(state, false), stateInStore(state, true)]).toEqual(words);
    expect(storeLines(state).map((line) => line.join(' '))).toEqual(lines);
    expect(JSON.stringify(storeData(state))).not.toContain('worker.no-keys');
  });
});
