// Goal: a change of the replicas of a multi-zone instance names the right nodes, or gives the reason why not.
import { describe, expect, it } from 'vitest';
import { textOf } from '../../../src/messages/messages.ts';
import type { Instance, InstanceNode } from '../../../src/model.ts';
import { draftPlan, finishPlan } from '../../../src/plan/make-plan.ts';
import { sealedPlan } from '../fixtures/sealed-plan.ts';
import { inventory, NOW, offer, plan, READ_AT, size, standard, target } from '../fixtures/small-fleet.ts';

const GB = 1024;

/** `M3 R3 R4`: a master in zone 3, replicas in zones 3 and 4, with numbers from 1. */
function nodes(picture: string): InstanceNode[] {
  return picture
    .split(' ')
    .filter((one) => one !== '')
    .map((one, index) => ({
      id: one[0] === 'M' ? null : index,
      role: one[0] === 'M' ? 'master' : 'replica',
      zone: { code: `ap-guangzhou-${one[1]}`, number: 100_000 + Number(one[1]) },
    }));
}

const SOLD = [3, 4].map((n) =>
  offer({ edition: 'redis-5.0-standard', zone: `ap-guangzhou-${n}`, shards: [1] }),
);

function planned(picture: string, to: number, zones?: string[], is: Partial<Instance> = {}) {
  const list = nodes(picture);
  const replicas = list.length === 0 ? 2 : list.length - 1;
  const instance = standard({ nodes: list, size: size(4 * GB, 1, replicas), ...is });
  const fleet = inventory([instance]);
  const given = plan([target(instance.id, { replicas: to }, zones ? { zones } : {})], {
    defaults: { region: 'ap-guangzhou', profile: null },
    guards: { targets: null, shrink: 'allow', cost: null },
  });
  const draft = draftPlan(
    given,
    { ...fleet, catalogue: { ...fleet.catalogue, readAt: READ_AT, offers: SOLD } },
    NOW,
  );
  return finishPlan(draft, { quotes: null, now: NOW, saveAs: null });
}

/** `add 4 4`, `remove 2@4`, or the code that blocks. */
function picture(...given: Parameters<typeof planned>): string {
  const review = planned(...given);
  const change = review.plan.steps[0]?.nodes;
  if (review.verdict === 'blocked') return review.findings[0]!.code;
  if (!change) return 'no nodes';
  const short = (code: string) => code.slice('ap-guangzhou-'.length);
  return change.kind === 'add'
    ? `add ${change.zones.map(({ code }) => short(code)).join(' ')}`
    : `remove ${change.nodes.map(({ id, zone }) => `${id}@${short(zone.code)}`).join(' ')}`;
}

const Z = (n: number) => `ap-guangzhou-${n}`;

describe('the nodes of a change of replicas', () => {
  // biome-ignore format: one line a case
  it.each<[string, Parameters<typeof planned>, string]>([
    ['an instance in one zone needs none', ['', 3], 'no nodes'],
    ['one zone for one replica', ['M3 R4', 2, [Z(4)]], 'add 4'],
    ['a zone for each', ['M3 R4', 3, [Z(3), Z(4)]], 'add 3 4'],
    ['a shorter list repeats from the start', ['M3 R4', 4, [Z(4), Z(3)]], 'add 4 3 4'],
    ['the first zones of a longer list', ['M3 R4', 2, [Z(4), Z(3)]], 'add 4'],
    ['from the zone with the most nodes', ['M3 R4 R4', 1], 'remove 2@4'],
    ['the master counts as a node of its zone, and is never removed', ['M3 R3 R4', 1], 'remove 1@3'],
    ['of two equal zones, that of the master', ['M4 R3 R4 R3', 2], 'remove 2@4'],
    ['one after the other, each from the zone that then has the most nodes', ['M3 R3 R4 R4 R4', 1], 'remove 4@4 1@3 3@4'],
    ['from the named zones', ['M3 R3 R4', 1, [Z(4)]], 'remove 2@4'],
    ['from them in turn, without those that have none left', ['M3 R3 R4 R4', 1, [Z(3), Z(4)]], 'remove 1@3 3@4'],
    ['... in turn', ['M3 R3 R4 R4', 0, [Z(3), Z(4)]], 'InvalidParameterValue.SpecNotExist'],
    ['adding without a zone gets the refusal of the provider', ['M3 R4', 2], 'InvalidParameter.InvalidParameter'],
    ['a zone for an instance in one zone', ['', 3, [Z(4)]], 'Refit.Zones'],
    ['a zone of another region', ['M3 R4', 2, ['ap-shanghai-4']], 'Refit.Zones'],
    ['a zone with an unknown number', ['M3 R4', 2, [Z(9)]], 'Refit.Zones'],
    ['a zone without a replica to remove', ['M3 R4 R4', 1, [Z(3)]], 'Refit.Zones'],
    ['a zone with too few of them', ['M3 R3 R4 R4', 1, [Z(3)]], 'Refit.Zones'],
    ['a list of nodes that does not match the size', ['M3 R4', 3, [Z(4)], { size: size(4 * GB, 1, 2) }], 'Refit.Zones'],
    ['a zone in which the edition is not sold', ['M3 R4', 2, [Z(5)]], 'InvalidParameterValue.SpecNotExist'],
  ])('%s', (_, given, expected) => {
    expect(picture(...given)).toBe(expected);
  });

  it('have their reason in the precondition that a person approves', () => {
    expect(textOf(planned('M3 R4 R4', 1).plan.preconditions[0]!.reason!)).toBe(
      'replica 2 in ap-guangzhou-4 is removed because that zone has the most nodes (2 of 3)',
    );
  });

  it('are requested with a fix that lists the zones that sell the edition', () => {
    expect(planned('M3 R4', 2).findings[0]!.fix).toBe(
      'zones: [ap-guangzhou-3] beside replicas; available: ap-guangzhou-3, ap-guangzhou-4',
    );
  });

  it('are sealed: other nodes give the same plan another digest', () => {
    const digest = (zone: number) => sealedPlan(planned('M3 R4', 2, [Z(zone)])).digest;
    expect(digest(4)).not.toBe(digest(3));
  });

  it('come from all targets, which must not name different zones for one instance', () => {
    const instance = standard({ nodes: nodes('M3 R4') });
    const one = (zones?: string[]) => target(instance.id, { replicas: 2 }, zones ? { zones } : {});
    const verdict = (...targets: ReturnType<typeof one>[]) => {
      const given = plan(targets, { defaults: { region: 'ap-guangzhou', profile: null } });
      const fleet = inventory([instance]);
      const sold = { ...fleet, catalogue: { ...fleet.catalogue, offers: SOLD } };
      const review = finishPlan(draftPlan(given, sold, NOW), { quotes: null, now: NOW, saveAs: null });
      return review.findings[0]?.code ?? review.verdict;
    };
    expect(verdict(one([Z(4)]), one())).toBe('ready');
    expect(verdict(one([Z(4)]), one([Z(4)]))).toBe('ready');
    expect(verdict(one([Z(4)]), one([Z(3)]))).toBe('Refit.Conflict');
  });
});
