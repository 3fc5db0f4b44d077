import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { secret } from '../../src/cloud/credentials/find-credentials.ts';
import { examine } from '../../src/cloud/examine.ts';
import { type Transport, TransportError } from '../../src/cloud/network/transport.ts';
import { ORDER, READS } from '../../src/cloud/wire/actions.ts';
import { given } from '../../src/given.ts';
import { http } from '../../src/simulator/gateway/http.ts';
import { createSimulatedWorld } from '../../src/simulator/simulate.ts';
import { fakeTransport, type Line, type Sent } from './fake-transport.ts';
import { clientOptions, KEYS, row, SCOPE, SECRET_ID, SECRET_KEY, START, TOKEN } from './scripted-client.ts';

interface Case {
  answer?: (sent: Sent) => Line | undefined;
  /** How far the provider's clock is ahead, ms. Null: its answers have no date. */
  ahead?: number | null;
  endpoint?: string;
  expiresAt?: number;
}

const WHO: Line = { ok: { Arn: 'qcs::cam::uin/1:uin/2', AccountId: '1', UserId: '2', Type: 'CAMUser' } };

/** Examines an identity that has every permission, unless `answer` refuses something. */
async function examined({ answer, ahead = 0, endpoint, expiresAt }: Case = {}) {
  const clock = new VirtualClock(START + 250);
  const inner = fakeTransport(
    (sent) =>
      answer?.(sent) ??
      (sent.action === 'GetCallerIdentity'
        ? WHO
        : sent.action === 'DescribeInstances'
          ? { ok: { TotalCount: 1, InstanceSet: [row()] } }
          : { ok: {} }),
  );
  const transport: typeof inner = {
    ...inner,
    get actions() {
      return inner.actions;
    },
    async send(request) {
      const sent = await inner.send(request);
      await clock.sleep(40);
      return ahead === null ? sent : { ...sent, date: new Date(clock.now() - 20 + ahead).toUTCString() };
    },
  };
  const found = await clock.run(() =>
    examine({
      ...clientOptions({ transport, clock, endpoint: endpoint ?? null }),
      credentials: () => ({ ...KEYS, ...given({ expiresAt }) }),
      search: { keys: { ...KEYS, ...given({ expiresAt }) }, problem: null, places: [] },
      scope: SCOPE,
      proxy: null,
    }),
  );
  return { found, sent: inner.sent };
}

