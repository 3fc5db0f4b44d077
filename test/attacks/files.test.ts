/** Files that another user of the host placed, or wants Refit to write: each attack as that user would do it. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSignerKey } from '../../src/approval/keys.ts';
import type { CommandRow, OptionRow } from '../../src/cli/command-row.ts';
import { COMMANDS } from '../../src/cli/program/commands.ts';
import { filesOf, longFlag } from '../../src/cli/program/files-of.ts';
import { systemClock } from '../../src/clock.ts';
import { findCredentials } from '../../src/cloud/credentials/find-credentials.ts';
import { mustBeOwnFolder } from '../../src/files/check-folder.ts';
import { FileLedger } from '../../src/files/file-ledger.ts';
import { isOnReadOnlyMount, whoElseWrites } from '../../src/files/judge-trust.ts';
import { openRegularFile, readRegularFile } from '../../src/files/open-file.ts';
import { SUBJECTS, type Subject } from '../../src/files/subjects.ts';
import { appendText, openForAppending, replaceFile, replaceOwnFile } from '../../src/files/write-file.ts';
import { readInventoryFile } from '../../src/operations/fleet/read-inventory-file.ts';
import { readCredentialsFile } from '../../src/operations/machine.ts';
import { mayReplace, writeOutput } from '../../src/operations/named-files.ts';
import { readCalendars } from '../../src/operations/plans/plan-fleet.ts';
import { readApprovers } from '../../src/plan/parse/read-approvers.ts';
import { readTerraformState } from '../../src/plan/parse/terraform-state.ts';
import { takeLock } from '../../src/store/folder/lock.ts';
import { prepareRunDirectory, RUN_FILES } from '../../src/store/folder/run-directory.ts';
import { SAVED } from '../approval/people.ts';
import { giveAway, hugeFile, isRoot, namedPipe, temporaryFolder } from './placed-files.ts';

const root = temporaryFolder();
let folders = 0;
/** A new empty folder. */
function folder(mode = 0o700): string {
  const path = join(root, `folder-${folders++}`);
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

function file(path: string, text = 'text\n', mode = 0o600): string {
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
}

describe('every kind of input file: what is not a regular file of bounded size ends with a message', () => {
  const bounded = (Object.keys(SUBJECTS) as Subject[]).filter((one) => Number.isFinite(SUBJECTS[one].most));

  it.each(bounded)('%s: no pipe, device, socket, folder or huge file is read', async (subject) => {
    const here = folder();
    const socket = createServer().listen(join(here, 'socket'));
    await new Promise((resolve) => socket.once('listening', resolve));
    const cases: [string, string][] = [
      [namedPipe(join(here, 'pipe')), 'it is a named pipe'],
      ['/dev/zero', 'it is a device'],
      [join(here, 'socket'), 'it is a socket'],
      [here, 'it is a folder'],
      [hugeFile(join(here, 'huge')), 'it is larger than'],
      [join(here, 'missing'), 'no such file or folder'],
    ];
    const from = performance.now();
    for (const [path, reason] of cases)
      for (const links of ['follow', 'refuse'] as const) {
        const reading = readRegularFile(path, { subject, links });
        await expect(reading, path).rejects.toThrow(
          `${SUBJECTS[subject].name} ${path} cannot be read: ${reason}`,
        );
      }
    expect(performance.now() - from).toBeLessThan(1_000 * cases.length);
    socket.close();
  });

  it('a file that grows while it is read ends at the limit', async () => {
    const path = file(join(folder(), 'key'), 'x'.repeat(SUBJECTS.key.most + 1));
    await expect(readRegularFile(path, { subject: 'key' })).rejects.toThrow('it is larger than 64 KB');
  });

  it('gives the exact bytes', async () => {
    const path = join(folder(), 'plan');
    const bytes = Buffer.from([0xff, 0x00, 0x0d, 0x0a, 0xef, 0xbb, 0xbf]);
    writeFileSync(path, bytes);
    expect(await readRegularFile(path, { subject: 'plan' })).toEqual(bytes);
    writeFileSync(path, '');
    expect(await readRegularFile(path, { subject: 'plan' })).toHaveLength(0);
  });

  it('a pipe that the shell of the user opened is read to its end', async () => {
    const script = `
      const { readRegularFile } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/files/open-file.ts'))});
      const bytes = await readRegularFile(process.argv[1], { subject: "key", links: "follow" });
      process.stdout.write(bytes);`;
    const node = [process.execPath, '--input-type=module', '-e', script].map((word) => `'${word}'`).join(' ');
    const run = (command: string) => spawnSync('bash', ['-c', command], { encoding: 'utf8' });
    expect(run(`${node} <(sleep 0.1; echo from the pipe)`).stdout).toBe('from the pipe\n');
    expect(run(`echo from stdin | ${node} /dev/stdin`).stdout).toBe('from stdin\n');
    expect(run(`yes | ${node} /dev/stdin`).stderr).toContain('it is larger than 64 KB');
  });
});

describe('symbolic links', () => {
  it('a link is followed only if the user named the file', async () => {
    const here = folder();
    file(join(here, 'secret'), 'secret');
    symlinkSync('secret', join(here, 'link'));
    const path = join(here, 'link');
    await expect(readRegularFile(path, { subject: 'plan' })).rejects.toThrow('it is a symbolic link');
    expect(String(await readRegularFile(path, { subject: 'plan', links: 'follow' }))).toBe('secret');
  });

  it('a link must stay inside its folder, however many links it takes', async () => {
    const here = folder();
    const outside = file(join(folder(), 'plan.yaml'), 'outside');
    mkdirSync(join(here, '..2026_11_30'));
    file(join(here, '..2026_11_30', 'plan.yaml'), 'inside');
    symlinkSync('..2026_11_30', join(here, '..data'));
    symlinkSync('..data/plan.yaml', join(here, 'plan.yaml'));
    symlinkSync(outside, join(here, 'absolute.yaml'));
    symlinkSync('../../etc/passwd', join(here, 'relative.yaml'));
    symlinkSync('absolute.yaml', join(here, 'twice.yaml'));
    symlinkSync('circle.yaml', join(here, 'circle.yaml'));
    const read = (name: string) =>
      readRegularFile(join(here, name), { subject: 'plan', links: { inside: here } });
    expect(String(await read('plan.yaml'))).toBe('inside');
    for (const name of ['absolute.yaml', 'twice.yaml'])
      await expect(read(name), name).rejects.toThrow(
        `${name} cannot be read: it is a symbolic link that leaves`,
      );
    for (const name of ['relative.yaml', 'circle.yaml']) await expect(read(name), name).rejects.toThrow(name);
    // A folder beside it whose name starts the same.
    mkdirSync(`${here}-other`);
    file(join(`${here}-other`, 'plan.yaml'));
    symlinkSync(`../${here.split('/').at(-1)}-other/plan.yaml`, join(here, 'beside.yaml'));
    await expect(read('beside.yaml')).rejects.toThrow('leaves the folder');
  });
});

describe('who else can write', () => {
  const user = { uid: 1_000 };
  const rows: [string, { uid: number; gid: number; mode: number }, 'itself' | 'ancestor', string | null][] = [
    ['own, 0700', { uid: 1_000, gid: 1_000, mode: 0o700 }, 'itself', null],
    ['of root, 0755', { uid: 0, gid: 0, mode: 0o755 }, 'itself', null],
    ['own, writable by the group of the user', { uid: 1_000, gid: 1_000, mode: 0o775 }, 'itself', null],
    ['of root, with the fsGroup of a pod', { uid: 0, gid: 1_000, mode: 0o2775 }, 'ancestor', null],
    [
      'own, writable by another group',
      { uid: 1_000, gid: 100, mode: 0o775 },
      'itself',
      'group 100 can write',
    ],
    ['own, writable by all', { uid: 1_000, gid: 1_000, mode: 0o777 }, 'itself', 'every user can write'],
    ['of another user', { uid: 1_001, gid: 1_001, mode: 0o700 }, 'itself', 'belongs to user 1001'],
    [
      'an ancestor of another user',
      { uid: 1_001, gid: 1_001, mode: 0o755 },
      'ancestor',
      'belongs to user 1001',
    ],
    ['/tmp as an ancestor', { uid: 0, gid: 0, mode: 0o1777 }, 'ancestor', null],
    ['/tmp itself', { uid: 0, gid: 0, mode: 0o1777 }, 'itself', 'every user can write'],
    ['an ancestor writable by all', { uid: 0, gid: 0, mode: 0o777 }, 'ancestor', 'every user can write'],
  ];
  it.each(rows)('%s', (_, owned, role, reason) => {
    const others = whoElseWrites('/folder', owned, user, role);
    if (reason === null) expect(others).toBeNull();
    else expect(others?.reason).toContain(reason);
  });

  it('knows read-only mounts, and the innermost mount decides', () => {
    const mounts = [
      '22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw',
      '30 22 8:2 / /plans ro,relatime - tmpfs tmpfs rw',
      '31 30 8:2 / /plans/with\\040space rw - tmpfs tmpfs rw',
      '32 22 8:3 / /data ro - ext4 /dev/sdb rw',
      '33 22 8:3 / /data rw - ext4 /dev/sdc rw',
    ].join('\n');
    const isReadOnly = (path: string) => isOnReadOnlyMount(path, mounts);
    expect(['/', '/plans', '/plans/a', '/plans-2', '/plans/with space/a', '/data/a'].map(isReadOnly)).toEqual(
      [false, true, true, false, false, false],
    );
    expect(isOnReadOnlyMount('/plans', '')).toBe(false);
  });
});

describe('folders whose content is executed or believed', () => {
  const check = (path: string) => mustBeOwnFolder(path, 'the folder');

  it('refuses a folder that others can write to, with a command that corrects it', async () => {
    for (const mode of [0o777, 0o1777, 0o722]) {
      const path = folder(mode);
      await expect(check(path)).rejects.toMatchObject({ code: 'file-refused', fix: `chmod go-w ${path}` });
    }
    await check(folder(0o755));
  });

  it('refuses a folder below one that others can write to, even if it does not exist yet', async () => {
    const path = folder(0o777);
    await expect(check(join(path, 'a', 'b'))).rejects.toThrow('every user can write to');
    mkdirSync(join(path, 'own'), { mode: 0o700 });
    await expect(check(join(path, 'own'))).rejects.toThrow('every user can write to');
    chmodSync(path, 0o1777);
    await check(join(path, 'own'));
  });

  it('follows links, and checks where they lead and where they are', async () => {
    const shared = folder(0o777);
    const own = folder();
    symlinkSync(shared, join(own, 'to-shared'));
    symlinkSync(own, join(shared, 'to-own'));
    symlinkSync('circle', join(own, 'circle'));
    await expect(check(join(own, 'to-shared'))).rejects.toThrow('every user can write to');
    await expect(check(join(shared, 'to-own'))).rejects.toThrow('every user can write to');
    await expect(check(join(own, 'circle'))).rejects.toThrow('no end');
    await expect(check(join(file(join(own, 'file')), 'below'))).rejects.toThrow('is not a folder');
  });

  it.runIf(isRoot)('refuses a folder and a link of another user', async () => {
    const theirs = folder(0o755);
    giveAway(theirs);
    await expect(check(theirs)).rejects.toThrow('belongs to user 4242');
    await expect(check(join(theirs, 'below'))).rejects.toThrow('belongs to user 4242');
  });

  it('accepts a shared folder on a read-only mount, as a ConfigMap is', async () => {
    const path = folder(0o777);
    const user = { uid: process.getuid!() };
    const mounts = async () => `30 22 8:2 / ${path} ro,relatime - tmpfs tmpfs rw`;
    await mustBeOwnFolder(path, 'the folder', { user, mounts });
  });
});

describe('trusted files', () => {
  it('refuses a file that others can write to', async () => {
    const path = file(join(folder(), 'policy.yaml'), 'version: 1', 0o666);
    const reading = readRegularFile(path, { subject: 'policy', isTrusted: true });
    await expect(reading).rejects.toThrow('every user can write to');
    chmodSync(path, 0o644);
    expect(String(await readRegularFile(path, { subject: 'policy', isTrusted: true }))).toBe('version: 1');
  });

  it.runIf(isRoot)('refuses a file of another user', async () => {
    const path = file(join(folder(), 'policy.yaml'), 'version: 1', 0o644);
    giveAway(path);
    const reading = readRegularFile(path, { subject: 'policy', isTrusted: true });
    await expect(reading).rejects.toThrow('belongs to user 4242');
  });
});

describe('writing', () => {
  it('replaces a link itself, and never writes through it', async () => {
    const here = folder();
    const victim = file(join(here, 'victim'), 'precious');
    symlinkSync(victim, join(here, 'report.json'));
    linkSync(victim, join(here, 'hard.json'));
    await replaceFile(join(here, 'report.json'), 'new');
    await replaceFile(join(here, 'hard.json'), 'new');
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(readFileSync(join(here, 'report.json'), 'utf8')).toBe('new');
    expect(statSync(join(here, 'hard.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(here).sort()).toEqual(['hard.json', 'report.json', 'victim']);
  });

  describe('drafts that a crash left', () => {
    const DRAFT = '.refit-0123456789abcdef.tmp';
    const longAgo = new Date(Date.now() - 61_000);
    const age = (path: string) => lutimesSync(path, longAgo, longAgo);
    /** Every way in which Refit writes to a folder of its own. */
    const writers: [string, (here: string) => Promise<unknown>][] = [
      ['replacing a file', (here) => replaceOwnFile(join(here, 'report.json'), 'new')],
      ['taking a free lock', (here) => takeLock(join(here, 'lock.json'), OWNER, systemClock)],
      [
        'taking the lock of a dead process',
        async (here) => {
          const dead = { pid: 2 ** 22 + 1, host: OWNER.host, since: '', purpose: '', startTicks: null };
          file(join(here, 'lock.json'), JSON.stringify(dead));
          const lock = await takeLock(join(here, 'lock.json'), OWNER, systemClock);
          expect(lock.tookOverFrom).not.toBeNull();
        },
      ],
    ];
    const OWNER = { host: 'here', purpose: 'test' };

    it.each(writers)('%s removes an old draft, and nothing that only looks like one', async (_, write) => {
      const here = folder();
      const victim = file(join(folder(), 'victim'), 'precious');
      const names = {
        link: '.refit-000000000000000a.tmp',
        folder: '.refit-000000000000000b.tmp',
        pipe: '.refit-000000000000000c.tmp',
        new: '.refit-000000000000000d.tmp',
      };
      symlinkSync(victim, join(here, names.link));
      mkdirSync(join(here, names.folder));
      namedPipe(join(here, names.pipe));
      file(join(here, names.new));
      for (const one of [names.link, names.folder, names.pipe]) age(join(here, one));
      const others = [
        `${DRAFT}x`,
        `x${DRAFT}`,
        DRAFT.toUpperCase(),
        '.refit-0123.tmp',
        '.refit-zzzzzzzzzzzzzzzz.tmp',
      ];
      for (const one of [DRAFT, ...others]) age(file(join(here, one)));
      await write(here);
      const left = readdirSync(here);
      expect(left).not.toContain(DRAFT);
      expect(left).toEqual(expect.arrayContaining([...Object.values(names), ...others]));
      expect(readFileSync(victim, 'utf8')).toBe('precious');
    });

    it.runIf(isRoot).each(writers)('%s leaves the file of another user', async (_, write) => {
      const here = folder();
      const theirs = file(join(here, DRAFT));
      giveAway(theirs);
      age(theirs);
      await write(here);
      expect(readdirSync(here)).toContain(DRAFT);
    });

    it('an output in a folder of the user removes nothing', async () => {
      const here = folder();
      age(file(join(here, DRAFT)));
      await writeOutput(join(here, 'review.md'), 'new');
      expect(readdirSync(here)).toContain(DRAFT);
    });
  });

  it('appends to no link, no second name, no pipe and no file that others can write to', async () => {
    const here = folder();
    const victim = file(join(here, 'victim'), 'precious');
    symlinkSync(victim, join(here, 'link.log'));
    symlinkSync(join(here, 'new-victim'), join(here, 'dangling.log'));
    linkSync(victim, join(here, 'hard.log'));
    namedPipe(join(here, 'pipe.log'));
    file(join(here, 'shared.log'), '', 0o666);
    for (const name of ['link.log', 'dangling.log', 'hard.log', 'pipe.log', 'shared.log'])
      await expect(appendText(join(here, name), 'attack', 'hooks'), name).rejects.toThrow();
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(readdirSync(here)).not.toContain('new-victim');
    await appendText(join(here, 'own.log'), 'a', 'hooks');
    await appendText(join(here, 'own.log'), 'b', 'hooks');
    expect(readFileSync(join(here, 'own.log'), 'utf8')).toBe('ab');
    await (await openForAppending(join(here, 'own.log'), 'hooks')).close();
  });
});

it('an open file is judged, not its name, so that a swap after the check changes nothing', async () => {
  const here = folder();
  const path = file(join(here, 'plan.yaml'), 'first');
  const opened = await openRegularFile(path, { subject: 'plan' });
  await replaceFile(path, 'second');
  expect(String(await opened.file.readFile())).toBe('first');
  await opened.file.close();
});

describe('no output overwrites an input', () => {
  /** The command line of a command with a value for each argument, and one for each option that names a file. */
  const writing = COMMANDS.flatMap((row) =>
    row.options
      .filter(({ writes }) => writes)
      .map((option) => [`${row.name} ${longFlag(option)}`, row, option] as const),
  );

  it('every option that writes a file says so in the table of commands', () => {
    const silent = COMMANDS.flatMap(({ name, options }) =>
      options
        // A folder has to be new or empty: its command checks that, and reserves its files.
        .filter(({ flags }) => !flags.includes('<folder>'))
        .filter(
          ({ flags, writes }) => /^-o|--(out|write|record|save|report|sign-to)\b/.test(flags) && !writes,
        )
        .map(({ flags }) => `${name} ${flags}`),
    );
    expect(silent, 'add writes: true').toEqual([]);
    expect(writing.length).toBeGreaterThan(15);
  });

  /** The same file, as four people would spell it. */
  const spellings: [string, (path: string, here: string) => string][] = [
    ['the same path', (path) => path],
    ['./x/../', (path, here) => `${here}/./x/../${path.split('/').at(-1)}`],
    [
      'a symbolic link',
      (path, here) => {
        symlinkSync(path, join(here, 'symbolic'));
        return join(here, 'symbolic');
      },
    ],
    [
      'a hard link',
      (path, here) => {
        linkSync(path, join(here, 'hard'));
        return join(here, 'hard');
      },
    ],
  ];
  const typedValue = (option: OptionRow, path: string) => {
    const value = option.completes?.kind === 'format-file' ? `json=${path}` : path;
    return option.repeats ? [value] : value;
  };
  const keyOf = (option: Pick<OptionRow, 'flags'>) =>
    longFlag(option)
      .slice(2)
      .replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const declare = (row: CommandRow, args: readonly string[], options: Record<string, unknown>) =>
    new FileLedger().declare(filesOf(row, args, options), mayReplace);

  it.each(writing)(
    '%s: each argument and each option that reads, in each spelling',
    async (_, row, option) => {
      for (const [spelling, spell] of spellings) {
        for (const read of row.options.filter((one) => /<(?!format)/.test(one.flags) && !one.writes)) {
          const here = folder();
          const input = file(join(here, 'input'));
          mkdirSync(join(here, 'x'));
          const value = read.repeats ? [input] : input;
          const options = { [keyOf(read)]: value, [keyOf(option)]: typedValue(option, spell(input, here)) };
          await expect(declare(row, [], options), `${read.flags}, ${spelling}`).rejects.toThrow(
            'would destroy it',
          );
        }
        for (const argument of row.arguments) {
          const here = folder();
          const input = file(join(here, 'input'));
          mkdirSync(join(here, 'x'));
          const options = { [keyOf(option)]: typedValue(option, spell(input, here)) };
          await expect(declare(row, [input], options), `${argument.term}, ${spelling}`).rejects.toThrow(
            'would destroy it',
          );
        }
      }
    },
  );

  it.each(writing)('%s: no other output of the command is the same file', async (_, row, option) => {
    for (const other of row.options.filter((one) => one.writes && (one !== option || one.repeats))) {
      const here = folder();
      for (const name of ['new', 'NEW']) {
        const mine = join(here, 'new');
        const options =
          other === option
            ? { [keyOf(option)]: [typedValue(option, mine), typedValue(option, join(here, name))].flat() }
            : {
                [keyOf(option)]: typedValue(option, mine),
                [keyOf(other)]: typedValue(other, join(here, name)),
              };
        await expect(declare(row, [], options), other.flags).rejects.toThrow('writes the same file');
      }
    }
  });

  it('a file that only the content of an input names is protected, too', async () => {
    const here = folder();
    const approvers = file(join(here, 'approvers.yaml'), 'approvers');
    const outputs = {
      arguments: [],
      options: [{ flags: '-o, --out <file>', summary: '', writes: true as const }],
    };
    const ledger = new FileLedger();
    await ledger.declare(filesOf(outputs, [], { out: approvers }), mayReplace);
    const reading = ledger.during(() =>
      readRegularFile(approvers, { subject: 'approvers', links: 'follow' }),
    );
    await expect(reading).rejects.toThrow('writing would destroy it');
    // Even if the output was not declared.
    const undeclared = new FileLedger();
    await undeclared.during(() => readRegularFile(approvers, { subject: 'approvers' }));
    await expect(undeclared.during(() => writeOutput(approvers, 'new'))).rejects.toThrow('would destroy it');
    expect(readFileSync(approvers, 'utf8')).toBe('approvers');
  });

  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDdxnZ2F8S0rpAbjB8rP4TeJm7dYbKk2ZCX2ZcXrGnGo';
  const precious: [string, string][] = [
    [
      'a private key',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n',
    ],
    ['a private key', 'Bag Attributes\n-----BEGIN ENCRYPTED PRIVATE KEY-----\n'],
    ['a credentials file', '[default]\nsecret_id = AKID\nsecret_key = x\n'],
    ['a credentials file', '{"secretId": "AKID", "secretKey": "x"}'],
    ['a credentials file', 'TENCENTCLOUD_SECRET_ID=AKID\n'],
    ['a calendar', 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\n'],
    ['a list of names and keys', `- name: wei\n  key: ${key} wei@host\n`],
    ['a list of names and keys', `- { name: wei, key: ${key} }\n`],
    ['a policy', 'version: 1\nrequire:\n  approvals: []\n'],
  ];
  it.each(precious)('no output replaces %s that is no input: %#', async (kind, text) => {
    const here = folder();
    const path = file(join(here, 'precious'), text);
    symlinkSync(path, join(here, 'link'));
    for (const target of [path, join(here, 'link')])
      await expect(writeOutput(target, 'new')).rejects.toThrow(`is ${kind}; writing would destroy it`);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('no output replaces a file of a run', async () => {
    const run = folder();
    file(join(run, 'journal.jsonl'), '');
    mkdirSync(join(run, 'approvals'));
    file(join(run, 'approvals', 'wei.json'));
    for (const name of [
      'plan.json',
      'journal.jsonl',
      'report.json',
      'report.html',
      'hooks.log',
      'approvals/wei.json',
    ])
      await expect(writeOutput(join(run, name), 'new'), name).rejects.toThrow('is a file of a run');
    expect(readFileSync(join(run, 'journal.jsonl'), 'utf8')).toBe('');
    await writeOutput(join(run, 'copy.html'), 'new');
  });

  const startsRuns = writing.filter(([, row]) => row.options.some((one) => longFlag(one) === '--run-dir'));
  it('only known commands make a run directory', () => {
    expect(startsRuns.map(([name]) => name)).toEqual(['apply --write']);
  });

  /** A file of a run that does not exist yet, as an attacker or a mistake would spell it. */
  const newSpellings: [string, (path: string, here: string) => string][] = [
    ['the same path', (path) => path],
    ['a path relative to the current folder', (path) => relative(process.cwd(), path)],
    ['other letter case', (path) => `${dirname(path)}/${basename(path).toUpperCase()}`],
    ['./x/../', (path, here) => `${here}/./x/../${relative(here, path)}`],
    [
      'a link to the folder above',
      (path, here) => {
        symlinkSync(here, join(here, 'above'));
        return join(here, 'above', relative(here, path));
      },
    ],
    [
      'a link and its parent',
      (path, here) => {
        mkdirSync(join(here, 'deep'));
        symlinkSync('../deep', join(here, 'x', 'into'));
        return `${here}/x/into/../${relative(here, path)}`;
      },
    ],
    [
      'a link to nothing yet',
      (path, here) => {
        symlinkSync(path, join(here, 'first'));
        symlinkSync('first', join(here, 'second'));
        return join(here, 'second');
      },
    ],
  ];
  const filesOfRuns = [
    ...Object.values(RUN_FILES),
    'approvals/wei.json',
    'signatures/new/wei.json',
    '.',
    '..',
  ];
  it.each(startsRuns)('%s: no file of a run that does not exist yet', async (_, row, option) => {
    for (const [spelling, spell] of newSpellings)
      for (const name of filesOfRuns) {
        const here = folder();
        mkdirSync(join(here, 'x'));
        const run = join(here, 'runs', 'new');
        const output = spell(join(run, name), here);
        const ledger = new FileLedger();
        await ledger.declare(filesOf(row, [], { [keyOf(option)]: typedValue(option, output) }), mayReplace);
        const preparing = ledger.during(() => prepareRunDirectory(run, SAVED));
        await expect(preparing, `${name}, ${spelling}`).rejects.toThrow('the run makes this file or folder');
        expect(readdirSync(here)).not.toContain('runs');
      }
  });

  it('other files in the folder of a new run, and beside it, may be written', async () => {
    const here = folder();
    const run = join(here, 'run');
    const ledger = new FileLedger();
    const outputs = ['run/copy.html', 'run/report.json.old', 'run-2/report.json', 'report.json', 'ru'];
    const files = outputs.map(
      (name) => ({ path: join(here, name), access: 'writes', typed: '--write' }) as const,
    );
    await ledger.declare(files, mayReplace);
    await ledger.during(() => prepareRunDirectory(run, SAVED));
    expect(readdirSync(run)).toEqual(['plan.json']);
  });

  it('results of earlier commands may be replaced', async () => {
    const path = file(join(folder(), 'review.md'), '# Review\n- name: wei\n');
    await writeOutput(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  it('a pipe that nobody reads ends with a message', async () => {
    const pipe = namedPipe(join(folder(), 'pipe'));
    await expect(writeOutput(pipe, 'new')).rejects.toThrow('a pipe that nobody reads');
  });
});

describe('a message about a file that is not the plan never quotes it', () => {
  const SECRET = 'hunter2SECRETa1b2';
  /** Files that a hostile plan may name, each with a secret that its author cannot read. */
  const shapes: [string, string][] = [
    ['/etc/shadow', `root:$6$${SECRET}:19000:0:99999:7:::\nbin:*:19000:0:99999:7:::\n`],
    ['a private key', `-----BEGIN OPENSSH PRIVATE KEY-----\n${SECRET}\n-----END OPENSSH PRIVATE KEY-----\n`],
    ['a cut off private key', `-----BEGIN OPENSSH PRIVATE KEY-----\n${SECRET}\n`],
    ['credentials of tccli', `{"secretId": "${SECRET}", "secretKey": "${SECRET}"}`],
    ['credentials as INI', `[default]\nsecret_id = ${SECRET}\nsecret_key = ${SECRET}\n`],
    ['one word', SECRET],
    ['a YAML key', `${SECRET}: [`],
    ['a YAML anchor', `- &${SECRET} x\n- *${SECRET}2\n`],
    ['a YAML tag', `- !${SECRET} x\n`],
    ['a repeated YAML key', `- ${SECRET}: 1\n  ${SECRET}: 2\n`],
    ['a list with other keys', `- name: ${SECRET}\n  ${SECRET}: x\n  key: ssh-${SECRET} AAAA\n`],
    ['a list with a bad key', `- { name: wei, key: "sk-${SECRET.toLowerCase()} ${SECRET}" }\n`],
    ['tabs', `\t${SECRET}\n\t- x: "${SECRET}`],
    ['JSON with a format', `{"format": "${SECRET}", "${SECRET}": 1`],
    ['a whole object with a format', `{"format": "${SECRET}", "${SECRET}": 1}`],
    [
      'a calendar with a bad event',
      `BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:${SECRET}\nDTSTART:20261110T200000Z\nEND:VEVENT\nEND:VCALENDAR\n`,
    ],
    [
      'a calendar with a bad zone',
      `BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;TZID=${SECRET}:20261110T200000\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR\n`,
    ],
    [
      'a calendar with a bad rule',
      `BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261110T200000Z\nRRULE:${SECRET}\nEND:VEVENT\nEND:VCALENDAR\n`,
    ],
  ];
  const thrown = async (read: () => unknown) => {
    try {
      return JSON.stringify(await read()) ?? '';
    } catch (error) {
      return error instanceof Error ? `${error.message} ${(error as { fix?: string }).fix}` : String(error);
    }
  };

  it.each(shapes)('%s', async (_, text) => {
    const path = file(join(folder(), 'other'), text);
    const location = { file: 'plan.yaml', line: 1, column: 1 };
    const plan = { file: join(path, '..', 'plan.yaml'), windows: { calendars: ['other'], timezone: 'UTC' } };
    const shown = {
      'approvals.from': await thrown(
        () => readApprovers({ need: 1, from: path, location }, { text, file: path, authors: [] }).findings,
      ),
      calendar: await thrown(async () => (await readCalendars(plan as never)).findings),
      key: await thrown(() => {
        readSignerKey(text, path);
      }),
      inventory: await thrown(() => readInventoryFile(path)),
      'terraform state': await thrown(() =>
        readTerraformState(text, path, { region: null, profile: 'default' }),
      ),
      'credentials file': await thrown(async () => {
        const sources = {
          env: { TENCENTCLOUD_CREDENTIALS_FILE: path },
          readFile: readCredentialsFile,
          home: '/nowhere',
          profile: 'other',
        };
        await findCredentials(sources as never);
      }),
    };
    for (const [reader, output] of Object.entries(shown))
      expect(output.toLowerCase(), reader).not.toContain(SECRET.toLowerCase());
  });
});
