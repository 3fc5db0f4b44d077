/** Several accounts in one inventory and one run. Each profile has its own keys and its own limit. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { type CloudOptions, createCloud } from '../../src/cloud/client.ts';
import { findCredentials } from '../../src/cloud/credentials/find-credentials.ts';
import { readInventory } from '../../src/cloud/read-inventory.ts';
import { fakeTransport } from './fake-transport.ts';
import { clientOptions, ORDER, row, START } from './scripted-client.ts';

const FILE = ['retail', 'finance', 'copy']
  .map((name) => `[${name}]\nsecret_id=id-${name === 'copy' ? 'retail' : name}\nsecret_key=key-${name}\n`)
  .join('');
const env = { TENCENTCLOUD_SECRET_ID: 'id-env', TENCENTCLOUD_SECRET_KEY: 'key-env' };
const at = (profile: string) => ({ region: 'ap-guangzhou', profile });

/** A cloud in which each account sees one instance, named after the id that signed. */
function accounts() {
  const clock = new VirtualClock(START);
  const arrivals: { id: string; action: string; at: number }[] = [];
  const transport = fakeTransport((sent) => {
    const id = /Credential=([^/]+)\//.exec(sent.headers.Authorization!)![1]!;
    // Refit hides the id itself, because it is a part of the keys.
    const account = id.replace('id-', '');
    arrivals.push({ id, action: sent.action, at: clock.now() });
    if (sent.action === 'DescribeInstances')
      return {
        ok: {
          TotalCount: 1,
          InstanceSet: [row({ InstanceId: `crs-${account.padEnd(8, '0')}`, InstanceName: account })],
        },
      };
    if (sent.action === 'UpgradeInstance') return { ok: { DealName: `order-of-${account}` } };
    return { ok: {} };
  });
  const readFile = (path: string) => (path.startsWith('/home') && path.endsWith('credentials') ? FILE : null);
  const places = { env, home: '/home/dba', readFile, transport, clock, endpoint: null };
  const credentials: CloudOptions['credentials'] = (profile, before) =>
    findCredentials({ ...places, profile }, before);
  return { clock, cloud: createCloud(clientOptions({ transport, clock, credentials })), arrivals };
}

const order = (profile: string) => ({ ...ORDER, profile });

describe('several accounts in one plan', () => {
  it('reads each account with its own keys, and the default profile with those of the environment', async () => {
    const { clock, cloud } = accounts();
    const { inventory } = await clock.run(() =>
      readInventory(cloud, [at('default'), at('retail'), at('finance')], clock),
    );
    expect(inventory.instances.map(({ profile, name }) => [profile, name])).toEqual([
      ['default', 'env'],
      ['finance', 'finance'],
      ['retail', 'retail'],
    ]);
  });

  it('orders in each account with its own keys', async () => {
    const { clock, cloud } = accounts();
    const answers = await clock.run(() =>
      Promise.all(['retail', 'default'].map((profile) => cloud.order(order(profile), () => true))),
    );
    expect(answers).toMatchObject([{ order: 'order-of-retail' }, { order: 'order-of-env' }]);
  });

  it('gives each account its own permits: two accounts read forty times while one reads twenty', async () => {
    const { clock, cloud, arrivals } = accounts();
    const reads = (profile: string) => Array.from({ length: 20 }, () => cloud.describeBalance(at(profile)));
    await clock.run(() => Promise.all([...reads('retail'), ...reads('finance')]));
    const end = Math.max(...arrivals.map((one) => one.at)) - START;
    expect(arrivals).toHaveLength(40);
    expect(end).toBeLessThan(1200);
  });

  it('shares permits between two profiles with the same keys, because the provider counts them together', async () => {
    const { clock, cloud, arrivals } = accounts();
    const reads = (profile: string) => Array.from({ length: 20 }, () => cloud.describeBalance(at(profile)));
    await clock.run(() => Promise.all([...reads('retail'), ...reads('copy')]));
    const end = Math.max(...arrivals.map((one) => one.at)) - START;
    expect(end).toBeGreaterThan(2000);
    expect(cloud.orderLane(at('retail'))).toEqual(cloud.orderLane(at('copy')));
    expect(cloud.orderLane(at('retail'))).not.toEqual(cloud.orderLane(at('finance')));
  });

  it('names the profile that has no keys, and continues with the others', async () => {
    const { clock, cloud } = accounts();
    await clock.run(async () => {
      expect(await cloud.order(order('absent'), () => true)).toEqual({
        kind: 'not-sent',
        reason: 'no credentials for profile absent',
      });
      expect(await cloud.order(order('retail'), () => true)).toMatchObject({ kind: 'accepted' });
    });
  });
});