describe('an examination', () => {
  it('tries every read once, and never an order', async () => {
    const { found, sent } = await examined();
    const reads = Object.values(READS).map(({ name }) => name as string);
    expect(sent.map(({ action }) => action).sort()).toEqual(reads.sort());
    expect(sent.some(({ action }) => action === ORDER.name)).toBe(false);
    expect(found.permissions.map(({ action }) => action.split(':')[1]).sort()).toEqual(reads.sort());
    expect(new Set(found.permissions.map(({ state }) => state))).toEqual(new Set(['granted']));
    expect(found.untested).toBe('redis:UpgradeInstance');
    expect(found.permissions.filter((right) => right.purpose === 'some plans')).toEqual([]);
  });

  it('shows the source of the keys, the identity and the host', async () => {
    const { found } = await examined({ expiresAt: START + 3_600_000 });
    expect(found).toMatchObject({
      credentials: { source: 'a test', expiresAt: '2026-01-05T03:00:00.000Z' },
      identity: { arn: 'qcs::cam::uin/1:uin/2', account: '1', user: '2', type: 'CAMUser' },
      host: 'redis.tencentcloudapi.com',
      limit: 20,
      refused: null,
    });
  });

  it('asks for the price of an existing instance at its present size', async () => {
    const { sent } = await examined();
    const price = sent.find(({ action }) => action === 'InquiryPriceUpgradeInstance')!;
    expect(price.fields).toEqual({
      InstanceId: 'crs-aaaa1111',
      MemSize: 4096,
      RedisShardNum: 3,
      RedisReplicasNum: 1,
    });
  });

  it.each<[string, string, 'granted' | 'refused' | 'unknown']>([
    ['InquiryPriceUpgradeInstance', 'InvalidParameter.PermissionDenied', 'refused'],
    ['DescribeTaskList', 'UnauthorizedOperation.NoCAMAuthed', 'refused'],
    ['DescribeInstances', 'AuthFailure.UnauthorizedOperation', 'refused'],
    ['DescribeAccountBalance', 'UnauthorizedOperation', 'refused'],
    // Refused for another reason. A missing permission would be refused before that.
    ['InquiryPriceUpgradeInstance', 'InvalidParameter.InvalidParameter', 'granted'],
    ['DescribeInstanceShards', 'ResourceNotFound.InstanceNotExists', 'granted'],
    ['GetMonitorData', 'InternalError', 'unknown'],
    // Refused before the check of permissions, so it says nothing about them.
    ['DescribeInstanceDealDetail', 'UnknownParameter', 'unknown'],
    ['DescribeZones', 'UnsupportedRegion', 'unknown'],
  ])('of %s refused with %s reports the permission as %s', async (action, code, state) => {
    const { found, sent } = await examined({
      answer: (one) => (one.action === action ? { code } : undefined),
    });
    expect(found.permissions.find((right) => right.action.endsWith(`:${action}`))).toMatchObject({
      state,
      code,
    });
    expect(found.refused).toBeNull();
    expect(new Set(sent.map((one) => one.action)).size).toBe(Object.keys(READS).length);
  });

  it('sends valid parameters, so that each answer depends only on the permission', async () => {
    const reads = Object.values(READS).map(({ name }) => name);
    const permissionStates = async (deny: readonly string[]) => {
      const clock = new VirtualClock(START);
      const fleet = { name: 'default', fleet: [{ id: 'crs-aaaa1111' }], users: { planner: deny } };
      const { world, keys } = createSimulatedWorld({ fleet: JSON.stringify({ accounts: [fleet] }) }, START);
      const { secretId, secretKey } = keys.find(({ user }) => user === 'planner')!;
      const transport: Transport = {
        async send({ origin, headers, body }) {
          const answer = http(world, { method: 'POST', url: `${origin}/`, headers, body }, clock.now());
          if (answer.kind !== 'answered') throw new TransportError(answer.kind, true);
          return { status: answer.status, contentType: 'application/json', body: answer.body };
        },
        async close() {},
      };
      const signer = { secretId, secretKey: secret(secretKey), token: null, sourceName: 'a test' };
      const found = await clock.run(() =>
        examine({
          ...clientOptions({ transport, clock }),
          credentials: () => signer,
          search: { keys: signer, problem: null, places: [] },
          scope: SCOPE,
          proxy: null,
        }),
      );
      return Object.fromEntries(found.permissions.map(({ action, state }) => [action.split(':')[1], state]));
    };
    const all = (state: string) => Object.fromEntries(reads.map((name) => [name, state]));
    expect(await permissionStates([])).toEqual(all('granted'));
    expect(await permissionStates(reads)).toEqual(all('refused'));
  });

  it.each([
    ['AuthFailure.SignatureExpire', /clock/],
    ['AuthFailure.SignatureFailure', /secret key/],
    ['AuthFailure.TokenFailure', /token/],
  ])('stops when the keys are refused with %s, and has a fix', async (code, fix) => {
    const { found, sent } = await examined({ answer: () => ({ code, message: `${SECRET_ID} ${TOKEN}` }) });
    expect(found.refused).toMatchObject({ code, fix: expect.stringMatching(fix) });
    expect(new Set(sent.map(({ action }) => action)).size).toBe(2);
    expect(found.permissions.every(({ state }) => state === 'unknown')).toBe(true);
  });

  it.each<[string, number | null, number | null]>([
    ['right', 0, 0],
    ['ten minutes ahead', 600_000, -600],
    ['ten minutes behind', -600_000, 600],
    ['unknown', null, null],
  ])('measures the skew to a clock that is %s', async (_, ahead, skew) => {
    const { found } = await examined({ ahead });
    if (skew === null) expect(found.clock).toBeNull();
    else {
      expect(found.clock!.uncertain).toBeLessThan(0.6);
      expect(Math.abs(found.clock!.skew - skew)).toBeLessThanOrEqual(found.clock!.uncertain);
    }
  });

  it('shows no key, token or id', async () => {
    const { found } = await examined({
      answer: ({ action, headers }) =>
        action === 'DescribeTaskList' ? { code: 'X', message: JSON.stringify(headers) } : undefined,
    });
    const shown = inspect(found, { depth: 9, showHidden: true }) + JSON.stringify(found);
    for (const hidden of [SECRET_ID, SECRET_KEY, TOKEN]) expect(shown).not.toContain(hidden);
  });

  it('shows what it knows without an answer, and why there is none', async () => {
    const { found } = await examined({ answer: () => ({ fault: 'connect ECONNREFUSED', sent: false }) });
    expect(found).toMatchObject({
      credentials: { source: 'a test' },
      identity: null,
      host: 'redis.tencentcloudapi.com',
      unreachable: expect.stringContaining('ECONNREFUSED'),
    });
    expect(found.permissions.map(({ state }) => state)).toEqual(['unreachable', 'unreachable']);
  });

  it('continues when only one product does not answer', async () => {
    const { found } = await examined({
      answer: ({ action }) =>
        action === 'GetMonitorData' ? { fault: 'getaddrinfo', sent: false } : undefined,
    });
    expect(found.permissions.filter(({ state }) => state !== 'granted')).toMatchObject([
      { action: 'monitor:GetMonitorData', state: 'unreachable' },
    ]);
  });
});
