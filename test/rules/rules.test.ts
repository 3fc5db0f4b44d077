/** One line for each case: the facts, and at the end the code with which the provider would answer. */
import { describe, expect, it } from 'vitest';
import { codes } from '../../src/messages/en/codes.ts';
import { message } from '../../src/messages/messages.ts';
import type { Change, Instance, Offer } from '../../src/model.ts';
import { allRules, check } from '../../src/rules/check.ts';
import { type Facts, factsOf, type Placement } from '../../src/rules/facts.ts';
import {
  editionIsSoldOut,
  indexOffers,
  isNotSold,
  memoryIsNotListed,
  memoryIsOutOfRange,
  zoneIsSoldOut,
} from '../../src/rules/is-sold.ts';
import { reduces, usedAfter } from '../../src/rules/reduction.ts';
import { RULES } from '../../src/rules/rules.ts';
import { CATALOGUE, GB, instance, offer, READ_AT, size, standard } from '../plan/fixtures/small-fleet.ts';

type Case = readonly [name: string, facts: Partial<Facts> & { is?: Instance }, code: string | null];

const cluster = instance();
const plain = standard();
const legacy = standard({ edition: 'redis-2.8-standard', type: 2 });

const memory = (to: number, from = 4 * GB): Change => ({ dimension: 'memoryPerShard', from, to });
const shards = (to: number, from = 3): Change => ({ dimension: 'shards', from, to });
const replicas = (to: number, from = 1): Change => ({ dimension: 'replicas', from, to });
const refused = (code: string) => ({ code, message: 'no', requestId: 'req-1' });
const once = (amount: number) => ({ amount, currency: 'CNY', basis: 'once' as const, readAt: READ_AT });
const yuan = (amount: number) => ({ amount, currency: 'CNY' });
const used = (total: number, fullestShard: number | null) => ({
  total,
  fullestShard,
  source: 'test',
  readAt: READ_AT,
});

const nodes: Instance['nodes'] = [
  { id: null, role: 'master', zone: { code: 'ap-guangzhou-3', number: 100003 } },
  { id: 65537, role: 'replica', zone: { code: 'ap-guangzhou-4', number: 100004 } },
];

/** One more replica in Guangzhou 4, with the offer there. */
function placed({ offer: sold = offer() }: { offer?: Offer | null } = {}): Placement {
  return {
    nodes: { kind: 'add', zones: [{ code: 'ap-guangzhou-4', number: 100004 }] },
    problem: null,
    open: ['ap-guangzhou-3'],
    added: [{ zone: 'ap-guangzhou-4', offer: sold }],
  };
}

function facts({ is = cluster, ...rest }: Partial<Facts> & { is?: Instance }): Facts {
  return {
    id: is.id,
    region: is.region,
    instance: is,
    change: memory(8 * GB),
    elsewhere: null,
    near: null,
    offer: offer(),
    quote: null,
    balance: null,
    followsOwnStep: false,
    ...rest,
  };
}

