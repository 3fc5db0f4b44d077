import { describe, expect, it } from 'vitest';
import { textOf } from '../../../src/messages/messages.ts';
import type { Instance, Message, PlanReview } from '../../../src/model.ts';
import { draftPlan, finishPlan } from '../../../src/plan/make-plan.ts';
import { parsePlan } from '../../../src/plan/parse/parse-plan.ts';
import { useQuestionsOf } from '../../../src/plan/resolve/use-questions.ts';
import { readSavedPlan } from '../../../src/plan/saved/read-saved-plan.ts';
import { encodeSavedPlan, sealPlan } from '../../../src/plan/saved/seal-plan.ts';
import { GB, instance, inventory, NOW, READ_AT, size } from '../fixtures/small-fleet.ts';
import { type Curves, filled, historyOf, useOf } from './history.ts';

const cluster = instance({ id: 'crs-00000001', size: size(4 * GB, 3) });

function parsed(sizes: string, more = '') {
  const text = `version: 1\nname: test\ndefaults: { region: ap-guangzhou }\n${more}targets:\n  - { instance: crs-00000001, ${sizes} }\n`;
  return parsePlan(text, 'plan.yaml');
}

function review(sizes: string, is: Instance, curves: Curves | null, more = '', hours?: number): PlanReview {
  const { plan, findings } = parsed(sizes, more);
  expect(findings).toEqual([]);
  const fleet = inventory([is]);
  const first = draftPlan(plan!, fleet, NOW);
  expect(first.toLookUp).toEqual([is]);
  const history = curves && historyOf(is, curves, hours);
  const use = useOf([[is, history]], useQuestionsOf(plan!));
  const draft = draftPlan(plan!, fleet, NOW, [], use);
  return finishPlan(draft, { quotes: null, now: NOW, saveAs: null });
}

const ALLOW = 'guards: { shrink: allow }\n';
const used = (total: number, fullestShard: number) => ({
  used: { total, fullestShard, source: 'test', readAt: READ_AT },
});
const to = ({ plan }: PlanReview) => plan.preconditions[0]?.target ?? null;
const reasonOf = ({ plan }: PlanReview): Message | null =>
  (plan.preconditions[0] ?? plan.unchanged[0])?.reason ?? null;

