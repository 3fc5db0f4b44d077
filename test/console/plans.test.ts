/** The folder of plans over HTTP: list, check, plan, save and seal, against hostile files and texts. The provider is the simulator. */
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type {
  DryRunAnswer,
  PlanFile,
  PlanList,
  SealAnswer,
  StarterText,
  ValidateAnswer,
} from '../../src/console/api/plans.ts';
import { given } from '../../src/given.ts';
import { connectReader } from '../../src/operations/connect.ts';
import { openPlanFolder } from '../../src/operations/plans/plan-folder.ts';
import { readFleet } from '../../src/operations/read-fleet.ts';
import { simulate } from '../../src/simulator/simulate.ts';
import { startTestConsole, type TestConsole } from './test-console.ts';

const PLAN = `version: 1
name: grow
defaults: { region: ap-guangzhou }
targets:
  - { instance: crs-fleet000, memoryPerShard: 8GB }
  - { instance: crs-fleet001, memoryPerShard: 8GB }
waves: [{ name: canary, take: 1, soak: 10m }, { name: rest, take: rest }]
`;
const MARKUP = '<img src=x onerror=alert(1)>\u202e';

let folder: string;
let at: TestConsole;
let simulation: Awaited<ReturnType<typeof simulate>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'refit-plans-'));
  const fleet = [MARKUP, 'two', 'three'].map((name, index) => ({
    id: `crs-fleet00${index}`,
    ...{ name, edition: 'redis-6.2-standard', memoryPerShard: 4096 },
  }));
  simulation = await simulate(
    { fleet: JSON.stringify(fleet), faults: [], startLag: [0, 0], duration: [1, 1], lockTail: [1, 1] },
    systemClock,
  );
  const { url: endpoint, secretId, secretKey } = simulation;
  const env = {
    ...{ TENCENTCLOUD_SECRET_ID: secretId, TENCENTCLOUD_SECRET_KEY: secretKey, HOME: folder },
    XDG_STATE_HOME: join(folder, '.state'),
  };
  const connection = { env, endpoint, clock: systemClock };
  const reader = connectReader(connection);
  const { inventory } = await readFleet(reader, { regions: ['ap-guangzhou'], profile: null });
  await reader.close();
  const files: Readonly<Record<string, string>> = {
    'grow.yaml': PLAN,
    'broken.yaml': PLAN.replace('8GB', '8 G B'),
    'fleet.json': JSON.stringify(inventory),
    'damaged.json': '{"format":"refit.saved-plan/2","digest":"0000"}',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await symlink('/etc/hostname', join(folder, 'link.yaml'));
  await symlink('/etc/passwd', join(folder, 'link.ics'));
  at = await startTestConsole({
    plans: await openPlanFolder(folder),
    provider: { connection, profile: null, regions: null, policy: null },
  });
});
afterAll(async () => {
  await at.close();
  await simulation.close();
  await rm(folder, { recursive: true });
  expect(at.faults).toEqual([]);
});

async function ask(method: string, path: string, body?: object, name = 'wei') {
  const { headers } = await at.signIn(['author'], name);
  const answer = await at.send(method, `/api${path}`, {
    headers,
    ...given({ body: body && JSON.stringify(body) }),
  });
  return { status: answer.status, body: JSON.parse(answer.body) };
}

