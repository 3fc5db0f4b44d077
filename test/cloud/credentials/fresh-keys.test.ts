import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock.ts';
import { createCloud } from '../../../src/cloud/client.ts';
import { type Credentials, secret } from '../../../src/cloud/credentials/find-credentials.ts';
import { type CredentialsOf, createFreshKeys } from '../../../src/cloud/credentials/fresh-keys.ts';
import { RefitError } from '../../../src/errors.ts';
import { fakeTransport, type Script } from '../fake-transport.ts';
import { clientOptions, SCOPE, START } from '../scripted-client.ts';

const MINUTE = 60_000;

/** A source of numbered keys that last `minutes`. A search takes `takes` ms and fails while `broken`. */
function createSource(minutes: number | null, takes = 500) {
  const clock = new VirtualClock(START);
  const state = { searches: 0, broken: false };
  const find: CredentialsOf = async () => {
    state.searches += 1;
    await clock.sleep(takes);
    if (state.broken) throw new RefitError('provider-unreachable', 'no answer', 'wait');
    const keys: Credentials = {
      secretId: `id-${state.searches}`,
      secretKey: secret(`key-${state.searches}`),
      token: secret(`token-${state.searches}`),
      sourceName: 'a test',
      ...(minutes === null ? {} : { expiresAt: clock.now() + minutes * MINUTE }),
    };
    return keys;
  };
  const fresh = createFreshKeys(find, clock);
  const id = async () => (await fresh.of('default')).secretId;
  return { clock, state, fresh, find, id };
}

describe('Refit searches for keys', () => {
  it('once for parallel calls', async () => {
    const { clock, state, id } = createSource(120);
    const ids = await clock.run(() => Promise.all([id(), id(), id()]));
    expect([ids, state.searches]).toEqual([['id-1', 'id-1', 'id-1'], 1]);
  });

  it('only once if they do not expire', async () => {
    const { clock, state, id } = createSource(null);
    await clock.run(async () => {
      await id();
      await clock.sleep(10 * 24 * 60 * MINUTE);
      await id();
    });
    expect(state.searches).toBe(1);
  });

  it('again after a failed search', async () => {
    const { clock, state, id } = createSource(120);
    state.broken = true;
    await clock.run(async () => {
      await expect(id()).rejects.toMatchObject({ code: 'provider-unreachable' });
      state.broken = false;
      expect(await id()).toBe('id-2');
    });
  });

  it.each([
    ['at 80 % of a long life', 120, 96],
    ['five minutes before the end of a life of twenty minutes', 20, 15],
    ['at the half of a life of six minutes', 6, 3],
  ])('%s, in parallel: no call waits', async (_, minutes, due) => {
    const { clock, state, id } = createSource(minutes);
    await clock.run(async () => {
      expect(await id()).toBe('id-1');
      await clock.sleep(due * MINUTE - 1000);
      expect(await id()).toBe('id-1');
      expect(state.searches).toBe(1);
      await clock.sleep(1000);
      const before = clock.monotonic();
      expect(await Promise.all([id(), id(), id()])).toEqual(['id-1', 'id-1', 'id-1']);
      expect(clock.monotonic()).toBe(before);
      await clock.sleep(600);
      expect(await id()).toBe('id-2');
      expect(state.searches).toBe(2);
    });
  });

  it('every ten seconds while it fails, and uses the old keys until they expire', async () => {
    const { clock, state, id } = createSource(60);
    await clock.run(async () => {
      await id();
      state.broken = true;
      await clock.sleep(49 * MINUTE);
      for (let second = 0; second < 60; second++) {
        expect(await id()).toBe('id-1');
        await clock.sleep(1000);
      }
      expect(state.searches).toBeGreaterThanOrEqual(6);
      expect(state.searches).toBeLessThanOrEqual(8);
      // In the last ten seconds calls wait for new keys. Without new ones Refit still uses the old ones.
      await clock.sleep(10 * MINUTE - 5000);
      expect(await id()).toBe('id-1');
      await clock.sleep(6000);
      await expect(id()).rejects.toMatchObject({ code: 'provider-unreachable' });
      state.broken = false;
      expect(await id()).toMatch(/^id-\d+$/);
    });
  });

  it('not before every call if keys last only a few seconds', async () => {
    const { clock, state, id } = createSource(0.05, 10);
    await clock.run(async () => {
      for (let tenth = 0; tenth < 100; tenth++) {
        await id();
        await clock.sleep(100);
      }
    });
    // Ten seconds of keys that last three.
    expect(state.searches).toBeGreaterThanOrEqual(4);
    expect(state.searches).toBeLessThanOrEqual(8);
  });

  it('before the next call if the provider refused them, independent of their expiry', async () => {
    const { clock, state, fresh, id } = createSource(120);
    await clock.run(async () => {
      const first = await fresh.of('default');
      fresh.reject('default', first);
      expect(await Promise.all([id(), id()])).toEqual(['id-2', 'id-2']);
      // A late refusal of keys that Refit has replaced has no effect.
      fresh.reject('default', first);
      expect(await id()).toBe('id-2');
      expect(state.searches).toBe(2);
    });
  });
});

