/** "Plan these": the plan that opens selects exactly the instances that the page showed, or the page says that it cannot. */
import { describe, expect, it } from 'vitest';
import { inventoryOf } from '../../bench/inventory.ts';
import type { FleetFilter } from '../../src/operations/fleet/filter-fleet.ts';
import { createFleetColumns } from '../../src/operations/fleet/fleet-columns.ts';
import { createFleetQuery } from '../../src/operations/fleet/query-fleet.ts';
import { selectorOf } from '../../src/operations/fleet/selector-of-filter.ts';
import { selectorPlan } from '../../src/operations/plans/selector-plan.ts';
import { parsePlan } from '../../src/plan/parse/parse-plan.ts';
import { matcher } from '../../src/plan/resolve/match-selector.ts';

const NOTHING: FleetFilter = {
  ...{ text: '', profile: [], region: [], zone: [], edition: [], status: [], type: [], tags: [], use: null },
};
const REGIONS = ['ap-shanghai', 'ap-guangzhou'];
const INSTANCES = inventoryOf(500).instances.map((one, at) =>
  at % 9 === 0 ? { ...one, tags: { ...one.tags, 'a: b': '{x}', yes: 'no' } } : one,
);
const FLEET = createFleetColumns();
for (const one of INSTANCES) FLEET.add(one);

describe('a plan from the fleet', () => {
  it.each<[string, Partial<FleetFilter>]>([
    ['every instance', {}],
    ['a region', { region: ['ap-shanghai'] }],
    ['a tag', { tags: ['app=cart'] }],
    ['values of a tag, and another tag', { tags: ['app=cart', 'app=feed', 'tier=gold'] }],
    ['a tag that YAML could take for something else', { tags: ['a: b={x}', 'yes=no'] }],
    ['an edition and a status', { edition: ['redis-5.0-cluster'], status: ['running'] }],
    ['an account', { profile: ['default'] }],
    ['a glob of names', { text: 'cart-*' }],
  ])('selects what the page showed: %s', (_, some) => {
    const filter = { ...NOTHING, ...some };
    const shown = createFleetQuery(FLEET).find(filter, { by: 'id', isDown: false });
    const select = JSON.stringify(selectorOf(filter, REGIONS));
    const text = selectorPlan({ region: null, profile: 'retail', ids: [], select }, 'these');
    const { plan, findings } = parsePlan(text, 'these.yaml');
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    const { match } = plan!.targets[0]!;
    expect(plan!.defaults.profile).toBe('retail');
    const matches = match.kind === 'select' ? matcher(match.select) : () => null;
    const selected = INSTANCES.filter((one) => matches(one) === null).map(({ id }) => id);
    expect(selected).toEqual(Array.from(shown, (row) => FLEET.ids[row]));
    expect(selected.length).toBeGreaterThan(0);
  });

  it.each<[string, Partial<FleetFilter>]>([
    ['a part of a name', { text: 'cart' }],
    ['a zone', { zone: ['ap-shanghai-4'] }],
    ['an architecture', { type: ['cluster'] }],
    ['memory in use', { use: { from: 50, to: 70 } }],
    ['a tag with any value', { tags: ['app'] }],
    ['a tag that was cut', { tags: [`app=${'x'.repeat(200)}…`] }],
    ['two accounts', { profile: ['default', 'retail'] }],
    ['an edition that is not known', { edition: ['unrecognised'] }],
  ])('has no words for %s', (_, some) => {
    expect(selectorOf({ ...NOTHING, ...some }, REGIONS)).toBeNull();
  });

  it.each(['x: 1', 'a b', '\n', '../x', 'x'.repeat(65)])('takes no profile %j', (profile) => {
    expect(() => selectorPlan({ region: null, profile, ids: [], select: null }, 'these')).toThrow(/profile/);
  });
});
