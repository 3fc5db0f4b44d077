/** Which store a command means, and how the commands that Refit prints name it. */
import { describe, expect, it } from 'vitest';
import { type Options, withConnectionInFix, withConnectionOptions } from '../../src/cli/options.ts';
import { COMMANDS } from '../../src/cli/program/commands.ts';
import { stateInStore, storeLines } from '../../src/cli/run-view/describe-store-state.ts';
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
  const submitted = { kind: 'submitted', at: '2026-11-30T09:00:00.000Z', by: 'wei', workers: 2 } as const;

  it.each<[state: StoreState | null, words: string | null, lines: readonly string[]]>([
    [null, null, []],
    [
      { ...submitted, unserved: [] },
      'submitted, and no worker has it yet',
      ['queued since 2026-11-30 09:00:00 UTC by wei'],
    ],
    [
      { ...submitted, unserved: ['retail', 'games'] },
      'submitted, and no worker has it yet',
      [
        'queued since 2026-11-30 09:00:00 UTC by wei',
        'workers no worker can take this run: no worker has the profiles retail, games',
      ],
    ],
    [
      { ...submitted, workers: 0, unserved: [] },
      'submitted, and no worker has it yet',
      ['queued since 2026-11-30 09:00:00 UTC by wei', 'workers none is running: refit worker starts one'],
    ],
    [{ kind: 'claimed', holder, worker: 'w-1' }, null, ['worker w-1 on db-ops-1']],
    [{ kind: 'claimed', holder, worker: null }, null, []],
    [
      {
        kind: 'waiting',
        reason: 'the window',
        until: '2026-11-30T22:00:00.000Z',
        workers: 1,
        unserved: ['retail'],
      },
      'waiting',
      [
        'waiting for the window, until 2026-11-30 22:00:00 UTC at the latest',
        'workers no worker can take this run: no worker has the profile retail',
      ],
    ],
    [
      { kind: 'waiting', reason: 'the approval of wave rest', until: null, workers: 1, unserved: [] },
      'waiting',
      ['waiting for the approval of wave rest'],
    ],
    [{ kind: 'stopped' }, 'stopped with work left', []],
    [{ kind: 'ended' }, null, []],
  ])('%j', (state, words, lines) => {
    expect(stateInStore(state)).toBe(words);
    expect(storeLines(state).map((line) => line.join(' '))).toEqual(lines);
  });
});