function client(script: Script, find: CredentialsOf, clock: VirtualClock) {
  const transport = fakeTransport(script);
  return { transport, cloud: createCloud(clientOptions({ transport, clock, credentials: find })) };
}

const NOBODY = { ok: { TotalCount: 0, InstanceSet: [] } };
const EXPIRED = { code: 'AuthFailure.TokenFailure' };

describe('a token that the provider refuses', () => {
  it('is renewed once for a read, which Refit then sends again', async () => {
    const { clock, find, state } = createSource(120);
    const { cloud, transport } = client([EXPIRED, NOBODY], find, clock);
    expect(await clock.run(() => cloud.describeInstances(SCOPE))).toEqual([]);
    expect(transport.sent.map(({ headers }) => headers['X-TC-Token'])).toEqual(['token-1', 'token-2']);
    expect(state.searches).toBe(2);
  });

  it('is renewed only once', async () => {
    const { clock, find, state } = createSource(120);
    const { cloud, transport } = client(() => EXPIRED, find, clock);
    await expect(clock.run(() => cloud.describeInstances(SCOPE))).rejects.toMatchObject({
      code: 'credentials-refused',
    });
    expect([transport.sent.length, state.searches]).toEqual([2, 2]);
  });

  it('refuses an order, which the client does not send again; the next attempt has a new token', async () => {
    const { clock, find } = createSource(120);
    const { cloud, transport } = client([EXPIRED, { ok: { DealName: '7' } }], find, clock);
    const order = {
      ...SCOPE,
      instance: 'crs-aaaa1111',
      edition: 'redis-5.0-cluster',
      size: { memoryPerShard: 8192, shards: 3, replicas: 1 },
    } as const;
    await clock.run(async () => {
      expect(await cloud.order(order, () => true)).toMatchObject({ kind: 'refused', ...EXPIRED });
      expect(transport.sent).toHaveLength(1);
      expect(await cloud.order(order, () => true)).toMatchObject({ kind: 'accepted', order: '7' });
    });
    expect(transport.sent.map(({ headers }) => headers['X-TC-Token'])).toEqual(['token-1', 'token-2']);
  });

  it('keeps its lane, because the identity is the same with a new id', async () => {
    const { clock, find } = createSource(120);
    const { cloud, transport } = client([NOBODY, EXPIRED, NOBODY], find, clock);
    await clock.run(() => cloud.describeInstances(SCOPE));
    const lane = cloud.orderLane(SCOPE);
    await clock.run(() => cloud.describeInstances(SCOPE));
    expect(transport.sent.at(-1)!.headers.Authorization).toContain('Credential=id-2/');
    expect(cloud.orderLane(SCOPE)).toEqual(lane);
  });
});

describe('a run that outlives its keys', () => {
  it('signs each call with valid keys through five renewals', async () => {
    const { clock, find } = createSource(60);
    const { cloud, transport } = client(() => NOBODY, find, clock);
    await clock.run(async () => {
      for (let minute = 0; minute < 240; minute++) {
        await cloud.describeInstances(SCOPE);
        await clock.sleep(MINUTE);
      }
    });
    const tokens = new Set(transport.sent.map(({ headers }) => headers['X-TC-Token']));
    expect(tokens.size).toBe(5);
    expect(transport.sent).toHaveLength(240);
  });
});
