import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { type ApiClient, onlyReads } from '../../src/cloud/calls/call.ts';
import { createReader } from '../../src/cloud/client.ts';
import type { Transport } from '../../src/cloud/network/transport.ts';
import { ORDER as ORDER_ACTION, READS } from '../../src/cloud/wire/actions.ts';
import { RefitError } from '../../src/errors.ts';
import { fakeTransport, type Line } from './fake-transport.ts';
import { clientOptions, clientOver, ORDER, row, SCOPE, START } from './scripted-client.ts';

const NO_INSTANCES: Line = { ok: { TotalCount: 0, InstanceSet: [] } };

describe('Refit retries a read without a message', () => {
  it.each<[string, Line]>([
    ['after a failed connection', { fault: 'connect ECONNREFUSED', sent: false }],
    ['after a reset', { fault: 'other side closed', sent: true }],
    ['after a 500', { status: 500, body: '' }],
    ['after a page that is not JSON', { status: 200, body: '<html>' }],
    ['after a refusal by limit', { code: 'RequestLimitExceeded' }],
    ['after a refusal by the limit of the account', { code: 'RequestLimitExceeded.UinLimitExceeded' }],
    ['after an internal error', { code: 'InternalError.DbOperationFailed' }],
    ['after a system error', { code: 'FailedOperation.SystemError' }],
  ])('%s', async (_, line) => {
    let tries = 0;
    const { run, clock } = clientOver(() => (tries++ === 0 ? line : NO_INSTANCES));
    expect(await run((cloud) => cloud.describeInstances(SCOPE))).toEqual([]);
    expect(tries).toBe(2);
    expect(clock.monotonic()).toBeGreaterThan(50);
  });

  it.each<[string, Line, string, RegExp]>([
    [
      'a missing server',
      { fault: 'connect ECONNREFUSED', sent: false },
      'provider-unreachable',
      /check the network and --endpoint/,
    ],
    [
      'a broken server',
      { status: 503, body: '' },
      'provider-unreachable',
      /check the network and --endpoint/,
    ],
    [
      'a gateway in between',
      { status: 403, body: '' },
      'provider-unreachable',
      /the proxy.*--signature HmacSHA256/,
    ],
    [
      'a permanent internal error',
      { code: 'InternalError' },
      'provider-refused',
      /refit explain InternalError/,
    ],
  ])('at most six times: %s', async (_, line, code, fix) => {
    let tries = 0;
    const { run, clock } = clientOver(() => {
      tries += 1;
      return line;
    });
    await expect(run((cloud) => cloud.describeInstances(SCOPE))).rejects.toMatchObject({
      code,
      fix: expect.stringMatching(fix),
    });
    expect(tries).toBe(6);
    // The pauses double: 250 + 500 + … + 4000 ms, minus a quarter with this jitter.
    expect(clock.monotonic()).toBeGreaterThan(5500);
    expect(clock.monotonic()).toBeLessThan(12_000);
  });

  it('with a permit for every try', async () => {
    const { run, calls } = clientOver(() => ({ code: 'RequestLimitExceeded' }));
    await run((cloud) => cloud.describeInstances(SCOPE)).catch(() => {});
    expect(calls.length).toBeGreaterThan(6);
    expect(
      calls.every(({ refusedByLimit, action }) => refusedByLimit && action === 'DescribeInstances'),
    ).toBe(true);
    // With repeated refusals the lane falls to about one call a second.
    const pauses = calls.slice(1).map(({ at }, i) => at - calls[i]!.at);
    expect(Math.max(...pauses.slice(0, 3))).toBeLessThan(600);
    expect(Math.min(...pauses.slice(10))).toBeGreaterThan(800);
  });

  it('when its request slot passed during connecting, which is not a fault', async () => {
    const clock = new VirtualClock(START);
    let sends = 0;
    const inner = fakeTransport(() => NO_INSTANCES);
    const transport: Transport = {
      async send(request) {
        // The first eight connections take 200 ms each.
        if (sends++ < 8) await clock.sleep(200);
        return inner.send(request);
      },
      close: inner.close,
    };
    const cloud = createReader(clientOptions({ transport, clock, jitter: () => 0 }));
    expect(await clock.run(() => cloud.describeInstances(SCOPE))).toEqual([]);
    expect(sends).toBe(9);
    expect(inner.sent).toHaveLength(1);
  });
});

