/** Completions after `refit`, tested in real shells with the printed script. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMAND, refit, until } from './refit.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
const has = (program: string, flag = '--version') => spawnSync(program, [flag]).status === 0;
const HAS = { bash: has('bash'), zsh: has('zsh') && has('tmux', '-V'), fish: has('fish') };

it.runIf(process.env.REFIT_REQUIRE_ALL === '1').each(SHELLS)('the shell %s is installed', (shell) => {
  expect(HAS[shell]).toBe(true);
});

/** The typed text and some completions. With `only`, exactly these; never those in `not`. */
interface Row {
  readonly typed: string;
  readonly fits: readonly string[];
  readonly only?: boolean;
  readonly not?: readonly string[];
}

const ROWS: readonly Row[] = [
  { typed: 'refit pl', fits: ['plan'], only: true },
  { typed: 'refit plan --pr', fits: ['--price', '--profile'], only: true },
  { typed: 'refit --signature Hmac', fits: ['HmacSHA256', 'HmacSHA1'], only: true },
  { typed: 'refit plan f', fits: ['fleet.yaml'], not: ['free.txt', 'saved.json'] },
  { typed: 'refit status runs/', fits: ['runs/20260105T020000Z-3f2a9c1d'], not: ['runs/empty'] },
  { typed: 'refit set runs/x inF', fits: ['inFlight='], only: true },
  { typed: 'refit explain ResourceUnavailable.Sale', fits: ['ResourceUnavailable.SaleOut'], only: true },
];

/** Two ids that a store has, by the stub of `refit` in the folder. It gets each word whole, or it offers nothing. */
const IDS = ['20261130T091500Z-1f0c2ab9', '20261129T091500Z-aaaaaaaa'] as const;
const STORE = 'postgres://alice@db.example/refit';
const STORED_ROWS: readonly Row[] = [
  { typed: `refit status --store ${STORE} `, fits: IDS, only: true },
  { typed: `refit status --store=${STORE} 2026113`, fits: [IDS[0]], only: true },
];
const environment = () => ({
  ...process.env,
  PATH: `${folder}/bin:${process.env.PATH}`,
  REFIT_STORE: '',
});

