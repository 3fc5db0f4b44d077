/** The whole command line with the older signature, through a gateway that accepts no other requests. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formGateway } from './form-gateway.ts';
import { BRISK, desk, type Ended, plainFleet, until } from './refit.ts';

const ROLE = 'qcs::cam::uin/100000000001:roleName/resizer';
const FLEET = [
  ...plainFleet(4),
  ...['crs-multi001', 'crs-multi002'].map((id, index) => ({
    id,
    name: 'über & über = +100%',
    edition: 'redis-6.2-cluster',
    zone: 'ap-guangzhou-4',
    memoryPerShard: 4096,
    shards: 3,
    billing: index === 0 ? 'postpaid' : 'prepaid',
    replicas: index === 0 ? 1 : 3,
    replicaZones: index === 0 ? ['ap-guangzhou-6'] : ['ap-guangzhou-6', 'ap-guangzhou-7', 'ap-guangzhou-7'],
  })),
];
const PLAN = `version: 1
name: through-the-gateway
defaults: { region: ap-guangzhou, profile: night }
targets:
  - { select: { name: "plain-*" }, memoryPerShard: 8GB }
  - { instance: crs-multi001, replicas: 3, zones: [ap-guangzhou-6, ap-guangzhou-7] }
  - { instance: crs-multi002, replicas: 1 }
guards: { shrink: allow }
execution: { inFlight: 20, requestsPerSecond: 20, patience: 2s }
`;
const NO_KEYS = { TENCENTCLOUD_SECRET_ID: undefined, TENCENTCLOUD_SECRET_KEY: undefined };

describe.each(['HmacSHA256', 'HmacSHA1'])('with %s through a gateway that accepts only forms', (name) => {
  it.concurrent('reads, plans, prices, changes and reports a fleet with temporary keys of a role', async (test) => {
    const at = await desk(test, { simulator: [...BRISK, '--fault', 'lost-answer#1'], fleet: FLEET });
    const gateway = await formGateway(test, at.simulator.url);
    const { secretId, secretKey } = at.simulator;
    await mkdir(join(at.folder, 'home/.tccli'), { recursive: true });
    await writeFile(
      join(at.folder, 'home/.tccli/night.credential'),
      JSON.stringify({ secretId, secretKey, 'role-arn': ROLE, 'role-session-name': 'night-shift' }),
    );
    await at.write('plan.yaml', PLAN);
    const through = (...args: string[]): Promise<Ended> =>
      at.refit([...args, '--endpoint', gateway.url, '--signature', name], { env: NO_KEYS });

    const doctor = await through('doctor', '--profile', 'night');
    expect(doctor.code, doctor.stdout + doctor.stderr).toBe(0);
    expect(doctor.stdout).toMatch(new RegExp(`^signing +${name}, the older form$`, 'm'));
    expect(doctor.stdout).toMatch(/^identity +qcs::sts:.*CAMRole/m);
    expect(doctor.stdout).not.toContain('✗');

    const planned = await through('plan', 'plan.yaml', '--price', '-o', 'saved.json');
    expect(planned.code, planned.stdout + planned.stderr).toBe(0);
    // The next command has the same connection options.
    expect(planned.stdout).toContain(`refit apply saved.json --endpoint ${gateway.url} --signature ${name}`);
    const applied = await through('apply', 'saved.json', '--auto-approve', '--run-dir', 'run');
    expect(applied.code, applied.stdout + applied.stderr).toBe(0);
    const report = await at.report();
    expect([report.steps.length, report.totals.verified]).toEqual([6, 6]);
    expect((await at.refit(['audit', 'verify', 'run'])).code).toBe(0);

    // Every call that the provider counted was a form, signed once, with this method.
    expect(gateway.rejected()).toBe(0);
    const { actions, orders } = await at.simulator.counts();
    const arrivals = Object.values(actions).reduce((sum, { arrivals }) => sum + arrivals, 0);
    expect(gateway.forms).toHaveLength(arrivals);
    expect(new Set(gateway.forms.map(({ SignatureMethod }) => SignatureMethod))).toEqual(new Set([name]));
    expect(new Set(gateway.forms.map(({ Nonce, Timestamp }) => `${Nonce} ${Timestamp}`)).size).toBe(arrivals);
    expect(Object.values(orders)).toEqual([1, 1, 1, 1, 1, 1]);
    // The permanent keys sign only the request for the role. Every other call has the token of the role.
    for (const { Action, Token, SecretId } of gateway.forms)
      expect([Token === undefined, SecretId === secretId], Action).toEqual(
        Action === 'AssumeRole' ? [true, true] : [false, false],
      );
    const nodes = gateway.forms
      .filter(({ Action, InstanceId }) => Action === 'UpgradeInstance' && InstanceId!.includes('multi'))
      .sort((a, b) => (a.InstanceId! < b.InstanceId! ? -1 : 1))
      .map((form) => Object.fromEntries(Object.entries(form).filter(([key]) => key.startsWith('NodeSet.'))));
    expect(nodes).toEqual([
      {
        'NodeSet.0.NodeType': '1',
        'NodeSet.0.ZoneId': '100006',
        'NodeSet.1.NodeType': '1',
        'NodeSet.1.ZoneId': '100007',
      },
      expect.objectContaining({
        'NodeSet.0.NodeType': '1',
        'NodeSet.0.NodeId': expect.stringMatching(/^\d+$/),
        'NodeSet.1.NodeId': expect.stringMatching(/^\d+$/),
      }),
    ]);
  });
});

it.concurrent('the gateway rejects the default signature, and Refit refuses an unknown signature with a fix', async (test) => {
  const at = await desk(test, { fleet: plainFleet(1) });
  const gateway = await formGateway(test, at.simulator.url);
  const present = at.start(['inventory', '--endpoint', gateway.url]);
  await until('a rejected request', () => gateway.rejected() > 1);
  present.kill('SIGKILL');
  await present.ended;
  expect(gateway.forms).toEqual([]);
  // The environment variable, for users who cannot pass an option each time.
  const inventory = await at.refit(['inventory', '--endpoint', gateway.url], {
    env: { REFIT_SIGNATURE: 'HmacSHA1' },
  });
  expect(inventory.code, inventory.stderr).toBe(0);
  expect(gateway.forms.length).toBeGreaterThan(3);
  const wrong = await at.refit(['inventory', '--signature', 'HmacMD5']);
  expect(wrong).toMatchObject({ code: 64, stdout: '' });
  expect(wrong.stderr).toMatch(
    /--signature: "HmacMD5" is not a signature of the provider[\s\S]*fix: --signature HmacSHA256/,
  );
});
