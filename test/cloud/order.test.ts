import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { createCloud } from '../../src/cloud/client.ts';
import { STOPPED_BY_GUARD } from '../../src/cloud/network/transport.ts';
import { SIGNATURES } from '../../src/cloud/signing/signature.ts';
import { RefitError } from '../../src/errors.ts';
import type { EditionName } from '../../src/model.ts';
import { fakeTransport, type Line, type Sent } from './fake-transport.ts';
import {
  clientOptions,
  clientOver,
  ORDER,
  SCOPE,
  SECRET_ID,
  SECRET_KEY,
  START,
  TOKEN,
} from './scripted-client.ts';

const yes = () => true;

describe('the client decodes the answer to an order', () => {
  it.each<[string, Line, Record<string, unknown>]>([
    [
      'as accepted with the new name',
      { ok: { DealName: '20260105000000000000001' } },
      { kind: 'accepted', order: '20260105000000000000001', requestId: 'request-1' },
    ],
    ['as accepted with the old name', { ok: { DealId: '6954227' } }, { kind: 'accepted', order: '6954227' }],
    [
      'as accepted with the old name as a number',
      { ok: { DealId: 6954227 } },
      { kind: 'accepted', order: '6954227' },
    ],
    [
      'as accepted with both names, by the new one',
      { ok: { DealId: '1', DealName: '2' } },
      { kind: 'accepted', order: '2' },
    ],
    [
      'as no-answer without an order number',
      { ok: {} },
      { kind: 'no-answer', reason: 'the answer has no order number' },
    ],
    ['as no-answer with an empty order number', { ok: { DealName: '' } }, { kind: 'no-answer' }],
    [
      'as refused with the exact code',
      { code: 'FailedOperation.SystemError', message: 'locked' },
      { kind: 'refused', code: 'FailedOperation.SystemError', message: 'locked', requestId: 'request-1' },
    ],
    [
      'as refused by the limit, without a retry',
      { code: 'RequestLimitExceeded' },
      { kind: 'refused', code: 'RequestLimitExceeded' },
    ],
    [
      'as refused for its signature, without an exception',
      { code: 'AuthFailure.SignatureFailure' },
      { kind: 'refused', code: 'AuthFailure.SignatureFailure' },
    ],
    ['as no-answer for a 500', { status: 500, body: '<html>' }, { kind: 'no-answer', reason: 'HTTP 500' }],
    [
      'as no-answer for a 502 with a refusal in it',
      { status: 502, body: '{"Response":{"Error":{"Code":"InvalidParameter"}}}' },
      { kind: 'no-answer' },
    ],
    [
      'as no-answer for a page that is not JSON',
      { status: 200, body: '<html>' },
      { kind: 'no-answer', reason: 'the answer is not JSON' },
    ],
    [
      'as no-answer for half of a JSON text',
      { status: 200, body: '{"Response":{"DealName":"2026' },
      { kind: 'no-answer' },
    ],
    ['as no-answer for an empty body', { status: 200, body: '' }, { kind: 'no-answer' }],
    [
      'as no-answer for JSON of another kind',
      { status: 200, body: '[1]' },
      { kind: 'no-answer', reason: 'the answer has no Response' },
    ],
    [
      'as no-answer for an error without a code',
      { status: 200, body: '{"Response":{"Error":{}}}' },
      { kind: 'no-answer' },
    ],
    [
      'as no-answer for an error with an order number',
      { status: 200, body: '{"Response":{"DealName":"7","Error":{"Code":"InternalError"}}}' },
      { kind: 'no-answer' },
    ],
    [
      'as no-answer for a reset after sending',
      { fault: 'other side closed', sent: true },
      { kind: 'no-answer', reason: 'other side closed' },
    ],
  ])('%s', async (_, line, answer) => {
    const { run, transport, calls } = clientOver([line]);
    expect(await run((cloud) => cloud.order(ORDER, yes))).toMatchObject({ ...answer, sentAt: START });
    expect(transport.actions).toEqual(['UpgradeInstance']);
    // The journal counts orders by their own entries.
    expect(calls).toEqual([]);
  });

  it.each<[string, Line, () => boolean, string]>([
    ['there is no connection', { fault: 'connect ECONNREFUSED', sent: false }, yes, 'connect ECONNREFUSED'],
    ['the guard returns false', { ok: { DealName: '1' } }, () => false, STOPPED_BY_GUARD],
    [
      'the guard throws',
      { ok: { DealName: '1' } },
      () => {
        throw new Error('broken');
      },
      STOPPED_BY_GUARD,
    ],
  ])('as not-sent when %s', async (_, line, goAhead, reason) => {
    const { run, transport } = clientOver([line]);
    expect(await run((cloud) => cloud.order(ORDER, goAhead))).toEqual({ kind: 'not-sent', reason });
    expect(transport.sent).toEqual([]);
  });

  it('as not-sent when there are no credentials', async () => {
    const clock = new VirtualClock();
    const transport = fakeTransport([]);
    const credentials = () => {
      throw new RefitError('no-credentials', 'no credentials for profile default', 'export some');
    };
    const cloud = createCloud(clientOptions({ transport, clock, credentials }));
    expect(await cloud.order(ORDER, yes)).toEqual({
      kind: 'not-sent',
      reason: 'no credentials for profile default',
    });
  });

  it('as no-answer when the transport throws an unexpected error', async () => {
    const clock = new VirtualClock();
    const { cloud } = clientOver([]);
    expect(await clock.run(() => cloud.order(ORDER, yes))).toMatchObject({ kind: 'no-answer' });
  });

  it('with the time of the guard, not the time of the call', async () => {
    const { run, clock } = clientOver([{ ok: { DealName: '1' } }]);
    const answer = await run((cloud) => {
      clock.jump(0);
      return cloud.order(ORDER, () => {
        clock.jump(1500);
        return true;
      });
    });
    expect(answer).toMatchObject({ sentAt: START + 1500 });
  });
});