describe('memory per shard by use', () => {
  // biome-ignore format: one line a case
  it.each<[string, string, number, number]>([
    ['grows to the smallest size sold that fits', '{ fit: 65% }', 91, 8],
    ['stays where it fits already', '{ fit: 65% }', 60, 4],
    ['shrinks, if a smaller one fits', '{ fit: 65% }', 30, 2],
    ['fits exactly', '{ fit: 65% }', 65, 4],
    ['keeps to atLeast', '{ fit: 65%, atLeast: 12GB }', 91, 12],
    ['keeps to atMost', '{ fit: 10%, atMost: 16GB }', 91, 16],
    ['never gets smaller than what is too small already', '{ fit: 10%, atMost: 2GB }', 91, 4],
    ['is rounded to a size that is sold in any case', '{ fit: 65%, roundTo: sold }', 91, 8],
  ])('%s', (_, fit, share, gigabytes) => {
    const one = { ...cluster, ...used(3 * GB, GB) };
    const made = review(`memoryPerShard: ${fit}`, one, filled(one, share), ALLOW);
    expect(to(made)?.memoryPerShard ?? one.size.memoryPerShard).toBe(gigabytes * GB);
    expect(made.verdict).toBe(gigabytes === 4 ? 'no-change' : 'ready');
  });

  it('uses the statistic that the plan names', () => {
    const bursts = filled(cluster, (ago) => (ago % 100 === 0 ? 91 : 40));
    expect(to(review('memoryPerShard: { fit: 65% }', cluster, bursts))!.memoryPerShard).toBe(8 * GB);
    expect(to(review('memoryPerShard: { fit: 65%, statistic: p95 }', cluster, bursts))).toBeNull();
  });

  it('seals and says what it was made from', () => {
    const made = review(
      'memoryPerShard: { fit: 65% }',
      cluster,
      filled(cluster, (ago) => (ago === 100 ? null : 91)),
    );
    if (made.verdict !== 'ready') throw new Error(made.verdict);
    const { reason } = readSavedPlan(encodeSavedPlan(made.plan)).preconditions[0]!;
    expect(textOf(reason!)).toBe(
      'memory in use within 65%: the max of 14 d is 91% of 4 GB in the fullest shard (335 of 336 hours) at 4 GB × 3 shards × 1 replica, so at least 5,735 MB; the next size sold is 8 GB',
    );
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['another size', { size: size(2 * GB, 3) }, /another size than the instance had/],
    ['other shards', { shards: 8 }, /for 8 shards, and the instance gets 3/],
    ['a need that does not follow', { needed: 9_999 }, /does not follow from its figure/],
    ['another figure', { value: 12 }, /does not follow from its figure/],
    ['too few hours', { found: 12 }, /decides nothing/],
    ['more hours than there are', { found: 400 }, /decides nothing/],
    ['a share above all', { fit: 700 }, /Refit does not make/],
    ['an unknown resource', { of: 'disk' }, /does not know/],
    ['an unknown statistic', { statistic: 'mean' }, /does not know/],
    ['another time', { over: 7 * 86_400_000 }, /not those of its time/],
    ['a text as a number', { value: '91' }, /decides nothing/],
  ])('is refused with %s', (_, params, expected) => {
    const made = review('memoryPerShard: { fit: 65% }', cluster, filled(cluster, 91));
    if (made.verdict !== 'ready') throw new Error(made.verdict);
    const [one] = made.plan.preconditions;
    const reason = one!.reason!.params.reasons as readonly Message[];
    const forged = {
      ...made.plan,
      preconditions: [
        {
          ...one!,
          reason: {
            id: 'reason.list',
            params: { reasons: [{ ...reason[0]!, params: { ...reason[0]!.params, ...params } }] },
          },
        },
      ],
    };
    expect(() => readSavedPlan(encodeSavedPlan(sealPlan(forged as never)))).toThrow(expected);
  });

  it('counts the shards that the target will have', () => {
    const made = review('memoryPerShard: { fit: 65% }, shards: 8', cluster, filled(cluster, 91), ALLOW);
    expect(to(made)).toEqual(size(4 * GB, 8));
    expect(textOf(reasonOf(made)!)).toContain('spread over 8 shards');
  });

  it('is refused by the guard and by the rule of 1.3 x, as absolute sizes are', () => {
    const few = filled(cluster, 10);
    const denied = review('memoryPerShard: { fit: 65% }', cluster, few);
    expect(denied.findings.map(({ code }) => code)).toContain('Refit.ShrinkDenied');
    // The memory in use now is more than the history says.
    const full = { ...cluster, ...used(9 * GB, 3.2 * GB) };
    const refused = review('memoryPerShard: { fit: 65% }', full, few, ALLOW);
    expect(refused.findings.map(({ code }) => code)).toEqual([
      'InvalidParameterValue.ReduceCapacityNotAllowed',
    ]);
  });

  it('asks for the memory in use before it shrinks', () => {
    const unmeasured = { ...cluster, used: null };
    const { plan } = parsed('memoryPerShard: { fit: 65% }', ALLOW);
    const use = useOf([[unmeasured, historyOf(unmeasured, filled(unmeasured, 10))]], useQuestionsOf(plan!));
    expect(draftPlan(plan!, inventory([unmeasured]), NOW, [], use).toMeasure).toEqual([unmeasured]);
  });

  it.each([
    ['no history', null, undefined, 'only 0 of 336 hours are known'],
    ['too few hours', filled(cluster, 30), 100, 'only 100 of 336 hours are known'],
    ['gaps only', filled(cluster, () => null), undefined, 'only 0 of 336 hours are known'],
  ])('is blocked with %s, also with onBlocked: skip', (_, curves, hours, text) => {
    for (const onBlocked of ['refuse', 'skip']) {
      const made = review(
        'memoryPerShard: { fit: 65% }',
        cluster,
        curves,
        `onBlocked: ${onBlocked}\n`,
        hours,
      );
      expect(made.verdict).toBe('blocked');
      const [finding] = made.findings;
      expect(finding).toMatchObject({ code: 'Refit.UsageUnknown', severity: 'error', instance: cluster.id });
      expect(finding!.message).toContain(text);
      expect(finding!.fix).toBe('refit usage collect --region ap-guangzhou');
    }
  });

  it('cannot be absurd: a size that nobody sells is refused', () => {
    const made = review('memoryPerShard: { fit: 1% }', cluster, filled(cluster, 91));
    expect(made.verdict).toBe('blocked');
    expect(made.findings.map(({ code }) => code)).toEqual(['InvalidParameterValue.MemSizeNotInRange']);
  });

  it('shrinks an empty instance to the smallest size sold', () => {
    const empty = { ...cluster, ...used(0, 0) };
    const made = review('memoryPerShard: { fit: 65% }', empty, { ...filled(empty, 0), keys: 0 }, ALLOW);
    expect(to(made)!.memoryPerShard).toBe(GB);
  });
});