async function opened(name: string): Promise<PlanFile> {
  const { status, body } = await ask('GET', `/plans/${encodeURIComponent(name)}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

const check = async (text: string, language = 'en', name = 'grow.yaml'): Promise<ValidateAnswer> =>
  (await ask('POST', '/plans/validate', { name, text, language })).body;

const dryRun = async (text: string, more: object = {}): Promise<DryRunAnswer> => {
  const request = { name: 'grow.yaml', text, inventory: 'fleet.json', price: false, language: 'en', ...more };
  const { status, body } = await ask('POST', '/plans/dry-run', request);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};

describe('the list of plans', () => {
  it('has plans, saved plans and inventories, and says what is damaged', async () => {
    const { body } = await ask('GET', '/plans');
    const { plans, saved, inventories } = body as PlanList;
    expect(Object.fromEntries(plans.map(({ file, name, errors }) => [file, [name, errors]]))).toEqual({
      'grow.yaml': ['grow', 0],
      'broken.yaml': [null, 1],
    });
    expect(saved).toMatchObject([{ file: 'damaged.json', about: null, damage: expect.stringMatching(/./) }]);
    expect(inventories).toMatchObject([{ file: 'fleet.json', instances: 3 }]);
  });

  it('is empty without a folder', async () => {
    const other = await startTestConsole();
    const { headers } = await other.signIn(['viewer']);
    const { body } = await other.send('GET', '/api/plans', { headers });
    expect(JSON.parse(body)).toEqual({
      folder: null,
      plans: [],
      saved: [],
      inventories: [],
      others: [],
      due: [],
    });
    const one = await other.send('GET', '/api/plans/grow.yaml', { headers });
    expect(one).toMatchObject({ status: 422, body: expect.stringContaining('refit serve --plans') });
    await other.close();
  });
});

describe('a check of a text', () => {
  it('finds what refit validate finds, at its line, with a fix that can be carried out', async () => {
    const { isValid, findings } = await check(PLAN.replace('8GB', '8 G B'));
    expect(isValid).toBe(false);
    expect(findings).toMatchObject([
      { severity: 'error', line: 5, column: 47, length: 5, replacement: '8GB' },
    ]);
    expect(await check(PLAN)).toEqual({ isValid: true, findings: [], found: 0 });
  });

  it('speaks the language of the person', async () => {
    const [finding] = (await check(PLAN.replace('8GB', '8 G B'), 'zh')).findings;
    expect(finding).toMatchObject({
      severityName: '错误',
      message: expect.stringMatching(/\p{Script=Han}/u),
    });
  });

  it.each([
    ['approvals: { need: 1, from: ../../../../etc/passwd }'],
    ['approvals: { need: 1, from: /etc/passwd }'],
    ['approvals: { need: 1, from: link.yaml }'],
    ['terraform: /etc/passwd'],
    ['windows: { timezone: UTC, allow: ["Mon-Sun 01:00-05:00"], calendars: [link.ics] }'],
  ])('reads no file outside of the folder: %s', async (line) => {
    const answers = [await check(`${PLAN}${line}\n`), await dryRun(`${PLAN}${line}\n`)];
    const findings = answers.flatMap((answer) => answer.findings);
    expect(findings.some(({ severity }) => severity === 'error')).toBe(true);
    expect(JSON.stringify(answers)).not.toMatch(/root:|nologin/);
  });

  it.each([
    [
      'aliases of aliases',
      `a: &a [x,x]\n${Array.from({ length: 30 }, (_, i) => `k${i}: &k${i} [*${i === 0 ? 'a' : `k${i - 1}`},*${i === 0 ? 'a' : `k${i - 1}`}]`).join('\n')}`,
    ],
    ['deep lists', '['.repeat(40_000)],
    ['a long line', `name: ${'a '.repeat(60_000)}`],
    [
      'many targets',
      `version: 1\nname: a\ntargets:\n${'  - { instance: crs-aaaa1111, memoryPerShard: 8 G B }\n'.repeat(2_000)}`,
    ],
    ['nothing', ''],
    ['bytes', '\u0000\u0001'],
    ['markup', MARKUP],
  ])('answers for a hostile text: %s', async (_, text) => {
    const { status, body } = await ask('POST', '/plans/validate', { name: 'a.yaml', text, language: 'en' });
    // On a busy machine a long text may take too long.
    if (status === 422 && text.length > 32_000) expect(body.message).toMatch(/takes longer/);
    else
      expect(body).toMatchObject({ isValid: false, findings: expect.arrayContaining([expect.anything()]) });
    expect(JSON.stringify(body)).not.toContain('\u202e');
  });
});

describe('a text that takes long', () => {
  it('keeps nobody else waiting', async () => {
    const slow = check('"'.repeat(120_000));
    let ended = false;
    void slow.then(() => {
      ended = true;
    });
    for (let read = 0; read < 5; read++) {
      expect(await ask('GET', '/plans')).toMatchObject({ status: 200 });
      expect(ended).toBe(false);
    }
    // On a busy machine it may take too long.
    expect(JSON.stringify(await slow)).toMatch(/takes longer|Refit\.Yaml/);
  });
});

describe('a dry run', () => {
  it('shows changes, waves and forecast against an inventory, with hostile names escaped', async () => {
    const { review } = await dryRun(PLAN);
    expect(review).toMatchObject({ verdict: 'ready', tone: 'good', changes: { of: 2 } });
    expect(review!.timeline!.waves.map(({ name, steps, soak }) => [name, steps, soak])).toEqual([
      ['canary', 1, 600_000],
      ['rest', 1, 0],
    ]);
    expect(review!.facts.map(({ id }) => id)).toContain('forecast');
    const text = JSON.stringify(review);
    expect(text).toContain('onerror');
    expect(text).not.toContain('\u202e');
  });

  it('reads the live fleet with prices, as refit plan does', async () => {
    const { review } = await dryRun(PLAN, { inventory: 'live', price: true });
    expect(review).toMatchObject({ verdict: 'ready', money: { of: expect.any(Number) } });
  });

  it('says why a target is blocked, and in Chinese too', async () => {
    const text = PLAN.replace('crs-fleet001', 'crs-nobody99');
    const { review } = await dryRun(text);
    expect(review).toMatchObject({ verdict: 'blocked', tone: 'bad', digest: null });
    expect(review!.findings[0]).toMatchObject({ severity: 'error', instance: 'crs-nobody99' });
    const chinese = await dryRun(text, { language: 'zh' });
    expect(chinese.review!.sentence).toMatch(/\p{Script=Han}/u);
  });

  it('has no review for a text that is no plan', async () => {
    const { review, findings } = await dryRun('version: 1\n');
    expect(review).toBe(null);
    expect(findings.length).toBeGreaterThan(0);
  });

  it.each(['damaged.json', 'grow.yaml', '../fleet.json', 'link.yaml', 'nowhere.json'])(
    'takes no inventory from %s',
    async (inventory) => {
      const request = { name: 'grow.yaml', text: PLAN, inventory, price: false, language: 'en' };
      expect(await ask('POST', '/plans/dry-run', request)).toMatchObject({ status: 422 });
    },
  );

  it('ends when the same person starts a newer one', async () => {
    const request = { name: 'grow.yaml', text: PLAN, inventory: 'live', price: true, language: 'en' };
    const answers = await Promise.all([1, 2, 3].map(() => ask('POST', '/plans/dry-run', request)));
    expect(answers.map(({ status }) => status).sort()).toContain(200);
    for (const { status, body } of answers)
      if (status !== 200) expect([status, body.code]).toEqual([409, 'locked']);
  });
});

describe('saving', () => {
  it('writes a new plan, and the next version of it', async () => {
    const name = 'saved.yaml';
    const { body } = await ask('POST', '/plans/save', { name, text: PLAN, base: null });
    const next = await ask('POST', '/plans/save', { name, text: `${PLAN}# two\n`, base: body.version });
    expect(next).toMatchObject({ status: 200 });
    expect(await readFile(join(folder, name), 'utf8')).toBe(`${PLAN}# two\n`);
    expect((await opened(name)).version).toBe(next.body.version);
    expect(await ask('POST', '/plans/remove', { name, version: body.version })).toMatchObject({
      status: 409,
    });
    expect(await ask('POST', '/plans/remove', { name, version: next.body.version })).toMatchObject({
      status: 200,
    });
  });

  it('never loses what somebody else wrote meanwhile', async () => {
    const name = 'shared.yaml';
    await writeFile(join(folder, name), PLAN);
    const { version } = await opened(name);
    await writeFile(join(folder, name), `${PLAN}# by somebody else\n`);
    const refused = await ask('POST', '/plans/save', { name, text: `${PLAN}# mine\n`, base: version });
    expect(refused).toMatchObject({ status: 409, body: { code: 'file-changed' } });
    expect(await readFile(join(folder, name), 'utf8')).toContain('by somebody else');
    const race = await Promise.all(
      ['a', 'b', 'c'].map(async (who) => {
        const { version: base } = await opened(name);
        return await ask('POST', '/plans/save', { name, text: `${PLAN}# ${who}\n`, base });
      }),
    );
    expect(race.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    await rm(join(folder, name));
    expect(await ask('POST', '/plans/save', { name, text: PLAN, base: version })).toMatchObject({
      status: 409,
    });
  });

  it('lets one of two people have a new name', async () => {
    const race = await Promise.all(
      ['a', 'b', 'c', 'd'].map((text) => ask('POST', '/plans/save', { name: 'race.yaml', text, base: null })),
    );
    expect(race.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  });

  it.each([
    '../out.yaml',
    '.hidden.yaml',
    'plan.sh',
    'grow.json',
    'link.yaml',
    'a/b.yaml',
    'grow.yaml\0',
    '',
  ])('refuses the name %j', async (name) => {
    const { status } = await ask('POST', '/plans/save', { name, text: 'x', base: null });
    expect([409, 422]).toContain(status);
  });
});

