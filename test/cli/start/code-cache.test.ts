/** The cache of compiled code: what it keeps, and what it refuses to read and write. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheFolder, readCode, writeCode } from '../../../src/cli/start/code-cache.ts';
import { desk } from '../refit.ts';

const CODE = new Map([
  ['commands/start.js', Buffer.from('compiled\n')],
  ['commands/plan.js', Buffer.from([0, 1, 2, 255])],
]);
const PROGRAM = '0123456789abcdef-v24.1.0-x64';

function newPlace() {
  const folder = join(mkdtempSync(join(tmpdir(), 'refit-code-')), 'refit');
  return { folder, program: PROGRAM, command: 'plan', path: join(folder, PROGRAM, 'plan') };
}

it.each([
  ['XDG_CACHE_HOME', { XDG_CACHE_HOME: '/c', HOME: '/h' }, '/c/refit'],
  ['~/.cache', { HOME: '/h' }, '/h/.cache/refit'],
  ['~/.cache for a relative XDG_CACHE_HOME', { XDG_CACHE_HOME: 'c', HOME: '/h' }, '/h/.cache/refit'],
  ['no folder without a home', {}, null],
  ['no folder for a relative home', { HOME: 'h' }, null],
  ['no folder if NODE_DISABLE_COMPILE_CACHE is set', { NODE_DISABLE_COMPILE_CACHE: '1', HOME: '/h' }, null],
])('the cache is in %s', (_, env, folder) => {
  expect(cacheFolder(env)).toBe(folder);
});

describe('the code of a command', () => {
  it('is read as it was written, in a folder that only the user can enter', () => {
    const place = newPlace();
    writeCode(place, CODE);
    expect(readCode(place)).toEqual(CODE);
    expect(readdirSync(join(place.folder, PROGRAM))).toEqual(['plan']);
  });

  it.each([
    ['is missing', () => undefined],
    ['is empty', ({ path }) => writeFileSync(path, '')],
    ['lacks its end', ({ path }) => writeFileSync(path, readFileSync(path).subarray(0, -1))],
    ['is too long', ({ path }) => writeFileSync(path, 'more', { flag: 'a' })],
    ['has a damaged head', ({ path }) => writeFileSync(path, `[${readFileSync(path, 'latin1')}`, 'latin1')],
    ['is in a folder where others can write', ({ folder }) => chmodSync(folder, 0o770)],
    ['is in a folder of everybody', ({ folder }) => chmodSync(folder, 0o1777)],
  ] satisfies [string, (place: ReturnType<typeof newPlace>) => void][])(
    'is not used if it %s',
    (title, harm) => {
      const place = newPlace();
      if (title !== 'is missing') writeCode(place, CODE);
      harm(place);
      expect(readCode(place)).toEqual(new Map());
    },
  );

  it('is not written where others can write, or where there is no folder to make', () => {
    const place = newPlace();
    mkdirSync(place.folder, { mode: 0o700 });
    chmodSync(place.folder, 0o770);
    writeCode(place, CODE);
    expect(readdirSync(place.folder)).toEqual([]);
    const file = { ...newPlace(), folder: join(place.folder, 'file') };
    writeFileSync(file.folder, '');
    writeCode(file, CODE);
    expect(readFileSync(file.folder, 'utf8')).toBe('');
  });

  it('of a program that wrote none for a month is removed when another program writes; nothing else is', () => {
    const place = newPlace();
    const [old, recent] = [PROGRAM.replace('0', 'a'), PROGRAM.replace('0', 'b')];
    for (const name of [old, recent, 'somebody-elses'])
      mkdirSync(join(place.folder, name), { recursive: true });
    chmodSync(place.folder, 0o700);
    for (const [name, days] of [
      [old, 31],
      [recent, 29],
      ['somebody-elses', 99],
    ] as const) {
      const at = Date.now() / 1000 - days * 86_400;
      utimesSync(join(place.folder, name), at, at);
    }
    writeCode(place, CODE);
    expect(readdirSync(place.folder).sort()).toEqual([PROGRAM, recent, 'somebody-elses'].sort());
  });
});

describe('a command', () => {
  it('keeps its code for the next call, which does not write it again', async (test) => {
    const at = await desk(test, { simulator: null });
    const explain = () => at.refit(['explain', 'Refit.BadValue'], { env: { XDG_CACHE_HOME: at.folder } });
    const first = await explain();
    const [program] = readdirSync(join(at.folder, 'refit'));
    const path = join(at.folder, 'refit', program!, 'explain');
    const { mtimeMs } = statSync(path);
    expect(await explain()).toEqual(first);
    expect(statSync(path).mtimeMs).toBe(mtimeMs);
    writeFileSync(path, readFileSync(path).subarray(0, 1000));
    expect(await explain()).toEqual(first);
    expect(statSync(path).size).toBeGreaterThan(1000);
  });

  it.for([
    ['the version', ['--version'], 0],
    ['a typing error', ['plna'], 64],
  ] as const)('keeps no code for %s', async ([, args, code], test) => {
    const at = await desk(test, { simulator: null });
    const folder = join(at.folder, 'refit');
    expect((await at.refit(args, { env: { XDG_CACHE_HOME: at.folder } })).code).toBe(code);
    expect(existsSync(folder)).toBe(false);
  });
});
