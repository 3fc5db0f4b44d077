/** Plans from recommendations: valid, in waves, with what each target was made from, and harmless with any name. */
import { describe, expect, it } from 'vitest';
import {
  type Instance,
  RECOMMENDATIONS_FORMAT,
  type Recommendation,
  type Recommendations,
} from '../../src/model.ts';
import { parsePlan } from '../../src/plan/parse/parse-plan.ts';
import { DEFAULT_RULES, DEFAULT_SIZING } from '../../src/recommend/default-sizing.ts';
import { withEstimate } from '../../src/recommend/estimate-cost.ts';
import { recommendFor } from '../../src/recommend/recommend.ts';
import { toPlan } from '../../src/recommend/to-plan.ts';
import { indexOffers } from '../../src/rules/is-sold.ts';
import { CATALOGUE, instance, NOW } from '../plan/fixtures/small-fleet.ts';
import { type History, historyOf } from './history.ts';

const PLAN = { name: 'rightsizing', schema: null, next: 'refit plan rightsizing.yaml' };

/** Advice for an instance with this history. */
function advice(is: Partial<Instance>, history: History | null): Recommendation {
  const advising = { sizing: DEFAULT_SIZING, sold: indexOffers(CATALOGUE), now: NOW };
  return recommendFor(instance(is), history && historyOf(history), advising);
}

function all(recommendations: readonly Recommendation[]): Recommendations {
  return {
    ...{ format: RECOMMENDATIONS_FORMAT, at: new Date(NOW).toISOString(), sizing: null },
    ...{ rules: DEFAULT_RULES, recommendations, notRunning: 0 },
  };
}

const GROWS = advice({ id: 'crs-aaaa0001', name: 'cart' }, { memory: 11_000 });
const SHRINKS = advice({ id: 'crs-aaaa0002', name: 'search' }, { memory: 3000 });
const UNKNOWN = advice({ id: 'crs-aaaa0003' }, null);

/** The plan of a text, which must be valid. */
function planOf(text: string | null) {
  const { plan, findings } = parsePlan(text!, 'plan.yaml');
  expect(findings, text!).toEqual([]);
  return plan!;
}

describe('a plan of recommendations', () => {
  it('has a target with its reason for each change, growth first, in waves', () => {
    const text = toPlan(all([SHRINKS, GROWS, UNKNOWN]), PLAN)!;
    expect(text).toMatchInlineSnapshot(`
      "# Made by refit recommend at 2026-11-05T02:00:00.000Z, by the default rules.
      # 2 instances of 3 would change: 12 GB more billed memory.
      # Not in this plan: 1 insufficient-data.
      # Remove the targets that you do not want, then run:
      #   refit plan rightsizing.yaml
      version: 1
      name: rightsizing
      # change: CHG-20481      # the change ticket, shown in every report
      # owner: dba-oncall      # who is responsible
      defaults: { region: ap-guangzhou }
      targets:
        # grow, 1 instance: memory that will be too small
        # cart: 4 GB × 3 shards × 1 replica -> 8 GB × 3 shards × 1 replica
        #   grow: the fullest shard needs up to 3,667 MB within 14 days, 89.5% of its memory
        #   672 of 672 hours of 28 days; peak 89.5% at 2026-10-08 02:00 UTC; confidence high
        #   adds 24 GB of billed memory
        - { instance: crs-aaaa0001, memoryPerShard: 8GB }
        # shrink, 1 instance: less holds what is needed
        # search: 4 GB × 3 shards × 1 replica -> 2 GB × 3 shards × 1 replica
        #   shrink: the fullest shard needs at most 1,000 MB within 30 days, 48.8% of 2 GB
        #   672 of 672 hours of 28 days; peak 24.4% at 2026-10-08 02:00 UTC; confidence medium
        #   saves 12 GB of billed memory
        - { instance: crs-aaaa0002, memoryPerShard: 2GB }
      guards:
        shrink: allow # 1 target above gets smaller; the provider still demands 1.3 times the memory in use
      waves: # a wave starts when every step of the one before has ended
        - { name: grow, take: 1 }
        - { name: shrink, take: rest }
      "
    `);
    const plan = planOf(text);
    expect(plan.targets.map(({ match }) => match)).toEqual(
      ['crs-aaaa0001', 'crs-aaaa0002'].map((id) => ({ kind: 'instance', instance: id })),
    );
    expect(plan.waves.map(({ name }) => name)).toEqual(['grow', 'shrink']);
    expect(plan.guards.shrink).toBe('allow');
  });

  it('permits no smaller sizes if it has none, and needs no waves then', () => {
    const plan = planOf(toPlan(all([GROWS]), PLAN));
    expect(plan.guards.shrink).toBe('deny');
    expect(plan.waves.map(({ name }) => name)).toEqual(['all']);
  });

  it('is not written if nothing should change', () => {
    expect(toPlan(all([UNKNOWN]), PLAN)).toBeNull();
    expect(toPlan(all([]), PLAN)).toBeNull();
  });

  it('names region and profile where they are not those of most targets', () => {
    const other = advice(
      { id: 'crs-aaaa0004', region: GROWS.region, profile: 'retail', name: '' },
      { memory: 11_000 },
    );
    const third = { ...GROWS, instance: 'crs-aaaa0005' };
    const text = toPlan(all([other, GROWS, third, { ...GROWS, profile: 'twice' }]), PLAN)!;
    planOf(text);
    expect(text).toContain('  - { instance: crs-aaaa0004, profile: retail, memoryPerShard:');
    expect(text.match(/instance: crs-aaaa0001/g)).toHaveLength(1);
  });

  it('says the cost, and whether it is an estimate', () => {
    const price = { amount: 50, currency: 'CNY' };
    expect(toPlan(all([withEstimate(SHRINKS, price)]), PLAN)).toMatch(
      /saves [\d.,]+ GB of billed memory, about ¥[\d.,]+ a month less \(by price\.perGigabyteMonth\)/,
    );
    const quoted = { ...GROWS, monthly: { amount: price, source: 'provider' as const } };
    expect(toPlan(all([quoted]), PLAN)).toContain('of billed memory, ¥50.00 a month more');
  });

  it.each([
    'a\nversion: 2',
    'a\r- { instance: crs-bbbb0001 }',
    '\u2028targets: []',
    '\u202ecart',
    '# x',
    '*a &b !!str',
    '\'"`$(rm -rf)',
    '\u0000\u001b[31m',
    'x'.repeat(5_000),
    ' ',
  ])('stays the same plan with the name %j', (name) => {
    const text = toPlan(all([{ ...GROWS, name }, SHRINKS]), PLAN)!;
    expect(planOf(text).targets).toHaveLength(2);
    expect(text).toMatch(/^[\x20-\x7e…×¥\n]*$/);
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThan(200);
  });

  it('leaves out what no plan can name', () => {
    const hostile = [
      { ...GROWS, instance: 'crs-1, shards: 64' },
      { ...GROWS, region: 'x }\n' },
      { ...GROWS, profile: 'a b' },
    ];
    expect(toPlan(all(hostile), PLAN)).toBeNull();
    expect(planOf(toPlan(all([...hostile, GROWS]), PLAN)).targets).toHaveLength(1);
  });
});
