// What people mistype on the command line, with the name that they most likely meant and the command to type.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, growPlan, openDesk, desk as openedDesk, plainFleet } from './refit.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk({ simulator: null });
  await desk.write('plan.yaml', growPlan());
  await mkdir(join(desk.folder, 'plans'));
  await desk.write('plans/nightly.yaml', growPlan());
});
afterAll(() => desk?.close());

async function refused(
  args: readonly string[],
): Promise<{ code: number | null; message: string; fix: string }> {
  const { code, stdout, stderr } = await desk.refit(args);
  expect(stdout).toBe('');
  const [, message = '', fix = ''] = /^refit: (.*)\n {2}fix: (.*)\n$/.exec(stderr) ?? [];
  return { code, message, fix };
}

describe('an option', () => {
  it.each([
    ['--outt x', '--outt', '--out', '--out x'],
    ['-out=x', '-out', '--out', '--out x'],
    ['-out x', '-out', '--out', '--out x'],
    ['-output=x', '-output', '--out', '--out x'],
    ['-format=json', '-format', '--format', '--format json'],
    ['--formt=json', '--formt', '--format', '--format json'],
    ['-price', '-price', '--price', '--price'],
    ['-summary', '-summary', '--summary', '--summary'],
  ])('%s is no option: did you mean %s?', async (typed, name, meant, fixed) => {
    expect(await refused(['plan', 'plan.yaml', ...typed.split(' ')])).toEqual({
      code: 64,
      message: `unknown option ${name}, did you mean ${meant}?`,
      fix: `refit plan plan.yaml ${fixed}`,
    });
  });

  it.each(['-auto-approve', '--auto-aprove', '--alow-hooks', '--adpt'])(
    '%s permits something, so the fix does not type it',
    async (typed) => {
      const { message, fix } = await refused(['apply', 'saved.json', typed]);
      expect(message).toContain('did you mean --a');
      expect(fix).toBe('refit apply --help');
    },
  );

  it('with = after one letter is refused, and no file gets the name =x', async () => {
    expect(await refused(['plan', 'plan.yaml', '-o=x'])).toEqual({
      code: 64,
      message: '-o takes its value after a space, not after =',
      fix: 'refit plan plan.yaml -o x',
    });
  });

  it('of another command is named with that command', async () => {
    const { message } = await refused(['plan', 'plan.yaml', '--progress', 'json']);
    expect(message).toBe('refit plan has no option --progress; it belongs to: apply, reconcile');
  });

  it('may still have a value that looks like one', async () => {
    const { message } = await refused(['plan', 'absent.yaml', '-o', '-out']);
    expect(message).not.toContain('unknown option');
  });
});

describe('a command', () => {
  it.each([
    [['plna', 'plan.yaml'], 'plan', 'refit plan plan.yaml'],
    [['aply', 'saved.json'], 'apply', 'refit apply saved.json'],
    [['audit', 'verfy', 'run'], 'verify', 'refit audit verify run'],
    [['windows', 'nxt', 'plan.yaml'], 'next', 'refit windows next plan.yaml'],
    [['help', 'plna'], 'plan', 'refit plan --help'],
    [['resume', 'saved.json'], 'apply', 'refit apply saved.json'],
    [['undo', 'run'], 'rollback', 'refit rollback run'],
    [['list'], 'inventory', 'refit inventory'],
    [['lint', 'plan.yaml'], 'validate', 'refit validate plan.yaml'],
  ])('%j: did you mean %s?', async (args, meant, fix) => {
    const ended = await refused(args);
    expect(ended).toMatchObject({ code: 64, fix });
    expect(ended.message).toContain(`did you mean ${meant}?`);
  });
});