// biome-ignore format: one line a case
const CASES: readonly Case[] = [
  ['a greater size on the list', {}, null],
  ['no right, by the answer to the price request', { quote: refused('InvalidParameter.PermissionDenied') }, 'InvalidParameter.PermissionDenied'],
  ['not authorised, by the answer to the price request', { quote: refused('UnauthorizedOperation.NoCAMAuthed') }, 'UnauthorizedOperation.NoCAMAuthed'],
  ['no right comes before a wrong size', { quote: refused('InvalidParameter.PermissionDenied'), change: memory(5 * GB) }, 'InvalidParameter.PermissionDenied'],
  ['no such instance', { instance: null, change: null }, 'ResourceNotFound.InstanceNotExists'],
  ['in process', { is: instance({ status: 'processing' }) }, 'ResourceUnavailable.InstanceStatusAbnormal'],
  ['to be initialised', { is: instance({ status: 'initialising' }) }, 'ResourceUnavailable.InstanceStatusAbnormal'],
  ['isolated', { is: instance({ status: 'isolated' }) }, 'ResourceUnavailable.InstanceStatusAbnormal'],
  ['to be deleted', { is: instance({ status: 'deleting' }) }, 'ResourceUnavailable.InstanceStatusAbnormal'],
  ['an unknown status', { is: instance({ status: 'unrecognised' }) }, 'ResourceUnavailable.InstanceStatusAbnormal'],
  ['isolated, and a wrong size too', { is: instance({ status: 'isolated' }), change: memory(5 * GB) }, 'ResourceUnavailable.InstanceStatusAbnormal'],
  ['running, with a backup in progress', { is: instance({ task: 'backup' }) }, 'ResourceUnavailable.InstanceStatusError'],
  ['the price request answers any status with StatusError', { quote: refused('ResourceUnavailable.InstanceStatusError') }, 'ResourceUnavailable.InstanceStatusError'],
  ['... also in its other spelling', { quote: refused('ResourceUnavailable.InstanceStateError') }, 'ResourceUnavailable.InstanceStatusError'],
  ['kernel too old, by the answer to the price request', { quote: refused('UnsupportedOperation.LowVersion') }, 'UnsupportedOperation.LowVersion'],
  ['nothing changes', { change: memory(4 * GB) }, 'InvalidParameter.InvalidParameter'],
  ['one more replica on a multi-zone instance, without a zone', { is: instance({ nodes }), change: replicas(2) }, 'InvalidParameter.InvalidParameter'],
  ['... with its zone', { is: instance({ nodes }), change: replicas(2), placement: placed() }, null],
  ['... in a zone that sells nothing of the edition', { is: instance({ nodes }), change: replicas(2), placement: placed({ offer: null }) }, 'InvalidParameterValue.SpecNotExist'],
  ['... in a zone where the edition is sold out', { is: instance({ nodes }), change: replicas(2), placement: placed({ offer: offer({ soldOut: true }) }) }, 'ResourceUnavailable.SaleOut'],
  ['... in a zone that is sold out as a whole', { is: instance({ nodes }), change: replicas(2), placement: placed({ offer: offer({ zoneSoldOut: true }) }) }, 'ResourceInsufficient'],
  ['... the zone of the instance comes first', { is: instance({ nodes }), change: replicas(2), offer: offer({ zoneSoldOut: true }), placement: placed({ offer: offer({ soldOut: true }) }) }, 'ResourceInsufficient'],
  ['zones that do not fit', { is: instance(), change: replicas(2), placement: { ...placed(), nodes: null, problem: message('rule.zones-in-one-zone', { id: 'crs-00000001' }) } }, 'Refit.Zones'],
  ['memory of a multi-zone instance', { is: instance({ nodes }) }, null],
  ['shards of a standard instance', { is: plain, change: shards(3, 1) }, 'InvalidParameterValue.UnSupportedType'],
  ['replicas of a standard instance', { is: plain, change: replicas(2) }, null],
  ['replicas of a 2.8 instance', { is: legacy, change: replicas(2) }, 'InvalidParameterValue.UnSupportedType'],
  ['shards of a 2.8 instance', { is: legacy, change: shards(3, 1) }, 'InvalidParameterValue.UnSupportedType'],
  ['memory of a 2.8 instance', { is: legacy }, null],
  ['nothing is sold for it', { offer: null }, 'InvalidParameterValue.SpecNotExist'],
  ['an empty list of sizes', { offer: offer({ memoryPerShard: [] }) }, 'InvalidParameterValue.SpecNotExist'],
  ['a number of shards that is not sold', { change: shards(4) }, 'InvalidParameterValue.SpecNotExist'],
  ['a number of replicas that is not sold', { change: replicas(6) }, 'InvalidParameterValue.SpecNotExist'],
  ['no replica at all', { change: replicas(0) }, 'InvalidParameterValue.SpecNotExist'],
  ['a present size that is no longer sold, and shards change', { is: instance({ size: size(3 * GB, 3) }), change: shards(5) }, null],
  ['exactly the smallest size sold', { change: memory(GB), is: instance({ used: used(300, 100) }) }, null],
  ['exactly the largest size sold', { change: memory(64 * GB) }, null],
  ['less than the smallest size sold', { change: memory(512) }, 'InvalidParameterValue.MemSizeNotInRange'],
  ['more than the largest size sold', { change: memory(65 * GB) }, 'InvalidParameterValue.MemSizeNotInRange'],
  ['the range in the spelling of the price request', { quote: refused('LimitExceeded.MemSizeNotInRange') }, 'InvalidParameterValue.MemSizeNotInRange'],
  ['the total instead of a shard: 12GB is on the list', { change: memory(12 * GB) }, null],
  ['between two sizes', { change: memory(5 * GB) }, 'LimitExceeded.InvalidMemSize'],
  ['a megabyte less than a size sold', { change: memory(8 * GB - 1) }, 'LimitExceeded.InvalidMemSize'],
  ['8 TB exactly', { is: instance({ size: size(64 * GB, 96) }), change: shards(128, 96) }, null],
  ['above 8 TB', { is: instance({ size: size(64 * GB, 96) }), change: shards(256, 96), offer: offer({ shards: [256] }) }, 'LimitExceeded'],
  ['a quota, by the answer to the price request', { quote: refused('LimitExceeded') }, 'LimitExceeded'],
  ['1.3 x the total exactly', { is: instance({ size: size(4 * GB, 1), used: used(1575, 1575) }), change: memory(2 * GB) }, null],
  ['a megabyte more in use', { is: instance({ size: size(4 * GB, 1), used: used(1576, 1576) }), change: memory(2 * GB) }, 'InvalidParameterValue.ReduceCapacityNotAllowed'],
  ['exactly 13 for 10', { is: instance({ size: size(4 * GB, 1), used: used(10, 10) }), change: memory(13), offer: offer({ memoryPerShard: [13, 4 * GB] }) }, null],
  ['the total fits, the fullest shard does not', { is: instance({ used: used(2000, 1600) }), change: memory(2 * GB) }, 'InvalidParameterValue.ReduceCapacityNotAllowed'],
  ['fewer shards, too small in all', { is: instance({ used: used(4 * GB, 1400) }), change: shards(1) }, 'InvalidParameterValue.ReduceCapacityNotAllowed'],
  ['fewer replicas do not depend on memory in use', { is: instance({ size: size(4 * GB, 3, 3), used: null }), change: replicas(1, 3) }, null],
  ['a reduction refused, by the answer to the price request', { change: memory(2 * GB), quote: refused('InvalidParameterValue.ReduceCapacityNotAllowed') }, 'InvalidParameterValue.ReduceCapacityNotAllowed'],
  ['a reduction, memory in use not read', { is: instance({ used: null }), change: memory(2 * GB) }, 'Refit.UsedUnknown'],
  ['a reduction, fullest shard not read', { is: instance({ used: used(300, null) }), change: memory(2 * GB) }, 'Refit.UsedUnknown'],
  ['... and an unpaid order: later rules are not predicted', { is: instance({ used: null, unpaidOrder: '2025' }), change: memory(2 * GB) }, 'Refit.UsedUnknown'],
  ['... and isolated: earlier rules are predicted', { is: instance({ used: null, status: 'isolated' }), change: memory(2 * GB) }, 'ResourceUnavailable.InstanceStatusAbnormal'],
  ['... but the total alone forbids it', { is: instance({ used: used(9 * GB, null) }), change: memory(2 * GB) }, 'InvalidParameterValue.ReduceCapacityNotAllowed'],
  ['one shard: the total is the fullest', { is: standard({ used: used(300, null) }), change: memory(2 * GB) }, null],
  ['growth, edition sold out', { offer: offer({ soldOut: true }) }, 'ResourceUnavailable.SaleOut'],
  ['growth, zone sold out', { offer: offer({ zoneSoldOut: true }) }, 'ResourceInsufficient'],
  ['both sold out', { offer: offer({ soldOut: true, zoneSoldOut: true }) }, 'ResourceUnavailable.SaleOut'],
  ['one more replica is growth too', { change: replicas(2), offer: offer({ soldOut: true }) }, 'ResourceUnavailable.SaleOut'],
  ['a reduction needs no stock', { change: memory(2 * GB), offer: offer({ soldOut: true, zoneSoldOut: true }) }, null],
  ['an unpaid order', { is: instance({ unpaidOrder: '2025' }) }, 'FailedOperation.PayFailed'],
  ['prepaid, one yuan too little', { is: instance({ billing: 'prepaid' }), quote: once(101), balance: yuan(100) }, 'ResourceUnavailable.AccountBalanceNotEnough'],
  ['prepaid, with exactly enough', { is: instance({ billing: 'prepaid' }), quote: once(100), balance: yuan(100) }, null],
  ['postpaid pays later', { quote: once(101), balance: yuan(100) }, null],
  ['an account in another currency decides nothing', { is: instance({ billing: 'prepaid' }), quote: once(101), balance: { amount: 1, currency: 'USD' } }, null],
  ['a type newer than this program', { is: instance({ edition: 'unrecognised', type: 99 }), offer: 'unknown' }, 'Refit.UnknownEdition'],
  ['no catalogue', { offer: 'unknown' }, 'Refit.CatalogueUnknown'],
];

