/** Reading facts of a short list of instances, with a fake reader and from the simulator. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { createReader } from '../../src/cloud/client.ts';
import type { CloudReader } from '../../src/cloud/cloud.ts';
import { secret } from '../../src/cloud/credentials/find-credentials.ts';
import { createPermits } from '../../src/cloud/limit/permits.ts';
import { RefitError } from '../../src/errors.ts';
import { textOf } from '../../src/messages/messages.ts';
import type { Message } from '../../src/model.ts';
import { readEvictionPolicies } from '../../src/operations/recommend/read-eviction-policies.ts';
import { factsFrom } from '../../src/operations/recommend/read-facts.ts';
import { createSimulatedWorld } from '../../src/simulator/simulate.ts';
import { parseFault } from '../../src/simulator/world/faults.ts';
import { simulatedCloud } from '../run/simulated-cloud.ts';
import { instancesOf, refusal } from '../usage/fake-monitor.ts';

type Answer = Awaited<ReturnType<CloudReader['describeEvictionPolicy']>>;

function fake(answer: (id: string) => Answer) {
  const asked: string[] = [];
  const describeEvictionPolicy = async (_: unknown, id: string) => {
    asked.push(id);
    return answer(id);
  };
  return { reader: { describeEvictionPolicy }, asked };
}

describe('the eviction policies of instances', () => {
  it('take one call each, and progress starts with their number', async () => {
    const { reader, asked } = fake((id) => (id.endsWith('1') ? 'allkeys-lru' : 'noeviction'));
    const fleet = instancesOf(12);
    const progress: (readonly [string, number, number])[] = [];
    const { policyOf, notes } = await readEvictionPolicies(reader, fleet, {
      onProgress: (...step) => progress.push(step),
    });
    expect(asked).toEqual(fleet.map(({ id }) => id));
    expect(fleet.map(policyOf)).toEqual(
      fleet.map(({ id }) => (id.endsWith('1') ? 'allkeys-lru' : 'noeviction')),
    );
    expect(progress[0]).toEqual(['eviction policies read', 0, 12]);
    expect(progress.at(-1)).toEqual(['eviction policies read', 12, 12]);
    expect(notes).toEqual([]);
  });

  it('that are none are unknown, without a note', async () => {
    const { policyOf, notes } = await readEvictionPolicies(fake(() => null).reader, instancesOf(1));
    expect([policyOf(instancesOf(1)[0]!), notes]).toEqual([null, []]);
  });

  it.each([
    ['UnauthorizedOperation', /policy of 20 instances .*: UnauthorizedOperation: says/, 8],
    ['FailedOperation.UnSupportError', /policy of 20 instances .*FailedOperation.UnSupportError/, 20],
  ])('that are refused with %s are unknown, with one note', async (code, note, mostCalls) => {
    const { reader, asked } = fake(() => refusal(code));
    const fleet = instancesOf(20);
    const { policyOf, notes } = await readEvictionPolicies(reader, fleet);
    expect(fleet.map(policyOf)).toEqual(fleet.map(() => null));
    expect(notes.map((one) => textOf(one))).toEqual([expect.stringMatching(note)]);
    expect(asked.length).toBeLessThanOrEqual(mostCalls);
  });

  it('stop the command if the keys are refused', async () => {
    const error = new RefitError('credentials-refused', 'the keys are refused', '');
    const { reader } = fake(() => {
      throw error;
    });
    await expect(readEvictionPolicies(reader, instancesOf(3))).rejects.toBe(error);
  });
});

const CLUSTER = { edition: 'redis-6.2-cluster', memoryPerShard: 4096, shards: 3, replicas: 2 };
const FLEET = [
  { id: 'crs-readers0', ...CLUSTER, readsFromReplicas: true },
  { id: 'crs-waiting0', ...CLUSTER },
  { id: 'crs-caching0', usage: { pattern: 'cache' } },
];

/** What a simulated provider with this fault says of its fleet. */
async function readFrom(fault?: string, maxCalls = 100) {
  const clock = new VirtualClock();
  const { world, secretId, secretKey } = createSimulatedWorld(
    { seed: 1, fleet: JSON.stringify(FLEET), faults: fault === undefined ? [] : [parseFault(fault)] },
    clock.now(),
  );
  const reader = createReader({
    clock,
    credentials: () => ({ secretId, secretKey: secret(secretKey), token: null, sourceName: 'a test' }),
    endpoint: null,
    jitter: () => 0.5,
    transport: simulatedCloud(world, clock, 1).transportFor(clock, () => true),
    permits: createPermits(clock, 18),
  });
  const notes: Message[] = [];
  return clock.run(async () => {
    const scope = { region: 'ap-guangzhou', profile: 'default' };
    const instances = await reader.describeInstances(scope);
    const known = await factsFrom(reader, { maxCalls, onNote: (note) => notes.push(note) })(
      instances.map((instance) => ({
        instance,
        policy: instance.edition !== 'redis-6.2-cluster',
        sizes: [instance.size, { ...instance.size, memoryPerShard: 2048 }],
      })),
    );
    const facts = instances.map((instance) => {
      const { evictionPolicy, limitsOf } = known(instance) ?? { evictionPolicy: 'not asked', limitsOf: null };
      return [
        instance.id,
        evictionPolicy,
        limitsOf === null ? null : [instance.size, { ...instance.size, memoryPerShard: 1024 }].map(limitsOf),
      ] as const;
    });
    return { facts, notes: notes.map((note) => textOf(note)) };
  });
}

describe('the facts that the simulated provider has', () => {
  it('are the policies and the limits that were asked for', async () => {
    const { facts, notes } = await readFrom();
    expect(notes).toEqual([]);
    expect(facts).toEqual([
      ['crs-readers0', null, [{ bandwidth: 144, connections: 30_000 }, null]],
      ['crs-waiting0', null, [{ bandwidth: 72, connections: 30_000 }, null]],
      ['crs-caching0', 'allkeys-lru', [{ bandwidth: 24, connections: 10_000 }, null]],
    ]);
  });

  // Two sizes each, and one policy of the last instance.
  it.each([
    [7, 3],
    [6, 2],
    [4, 2],
    [3, 1],
    [0, 0],
  ])('take at most %i calls, and the first %i instances get them', async (maxCalls, served) => {
    const { facts, notes } = await readFrom(undefined, maxCalls);
    expect(facts.filter(([, policy]) => policy !== 'not asked').map(([id]) => id)).toEqual(
      FLEET.slice(0, served).map(({ id }) => id),
    );
    expect(notes).toEqual(served === 3 ? [] : [expect.stringContaining(`more than ${maxCalls} calls`)]);
  });

  it.each([
    ['DescribeInstanceParams', [null, true], /^the eviction policy of 1 instance/],
    ['DescribeInstanceSpecBandwidth', ['allkeys-lru', false], /^the limits of 6 sizes/],
  ])('are read without %s, with a note', async (action, [policy, hasLimits], note) => {
    const { facts, notes } = await readFrom(`no-permission@${action}`);
    expect(facts.map(([, found]) => found)).toEqual([null, null, policy]);
    expect(facts.map(([, , limits]) => limits !== null)).toEqual([hasLimits, hasLimits, hasLimits]);
    expect(notes).toEqual([expect.stringMatching(note)]);
  });
});
