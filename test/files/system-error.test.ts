import { describe, expect, it } from 'vitest';
import { FileRefused } from '../../src/files/file-refused.ts';
import {
  describeSystemError,
  fixForReading,
  fixForWriting,
  fixInGeneral,
} from '../../src/files/system-error.ts';

const errorOf = (code: string) => Object.assign(new Error(`${code}: as Node says it`), { code });

describe('an error of the file system has its own reason and its own fix', () => {
  it.each<[code: string, reason: RegExp, toWrite: string]>([
    ['ENOENT', /^no such file or folder$/, "make the folder: mkdir -p 'my plans'"],
    ['ENOTDIR', /not a folder$/, "use another folder; ls -ld 'my plans'   shows what is there"],
    [
      'EACCES',
      /^permission denied$/,
      "ls -ld 'my plans'   shows who may write there; use a folder of your own",
    ],
    ['EROFS', /read-only$/, "use a folder on another file system; findmnt -T 'my plans'   shows this one"],
    ['ENOSPC', /full$/, "free disk space; df -h 'my plans'   shows the space, and df -i the number of files"],
    [
      'EDQUOT',
      /quota is used up$/,
      'remove files of yours, or use a folder on another file system; quota -s   shows the quota',
    ],
    ['EISDIR', /^it is a folder$/, 'use a file in that folder'],
    ['ENAMETOOLONG', /too long$/, 'use a shorter name'],
    ['E2BIG', /^E2BIG: as Node says it$/, 'use a file in a folder that exists and that you can write to'],
  ])('%s', (code, reason, toWrite) => {
    expect(describeSystemError(errorOf(code))).toMatch(reason);
    expect(fixForWriting(errorOf(code), 'my plans/saved.json')).toBe(toWrite);
  });

  it.each<[path: string, fix: string]>([
    ['saved.json', 'make the folder: mkdir -p .'],
    ['/saved.json', 'make the folder: mkdir -p /'],
    ['a/b/', 'make the folder: mkdir -p a'],
    ['-x/saved.json', 'make the folder: mkdir -p ./-x'],
  ])('%s is in the folder that the fix names', (path, fix) => {
    expect(fixForWriting(errorOf('ENOENT'), path)).toBe(fix);
  });

  it('also when it is read, and when only the kind of record is known', () => {
    const refused = new FileRefused('the plan', 'plans/a.yaml', errorOf('EACCES'));
    expect([refused.message, refused.fix]).toEqual([
      'the plan plans/a.yaml cannot be read: permission denied',
      'ls -l plans/a.yaml   shows who may read it',
    ]);
    expect(fixForReading(errorOf('ENOENT'), 'a.yaml')).toBe('check the spelling: ls .');
    expect(fixInGeneral(errorOf('EROFS'), 'other')).toBe('make the file system writable again');
    expect(fixInGeneral(new Error('with a path', { cause: errorOf('ENOSPC') }), 'other')).toBe(
      'free disk space',
    );
    expect(fixInGeneral(errorOf('E2BIG'), 'other')).toBe('other');
  });
});
