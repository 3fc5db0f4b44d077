import { describe, expect, it } from 'vitest';
import type { Spread } from '../../../src/model.ts';
import { draftPlan, finishPlan } from '../../../src/plan/make-plan.ts';
import { groupOf } from '../../../src/plan/waves/spread.ts';
import { sealedPlan } from '../fixtures/sealed-plan.ts';
import { GB, instance, inventory, NOW, plan, select, standard, target } from '../fixtures/small-fleet.ts';

const by = (name: string, maxInFlight = 1): Spread => ({ by: name, maxInFlight });

describe('the group of an instance', () => {
  const one = instance({ tags: { app: 'cart', '': 'none' }, zone: 'ap-guangzhou-3', profile: 'retail' });
  it.each([
    ['tags.app', 'cart'],
    ['tags.team', null],
    ['tags.toString', null],
    ['zone', 'ap-guangzhou-3'],
    ['region', 'ap-guangzhou'],
    ['profile', 'retail'],
  ])('by %s is %s', (name, expected) => {
    expect(groupOf(by(name), one)).toBe(expected);
  });
});

describe('a plan with a spread', () => {
  const fleet = ['cart', 'cart', 'feed', null].map((app, n) =>
    standard({ id: `crs-0000000${n}`, tags: app === null ? {} : { app } }),
  );
  const review = (spread?: Spread) => {
    const given = plan([target(select(), { memoryPerShard: 8 * GB })], spread ? { spread } : {});
    return finishPlan(draftPlan(given, inventory(fleet), NOW), { quotes: null, now: NOW, saveAs: null });
  };

  it('seals the limit and the group of each instance, and warns about an instance without the tag', () => {
    const { plan: saved, findings } = review(by('tags.app'));
    expect(saved.spread).toEqual({ by: 'tags.app', maxInFlight: 1 });
    expect(saved.preconditions.map(({ group }) => group)).toEqual(['cart', 'cart', 'feed', undefined]);
    expect(findings.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      'warning Refit.SpreadUntagged',
    ]);
    expect(findings[0]!.message).toContain('1 of 4 instances without tags.app (crs-00000003)');
  });

  it('by zone needs no tag', () => {
    expect(review(by('zone')).findings).toEqual([]);
  });

  it('has another digest for another spread, and a plan without spread has none', () => {
    const without = review();
    expect('spread' in without.plan).toBe(false);
    expect(without.plan.preconditions.every((one) => !('group' in one))).toBe(true);
    const digests = [without, review(by('zone')), review(by('zone', 2)), review(by('tags.app'))];
    expect(new Set(digests.map((one) => sealedPlan(one).digest)).size).toBe(4);
  });
});
