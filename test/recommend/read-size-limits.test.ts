/** Reading what sizes allow: each distinct size once, and what cannot be read becomes a note. */
import { describe, expect, it } from 'vitest';
import type { CloudReader, Refusal, SizeLimitsRequest } from '../../src/cloud/cloud.ts';
import { RefitError } from '../../src/errors.ts';
import { textOf } from '../../src/messages/messages.ts';
import type { Instance, Scope, Size } from '../../src/model.ts';
import { type LimitsWanted, readSizeLimits } from '../../src/operations/recommend/read-size-limits.ts';
import { instanceOf, refusal } from '../usage/fake-monitor.ts';

const SMALL: Size = { memoryPerShard: 4096, shards: 3, replicas: 1 };
const LARGE: Size = { ...SMALL, memoryPerShard: 8192 };
const cart = (more: Partial<Instance> = {}) =>
  instanceOf('crs-00000001', { edition: 'redis-6.2-cluster', ...more });

type Answer = Awaited<ReturnType<CloudReader['describeSizeLimits']>>;

/** A reader that answers the memory of a shard as bandwidth, unless `answer` says otherwise. */
function fake(answer: (request: SizeLimitsRequest & Scope) => Answer | undefined = () => undefined) {
  const asked: string[] = [];
  let [active, most] = [0, 0];
  const reader: Pick<CloudReader, 'describeSizeLimits'> = {
    async describeSizeLimits({ region, profile }, { edition, size, readsFromReplicas }) {
      const { memoryPerShard, shards, replicas } = size;
      asked.push(
        [region, profile, edition, `${shards}x${memoryPerShard}+${replicas}`, readsFromReplicas].join(' '),
      );
      most = Math.max(most, ++active);
      await Promise.resolve();
      active--;
      const found = answer({ region, profile, edition, size, readsFromReplicas });
      return found === undefined ? { bandwidth: memoryPerShard / 100, connections: 10_000 } : found;
    },
  };
  return { reader, asked, most: () => most };
}

const fleet = (instances: readonly Instance[], sizes: readonly Size[] = [SMALL, LARGE]): LimitsWanted[] =>
  instances.map((instance) => ({ instance, sizes }));

