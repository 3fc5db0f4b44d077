import { describe, expect, it } from 'vitest';
import type { PlanWave, Take, WaveFrom } from '../../../src/model.ts';
import { assignInstances, type Choosable } from '../../../src/plan/waves/waves.ts';

/** `1` takes one, `'10%'` a tenth, `'rest'` what is left. */
function waves(...takes: readonly (number | string)[]): PlanWave[] {
  const take = (one: number | string): Take =>
    one === 'rest'
      ? { kind: 'rest' }
      : typeof one === 'number'
        ? { kind: 'count', count: one }
        : { kind: 'percent', percent: Number.parseFloat(one) };
  return takes.map((one, i) => ({ name: `w${i + 1}`, take: take(one) }));
}

/** `w1:1 w2:2`: the waves and how many instances each has. */
function picture(given: readonly PlanWave[], planned: number | readonly Choosable[]): string {
  const { shares, findings } = assignInstances(given, typeof planned === 'number' ? alike(planned) : planned);
  return [
    ...shares.map(
      ({ name, members }) => `${name}:${typeof planned === 'number' ? members.length : members.join(',')}`,
    ),
    ...findings.map(({ code }) => code),
  ].join(' ');
}

function alike(count: number): Choosable[] {
  return Array.from({ length: count }, () => ({ region: 'ap-guangzhou', profile: 'default', tags: {} }));
}

describe('waves take instances', () => {
  // biome-ignore format: one line a case
  it.each([
    ['no waves: all in one', waves(), 7, 'all:7'],
    ['one, a tenth rounded up, the rest', waves(1, '10%', 'rest'), 25, 'w1:1 w2:3 w3:21'],
    ['a percentage is of all planned instances, not of those that are left', waves('50%', '50%'), 10, 'w1:5 w2:5'],
    ['10% of 10 is 1, despite binary fractions', waves('10%', 'rest'), 10, 'w1:1 w2:9'],
    ['instances that no wave takes go last, with a finding', waves(1, 2), 10, 'w1:1 w2:2 rest:7 Refit.ImplicitWave'],
    ['a wave without instances is dropped, with a finding', waves(5, 'rest', 2), 5, 'w1:5 Refit.EmptyWave Refit.EmptyWave'],
    ['more than there are', waves(100), 3, 'w1:3'],
    ['nothing planned: no wave, no finding', waves(1, 'rest'), 0, ''],
  ])('%s', (_, given, planned, expected) => {
    expect(picture(given, planned)).toBe(expected);
  });

  it('gives the last wave a name that no other wave has', () => {
    expect(
      assignInstances([{ name: 'rest', take: { kind: 'count', count: 1 } }], alike(2)).shares.at(-1)?.name,
    ).toBe('rest-2');
  });
});

describe('waves take instances by region, account or tag', () => {
  /** Instances 0 to 7: two regions in turn, the last two of another account, every third one bronze. */
  const fleet: Choosable[] = Array.from({ length: 8 }, (_, n) => ({
    region: n % 2 === 0 ? 'ap-guangzhou' : 'ap-shanghai',
    profile: n >= 6 ? 'retail' : 'default',
    tags: n % 3 === 0 ? { tier: 'bronze' } : n % 3 === 1 ? { tier: 'gold' } : {},
  }));
  const from = (take: number | string, where: WaveFrom): PlanWave[] => [{ ...waves(take)[0]!, from: where }];
  const named = (...all: PlanWave[][]): PlanWave[] =>
    all.flat().map((one, n) => ({ ...one, name: `w${n + 1}` }));
  const [guangzhou, shanghai] = [{ regions: ['ap-guangzhou'] }, { regions: ['ap-shanghai'] }];

  // biome-ignore format: one line a case
  it.each([
    ['a number of a region, the rest of all', named(from(2, shanghai), waves('rest')), 'w1:1,3 w2:0,2,4,5,6,7'],
    ['a percentage is of those that match', named(from('50%', guangzhou), waves('rest')), 'w1:0,2 w2:1,3,4,5,6,7'],
    ['region by region, each its rest', named(from('rest', guangzhou), from('rest', shanghai)), 'w1:0,2,4,6 w2:1,3,5,7'],
    ['either of two regions', named(from('rest', { regions: ['ap-guangzhou', 'ap-shanghai'] })), 'w1:0,1,2,3,4,5,6,7'],
    ['an account', named(from('rest', { profiles: ['retail'] }), waves('rest')), 'w1:6,7 w2:0,1,2,3,4,5'],
    ['a tag, with either of its values', named(from('rest', { tags: { tier: ['bronze', 'gold'] } }), waves('rest')), 'w1:0,1,3,4,6,7 w2:2,5'],
    ['every key must hold', named(from('rest', { ...shanghai, tags: { tier: ['bronze'] } }), waves('rest')), 'w1:3 w2:0,1,2,4,5,6,7'],
    ['a second wave with the same from continues where the first stopped', named(from(1, guangzhou), from(1, guangzhou), waves('rest')), 'w1:0 w2:2 w3:1,3,4,5,6,7'],
    ['one that matches nothing is dropped, with a finding', named(from(1, { regions: ['eu-frankfurt'] }), waves('rest')), 'w2:0,1,2,3,4,5,6,7 Refit.EmptyWave'],
    ['instances that no wave matches go last, with a finding', named(from('rest', guangzhou)), 'w1:0,2,4,6 rest:1,3,5,7 Refit.ImplicitWave'],
    ['a tag with the name of an object method is no tag', named(from(1, { tags: { toString: ['x'] } }), waves('rest')), 'w2:0,1,2,3,4,5,6,7 Refit.EmptyWave'],
  ])('%s', (_, given, expected) => {
    expect(picture(given, fleet)).toBe(expected);
  });
});