describe('an order has the whole size, as far as the edition takes it', () => {
  const all = { MemSize: 8192, RedisShardNum: 3, RedisReplicasNum: 1 };
  const standard = { MemSize: 8192, RedisReplicasNum: 1 };
  const legacy = { MemSize: 8192 };
  it.each<[EditionName, Record<string, unknown>]>([
    ['redis-5.0-cluster', all],
    ['valkey-9.0-cluster', all],
    ['memcached-1.6-cluster', all],
    ['ckv-3.2-cluster', all],
    ['redis-4.0-standard', standard],
    ['valkey-8.0-standard', standard],
    ['redis-2.8-standard', legacy],
    ['ckv-3.2-standard', legacy],
    ['redis-2.8-standalone', legacy],
  ])('%s', async (edition, size) => {
    const { run, transport } = clientOver([{ ok: { DealName: '1' } }]);
    await run((cloud) => cloud.order({ ...ORDER, edition }, yes));
    expect(transport.sent[0]!.fields).toEqual({ InstanceId: 'crs-aaaa1111', ...size });
  });
});

describe('an order goes', () => {
  it.each<[string, string | null, string]>([
    ['ap-guangzhou', null, 'https://redis.tencentcloudapi.com'],
    ['ap-shanghai-fsi', null, 'https://redis.ap-shanghai-fsi.tencentcloudapi.com'],
    ['ap-shanghai-fsi', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ])(
    'from %s with endpoint %s to %s, which is also the host of its lane',
    async (region, endpoint, origin) => {
      const { run, transport, cloud } = clientOver([{ ok: { DealName: '1' } }], { endpoint });
      await run((one) => one.order({ ...ORDER, region }, yes));
      expect(transport.sent[0]).toMatchObject({ origin, region });
      expect(transport.sent[0]!.headers).toMatchObject({
        'X-TC-Version': '2018-04-12',
        'X-TC-Token': TOKEN,
        'X-TC-RequestClient': 'refit',
      });
      expect(transport.sent[0]!.headers.Authorization).toContain('/redis/tc3_request');
      expect(cloud.orderLane({ ...SCOPE, region })).toMatchObject({
        action: 'UpgradeInstance',
        host: origin.replace(/^https?:\/\//, ''),
      });
    },
  );

  it('in one lane for each profile, before and after Refit knows the keys', async () => {
    const { run, cloud } = clientOver([{ ok: { DealName: '1' } }]);
    const before = cloud.orderLane(SCOPE);
    await run((one) => one.order(ORDER, yes));
    expect(cloud.orderLane(SCOPE)).toEqual(before);
  });

  it('with keys that Refit finds only once', async () => {
    const { run, keysAsked } = clientOver(() => ({ ok: { DealName: '1' } }));
    await run(async (cloud) => {
      await Promise.all([1, 2, 3].map(() => cloud.order(ORDER, yes)));
    });
    expect(keysAsked()).toBe(1);
  });
});

describe('no key, token or id appears', () => {
  it.each(SIGNATURES)('in an answer that repeats the request, signed with %s', async (signature) => {
    const { run, transport } = clientOver(
      (sent) => ({
        code: 'AuthFailure',
        message: `bad: ${JSON.stringify(sent.headers)} ${sent.body} ${decodeURIComponent(sent.body)}`,
      }),
      { signature },
    );
    const answer = inspect(await run((cloud) => cloud.order(ORDER, yes)), { depth: 9 });
    expect(answer).toContain('(hidden)');
    const [{ headers, fields }] = transport.sent as [Sent];
    const signed = String(fields.Signature ?? /Signature=(\w+)$/.exec(headers.Authorization!)![1]);
    expect(signed.length).toBeGreaterThan(20);
    for (const text of [SECRET_KEY, TOKEN, SECRET_ID, signed, encodeURIComponent(signed)])
      expect(answer).not.toContain(text);
  });

  it.each<[string, Line]>([
    ['a refused read', { code: 'AuthFailure.SignatureFailure', message: `${SECRET_ID} ${TOKEN}` }],
    ['a provider that does not answer', { fault: 'connect ECONNREFUSED', sent: false }],
  ])('in the error of %s, in the client or in its lane', async (_, line) => {
    const { run, cloud } = clientOver(() => line);
    const error = await run((one) => one.describeInstances(SCOPE)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RefitError);
    const shown = inspect([error, cloud, cloud.orderLane(SCOPE)], { depth: 9, showHidden: true });
    for (const text of [SECRET_KEY, TOKEN, SECRET_ID]) expect(shown).not.toContain(text);
  });
});
