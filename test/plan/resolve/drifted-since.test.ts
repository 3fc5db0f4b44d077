// Goal: whoever reviews a saved plan again is told of each instance that is no longer as the plan wants it, and of no other.
import { describe, expect, it } from 'vitest';
import type { Instance, Inventory, Offer } from '../../../src/model.ts';
import { draftPlan, finishPlan } from '../../../src/plan/make-plan.ts';
import { parsePlan } from '../../../src/plan/parse/parse-plan.ts';
import { driftedSince } from '../../../src/plan/resolve/drifted-since.ts';
import { sealedPlan } from '../fixtures/sealed-plan.ts';
import { inventory, NOW, offer, size, standard } from '../fixtures/small-fleet.ts';

const OFFER: Partial<Offer> = { edition: 'redis-5.0-standard', shards: [1] };
const fleet = (is: Partial<Instance> = {}, sold: Partial<Offer> = {}): Inventory => {
  const read = inventory([standard({ id: 'crs-00000001', ...is }), standard({ id: 'crs-00000002' })]);
  return { ...read, catalogue: { ...read.catalogue, offers: [offer({ ...OFFER, ...sold })] } };
};

const { plan } = parsePlan(
  'version: 1\nname: p\ndefaults: { region: ap-guangzhou }\ntargets:\n  - { instance: crs-00000001, memoryPerShard: 8GB }\n',
  'plan.yaml',
);
const saved = sealedPlan(
  finishPlan(draftPlan(plan!, fleet(), NOW), { quotes: null, now: NOW, saveAs: null }),
);
const told = (now: Inventory) =>
  driftedSince(saved, 'saved.json', now).map(
    ({ code, instance, message }) => `${code} ${instance}: ${message}`,
  );

describe('a saved plan against the fleet as it is now', () => {
  it('has nothing to tell where everything is as it was', () => {
    expect(saved.steps.length).toBe(1);
    expect(told(fleet())).toEqual([]);
  });

  it.each<[string, Partial<Instance>, RegExp]>([
    ['is gone', { id: 'crs-00000009' }, /is no longer there/],
    ['is seen by other keys', { profile: 'retail' }, /is no longer there, or not to be seen with these keys/],
    ['has another size', { size: size(16_384) }, /is 16GB.* now, and was 4GB/],
    ['is of another edition', { edition: 'redis-6.2-standard' }, /is of edition redis-6\.2-standard now/],
    ['is paid otherwise', { billing: 'prepaid' }, /is prepaid now, and was postpaid/],
    ['is in process', { status: 'processing' }, /is processing now, not running/],
    ['has a task under way', { task: 'task 012 is running' }, /is as it was, and task 012 is running/],
    ['has an order to be paid', { unpaidOrder: '4711' }, /order 4711 for it waits to be paid/],
  ])('tells that an instance %s', (_, is, what) => {
    const [only, ...others] = told(fleet(is));
    expect(others).toEqual([]);
    expect(only).toMatch(/^Refit\.DriftedSince crs-00000001: /);
    expect(only).toMatch(what);
  });

  it.each<[string, Partial<Offer>, RegExp]>([
    ['the edition is sold out', { soldOut: true }, /redis-5\.0-standard is sold out in ap-guangzhou-3/],
    ['the zone is sold out', { zoneSoldOut: true }, /everything is sold out in ap-guangzhou-3/],
    ['the size is sold no longer', { memoryPerShard: [4096] }, /memoryPerShard 8GB is no longer sold/],
    ['nothing is sold for it', { zone: 'ap-guangzhou-9' }, /nothing is sold for redis-5\.0-standard/],
  ])('tells that %s', (_, sold, what) => {
    const [only] = told(fleet({}, sold));
    expect(only).toMatch(/^Refit\.SoldOutSince crs-00000001: /);
    expect(only).toMatch(what);
  });

  it('says where in the plan it stands, and what to type', () => {
    const [finding] = driftedSince(saved, 'saved.json', fleet({ status: 'isolated' }));
    expect(finding).toMatchObject({ location: { line: 5 }, fix: 'refit plan plan.yaml -o saved.json' });
  });
});