describe('the first error of the provider', () => {
  it.each(CASES)('%s', (_, given, code) => {
    const errors = check(facts(given)).filter(({ severity }) => severity === 'error');
    expect(errors.map((finding) => finding.code)).toEqual(code === null ? [] : [code]);
  });
});

describe('the table', () => {
  it('has a case for each rule that a step decides', () => {
    const covered = new Set(CASES.map(([, , code]) => code));
    const decided = allRules().filter((rule) => rule.severity === 'error' && rule.check !== null);
    expect(decided.map(({ code }) => code).filter((code) => !covered.has(code))).toEqual([]);
  });

  it('explains the code of every rule, and no other', () => {
    expect(Object.keys(codes).sort()).toEqual(
      allRules()
        .map(({ code }) => code)
        .sort(),
    );
  });

  it('has the nineteen codes of the ordering action, each once', () => {
    expect(RULES).toHaveLength(19);
    expect(new Set(allRules().map(({ code }) => code)).size).toBe(allRules().length);
  });

  it('gives every error the instance and a fix', () => {
    for (const [, given, code] of CASES) {
      for (const finding of check(facts(given))) {
        expect(finding.message, String(code)).toMatch(/crs-/);
        expect(finding.fix!.length, String(code)).toBeGreaterThan(5);
      }
    }
  });
});

