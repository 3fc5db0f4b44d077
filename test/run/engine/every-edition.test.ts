// Goal: a fleet of every edition is priced and carried out: prepaid and postpaid, some multi-zone, some shrinking. Every step
// ends verified, each bill matches its quote, and planning refuses an impossible change.
import { describe, expect, it } from 'vitest';
import { EDITIONS } from '../../../src/model.ts';
import { holds } from '../holds.ts';
import { type Run, setStage } from '../stage.ts';

const ZONES = ['ap-guangzhou-4', 'ap-guangzhou-6', 'ap-guangzhou-7'];
const COPIES = 14;

/** The change that the plan makes to an instance. A tag selects it. */
type Change = 'grow' | 'shrink' | 'wider' | 'copied' | 'spread' | 'gathered' | 'both';

interface Member {
  readonly id: string;
  readonly edition: string;
  readonly tags: { readonly change: Change };
  readonly [member: string]: unknown;
}

/** Each edition in turn, with a change that it supports. One in twenty is multi-zone, one in ten shrinks. */
function fleet(): Member[] {
  const members: Member[] = [];
  for (let copy = 0; copy < COPIES; copy++) {
    for (const { name, type, architecture } of EDITIONS) {
      const n = members.length;
      const legacy = type <= 5;
      const cluster = architecture === 'cluster';
      const fixed = type === 2 || type === 3 || type === 5;
      const multi = !legacy && n % 20 === 7;
      const change: Change =
        n % 10 === 3
          ? 'shrink'
          : multi
            ? copy % 2 === 0
              ? 'spread'
              : 'gathered'
            : cluster && copy % 4 === 1
              ? 'wider'
              : cluster && copy % 4 === 2
                ? 'both'
                : !fixed && copy % 4 === 3
                  ? 'copied'
                  : 'grow';
      members.push({
        id: `crs-every${String(n).padStart(4, '0')}`,
        edition: name,
        zone: legacy ? 'ap-guangzhou-3' : ZONES[n % ZONES.length]!,
        memoryPerShard: change === 'shrink' ? 16_384 : 4096,
        shards: cluster ? 3 : 1,
        ...(change === 'shrink' ? { usedTotal: cluster ? 12_000 : 4000 } : {}),
        replicas: type === 3 || type === 5 ? 0 : type === 2 ? 1 : multi ? 2 : 1,
        replicaZones: multi ? ['ap-guangzhou-3', 'ap-guangzhou-4'] : [],
        // CKV is sold prepaid only.
        billing: type === 3 || type === 4 || copy % 2 === 0 ? 'prepaid' : 'postpaid',
        tags: { change },
      });
    }
  }
  // Changes from and to the trial size, which is no multiple of 1,024.
  const trial = { edition: 'redis-5.0-standard', zone: 'ap-guangzhou-7', replicas: 1 };
  members.push(
    { ...trial, id: 'crs-trialout', memoryPerShard: 256, tags: { change: 'grow' } },
    { ...trial, id: 'crs-trial2in', memoryPerShard: 1024, usedTotal: 40, tags: { change: 'shrink' } },
    { ...trial, id: 'crs-trialpre', memoryPerShard: 256, billing: 'prepaid', tags: { change: 'grow' } },
  );
  return members;
}

const PLAN = `
onBlocked: skip
guards: { shrink: allow }
targets:
  - { select: { tags: { change: grow } }, memoryPerShard: { grow: 25%, roundTo: sold } }
  - { select: { tags: { change: shrink } }, exclude: [crs-trial2in], memoryPerShard: 8GB }
  - { instance: crs-trial2in, memoryPerShard: 256MB }
  - { select: { tags: { change: wider } }, shards: 5 }
  - { select: { tags: { change: copied } }, replicas: 2 }
  - { select: { tags: { change: spread } }, replicas: 3, zones: [ap-guangzhou-7] }
  - { select: { tags: { change: gathered } }, replicas: 1 }
  - { select: { tags: { change: both } }, memoryPerShard: 8GB, shards: 5 }
execution: { inFlight: 60 }`;

/** The editions with a verified step. */
function verifiedEditions(run: Run): Set<string> {
  return new Set(run.report.steps.filter(({ outcome }) => outcome === 'verified').map((one) => one.edition));
}

/** Memory, shards and replicas of an order, with a dash for each omitted value. */
function orderedSize(name: string): string {
  const { architecture, dimensions } = EDITIONS.find((one) => one.name === name)!;
  const replicas = (dimensions as readonly string[]).includes('replicas') ? 'n' : '-';
  return `n MB x ${architecture === 'cluster' ? 'n' : '-'}, ${replicas}`;
}