function mustFit(fitting: readonly string[], { fits, only, not = [] }: Row): void {
  const trimmed = fitting.map((one) => one.replace(/\/$/, ''));
  if (only) expect([...trimmed].sort()).toEqual([...fits].sort());
  else expect(trimmed).toEqual(expect.arrayContaining([...fits]));
  for (const one of not) expect(trimmed).not.toContain(one);
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'refit-completion-'));
  for (const run of ['20260105T020000Z-3f2a9c1d', 'empty'])
    await mkdir(join(folder, 'runs', run), { recursive: true });
  await writeFile(join(folder, 'runs/20260105T020000Z-3f2a9c1d/journal.jsonl'), '');
  for (const file of ['fleet.yaml', 'free.txt', 'saved.json']) await writeFile(join(folder, file), '');
  await mkdir(join(folder, 'bin'));
  await writeFile(
    join(folder, 'bin/refit'),
    `#!/bin/sh
case "$*" in
  'complete -- status --store ${STORE} '* | 'complete -- status --store=${STORE} '*)
    printf '${IDS.join('\\t\\n')}\\t\\n:nothing * \\n' ;;
  *) exec '${process.execPath}' '${COMMAND}' "$@" ;;
esac
`,
    { mode: 0o755 },
  );
  for (const shell of SHELLS) {
    const { code, stdout, stderr } = await refit(['completion', shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await writeFile(join(folder, `complete.${shell}`), stdout);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('refuses another shell and names the known ones', async () => {
  const { code, stderr } = await refit(['completion', 'tcsh']);
  expect(code).toBe(64);
  expect(stderr).toMatch(/bash, zsh, fish/);
});

describe.skipIf(!HAS.bash)('bash', () => {
  /** Calls it as readline does: the words, where `=` is a word, and the position of the cursor. */
  function fitting(typed: string): string[] {
    const words = typed
      .split(/ +|(=|:|@)/)
      .filter((word, at, all) => word !== undefined && (word !== '' || at === all.length - 1));
    const script =
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is bash that fills it in
      'set -u; source ./complete.bash; COMP_LINE=$1; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _refit 2>&1; for one in ${COMPREPLY[@]+"${COMPREPLY[@]}"}; do echo "$one"; done';
    const result = execFileSync('bash', ['--norc', '-c', script, 'bash', typed, ...words], {
      cwd: folder,
      env: environment(),
      encoding: 'utf8',
    });
    return result.split('\n').filter((line) => line !== '');
  }

  it.each(ROWS)('$typed', (row) => mustFit(fitting(row.typed), row));
  it.each(STORED_ROWS)('$typed with the words whole', (row) => mustFit(fitting(row.typed), row));

  it('completes a value after an equals sign, and a file after a format', () => {
    for (const [typed, ...fits] of [
      ['refit plan --format=j', 'json', 'junit'],
      ['refit plan --write json=sa', 'saved.json'],
      ['refit simulate --fleet=sa', 'saved.json'],
      ['refit plan --write json=x.json fl', 'fleet.yaml'],
    ])
      mustFit(fitting(typed!), { typed: '', fits, only: true });
  });
});

describe.skipIf(!HAS.fish)('fish', () => {
  const fitting = (typed: string) =>
    execFileSync('fish', ['--no-config', '-c', 'source ./complete.fish; complete -C $argv[1]', typed], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...environment(), HOME: folder, XDG_CONFIG_HOME: folder },
    })
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t')[0]!);

  it.each(ROWS)('$typed', (row) => mustFit(fitting(row.typed), row));
  it.each(STORED_ROWS)('$typed with the words whole', (row) => mustFit(fitting(row.typed), row));

  it('completes a value after an equals sign, and a file after a format', () => {
    for (const [typed, fits] of [
      ['refit plan --format=js', '--format=json'],
      ['refit plan --write json=sa', 'json=saved.json'],
    ] as const)
      mustFit(fitting(typed), { typed, fits: [fits], only: true });
  });
});

describe.skipIf(!HAS.zsh)('zsh', () => {
  it('completes in an interactive shell, with descriptions', async ({ onTestFinished }) => {
    const tmux = (...args: string[]) =>
      execFileSync('tmux', ['-S', join(folder, 'tmux.sock'), '-f', '/dev/null', ...args], {
        encoding: 'utf8',
      });
    tmux(
      'new-session',
      '-d',
      '-x',
      '120',
      '-y',
      '50',
      '-c',
      folder,
      `env HOME='${folder}' PATH='${environment().PATH}' PS1='> ' zsh -f`,
    );
    onTestFinished(() => void tmux('kill-server'));
    const seen = () => tmux('capture-pane', '-p');
    const type = (...keys: string[]) => tmux('send-keys', ...keys);
    type('-l', "autoload -U compinit; compinit -u; source complete.zsh; echo re'ady'");
    type('Enter');
    await until('the shell has read the script', () => /^ready$/m.test(seen()));
    // The typed text, and the screen after the Tab key.
    const rows: [string, RegExp][] = [
      ['refit pl', /^> refit plan *$/m],
      ['refit audit v', /^> refit audit verify *$/m],
      ['refit plan --detailed', /^> refit plan --detailed-exitcode *$/m],
      ['refit report --format ht', /^> refit report --format html *$/m],
      ['refit show sa', /^> refit show saved.json *$/m],
      ['refit status runs/2', /^> refit status runs\/20260105T020000Z-3f2a9c1d/m],
      ['refit set runs/x inF', /^> refit set runs\/x inFlight=$/m],
      ['refit explain ResourceUnavailable.Sale', /^> refit explain ResourceUnavailable.SaleOut *$/m],
      ['refit plan --write js', /^> refit plan --write json=$/m],
      ['refit plan --write json=sav', /^> refit plan --write json=saved.json *$/m],
      [`refit status --store ${STORE} 2026113`, new RegExp(`${IDS[0]} *$`, 'm')],
      [`refit status --store=${STORE} 20261129`, new RegExp(`${IDS[1]} *$`, 'm')],
      ['refit ', /^inventory +-- read the live fleet; with -o, write it for offline plans$/m],
    ];
    for (const [typed, shown] of rows) {
      type('C-u');
      type('-l', typed);
      type('Tab');
      await until(`${typed} is completed: ${seen()}`, () => shown.test(seen()));
    }
  });
});