describe('a word', () => {
  it.each([
    [['validate', 'plan.yaml', '--format', 'jsn'], 'json', '--format json'],
    [['show', 'x', '--write', 'htm=a.html'], 'html', '--write html=a.html'],
    [['apply', 'x', '--progress', 'jsn'], 'json', '--progress json'],
    [['completion', 'bsh'], 'bash', 'refit completion bash'],
    [['simulate', '--fault', 'lost-anser:0.05'], 'lost-answer', '--fault lost-answer:0.05'],
    [['simulate', '--limit-counting', 'calender'], 'calendar', '--limit-counting calendar'],
    [['inventory', '--region', 'guangzhou'], 'ap-guangzhou', '--region ap-guangzhou'],
    [
      ['inventory', '--region', 'ap-guangzhou-3,ap-shanghai'],
      'ap-guangzhou',
      '--region ap-guangzhou,ap-shanghai',
    ],
    [['init', '--select', 'nme=cart-1'], 'name', '--select name=cart-1'],
    [['init', '--select', 'tag.env=prod'], 'tags.env', '--select tags.env=prod'],
    [['init', '--select', 'status=runing'], 'running', '--select status=running'],
    [
      ['init', '--select', 'edition=redis-6.2-clustre'],
      'redis-6.2-cluster',
      '--select edition=redis-6.2-cluster',
    ],
    [['set', 'run', 'inFlght=5'], 'inFlight', 'refit set run inFlight=5'],
    [['show', 'saved.json', '--language', 'zhh'], 'zh', '--language zh'],
    [['schedule', 'disable', 'plans', 'nights'], 'nightly', 'refit schedule list plans'],
  ])('%j: did you mean %s?', async (args, meant, fix) => {
    const ended = await refused(args);
    expect(ended).toMatchObject({ code: 64, fix });
    expect(ended.message).toContain(`did you mean ${meant}?`);
  });
});

describe('the other kind of plan gets one sentence with the command', () => {
  const SAVED = '{"digest":"0","format":"refit.saved-plan/2"}\n';

  it.each([['apply'], ['approve'], ['show'], ['rehearse']])('%s of a written plan', async (command) => {
    expect(await refused([command, 'plan.yaml'])).toEqual({
      code: 6,
      message: 'this is a plan, not a saved plan',
      fix: 'refit plan plan.yaml -o saved-plan.json',
    });
  });

  it('diff of a written plan', async () => {
    const { message, fix } = await refused(['diff', 'plan.yaml', 'plan.yaml']);
    expect([message, fix]).toEqual([
      'plan.yaml: this is a plan, not a saved plan',
      'refit plan plan.yaml -o saved-plan.json',
    ]);
  });

  it.each([
    ['validate', SAVED, 'a saved plan', 'refit show other.json'],
    ['plan', SAVED, 'a saved plan', 'refit show other.json'],
    ['validate', '{"format":"refit.inventory/1"}', 'an inventory', 'refit plan PLAN --inventory other.json'],
  ])('%s of %s', async (command, text, what, fix) => {
    await desk.write('other.json', text);
    const { code, stdout, stderr } = await desk.refit([command, 'other.json']);
    expect(code).toBe(65);
    expect(stdout).toContain(`the file is ${what}, not a plan`);
    expect(stdout).toContain(`fix: ${fix}\n`);
    expect(stderr).not.toContain('next:');
  });
});

it('an instance that is in another region is named with that region', async (test) => {
  const [here, there] = plainFleet(2);
  const at = await openedDesk(test, {
    fleet: [here!, { ...there!, region: 'ap-shanghai', zone: 'ap-shanghai-2' }],
  });
  await at.write(
    'plan.yaml',
    [
      'version: 1',
      'name: grow',
      'targets:',
      `  - { instance: ${there!.id}, region: ap-guangzhou, memoryPerShard: 8GB }`,
    ].join('\n'),
  );
  const { code, stdout } = await at.refit(['plan', 'plan.yaml']);
  expect(code).toBe(5);
  expect(stdout).toContain(
    `${there!.id} does not exist in ap-guangzhou; it is in ap-shanghai as profile default`,
  );
});
