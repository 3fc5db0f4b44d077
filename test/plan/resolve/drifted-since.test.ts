// Goal: a second review of a saved plan lists each instance that differs from the plan, and no other.
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
const findingsFor = (now: Inventory) =>
  driftedSince(saved, 'saved.json', now).map(
    ({ code, instance, message }) => `${code} ${instance}: ${message}`,
  );

describe('a saved plan against the fleet as it is now', () => {
  it('has no finding if nothing has changed', () => {
    expect(saved.steps.length).toBe(1);
    expect(findingsFor(fleet())).toEqual([]);
  });

  it.each<[string, Partial<Instance>, RegExp]>([
    ['does not exist any more', { id: 'crs-00000009' }, /does not exist any more/],
    [
      'is visible only to other keys',
      { profile: 'retail' },
      /does not exist any more, or these keys cannot see it/,
    ],
    ['has another size', { size: size(16_384) }, /has 16 GB.* now, and had 4 GB/],
    [
      'has another edition',
      { edition: 'redis-6.2-standard' },
      /has edition redis-6\.2-standard now, and had redis-5\.0-standard/,
    ],
    ['has another billing mode', { billing: 'prepaid' }, /is prepaid now, and was postpaid/],
    ['is processing', { status: 'processing' }, /is processing now, not running/],
    ['has a task in progress', { task: '012' }, /is as planned, but a task is in progress on it: 012/],
    ['has an unpaid order', { unpaidOrder: '4711' }, /is as planned, but order 4711 for it is not paid/],
  ])('has a finding for an instance that %s', (_, is, text) => {
    const [only, ...others] = findingsFor(fleet(is));
    expect(others).toEqual([]);
    expect(only).toMatch(/^Refit\.DriftedSince crs-00000001: /);
    expect(only).toMatch(text);
  });

  it.each<[string, Partial<Offer>, RegExp]>([
    ['the edition is sold out', { soldOut: true }, /redis-5\.0-standard is sold out in ap-guangzhou-3/],
    ['the zone is sold out', { zoneSoldOut: true }, /everything is sold out in ap-guangzhou-3/],
    ['the size is no longer sold', { memoryPerShard: [4096] }, /memoryPerShard 8GB is no longer sold/],
    ['nothing is sold for it', { zone: 'ap-guangzhou-9' }, /nothing is sold for redis-5\.0-standard/],
  ])('has a finding if %s', (_, sold, text) => {
    const [only] = findingsFor(fleet({}, sold));
    expect(only).toMatch(/^Refit\.SoldOutSince crs-00000001: /);
    expect(only).toMatch(text);
  });

  it('gives the location in the plan, and the command to type', () => {
    const [finding] = driftedSince(saved, 'saved.json', fleet({ status: 'isolated' }));
    expect(finding).toMatchObject({ location: { line: 5 }, fix: 'refit plan plan.yaml -o saved.json' });
  });
});
