/** Credentials from each source of the chain, with real processes against the simulated provider. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Desk, desk, type Ended, filesIn, growPlan, plainFleet } from './refit.ts';

const NO_KEYS = { TENCENTCLOUD_SECRET_ID: undefined, TENCENTCLOUD_SECRET_KEY: undefined };
const ROLE = 'qcs::cam::uin/100000000001:roleName/resizer';

async function tccli(at: Desk, profile: string, fields: object): Promise<void> {
  await mkdir(join(at.folder, 'home/.tccli'), { recursive: true });
  await writeFile(join(at.folder, `home/.tccli/${profile}.credential`), JSON.stringify(fields));
}

/** Temporary ids, keys and tokens are long and have both cases; hashes have lower case only. */
const LIKE_A_KEY = /(?=[a-zA-Z0-9]*[A-Z])(?=[a-zA-Z0-9]*[g-z])[A-Za-z0-9]{40,}/;

function mustHide(at: Desk, texts: readonly string[]): void {
  expect(`${at.simulator.secretId}${at.simulator.secretKey}`).toMatch(LIKE_A_KEY);
  for (const text of texts) {
    for (const hidden of [at.simulator.secretKey, at.simulator.secretId]) expect(text).not.toContain(hidden);
    // The page names its scripts by their hashes.
    expect(LIKE_A_KEY.exec(text.replaceAll(/'sha256-[\w+/=]+'/g, ''))?.[0] ?? null).toBeNull();
  }
}

const both = ({ stdout, stderr }: Ended) => stdout + stderr;

it.concurrent('doctor shows credentials, identity, permissions and network', async (test) => {
  const at = await desk(test, { fleet: plainFleet(3) });
  const text = await at.refit(['doctor', '-v']);
  expect(text.code, both(text)).toBe(0);
  expect(text.stdout).toMatch(/^keys +the environment$/m);
  expect(text.stdout).toMatch(/^identity +qcs::cam::uin\/100000000001:/m);
  expect(text.stdout).toMatch(/^clock +same as the provider/m);
  expect(text.stdout).toMatch(/^host +127\.0\.0\.1:\d+, region ap-guangzhou$/m);
  expect(text.stdout).toMatch(/^signing +TC3-HMAC-SHA256$/m);
  expect(text.stdout).toMatch(/^proxy +none$/m);
  expect(text.stdout).toMatch(/^limit +20 calls per second/m);
  expect(text.stdout).toMatch(/^ +✓ redis:DescribeInstances/m);
  expect(text.stdout).toMatch(/^ +- redis:UpgradeInstance .*not tested/m);
  expect(text.stdout).toMatch(/^ +✓ the environment +is used$/m);
  const proxied = { HTTPS_PROXY: 'http://me:hush-hush@proxy.test:3128', NO_PROXY: 'x.test' };
  const json = await at.refit(['doctor', '--json'], { env: proxied });
  expect(JSON.parse(json.stdout)).toMatchObject({
    healthy: true,
    signature: 'TC3-HMAC-SHA256',
    credentials: { source: 'the environment', expiresAt: null },
    proxy: { url: 'http://proxy.test:3128', from: 'HTTPS_PROXY', except: 'x.test' },
    refused: null,
  });
  expect(both(json)).not.toContain('hush-hush');
  const { actions, orders } = await at.simulator.counts();
  expect([actions.UpgradeInstance, orders]).toEqual([undefined, {}]);
  mustHide(at, [both(text), both(json)]);
});

it.concurrent.for<[string, string, RegExp, RegExp]>([
  [
    'a permission that every plan needs is missing',
    'no-cam@DescribeInstances',
    /✗ redis:DescribeInstances .*UnauthorizedOperation\.NoCAMAuthed/,
    /fix: let this identity call redis:DescribeInstances/,
  ],
  [
    'the clock is ten minutes off',
    'clock-skew=10m',
    /^clock +more than 5 minutes off/m,
    /AuthFailure\.SignatureExpire[\s\S]*fix: set this machine's clock/,
  ],
])('doctor exits 12 if %s', async ([, fault, says, fix], test) => {
  const at = await desk(test, { simulator: ['--fault', fault], fleet: plainFleet(2) });
  const ended = await at.refit(['doctor']);
  expect(ended.code).toBe(12);
  expect(ended.stdout).toMatch(says);
  expect(ended.stderr).toMatch(fix);
});

it.concurrent('doctor exits 0 if an optional permission is missing, and 12 for a wrong key or no key', async (test) => {
  const at = await desk(test, {
    simulator: ['--fault', 'no-permission@DescribeAccountBalance'],
    fleet: plainFleet(2),
  });
  const lacking = await at.refit(['doctor']);
  expect(lacking.code).toBe(0);
  expect(lacking.stdout).toMatch(/✗ billing:DescribeAccountBalance .*PermissionDenied/);
  expect(lacking.stdout).toMatch(/^to grant: let this identity call billing:DescribeAccountBalance$/m);
  const wrong = await at.refit(['doctor', '--json'], { env: { TENCENTCLOUD_SECRET_KEY: 'wrong' } });
  expect(wrong.code).toBe(12);
  expect(JSON.parse(wrong.stdout)).toMatchObject({
    healthy: false,
    refused: { code: 'AuthFailure.SignatureFailure' },
  });
  const none = await at.refit(['doctor'], { env: NO_KEYS });
  expect(none.code).toBe(12);
  expect(none.stdout).toMatch(/^keys +none$/m);
  expect(none.stderr).toMatch(/no credentials for profile default\n +fix: export TENCENTCLOUD_SECRET_ID/);
  const nobody = await at.refit(['doctor', '--endpoint', 'http://127.0.0.1:9']);
  expect(nobody.code).toBe(1);
  expect(nobody.stdout).toMatch(/^keys +the environment$/m);
  expect(nobody.stderr).toMatch(/ECONNREFUSED[\s\S]*fix: /);
});