describe('remarks', () => {
  it('give one note, for both codes of the lock that a later step of an instance may meet', () => {
    const notes = check(facts({ followsOwnStep: true })).map(({ code, severity }) => [code, severity]);
    expect(notes).toEqual([['FailedOperation.SystemError', 'note']]);
  });

  it('give a warning for a refused price with a code that predicts nothing about the order', () => {
    const [finding] = check(facts({ quote: refused('InternalError.DbOperationFailed') }));
    expect([finding?.code, finding?.severity]).toEqual(['Refit.PriceRefused', 'warning']);
  });
});

describe('rules about what is sold', () => {
  const grows = [memory(8 * GB), memory(5 * GB), memory(512), memory(100 * GB), shards(4), replicas(6)];
  // Null: nothing is sold there. It is refused by one rule, so that stock and range say nothing about it.
  it.each([
    ['an offer that nobody knows', 'unknown', isNotSold],
    ['an offer that nobody knows', 'unknown', memoryIsOutOfRange],
    ['an offer that nobody knows', 'unknown', memoryIsNotListed],
    ['an offer that nobody knows', 'unknown', editionIsSoldOut],
    ['an offer that nobody knows', 'unknown', zoneIsSoldOut],
    ['no offer', null, memoryIsOutOfRange],
    ['no offer', null, memoryIsNotListed],
    ['no offer', null, editionIsSoldOut],
    ['no offer', null, zoneIsSoldOut],
    ['an empty list', offer({ memoryPerShard: [] }), memoryIsOutOfRange],
    ['an empty list', offer({ memoryPerShard: [] }), memoryIsNotListed],
  ] as const)('refuse nothing by %s', (_, sold, rule) => {
    for (const change of grows) expect(rule(facts({ change, offer: sold }))).toBeNull();
  });

  it('leave a size outside the range to the rule of the range', () => {
    for (const to of [512, 100 * GB]) expect(memoryIsNotListed(facts({ change: memory(to) }))).toBeNull();
    for (const to of [GB, 64 * GB]) expect(memoryIsOutOfRange(facts({ change: memory(to) }))).toBeNull();
    expect(memoryIsOutOfRange(facts({ change: shards(4000) }))).toBeNull();
    expect(memoryIsNotListed(facts({ change: shards(4) }))).toBeNull();
  });

  it.each([
    ['an unknown offer in its own zone', 'unknown' as const],
    ['no offer in its own zone', null],
    ['enough in its own zone', offer()],
  ])('name the sold-out zone of a new replica, with %s', (_, own) => {
    const placement = placed({ offer: offer({ soldOut: true, zoneSoldOut: true }) });
    const given = facts({ is: instance({ nodes }), change: replicas(2), offer: own, placement });
    expect(editionIsSoldOut(given)?.params).toMatchObject({
      zone: 'ap-guangzhou-4',
      edition: 'redis-5.0-cluster',
      before: 24 * GB,
      after: 36 * GB,
    });
    expect(zoneIsSoldOut(given)).toBeNull();
  });

  it('merge the entries of one zone: what any sells, and sold out only if every one is', () => {
    const a = offer({ memoryPerShard: [8, 2], shards: [3], replicas: [2], soldOut: true, zoneSoldOut: true });
    const b = offer({
      memoryPerShard: [4, 2],
      shards: [1],
      replicas: [1],
      soldOut: false,
      zoneSoldOut: true,
    });
    expect(indexOffers({ ...CATALOGUE, offers: [a, b] })(instance())).toEqual({
      ...offer(),
      memoryPerShard: [2, 4, 8],
      shards: [1, 3],
      replicas: [1, 2],
      soldOut: false,
      zoneSoldOut: true,
    });
  });

  it.each([
    ['nothing is known without a catalogue', [], instance(), 'unknown'],
    [
      'nothing is known of an edition newer than this program',
      [offer()],
      instance({ edition: 'unrecognised' }),
      'unknown',
    ],
    ['another billing mode sells nothing', [offer()], instance({ billing: 'prepaid' }), null],
    ['another zone sells nothing', [offer()], instance({ zone: 'ap-guangzhou-4' }), null],
  ] as const)('%s', (_, offers, one, expected) => {
    expect(indexOffers({ ...CATALOGUE, offers })(one)).toBe(expected);
  });
});