describe('shards and replicas by use', () => {
  const cpu = (share: number): Curves => ({ ...filled(cluster, 40), fullestNodeCpu: share });
  const reading = { ...cluster, readsFromReplicas: true } as const;

  // biome-ignore format: one line a case
  it.each<[string, string, Instance, Curves, number]>([
    ['more shards for CPU', 'shards: { fit: 60%, of: cpu }', cluster, cpu(95), 5],
    ['fewer shards for CPU', 'shards: { fit: 60%, of: cpu }', cluster, cpu(10), 1],
    ['not fewer than atLeast', 'shards: { fit: 60%, of: cpu, atLeast: 3 }', cluster, cpu(10), 3],
    ['not more than atMost', 'shards: { fit: 10%, of: cpu, atMost: 8 }', cluster, cpu(95), 8],
    ['traffic', 'shards: { fit: 50%, of: bandwidth }', cluster, { ...filled(cluster, 40), inShare: 10, outShare: 99 }, 8],
    ['connections', 'shards: { fit: 50%, of: connections }', cluster, { ...filled(cluster, 40), connections: 24_000, connectionsShare: 80 }, 5],
    ['memory', 'shards: { fit: 50%, of: memory }', cluster, filled(cluster, 90), 8],
    ['memory in shards of another size', 'shards: { fit: 50%, of: memory }, memoryPerShard: 8GB', cluster, filled(cluster, 90), 3],
  ])('%s', (_, sizes, one, curves, shards) => {
    const small = { ...one, ...used(GB, GB / 2) };
    const made = review(sizes, small, curves, ALLOW);
    expect(made.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(to(made)?.shards ?? one.size.shards).toBe(shards);
  });

  it('adds replicas where they serve reads', () => {
    const made = review('replicas: { fit: 60%, of: cpu }', reading, cpu(95));
    expect(to(made)!.replicas).toBe(3);
    expect(textOf(reasonOf(made)!)).toBe(
      'CPU within 60%: the max of 14 d is 95% (336 of 336 hours) at 4 GB × 3 shards × 1 replica, so at least 3 replicas',
    );
  });

  it('refuses to add them where they serve none', () => {
    const { plan } = parsed('replicas: { fit: 60%, of: cpu }');
    const draft = draftPlan(plan!, inventory([cluster]), NOW);
    expect(draft.blocked.flatMap(({ findings }) => findings.map(({ code }) => code))).toEqual([
      'Refit.NoReplicaReads',
    ]);
    expect(draft.toLookUp).toEqual([]);
  });
});

describe('the text of a size by use', () => {
  it.each([
    ['memoryPerShard: { fit: 0% }', null, 'fit: 65%'],
    ['memoryPerShard: { fit: -5% }', null, 'fit: 65%'],
    ['memoryPerShard: { fit: 101% }', null, 'fit: 65%'],
    ['memoryPerShard: { fit: 99999999% }', null, 'fit: 65%'],
    ['memoryPerShard: { fit: 65 % }', 'fit: 65%', null],
    ['memoryPerShard: { fit: 65% , grow: 25% }', 'remove one of the two', null],
    ['memoryPerShard: { fit: 65%, atLeast: 2x used }', null, 'atLeast: 4GB'],
    ['memoryPerShard: { fit: 65%, atLeast: 8GB, atMost: 4GB }', 'atMost: 8GB', null],
    ['memoryPerShard: { fit: 65%, over: 0d }', null, 'over: 14d'],
    ['memoryPerShard: { fit: 65%, over: 401d }', null, 'over: 14d'],
    ['shards: { fit: 60%, of: cpu, atLeast: 8, atMost: 3 }', 'atMost: 8', null],
    ['shards: { fit: 60%, of: disk }', null, 'of: cpu'],
    ['replicas: { fit: 60%, of: memory }', 'of: cpu', null],
    ['shards: { fit: 60% }', null, 'of: cpu'],
    [
      'memoryPerShard: { fit: 65% }, shards: { fit: 60%, of: memory }',
      'give one of the two as a number',
      null,
    ],
  ])('refuses %s with something to type', (sizes, fix, example) => {
    const { plan, findings } = parsed(sizes);
    expect(plan).toBeNull();
    expect(findings.map((one) => [one.fix, one.example, one.location?.line])).toEqual([[fix, example, 5]]);
  });

  it.each([['memoryPerShard: { grow: 25%, statistic: p99 }'], ['memoryPerShard: { grow: 25%, over: 14d }']])(
    'refuses %s, which says nothing without fit',
    (sizes) => {
      expect(parsed(sizes).findings.map(({ code }) => code)).toEqual(['Refit.MissingKey']);
    },
  );
});
