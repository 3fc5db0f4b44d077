import { describe, expect, it } from 'vitest';
import type { Line } from '../fake-transport.ts';
import { clientOver, SCOPE } from '../scripted-client.ts';

const REQUEST = {
  edition: 'redis-6.2-cluster',
  size: { memoryPerShard: 8192, shards: 5, replicas: 2 },
  readsFromReplicas: true,
} as const;

function limits(
  line: Line,
  request:
    | typeof REQUEST
    | (Omit<typeof REQUEST, 'readsFromReplicas'> & { readsFromReplicas: false }) = REQUEST,
) {
  const client = clientOver([line]);
  return { ...client, answer: client.run((cloud) => cloud.describeSizeLimits(SCOPE, request)) };
}

describe('the limits of a size', () => {
  it('are asked without an instance, with every part of the size', async () => {
    const answered: Line = { ok: { Bandwidth: 251_658_240, ClientLimit: 50_000 } };
    const { answer, transport } = limits(answered);
    expect(await answer).toEqual({ bandwidth: 240, connections: 50_000 });
    expect(transport.sent[0]).toMatchObject({
      action: 'DescribeInstanceSpecBandwidth',
      region: 'ap-guangzhou',
    });
    expect(transport.sent[0]!.fields).toEqual({
      ...{ Type: 16, ShardSize: 8192, ShardNum: 5, ReplicateNum: 2, ReadOnlyWeight: 100 },
    });
    const other = limits(answered, { ...REQUEST, readsFromReplicas: false });
    await other.answer;
    expect(other.transport.sent[0]!.fields.ReadOnlyWeight).toBe(0);
  });

  it.each<[string, Record<string, unknown>]>([
    ['no bandwidth', { ClientLimit: 10_000 }],
    ['no connections', { Bandwidth: 16_777_216 }],
    ['zeros, as in the sample of the provider', { Bandwidth: 0, ClientLimit: 0 }],
    ['a bandwidth in another unit', { Bandwidth: 16, ClientLimit: 10_000 }],
    ['a negative limit', { Bandwidth: 16_777_216, ClientLimit: -1 }],
    ['texts', { Bandwidth: 'much', ClientLimit: 'many' }],
    ['nothing', {}],
  ])('are unknown from an answer with %s', async (_, ok) => expect(await limits({ ok }).answer).toBeNull());

  it('are a refusal, or an error if the keys are refused', async () => {
    expect(await limits({ code: 'InvalidParameterValue' }).answer).toMatchObject({
      code: 'InvalidParameterValue',
    });
    await expect(limits({ code: 'AuthFailure.SecretIdNotFound' }).answer).rejects.toMatchObject({
      code: 'credentials-refused',
    });
  });
});

describe('the eviction policy', () => {
  const ask = (line: Line) => {
    const client = clientOver([line]);
    return { ...client, answer: client.run((cloud) => cloud.describeEvictionPolicy(SCOPE, 'crs-aaaa1111')) };
  };
  const enums = (...params: readonly object[]): Line => ({ ok: { InstanceEnumParam: params } });
  const policy = (CurrentValue: unknown) => ({
    ...{ ParamName: 'maxmemory-policy', DefaultValue: 'noeviction', CurrentValue },
  });

  it('is read from the parameters of the instance', async () => {
    const { answer, transport } = ask(enums({ ParamName: 'hz', CurrentValue: '10' }, policy('volatile-ttl')));
    expect(await answer).toBe('volatile-ttl');
    expect(transport.sent[0]).toMatchObject({
      action: 'DescribeInstanceParams',
      fields: { InstanceId: 'crs-aaaa1111' },
    });
  });

  it.each(['noeviction', 'allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'volatile-lru'])(
    'can be %s',
    async (value) => expect(await ask(enums(policy(value))).answer).toBe(value),
  );

  it.each<[string, Line]>([
    ['another word', enums(policy('evict-everything'))],
    ['no text', enums(policy(7))],
    ['no value', enums(policy(null))],
    ['two values', enums(policy('noeviction'), policy('allkeys-lru'))],
    ['no such parameter', enums({ ParamName: 'hz', CurrentValue: '10' })],
    ['no parameters', { ok: { InstanceEnumParam: null } }],
    ['nothing', { ok: {} }],
  ])('is unknown from an answer with %s', async (_, line) => expect(await ask(line).answer).toBeNull());

  it('is a refusal, or an error if the keys are refused', async () => {
    const code = 'ResourceUnavailable.InstanceStatusError';
    expect(await ask({ code }).answer).toMatchObject({ kind: 'refused', code });
    await expect(ask({ code: 'AuthFailure.SecretIdNotFound' }).answer).rejects.toMatchObject({
      code: 'credentials-refused',
    });
  });
});