describe('the limits of sizes', () => {
  it('are asked once for each region, profile, edition, size and use of replicas', async () => {
    const { reader, asked } = fake();
    const instances = [
      cart(),
      cart({ id: 'crs-00000002' }),
      cart({ region: 'ap-beijing' }),
      cart({ profile: 'prod' }),
      cart({ readsFromReplicas: true }),
      cart({ edition: 'redis-7.0-cluster' }),
      cart({ edition: 'unrecognised' }),
    ];
    const { limitsOf, notes } = await readSizeLimits(reader, fleet(instances));
    expect(asked.sort()).toEqual(
      [
        'ap-guangzhou default redis-6.2-cluster 3x4096+1 false',
        'ap-guangzhou default redis-6.2-cluster 3x8192+1 false',
        'ap-beijing default redis-6.2-cluster 3x4096+1 false',
        'ap-beijing default redis-6.2-cluster 3x8192+1 false',
        'ap-guangzhou prod redis-6.2-cluster 3x4096+1 false',
        'ap-guangzhou prod redis-6.2-cluster 3x8192+1 false',
        'ap-guangzhou default redis-6.2-cluster 3x4096+1 true',
        'ap-guangzhou default redis-6.2-cluster 3x8192+1 true',
        'ap-guangzhou default redis-7.0-cluster 3x4096+1 false',
        'ap-guangzhou default redis-7.0-cluster 3x8192+1 false',
      ].sort(),
    );
    expect(notes).toEqual([]);
    expect(instances.map((one) => limitsOf(one, LARGE)?.bandwidth)).toEqual([
      ...Array(6).fill(81.92),
      undefined,
    ]);
    expect(limitsOf(cart(), { ...SMALL, shards: 5 })).toBeNull();
    expect(limitsOf(cart({ region: 'ap-shanghai' }), SMALL)).toBeNull();
  });

  it('are read a few at the same time, with progress from the first call on', async () => {
    const { reader, asked, most } = fake();
    const sizes = Array.from({ length: 40 }, (_, n) => ({ ...SMALL, shards: n + 1 }));
    const progress: (readonly [string, number, number])[] = [];
    await readSizeLimits(reader, fleet([cart()], sizes), { onProgress: (...step) => progress.push(step) });
    expect(asked).toHaveLength(40);
    expect(most()).toBe(8);
    expect(progress[0]).toEqual(['limits of sizes read', 0, 40]);
    expect(progress.at(-1)).toEqual(['limits of sizes read', 40, 40]);
    progress.length = 0;
    await readSizeLimits(reader, [], { onProgress: (...step) => progress.push(step) });
    expect(progress).toEqual([]);
  });

  const unreachable = (): never => {
    throw new RefitError('provider-unreachable', 'the host did not answer', 'check the network');
  };
  const beijing = (answer: () => Answer) => (request: Scope) =>
    request.region === 'ap-beijing' ? answer() : undefined;
  const only = (answer: Refusal | null) => (request: SizeLimitsRequest) =>
    request.size.shards === 1 ? answer : undefined;

  it.each<[string, Parameters<typeof fake>[0], notes: readonly RegExp[], calls: number, known: number]>([
    [
      'a missing permission: no more calls of that region',
      beijing(() => refusal('UnauthorizedOperation.NoCAMAuthed')),
      [/^the limits of 20 sizes .* in ap-beijing \(profile default\) .*: UnauthorizedOperation.NoCAMAuthed/],
      28,
      20,
    ],
    [
      'an unreachable provider: no more calls of that region',
      beijing(unreachable),
      [/^the limits of 20 sizes .* in ap-beijing .*: the host did not answer/],
      28,
      20,
    ],
    [
      'a size that is refused',
      only(refusal('InvalidParameterValue')),
      [
        /^the limits of 1 size .* in ap-guangzhou .*: InvalidParameterValue: says the provider$/,
        /^the limits of 1 size .* in ap-beijing/,
      ],
      40,
      38,
    ],
    [
      'an answer in an unknown form',
      only(null),
      [/^the limits of 1 size .* in ap-guangzhou .* form that Refit does not know$/, /in ap-beijing/],
      40,
      38,
    ],
    [
      'a code with control characters',
      beijing(() => refusal('Bad\u001b[31mCode')),
      [/^the limits of 20 sizes .*Code/],
      40,
      20,
    ],
  ])('are missing, with a note, after %s', async (_, answer, expected, calls, known) => {
    const { reader, asked } = fake(answer);
    const sizes = Array.from({ length: 20 }, (_, n) => ({ ...SMALL, shards: n + 1 }));
    const instances = [cart(), cart({ region: 'ap-beijing' })];
    const { limitsOf, notes } = await readSizeLimits(reader, fleet(instances, sizes));
    const texts = notes.map((note) => textOf(note));
    expect(texts.join(' ')).not.toContain('\u001b');
    expect(texts).toEqual(expected.map((one) => expect.stringMatching(one)));
    expect(asked.length).toBeLessThanOrEqual(calls);
    expect(instances.flatMap((one) => sizes.filter((size) => limitsOf(one, size) !== null))).toHaveLength(
      known,
    );
  });

  it('stop the command if the keys are refused', async () => {
    const error = new RefitError('credentials-refused', 'the keys are refused', '');
    const { reader, asked } = fake(() => {
      throw error;
    });
    const sizes = Array.from({ length: 40 }, (_, n) => ({ ...SMALL, shards: n + 1 }));
    await expect(readSizeLimits(reader, fleet([cart()], sizes))).rejects.toBe(error);
    expect(asked.length).toBeLessThanOrEqual(8);
  });
});
