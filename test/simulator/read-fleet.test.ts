import { describe, expect, it } from 'vitest';
import { RefitError } from '../../src/errors.ts';
import { readFleetFile } from '../../src/simulator/fleet/accounts.ts';
import { defaultFleet } from '../../src/simulator/fleet/default-fleet.ts';

const readFleet = (text: string) => readFleetFile(text)[0]!.fleet;

describe('a fleet file', () => {
  it('needs only an id', () => {
    expect(readFleet('[{"id":"crs-aaaa1111"}]')).toMatchObject([
      {
        id: 'crs-aaaa1111',
        name: 'crs-aaaa1111',
        region: 'ap-guangzhou',
        zone: 'ap-guangzhou-4',
        type: 8,
        memoryPerShard: 4096,
        shards: 1,
        replicas: 1,
        billing: 'postpaid',
        status: 'running',
      },
    ]);
  });
  it('accepts an edition name or a type, takes the region from the zone, and gives clusters three shards', () => {
    expect(
      readFleet('[{"id":"crs-aaaa1111","zone":"ap-shanghai-4","edition":"valkey-8.0-cluster"}]'),
    ).toMatchObject([{ region: 'ap-shanghai', type: 20, shards: 3 }]);
    expect(readFleet('[{"id":"crs-aaaa1111","region":"ap-chengdu","type":3}]')).toMatchObject([
      { zone: 'ap-chengdu-1', type: 3, replicas: 1, billing: 'prepaid' },
    ]);
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['nonsense', /not JSON/],
    ['{}', /not an array/],
    ['[1]', /instance 1: is not an object/],
    ['[{}]', /id is/],
    ['[{"id":"crs-short"}]', /id is "crs-short"/],
    ['[{"id":"crs-aaaa1111"},{"id":"crs-aaaa1111"}]', /twice/],
    ['[{"id":"crs-aaaa1111","memory":4096}]', /unknown member "memory"/],
    ['[{"id":"crs-aaaa1111","edition":"redis-9"}]', /edition is/],
    ['[{"id":"crs-aaaa1111","edition":"redis-5.0-cluster","type":8}]', /is type 9, not 8/],
    ['[{"id":"crs-aaaa1111","shards":3}]', /shards is 3/],
    ['[{"id":"crs-aaaa1111","zone":"ap-shanghai-4","region":"ap-guangzhou"}]', /not in region/],
    ['[{"id":"crs-aaaa1111","usedTotal":5000}]', /usedTotal is 5000/],
    ['[{"id":"crs-aaaa1111","status":"happy"}]', /status is "happy"/],
    ['[{"id":"crs-aaaa1111","tags":{"app":1}}]', /tags/],
    ['[{"id":"crs-aaaa1111","replicaZones":["ap-shanghai-4"]}]', /replicaZones/],
    ['[{"id":"crs-aaaa1111","task":"12"}]', /task is "12"/],
  ];
  for (const [text, message] of wrong) {
    it(`refuses ${text} and names the wrong member`, () => {
      expect(() => readFleet(text)).toThrow(message);
      expect(() => readFleet(text)).toThrow(RefitError);
    });
  }
});

describe('the default fleet', () => {
  const fleet = defaultFleet(60, 1);

  it('is the same for the same seed, and starts with the smaller fleet', () => {
    expect(defaultFleet(60, 1)).toEqual(fleet);
    expect(defaultFleet(25, 1)).toEqual(fleet.slice(0, 25));
    expect(defaultFleet(60, 2)).not.toEqual(fleet);
  });
  it('covers both regions and many editions, and is mostly running', () => {
    const distinct = (key: 'region' | 'zone' | 'type' | 'billing' | 'status'): number =>
      new Set(fleet.map((one) => one[key])).size;
    expect(distinct('region')).toBe(2);
    expect(distinct('zone')).toBeGreaterThan(5);
    expect(distinct('type')).toBeGreaterThan(10);
    expect(distinct('billing')).toBe(2);
    expect(fleet.filter(({ status }) => status === 'running').length).toBeGreaterThan(50);
    expect(distinct('status')).toBe(3);
  });
  it('has names that are harmful without escaping', () => {
    const names = fleet.map(({ name }) => name).join('\n');
    for (const harm of ['<img', '\u001b[', '=HYPERLINK', '| pipe']) expect(names).toContain(harm);
  });
  it('has ids in the provider’s format', () => {
    expect(new Set(fleet.map(({ id }) => id)).size).toBe(60);
    for (const { id } of fleet) expect(id).toMatch(/^crs-[a-z0-9]{8}$/);
  });
});
