import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOf } from '../../../src/messages/messages.ts';
import type { Inventory, Plan } from '../../../src/model.ts';
import { globMatches } from '../../../src/plan/resolve/match-selector.ts';
import { resolve } from '../../../src/plan/resolve/resolve.ts';
import { scopesOf } from '../../../src/plan/resolve/scopes.ts';
import { indexOffers } from '../../../src/rules/is-sold.ts';
import {
  GB,
  instance,
  inventory,
  plan,
  relative,
  select,
  size,
  standard,
  target,
} from '../fixtures/small-fleet.ts';

const cart1 = instance({ id: 'crs-cart0001', name: 'cart-1', tags: { env: 'prod', tier: 'gold' } });
const cart2 = instance({ id: 'crs-cart0002', name: 'cart-2', tags: { env: 'prod', tier: 'silver' } });
const cart3 = instance({
  id: 'crs-cart0003',
  name: 'cart-33',
  region: 'ap-shanghai',
  zone: 'ap-shanghai-3',
  tags: { env: 'test' },
});
const feed = standard({ id: 'crs-feed0001', name: 'feed', tags: { env: 'prod', resize: 'never' } });
const gone = standard({ id: 'crs-gone0001', name: 'gone', status: 'isolated' });
// Not sorted by id, because the provider may list them in any order.
const FLEET = inventory([feed, cart3, cart2, gone, cart1]);
const other = standard({ id: 'other-1234abcd', name: 'other', tags: { env: 'prod' } });
const to8 = { memoryPerShard: 8 * GB };

function resolved(given: Plan, from: Inventory = FLEET) {
  return resolve(given, from, indexOffers(from.catalogue));
}

/** The instances that become targets, and the codes: `cart0001 cart0002 | Refit.NoMatch`. */
function picture(given: Plan, from?: Inventory): string {
  const { targets, blocked, findings } = resolved(given, from);
  const ids = targets.map((one) => one.instance.id.replace('crs-', ''));
  const codes = [...findings, ...blocked.flatMap((one) => one.findings)].map(({ code }) => code);
  return [ids.join(' '), ...codes].join(' | ');
}

describe('a target reaches', () => {
  // biome-ignore format: one line a case
  it.each([
    ['an id', target('crs-feed0001', to8), 'feed0001'],
    ['an id in another region than the target says', target('crs-cart0003', to8, { region: 'ap-guangzhou' }), ' | ResourceNotFound.InstanceNotExists'],
    ['an id that does not exist', target('crs-none0001', to8, { region: 'ap-guangzhou' }), ' | ResourceNotFound.InstanceNotExists'],
    ['an id in a region that was not read', target('crs-none0001', to8, { region: 'ap-beijing' }), ' | Refit.NotRead'],
    ['an id as a profile that was not read', target('crs-feed0001', to8, { profile: 'retail' }), ' | Refit.NotRead'],
    ['everything, by id', target(select(), to8), 'cart0001 cart0002 cart0003 feed0001 gone0001'],
    ['a tag', target(select({ tags: { env: ['prod'] } }), to8), 'cart0001 cart0002 feed0001'],
    ['a tag with alternatives', target(select({ tags: { tier: ['gold', 'silver'] } }), to8), 'cart0001 cart0002'],
    ['two tags: both must hold', target(select({ tags: { env: ['prod'], tier: ['gold'] } }), to8), 'cart0001'],
    ['a key that every object has is no tag', target(select({ tags: { constructor: ['x'] } }), to8), ' | Refit.NoMatch'],
    ['a name with a star', target(select({ name: 'cart-*' }), to8), 'cart0001 cart0002 cart0003'],
    ['a name with a question mark', target(select({ name: 'cart-?' }), to8), 'cart0001 cart0002'],
    ['regions', target(select({ regions: ['ap-shanghai'] }), to8), 'cart0003'],
    ['two regions, one of which was not read', target(select({ regions: ['ap-shanghai', 'ap-beijing'] }), to8), 'cart0003 | Refit.NotRead'],
    ['editions', target(select({ editions: ['redis-5.0-standard'] }), to8), 'feed0001 gone0001'],
    ['status', target(select({ status: ['isolated'] }), to8), 'gone0001'],
    ['ids, one of which does not exist', target(select({ ids: ['crs-cart0001', 'crs-none0001'] }), to8), 'cart0001 | ResourceNotFound.InstanceNotExists'],
    ['ids, narrowed by a tag', target(select({ ids: ['crs-cart0001', 'crs-feed0001'], tags: { tier: ['gold'] } }), to8), 'cart0001'],
    ['a tag without those excluded by tag and by id', target(select({ tags: { env: ['prod'] } }), to8, { exclude: [select({ tags: { resize: ['never'] } }), select({ ids: ['crs-cart0002'] })] }), 'cart0001'],
    ['all of them excluded', target(select({ tags: { tier: ['gold'] } }), to8, { exclude: [select()] }), ' | Refit.NoMatch'],
    ['an empty selector selects nothing rather than everything', target({ ...select(), all: false }, to8), ' | Refit.NoMatch'],
  ])('%s', (_, one, expected) => {
    expect(picture(plan([one]))).toBe(expected);
  });

  // biome-ignore format: one line a case
  it.each([
    ['by a tag that both have', target(select({ tags: { env: ['prod'] } }), to8), 'cart0001 | Refit.OtherId', 'warning'],
    ['by its name alone', target(select({ name: 'other' }), to8), ' | Refit.OtherId | Refit.NoMatch', 'warning error'],
    ['and excludes it', target(select(), to8, { exclude: [select({ name: 'other' })] }), 'cart0001', ''],
  ])('no instance with the id of another product, if a selector matches it %s', (_, one, expected, severities) => {
    const fleet = inventory([other, cart1]);
    expect(picture(plan([one]), fleet)).toBe(expected);
    const { findings } = resolved(plan([one]), fleet);
    expect(findings.map(({ severity }) => severity).join(' ')).toBe(severities);
    for (const { code, message } of findings)
      if (code === 'Refit.OtherId')
        expect(message).toBe('1 instance that the selector matches can never be a target, because the id does not begin with crs-: other-1234abcd');
  });

  it('takes the region and profile from defaults if the target has none', () => {
    const given = { ...plan([target(select(), to8)]), defaults: { region: 'ap-shanghai', profile: null } };
    expect(picture(given)).toBe('cart0003');
    expect(picture({ ...given, defaults: { region: null, profile: 'retail' } })).toBe(' | Refit.NotRead');
  });

  it('names the id that a missing one most likely misspells', () => {
    const missing = (id: string) =>
      resolved(plan([target(id, to8, { region: 'ap-guangzhou' })])).blocked[0]!.findings[0]!;
    expect(missing('crs-cart0010')).toMatchObject({
      message: 'crs-cart0010 does not exist in ap-guangzhou; did you mean crs-cart0001?',
      fix: 'instance: crs-cart0001',
    });
    expect(missing('crs-zzzz9999').message).toBe('crs-zzzz9999 does not exist in ap-guangzhou');
  });

  it('names the region in which a missing id exists', () => {
    const [blocked] = resolved(plan([target('crs-cart0003', to8, { region: 'ap-guangzhou' })])).blocked;
    expect(blocked?.findings[0]?.fix).toContain('ap-shanghai');
  });

  it('only warns about a selector without a match with onBlocked: skip', () => {
    const given = plan([target(select({ name: 'nobody' }), to8)], { onBlocked: 'skip' });
    expect(resolved(given).findings.map(({ severity }) => severity)).toEqual(['warning']);
  });
});