describe('the parameters of a finding', () => {
  const params = (given: Parameters<typeof facts>[0]) => check(facts(given))[0]?.params;
  const change = memory(8 * GB);

  // biome-ignore format: one line a case
  it.each([
    ['a refused price: the request and the answer', { quote: refused('LimitExceeded') }, { id: cluster.id, change, code: 'LimitExceeded', request: 'req-1', answer: 'no' }],
    ['a refused price without a prediction: the answer', { quote: refused('InternalError') }, { id: cluster.id, change, code: 'InternalError', answer: 'no' }],
    ['a missing instance: where it is', { instance: null, change: null, elsewhere: 'ap-shanghai', near: 'crs-00000002' }, { id: cluster.id, region: 'ap-guangzhou', elsewhere: 'ap-shanghai', near: 'crs-00000002' }],
    ['a low balance: both amounts', { is: instance({ billing: 'prepaid' }), quote: once(101), balance: yuan(100) }, { id: cluster.id, amount: 101, currency: 'CNY', profile: 'default', balance: 100 }],
    ['above 8 TB: the limit', { is: instance({ size: size(64 * GB, 96) }), change: shards(129, 96), offer: offer({ shards: [129] }) }, { id: cluster.id, memoryPerShard: 64 * GB, shards: 129, limit: 8192 * GB }],
    ['between two numbers of shards: both', { change: shards(4) }, { id: cluster.id, dimension: 'shards', to: 4, edition: cluster.edition, zone: cluster.zone, sold: offer().shards, near: [5, 3] }],
    ['fewer shards: the least number that fits', { is: instance({ used: used(4 * GB, 1400) }), change: shards(1) }, { id: cluster.id, fullest: false, size: 4 * GB, used: 4 * GB, needed: 5325, source: 'test', readAt: READ_AT, atLeast: { dimension: 'shards', value: 2 } }],
    ['less memory: the least that fits the fullest shard', { is: instance({ used: used(2000, 1600) }), change: memory(2 * GB) }, { id: cluster.id, fullest: true, size: 2 * GB, used: 1600, needed: 2080, source: 'test', readAt: READ_AT, atLeast: { dimension: 'memoryPerShard', value: 2080 } }],
    ['less memory: the least that fits in all', { is: instance({ used: used(6 * GB, null) }), change: memory(2 * GB) }, { id: cluster.id, fullest: false, size: 6 * GB, used: 6 * GB, needed: 7988, source: 'test', readAt: READ_AT, atLeast: { dimension: 'memoryPerShard', value: 2663 } }],
    ['memory in use not read at all', { is: instance({ used: null }), change: memory(2 * GB) }, { id: cluster.id, fullest: false }],
    ['memory in use of the fullest shard not read', { is: instance({ used: used(300, null) }), change: memory(2 * GB) }, { id: cluster.id, fullest: true }],
    ['a replica without a zone: the zones of its nodes, each once', { is: instance({ nodes: [...nodes, nodes[0]!] }), change: replicas(2) }, { id: cluster.id, change: replicas(2), zones: ['ap-guangzhou-3', 'ap-guangzhou-4'], open: [] }],
    ['sold out as a whole: no edition', { offer: offer({ zoneSoldOut: true }) }, { id: cluster.id, before: 24 * GB, after: 48 * GB, zone: 'ap-guangzhou-3', edition: null }],
  ])('%s', (_, given, expected) => {
    expect(params(given)).toEqual(expected);
  });

  it('are those of an instance of which nothing else is known', () => {
    const known = factsOf(cluster, change);
    expect(known).toEqual({ ...facts({}), offer: 'unknown', placement: null });
    const all = {
      ...known,
      elsewhere: 'ap-shanghai',
      near: 'crs-00000002',
      offer: null,
      followsOwnStep: true,
    };
    const priced = { ...all, quote: once(1), balance: yuan(1), placement: placed() };
    expect(factsOf(cluster, change, priced)).toEqual(priced);
  });
});