describe('a fleet of every edition', () => {
  it('is priced and resized completely, and each bill matches its quote', async () => {
    const members = fleet();
    const stage = await setStage({ fleet: members, plan: PLAN, price: true, balance: 100_000_000 });
    const share = (changes: readonly Change[]) =>
      members.filter(({ tags }) => changes.includes(tags.change)).length / members.length;
    expect(share(['spread', 'gathered'])).toBeGreaterThan(0.03);
    expect(share(['shrink'])).toBeGreaterThan(0.09);
    expect(stage.saved.blocked).toEqual([]);

    const run = await stage.run();
    holds(stage, run);
    const { totals, steps } = run.report;
    expect({ ...totals, verified: 0 }).toEqual({
      verified: 0,
      failed: 0,
      refused: 0,
      drifted: 0,
      skipped: 0,
      unknown: 0,
      'not-run': 0,
    });
    expect(totals.verified).toBe(steps.length);
    expect(verifiedEditions(run)).toEqual(new Set(EDITIONS.map(({ name }) => name)));
    expect(new Set(steps.map(({ instance }) => instance)).size).toBe(members.length);
    const billed = steps.filter(({ quote, billed }) => quote?.basis === 'once' && billed !== null);
    expect(billed.length).toBeGreaterThan(50);
    for (const { id, quote, billed: bill } of billed)
      if (quote!.estimated === undefined) expect([id, bill!.amount]).toEqual([id, quote!.amount]);
    expect(run.report.money.bills.differs).toBe(0);
    // Each order has only the dimensions of its edition.
    const editions = new Map(members.map(({ id, edition }) => [id, edition]));
    for (const { instance, size } of stage.cloud.arrivals)
      expect([editions.get(instance), size.replace(/\d+/g, 'n')]).toEqual([
        editions.get(instance),
        orderedSize(editions.get(instance)!),
      ]);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
  });

  it('is refused with a code and a fix for each impossible change', async () => {
    const edition = (name: string, n: number, more: object = {}) => ({
      id: `crs-cannot${String(n).padStart(2, '0')}`,
      edition: name,
      zone: 'ap-guangzhou-3',
      memoryPerShard: 4096,
      ...more,
    });
    const stage = await setStage({
      fleet: [
        { ...edition('redis-6.2-standard', 0), zone: 'ap-guangzhou-4' },
        edition('redis-2.8-standard', 1),
        edition('redis-2.8-standalone', 2),
        edition('ckv-3.2-standard', 3),
        edition('redis-4.0-standard', 4),
        edition('valkey-9.0-standard', 5),
        {
          ...edition('redis-7.0-standard', 6),
          replicas: 2,
          replicaZones: ['ap-guangzhou-4', 'ap-guangzhou-6'],
        },
        { ...edition('memcached-1.6-cluster', 7), shards: 3, usedTotal: 11_000 },
      ],
      plan: `
onBlocked: skip
guards: { shrink: allow }
targets:
  - { instance: crs-cannot00, memoryPerShard: 8GB }
  - { instance: crs-cannot01, replicas: 2 }
  - { instance: crs-cannot02, replicas: 1 }
  - { instance: crs-cannot03, replicas: 2 }
  - { instance: crs-cannot04, memoryPerShard: 8GB }
  - { instance: crs-cannot05, memoryPerShard: 256MB }
  - { instance: crs-cannot06, replicas: 3 }
  - { instance: crs-cannot07, memoryPerShard: 2GB }`,
    });
    expect(
      stage.saved.blocked.map(({ instance, findings }) => [instance.slice(-2), findings[0]!.code]),
    ).toEqual([
      ['01', 'InvalidParameterValue.UnSupportedType'],
      ['02', 'InvalidParameterValue.UnSupportedType'],
      ['03', 'InvalidParameterValue.UnSupportedType'],
      ['04', 'ResourceUnavailable.SaleOut'],
      ['05', 'InvalidParameterValue.MemSizeNotInRange'],
      ['06', 'InvalidParameter.InvalidParameter'],
      ['07', 'InvalidParameterValue.ReduceCapacityNotAllowed'],
    ]);
    for (const { findings } of stage.saved.blocked) expect(findings[0]!.fix).not.toBe(null);
    const run = await stage.run();
    holds(stage, run);
    expect(run.report.totals.verified).toBe(1);
    expect(run.report.blocked).toHaveLength(7);
  });
});