it.concurrent('a file of keys that is not understood ends every command, and doctor shows every place', async (test) => {
  const at = await desk(test, { fleet: plainFleet(2) });
  const { secretId, secretKey } = at.simulator;
  await tccli(at, 'default', { secretId, secretKey });
  await at.write('prod.ini', `[default] # prod\nsecret_id = ${secretId}\nsecret_key = ${secretKey}\n`);
  await at.write('plan.yaml', growPlan());
  const env = { ...NO_KEYS, TENCENTCLOUD_CREDENTIALS_FILE: 'prod.ini' };
  const ends = [];
  for (const typed of [['plan', 'plan.yaml'], ['doctor'], ['doctor', '--json']]) {
    const ended = await at.refit(typed, { env });
    expect(ended.code, both(ended)).toBe(12);
    expect(ended.stderr).toMatch(/prod\.ini:1: a comment after a section\n +fix: give the comment a line/);
    ends.push(ended);
  }
  expect(ends[1]!.stdout).toMatch(/^ +- the environment +has no TENCENTCLOUD_SECRET_ID/m);
  expect(ends[1]!.stdout).toMatch(/^ +✗ prod\.ini +prod\.ini:1: a comment after a section$/m);
  expect(ends[1]!.stdout).toMatch(/^ +- \S+default\.credential +has keys: prod\.ini comes first$/m);
  expect(JSON.parse(ends[2]!.stdout)).toMatchObject({
    healthy: false,
    credentials: null,
    places: expect.arrayContaining([expect.objectContaining({ place: 'prod.ini', state: 'refused' })]),
  });
  mustHide(at, ends.map(both));
});

it.concurrent('doctor, plan and apply say what they do not understand in a proxy variable', async (test) => {
  const simulator = ['--duration', '100ms..200ms', '--start-lag', '10ms', '--lock-tail', '10ms'];
  const at = await desk(test, { simulator, fleet: plainFleet(2) });
  await at.write('plan.yaml', growPlan());
  const env = { HTTPS_PROXY: 'http://proxy.test:3128', NO_PROXY: 'x.test,10.*' };
  const problem =
    'warning: NO_PROXY: entry 2, 10.*, is ignored: it is a part of an address; write the network: 10.0.0.0/8';
  const doctor = await at.refit(['doctor'], { env });
  expect(doctor.stdout).toContain(problem);
  for (const typed of [
    ['plan', 'plan.yaml', '-o', 'saved.json'],
    ['apply', 'saved.json', '--auto-approve'],
  ]) {
    const ended = await at.refit(typed, { env });
    expect(ended.code, both(ended)).toBe(0);
    expect(ended.stderr).toContain(problem);
  }
});

it.concurrent('a run renews role keys that expire every few seconds, and writes none to disk', async (test) => {
  const fleet = plainFleet(20);
  const simulator = [
    '--fault',
    'token-life=3s',
    '--duration',
    '2s..4s',
    '--start-lag',
    '100ms..300ms',
    '--lock-tail',
    '100ms..300ms',
  ];
  const at = await desk(test, { simulator, fleet });
  const { secretId, secretKey } = at.simulator;
  await tccli(at, 'night', { secretId, secretKey, 'role-arn': ROLE, 'role-session-name': 'night-shift' });
  await tccli(at, 'bound', { type: 'cvm-role' });
  const ends: Ended[] = [];
  const night = async (...args: string[]) => {
    const ended = await at.refit([...args, '-v'], { env: NO_KEYS });
    ends.push(ended);
    return ended;
  };
  const doctor = await night('doctor', '--profile', 'night');
  expect(doctor.code, both(doctor)).toBe(0);
  expect(doctor.stdout).toMatch(
    /^keys +role qcs::cam::uin\/100000000001:roleName\/resizer, assumed by .*night\.credential, until 20/m,
  );
  expect(doctor.stdout).toMatch(/^identity +qcs::sts:.*CAMRole/m);
  const bound = await night('doctor', '--profile', 'bound');
  expect(bound.stdout).toMatch(/^keys +.*bound\.credential: role \S+ of this machine, until 20/m);
  await at.write('plan.yaml', growPlan(['defaults: { profile: night }']));
  expect((await night('plan', 'plan.yaml', '--price', '-o', 'saved.json')).code).toBe(0);
  const applied = await night('apply', 'saved.json', '--auto-approve', '--run-dir', 'run');
  expect(applied.code, both(applied)).toBe(0);
  expect((await at.report()).totals.verified).toBe(fleet.length);
  const { actions } = await at.simulator.counts();
  expect(actions.AssumeRole!.arrivals).toBeGreaterThan(3);
  const files = await filesIn(join(at.folder, 'run'));
  const texts = await Promise.all([...files.map((name) => `run/${name}`), 'saved.json'].map(at.text));
  mustHide(at, [...ends.map(both), ...texts]);
});