describe('a read that is refused', () => {
  it.each<[string, string, number, RegExp]>([
    ['AuthFailure.SecretIdNotFound', 'credentials-refused', 12, /check the secret id/],
    ['AuthFailure.SignatureExpire', 'credentials-refused', 12, /clock/],
    ['AuthFailure.UnauthorizedOperation', 'credentials-refused', 12, /redis:DescribeInstances/],
    ['UnauthorizedOperation.NoCAMAuthed', 'credentials-refused', 12, /redis:DescribeInstances/],
    ['InvalidParameter.PermissionDenied', 'credentials-refused', 12, /redis:DescribeInstances/],
    ['UnsupportedRegion', 'provider-refused', 1, /refit explain UnsupportedRegion/],
    ['Bad\u001b[31mCode', 'provider-refused', 1, /refit explain CODE/],
  ])('with %j is the error %s with exit code %d, after one call', async (code, kind, exitCode, fix) => {
    const { run, transport } = clientOver([{ code, message: 'evil \u001b]0;title\u0007 \u202e\n' }]);
    const error = await run((cloud) => cloud.describeInstances(SCOPE)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: kind, exitCode, fix: expect.stringMatching(fix) });
    expect((error as RefitError).message).toMatch(/evil \\x1b\]0;title\\x07 \\u\{202e\}\\n$/);
    expect((error as RefitError).message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(transport.sent).toHaveLength(1);
  });
});

describe('a client for planning', () => {
  const caller = (sent: string[]): ApiClient => ({
    send: async ({ action }) => {
      sent.push(action.name);
      return { kind: 'ok', fields: {}, requestId: null, size: 0 };
    },
    lane: async () => ({ action: '', host: '', identity: '' }),
    laneSync: () => ({ action: '', host: '', identity: '' }),
    providerNow: () => 0,
  });

  it.each([
    'UpgradeInstance',
    'ModifyMaintenanceWindow',
    'DestroyPostpaidInstance',
    'PayDeals',
    'describeinstances',
    '',
  ])('refuses to send %j', async (name) => {
    const sent: string[] = [];
    const call = { action: { ...ORDER_ACTION, name }, scope: SCOPE, fields: {} };
    await expect(onlyReads(caller(sent)).send(call, () => true)).rejects.toThrow('sends only reads');
    expect(sent).toEqual([]);
  });

  it('sends every read', async () => {
    const sent: string[] = [];
    for (const action of Object.values(READS))
      await onlyReads(caller(sent)).send({ action, scope: SCOPE, fields: {} }, () => true);
    expect(sent).toEqual(Object.values(READS).map(({ name }) => name));
    expect(sent.every((name) => /^(Describe|Inquiry|Get)/.test(name))).toBe(true);
  });

  it('has no function that orders, and sends no order', async () => {
    const clock = new VirtualClock(START);
    const transport = fakeTransport(({ action }) => ({
      ok:
        action === 'DescribeInstances'
          ? { TotalCount: 1, InstanceSet: [row()] }
          : { TotalCount: 0, Price: 1 },
    }));
    const reader = createReader(clientOptions({ transport, clock }));
    expect(Object.keys(reader)).not.toContain('order');
    const named = { id: 'crs-aaaa1111', edition: 'redis-5.0-cluster' };
    await clock.run(async () => {
      await reader.describeInstances(SCOPE);
      await reader.describeInstances(SCOPE, ['crs-aaaa1111']);
      await reader.describeCatalogue(SCOPE);
      await reader.price(ORDER);
      await reader.describeTasks(SCOPE, START);
      await reader.describeRunningTasks(SCOPE);
      await reader.describeBalance(SCOPE);
      await reader.findDeals(SCOPE, START, START);
      await reader.describeOrders(SCOPE, [{ order: '2026010500000001' }], 'CNY');
      await reader.describeMemoryInUse(SCOPE, [named as never]);
    });
    expect(new Set(transport.actions)).toEqual(
      new Set([
        'DescribeInstances',
        'DescribeProductInfo',
        'InquiryPriceUpgradeInstance',
        'DescribeTaskList',
        'DescribeAccountBalance',
        'DescribeDealsByCond',
        'DescribeInstanceDealDetail',
        'GetMonitorData',
        'DescribeInstanceShards',
        'DescribeZones',
      ]),
    );
  });

  it('refuses an endpoint on plain http before it sends anything', () => {
    expect(() => clientOver([], { endpoint: 'http://example.com' })).toThrow(RefitError);
  });
});