describe('several targets for one instance', () => {
  const two = (a: Parameters<typeof target>[1], b: Parameters<typeof target>[1]) =>
    plan([target('crs-cart0001', a, { line: 3 }), target(select({ name: 'cart-1' }), b, { line: 9 })]);

  it('are merged if they name different dimensions', () => {
    expect(resolved(two(to8, { shards: 5 })).targets.map(({ to }) => to)).toEqual([size(8 * GB, 5)]);
  });

  it('are merged if they result in the same size', () => {
    const given = two(to8, { memoryPerShard: relative({ grow: { percent: 100 } }) });
    expect(resolved(given).targets.map(({ to }) => to)).toEqual([size(8 * GB, 3)]);
  });

  it('are a conflict that names both locations if they differ', () => {
    const [blocked] = resolved(two(to8, { memoryPerShard: 16 * GB })).blocked;
    expect(blocked?.findings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'Refit.Conflict: two targets give crs-cart0001 different sizes: memoryPerShard 8GB at plan.yaml:3 and 16GB at plan.yaml:9',
    ]);
  });

  it('are a conflict if one requests the present size', () => {
    expect(picture(two(to8, { memoryPerShard: 4 * GB }))).toBe(' | Refit.Conflict');
  });

  it('are a conflict if they reach it by different profiles, because both would order', () => {
    const from = inventory([cart1, { ...cart1, profile: 'retail' }], {
      scopes: ['default', 'retail'].map((profile) => ({ region: 'ap-guangzhou', profile })),
    });
    const given = plan([target('crs-cart0001', to8), target('crs-cart0001', to8, { profile: 'retail' })]);
    expect(picture(given, from)).toBe(' | Refit.Conflict');
  });
});

describe('an instance that already has its size', () => {
  it('is unchanged, with the reason', () => {
    const given = plan([
      target('crs-cart0001', { memoryPerShard: 4 * GB, replicas: 1 }),
      target('crs-cart0002', { memoryPerShard: relative({ grow: { percent: 50 }, atMost: 3 * GB }) }),
    ]);
    expect(resolved(given).unchanged.map(({ reason }) => textOf(reason))).toEqual([
      'already 4 GB × 3 shards × 1 replica',
      '4 GB + 50% = 6 GB; at most 3 GB; never below the present 4 GB',
    ]);
  });
});