describe('sealing', () => {
  const seal = async (more: object = {}, name = 'grow.yaml') => {
    const { version } = await opened(name);
    const request = { name, version, saveAs: 'grow.json', replaces: null, price: true, language: 'en' };
    return await ask('POST', '/plans/seal', { ...request, ...more });
  };

  it('writes the saved plan with the person as its author, and asks before it replaces one', async () => {
    const first = await seal();
    expect(first).toMatchObject({ status: 200, body: { saved: 'grow.json' } });
    const answer = first.body as SealAnswer;
    const saved = JSON.parse(await readFile(join(folder, 'grow.json'), 'utf8'));
    expect(saved).toMatchObject({ digest: answer.digest, inventory: { source: 'live' } });
    expect(await seal()).toMatchObject({ status: 409, body: { code: 'file-changed' } });
    const { body: there } = await ask('GET', '/plans/saved-version?name=grow.json');
    expect(there).toMatchObject({ runs: [], approvals: 0 });
    expect(await seal({ replaces: there.version })).toMatchObject({ status: 200 });
    const { saved: listed } = (await ask('GET', '/plans')).body as PlanList;
    expect(listed.find(({ file }) => file === 'grow.json')).toMatchObject({
      about: { name: 'grow', steps: 2, needs: 0, declinedBy: [] },
      run: null,
    });
    expect((await opened('grow.yaml')).saveAs).toMatch(/^grow-\d{8}-\d{4}\.json$/);
  });

  it('writes nothing for a plan that is blocked, or that changed after the person saw it', async () => {
    const blocked = { name: 'blocked.yaml', text: PLAN.replace('8GB', '1GB'), base: null };
    await ask('POST', '/plans/save', blocked);
    const answer = await seal({ saveAs: 'blocked.json' }, 'blocked.yaml');
    expect(answer.body).toMatchObject({ saved: null, digest: null, review: { verdict: 'blocked' } });
    expect(await seal({ version: '0'.repeat(64), saveAs: 'other.json' })).toMatchObject({ status: 409 });
    for (const name of ['../out.json', 'fleet.yaml', 'link.yaml', '.x.json'])
      expect(await seal({ saveAs: name })).toMatchObject({ status: 422 });
    for (const name of ['blocked.json', 'other.json'])
      await expect(readFile(join(folder, name))).rejects.toThrow('ENOENT');
  });

  it('replaces no inventory', async () => {
    const { status } = await seal({ saveAs: 'fleet.json' });
    expect(status).toBe(409);
    expect(JSON.parse(await readFile(join(folder, 'fleet.json'), 'utf8')).instances).toHaveLength(3);
  });
});