describe('a fix to type', () => {
  // biome-ignore format: one line a case
  it.each([
    ['a size between two', { change: memory(5 * GB) }, 'memoryPerShard: 8GB, or memoryPerShard: 4GB'],
    ['a size below all', { change: memory(512) }, 'memoryPerShard: 1GB'],
    ['a size above all', { change: memory(100 * GB) }, 'memoryPerShard: 64GB'],
    ['shards between two', { change: shards(4) }, 'shards: 5, or shards: 3'],
    ['too small a reduction', { is: instance({ used: used(6000, 2100) }), change: memory(2 * GB) }, 'memoryPerShard: { atLeast: 2730MB, roundTo: sold }, or free memory first'],
  ])('%s', (_, given, fix) => {
    expect(check(facts(given))[0]?.fix).toBe(fix);
  });
});

describe('a reduction', () => {
  it.each([
    ['less memory', memory(2 * GB), true],
    ['the same memory', memory(4 * GB), false],
    ['more memory', memory(8 * GB), false],
    ['fewer shards', shards(1), true],
    ['fewer replicas, which hold the same data', replicas(1, 2), false],
  ])('is decided for %s', (_, change, expected) => {
    expect(reduces(change)).toBe(expected);
  });
});

describe('memory in use after a change of shards', () => {
  it('keeps the fullest shard fuller by the same factor', () => {
    expect(usedAfter(used(12_000, 6000), shards(8, 2))?.fullestShard).toBe(1500);
    expect(usedAfter(used(3000, 1200), shards(1, 3))?.fullestShard).toBe(3000);
    expect(usedAfter(used(3000, 1200), memory(8 * GB))?.fullestShard).toBe(1200);
  });
});