describe('the scopes of a plan', () => {
  it('are every region and profile that a target names, each once', () => {
    const given = plan([
      target('crs-aaaa0001', to8, { region: 'ap-guangzhou' }),
      target('crs-aaaa0002', to8, { region: 'ap-shanghai', profile: 'retail' }),
      target(select({ regions: ['ap-guangzhou', 'ap-shanghai'] }), to8),
      target('crs-aaaa0003', to8),
    ]);
    const { scopes, findings } = scopesOf(given, { region: 'ap-beijing', profile: null });
    expect(scopes.map(({ region, profile }) => `${region} ${profile}`)).toEqual([
      'ap-guangzhou default',
      'ap-shanghai retail',
      'ap-shanghai default',
      'ap-beijing default',
    ]);
    expect(findings).toEqual([]);
  });

  it('give a finding if no target, plan or command line names a region', () => {
    const { scopes, findings } = scopesOf(plan([target('crs-aaaa0001', to8, { line: 7 })]), {
      region: null,
      profile: null,
    });
    expect([scopes.length, findings[0]?.code, findings[0]?.location?.line]).toEqual([0, 'Refit.NoRegion', 7]);
  });
});

describe('a glob', () => {
  // biome-ignore format: one line a case
  it.each([
    ['cart-*', 'cart-', true],
    ['cart-*', 'acart-1', false],
    ['*cart', 'a-cart', true],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b*', 'xxbxxaxx', false],
    ['?', '\u{1F600}', true],     // one character, two code units
    ['??', 'a', false],
    ['a.b', 'axb', false],        // no regular expression
    ['*', '', true],
    ['', 'a', false],
  ])('%s against %s: %s', (glob, text, is) => {
    expect(globMatches(glob, text)).toBe(is);
  });

  it('agrees with the same pattern as a regular expression', () => {
    const letters = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 8 });
    fc.assert(
      fc.property(letters('ab*?'), letters('ab'), (glob, text) => {
        const expression = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(globMatches(glob, text)).toBe(expression.test(text));
      }),
      { verbose: true },
    );
  });
});

describe('a size by the memory in use', () => {
  const twice = relative({ atLeast: { timesUsed: 2 }, roundTo: 'sold' });
  const sizeOf = (given: Plan, fleet: Inventory) => {
    const { targets, unchanged, blocked, toMeasure } = resolved(given, fleet);
    return {
      to: targets.map(({ to }) => to),
      unchanged: unchanged.map(({ reason }) => textOf(reason)),
      blocked: blocked.flatMap(({ findings }) => findings.map(({ code }) => code)),
      toMeasure: toMeasure.map(({ id }) => id),
    };
  };
  const nothing = { to: [], unchanged: [], blocked: [], toMeasure: [] };
  const used = (total: number, fullestShard: number | null) => ({
    total,
    fullestShard,
    source: 'the monitor',
    readAt: '2026-11-05T02:00:00.000Z',
  });
  const busy = (is = {}) => inventory([instance({ id: 'crs-busy0001', used: used(12_000, 5000), ...is })]);
  const byUse = target('crs-busy0001', { memoryPerShard: twice });

  it('depends on the fullest shard', () => {
    expect(sizeOf(plan([byUse]), busy())).toEqual({ ...nothing, to: [size(12 * GB, 3)] });
  });

  it('counts the new number of shards, in whatever target it is', () => {
    const shards = target('crs-busy0001', { shards: 5 }, { line: 9 });
    for (const targets of [
      [byUse, shards],
      [shards, byUse],
    ])
      expect(sizeOf(plan(targets), busy())).toEqual({ ...nothing, to: [size(8 * GB, 5)] });
  });

  it('keeps a size that is enough, and shows the numbers', () => {
    expect(sizeOf(plan([byUse]), busy({ used: used(3000, 1200) })).unchanged).toEqual([
      'at least 2 x 1,200 MB in use in the fullest shard = 2,400 MB; the present 4 GB is enough; in use 3,000 MB, 1,200 MB in the fullest shard (the monitor, read 2026-11-05T02:00:00Z)',
    ]);
  });

  it.each([
    ['nothing was read', null],
    ['the fullest shard was not', used(12_000, null)],
  ])('is blocked and must be measured if %s', (_, memory) => {
    expect(sizeOf(plan([byUse]), busy({ used: memory }))).toEqual({
      ...nothing,
      blocked: ['Refit.UsedUnknown'],
      toMeasure: ['crs-busy0001'],
    });
  });

  it('needs no measurement if the provider would refuse every size', () => {
    expect(sizeOf(plan([byUse]), busy({ used: null, status: 'isolated' }))).toEqual({
      ...nothing,
      blocked: ['ResourceUnavailable.InstanceStatusAbnormal'],
    });
  });

  it('conflicts with another size for the same instance', () => {
    const other = target('crs-busy0001', { memoryPerShard: 8 * GB }, { line: 9 });
    expect(sizeOf(plan([byUse, other]), busy()).blocked).toEqual(['Refit.Conflict']);
  });
});