describe('a first plan', () => {
  it.each([
    [
      'a profile, and the region of a selector',
      { profile: 'retail', select: '{"regions":["ap-shanghai"],"tags":{"env":"prod"}}' },
      /^defaults: \{ region: ap-shanghai, profile: retail \}$/m,
    ],
    [
      'ids and a region',
      { region: 'ap-guangzhou', ids: ['crs-fleet000'] },
      /select: \{ ids: \[crs-fleet000\] \}/,
    ],
    [
      'a selector',
      { select: '{tags: {env: [prod, "1.10"]}, name: "cart-*"}' },
      /\{ tags: \{ env: \[prod, "1.10"\] \}, name: "cart-\*" \}/,
    ],
    ['an inventory', { inventory: 'fleet.json' }, /instance: crs-fleet002/],
  ])('of %s is valid', async (_, request, shape) => {
    const { status, body } = await ask('POST', '/plans/starter', request);
    expect(status, JSON.stringify(body)).toBe(200);
    const { text, name } = body as StarterText;
    expect(text).toMatch(shape);
    expect(await check(text, 'en', name)).toMatchObject({ isValid: true });
  });

  it.each([
    ['a selector with other keys', { select: 'all: true\nhooks: {}\n---\nx: 1' }],
    ['a list', { select: '[a]' }],
    ['an id with markup', { ids: [MARKUP] }],
    ['a profile with a line end', { profile: 'a\nhooks: {}' }],
    ['a region with a line end', { region: 'ap-guangzhou }\nhooks: {}' }],
    ['an inventory elsewhere', { inventory: '../fleet.json' }],
  ])('is not made of %s', async (_, request) => {
    expect(await ask('POST', '/plans/starter', request)).toMatchObject({ status: 422 });
  });

  it('completes ids and names of an inventory', async () => {
    const { body } = await ask('GET', '/inventories/fleet.json/names');
    expect(body.regions).toEqual(['ap-guangzhou']);
    expect(body.instances).toHaveLength(3);
    expect(JSON.stringify(body)).not.toContain('\u202e');
  });
});
