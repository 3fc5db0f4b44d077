/** Usage errors: exit code, message and fix. */
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { COMMANDS } from '../../src/cli/program/commands.ts';
import { VERSION } from '../../src/version.ts';
import { CONTROL, type Desk, type Ended, filesIn, growPlan, openDesk, refit } from './refit.ts';

/** Checks a refusal: exit code, message with a fix, nothing on stdout, and no stack trace. */
function mustRefuse(ended: Ended, code: number, says: RegExp): void {
  expect(ended).toMatchObject({ code, stdout: '' });
  expect(ended.stderr).toMatch(says);
  expect(ended.stderr).toMatch(/\n {2}(fix|example): \S/);
  mustBePlain(ended);
}

function mustBePlain({ stdout, stderr }: Ended): void {
  expect(stdout + stderr).not.toMatch(/^\s+at .*[(/:]|internal error|node:internal|\.js:\d+/m);
}

describe('the command line', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk({ simulator: null });
    await desk.write('plan.yaml', growPlan());
    await desk.write('binary', Buffer.from([0, 1, 2, 255]));
    await mkdir(join(desk.folder, 'folder'));
  });
  afterAll(() => desk?.close());

  it.each([
    ['no command', []],
    ['a command that has commands of its own alone', ['audit']],
  ])('shows the help on stderr for %s, and exits 64', async (_, args) => {
    const { code, stdout, stderr } = await desk.refit(args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(/^Usage: refit/);
  });

  it.each([[['--help']], [['-h']], [['help']]])(
    'shows every command on one screen of stdout for %j',
    async (args) => {
      const { code, stdout, stderr } = await desk.refit(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const lines = stdout.trimEnd().split('\n');
      expect(lines.length).toBeLessThanOrEqual(40);
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
      for (const { name } of COMMANDS)
        expect(stdout).toMatch(new RegExp(`^(\\w+)? +([a-z, ]+, )?${name.split(' ')[0]}(,|  )`, 'm'));
    },
  );

  it('lists every exit code of errors for help exit-codes', async () => {
    const { code, stdout, stderr } = await desk.refit(['help', 'exit-codes']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const exit of [
      '0',
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '10',
      '11',
      '12',
      '64',
      '65',
      '130, 143',
    ])
      expect(stdout).toMatch(new RegExp(`^${exit} +\\S`, 'm'));
  });

  it.each([
    'inventory',
    'validate',
    'plan',
    'show',
    'explain',
    'apply',
    'status',
    'pause',
    'set',
    'report',
    'audit verify',
    'simulate',
  ])('has help for %s, with the options of every command', async (command) => {
    const { code, stdout } = await desk.refit([...command.split(' '), '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: refit ${command} \\[options\\]`));
    for (const flag of [
      '--endpoint',
      '--region',
      '--profile',
      '--no-color',
      '-q',
      '-v',
      '--json',
      '--version',
    ])
      expect(stdout).toContain(flag);
    expect((await desk.refit(['help', ...command.split(' ')])).stdout).toBe(stdout);
  });

  it('prints the version and nothing else', async () => {
    expect(await desk.refit(['--version'])).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  });

  it('prints facts of the build and of formats as JSON', async () => {
    const { code, stdout, stderr } = await desk.refit(['--json', '--version']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const facts = JSON.parse(stdout);
    expect(facts).toMatchObject({
      format: 'refit.version/1',
      version: VERSION,
      formats: { journal: { writes: 1 } },
    });
    // A build outside of a repository has no commit.
    expect(facts.build.commit ?? '0'.repeat(40)).toMatch(/^[0-9a-f]{40}$/);
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown command', ['frob'], /unknown command 'frob'/],
    ['a command spelt almost right', ['aply', 'x'], /did you mean apply\?\n {2}fix: refit apply x$/m],
    ['an unknown flag', ['plan', 'plan.yaml', '--frob'], /unknown option '--frob'[\s\S]*refit plan --help/],
    ['an argument too many', ['show', 'a', 'b'], /too many arguments/],
    ['a missing argument', ['plan'], /missing required argument 'plan'/],
    ['a flag without its value', ['apply', 'x', '--run-dir'], /--run-dir <folder>.* argument missing/],
    [
      'an unknown format',
      ['plan', 'plan.yaml', '--format', 'xml'],
      /no format "xml"[\s\S]*text, json, markdown/,
    ],
    ['a format of plans for a report', ['report', 'folder', '--format', 'sarif'], /no format "sarif"/],
    ['a format of reports for a state', ['status', 'folder', '--format', 'csv'], /no format "csv"/],
    ['an unknown format to write', ['show', 'x', '--write', 'xml=a'], /no format "xml"/],
    ['a write without a file', ['show', 'x', '--write', 'json'], /expected FORMAT=FILE/],
    ['a missing plan', ['validate', 'absent.yaml'], /absent\.yaml cannot be read/],
    ['a plan that is a folder', ['plan', 'folder'], /it is a folder/],
    ['a missing saved plan', ['apply', 'absent.json', '--auto-approve'], /absent\.json cannot be read/],
    ['a folder that is no run', ['status', 'folder'], /is not a run directory/],
    ['a run that is not there', ['report', 'nowhere'], /is not a run directory/],
    ['a head that is none', ['audit', 'verify', 'folder', '--head', 'abc'], /cannot be read|64 hexadecimal/],
    ['an invalid region', ['inventory', '--region', 'the moon'], /is not a region/],
    [
      'a profile that is a path',
      ['inventory', '--profile', '../x', '--region', 'ap-guangzhou'],
      /profile name/,
    ],
    [
      'two profiles for a command that takes one',
      ['inventory', '--profile', 'retail', '--profile', 'other', '--region', 'ap-guangzhou'],
      /profile name/,
    ],
    [
      'plain http to another machine',
      ['inventory', '--endpoint', 'http://192.0.2.1'],
      /plain http is only for loopback/,
    ],
    [
      'an endpoint with a path',
      ['inventory', '--endpoint', 'https://a.example/x'],
      /path, query or fragment/,
    ],
    [
      'an endpoint with a password',
      ['inventory', '--endpoint', 'https://u:hunter2@a.example'],
      /must not have a user name or password/,
    ],
    ['an endpoint that is no URL', ['inventory', '--endpoint', 'nonsense'], /this is not a URL/],
    [
      'a code that is none',
      ['explain', 'ResourceUnavailable.SaleOt'],
      /refit explain ResourceUnavailable\.SaleOut/,
    ],
    ['a fault that is none', ['simulate', '--fault', 'meteor'], /is not a fault[\s\S]*lost-answer/],
    ['a duration without its unit', ['simulate', '--duration', '5'], /not a duration/],
    ['a port that is taken for a word', ['simulate', '--port', 'http'], /whole number/],
  ])('exits 64 for %s, with a fix', async (_, args, says) => {
    const keys = { TENCENTCLOUD_SECRET_ID: 'AKIDnone', TENCENTCLOUD_SECRET_KEY: 'none' };
    const ended = await desk.refit(args, { env: keys });
    mustRefuse(ended, 64, says);
    expect(ended.stderr).not.toContain('hunter2');
  });

  it('refuses an unknown format before it reads or sends anything', async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked += 1;
      response.end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const keys = { TENCENTCLOUD_SECRET_ID: 'AKIDnone', TENCENTCLOUD_SECRET_KEY: 'none' };
    const ended = await desk.refit(['plan', 'plan.yaml', '--write', 'xml=a', '--endpoint', url], {
      env: keys,
    });
    expect([ended.code, asked]).toEqual([64, 0]);
  });

  it.each([['inventory'], ['plan', 'plan.yaml'], ['explain', 'crs-5qlrlhux', 'plan.yaml']])(
    'exits 12 without credentials, and says where they belong: %s',
    async (...args) => {
      mustRefuse(
        await desk.refit(args),
        12,
        /no credentials for profile default[\s\S]*TENCENTCLOUD_SECRET_ID/,
      );
    },
  );

  it('names the missing section of a requested profile', async () => {
    mustRefuse(
      await desk.refit(['inventory', '--profile', 'retail']),
      12,
      /\[retail\] in ~\/\.tencentcloud\/credentials/,
    );
  });

  it('reports quickly, without a stack trace, that the endpoint does not answer', async () => {
    const keys = { TENCENTCLOUD_SECRET_ID: 'AKIDnone', TENCENTCLOUD_SECRET_KEY: 'none' };
    const ended = await desk.refit(
      ['inventory', '--endpoint', 'http://127.0.0.1:9', '--region', 'ap-guangzhou'],
      {
        env: keys,
      },
    );
    mustRefuse(ended, 1, /ECONNREFUSED/);
  });

  it('reports that a file cannot be written if a part of its path is not a folder', async () => {
    await desk.write('some.yaml', 'x');
    const simulated = await openDesk();
    onTestFinished(() => simulated.close());
    const file = join(desk.folder, 'some.yaml/inventory.json');
    mustRefuse(
      await simulated.refit(['inventory', '-q', '-o', file]),
      1,
      /inventory\.json cannot be written: a part of/,
    );
  });

  it.each([
    [
      'a folder that does not exist',
      'none/inventory.json',
      /no such file or folder\n {2}fix: make the folder: mkdir -p none/,
    ],
    ['a full disk', '/dev/full', /the disk is full\n {2}fix: free disk space; df -h \/dev/],
  ])('tells %s from other reasons, with its own fix', async (_, file, says) => {
    const simulated = await openDesk();
    onTestFinished(() => simulated.close());
    const ended = await simulated.refit(['inventory', '-q', '-o', file]);
    mustRefuse(ended, 1, says);
  });

  it('reports that a folder is not writable', async () => {
    const simulated = await openDesk();
    onTestFinished(() => simulated.close());
    await mkdir(join(simulated.folder, 'locked'), { mode: 0o500 });
    // Permissions do not stop root, but the folders of the kernel do.
    const folder = process.getuid?.() === 0 ? '/sys' : 'locked';
    const ended = await simulated.refit(['inventory', '-q', '-o', `${folder}/inventory.json`]);
    mustRefuse(ended, 1, /inventory\.json cannot be written: permission denied/);
  });
});

describe('refit validate', () => {
  const bomb = [
    'version: 1',
    'name: bomb',
    'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
    ...[1, 2, 3, 4].map(
      (n) =>
        `a${n}: &a${n} [${Array(10)
          .fill(`*a${n - 1}`)
          .join(', ')}]`,
    ),
    'targets: *a4',
  ].join('\n');
  const good = 'version: 1\nname: x\ntargets:\n  - { instance: crs-5qlrlhux, shards: 8 }\n';

  it.each<[string, string | Buffer, RegExp]>([
    ['an unknown key', `${good}ownr: me\n`, /bad\.yaml:5:1: [\s\S]*ownr[\s\S]*fix: .*owner/],
    ['a duplicate key', `${good}name: y\n`, /bad\.yaml:5:1: [\s\S]*twice|bad\.yaml:5:1: [\s\S]*name/],
    ['a wrong unit', good.replace('shards: 8', 'memoryPerShard: 4TB'), /bad\.yaml:4:\d+: [\s\S]*4TB/],
    [
      'a tab',
      'version: 1\nname: x\ntargets:\n\t- { instance: crs-5qlrlhux, shards: 8 }\n',
      /bad\.yaml:4:1: [\s\S]*tab/i,
    ],
    ['a 10,000-fold alias bomb', bomb, /bad\.yaml:\d+:\d+: [\s\S]*alias/i],
    ['an empty file', '', /bad\.yaml:1:1: /],
    ['nothing but a comment', '# later\n', /bad\.yaml:1:1: /],
    ['a list', '- 1\n', /bad\.yaml:1:1: /],
    ['two documents', `${good}---\n${good}`, /bad\.yaml:\d+:\d+: /],
    [
      'a binary file',
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 255]),
      /bad\.yaml:1:1: the file is binary/,
    ],
    [
      'bytes that are no UTF-8',
      Buffer.from([...Buffer.from(good), 0xff, 0x0a]),
      /bad\.yaml:5:1: [\s\S]*UTF-8/,
    ],
    ['another encoding', Buffer.from(`\ufeff${good}`, 'utf16le'), /bad\.yaml:1:1: [\s\S]*UTF-16/],
    ['a prototype key', `${good}__proto__: { x: 1 }\n`, /bad\.yaml:5:1: [\s\S]*__proto__/],
    ['a custom tag', good.replace('crs-5qlrlhux', '!!js/function "x"'), /bad\.yaml:4:\d+: /],
    ['terminal control in a value', good.replace('name: x', 'name: "\\e]0;owned\\a"'), /bad\.yaml:2:\d+: /],
    [
      'a nest a thousand deep',
      `version: 1\nname: x\ntargets: ${'['.repeat(1000)}${']'.repeat(1000)}\n`,
      /bad\.yaml:\d+:\d+: /,
    ],
  ])('refuses %s with location and fix, without a stack trace', async (_, content, says) => {
    const desk = await openDesk({ simulator: null });
    onTestFinished(() => desk.close());
    await desk.write('bad.yaml', content);
    const ended = await refit(['validate', 'bad.yaml'], { cwd: desk.folder, env: desk.env });
    expect(ended.code).toBe(65);
    expect(ended.stdout).toMatch(says);
    expect(ended.stdout).toMatch(/^ {2}(fix|example): \S/m);
    expect(ended.stdout + ended.stderr).not.toMatch(CONTROL);
    mustBePlain(ended);
    expect(ended.stderr).toContain('refit validate bad.yaml');
    // The dry run reports the same before it needs keys or network.
    const planned = await refit(['plan', 'bad.yaml', '-o', 'saved.json'], {
      cwd: desk.folder,
      env: desk.env,
    });
    expect(planned.code).toBe(65);
    expect(planned.stdout).toMatch(says);
    expect(await filesIn(desk.folder)).toEqual(['bad.yaml', 'home']);
  });

  it('checks several files and reports each', async () => {
    const desk = await openDesk({ simulator: null });
    onTestFinished(() => desk.close());
    await desk.write('good.yaml', good);
    await desk.write('bad.yaml', `${good}ownr: me\n`);
    const { code, stdout } = await desk.refit(['validate', 'good.yaml', 'bad.yaml']);
    expect(code).toBe(65);
    expect(stdout).toMatch(/^good\.yaml: valid$/m);
    expect(stdout).toMatch(/^bad\.yaml: invalid, 1 error$/m);
    const json = await desk.refit(['validate', 'good.yaml', 'bad.yaml', '--json']);
    expect(json.code).toBe(65);
    expect(JSON.parse(json.stdout).results).toMatchObject([
      { file: 'good.yaml', valid: true, findings: [] },
      {
        file: 'bad.yaml',
        valid: false,
        findings: [{ code: 'Refit.UnknownKey', location: { line: 5, column: 1 } }],
      },
    ]);
  });
});
