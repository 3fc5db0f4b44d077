// Each case is a faulty line and its fix, and the plan with the fix has no finding.
import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../src/plan/parse/parse-plan.ts';
import { remedy, withLines, withTarget } from './pictures.ts';

const find = (text: string) => parsePlan(text, 'plan.yaml').findings.map(remedy);

/** A plan with `key: value` at the right level. */
function planWith(key: string, value: string): string {
  switch (key) {
    case 'memoryPerShard':
    case 'shards':
    case 'replicas':
      return withTarget(`- { instance: crs-5qlrlhux, ${key}: ${value} }`);
    case 'instance':
    case 'region':
    case 'profile':
      return withTarget(
        `- { instance: crs-5qlrlhux, shards: 8, ${key}: ${value} }`.replace(
          /instance: crs-5qlrlhux, (.*instance)/,
          '$1',
        ),
      );
    case 'grow':
    case 'atLeast':
      return withTarget(`- { select: { all: true }, memoryPerShard: { ${key}: ${value} } }`);
    case 'select':
      return withTarget(`- { select: ${value}, shards: 8 }`);
    case 'regions':
    case 'editions':
    case 'env':
      return withTarget(
        key === 'env'
          ? `- { select: { tags: { env: ${value} } }, shards: 8 }`
          : `- { select: { ${key}: ${value} }, shards: 8 }`,
      );
    case 'take':
      return withLines(`waves: [{ name: a, take: ${value} }]`);
    case 'failed':
      return withLines(`execution: { haltWhen: { failed: ${value} } }`);
    case 'inFlight':
    case 'requestsPerSecond':
    case 'patience':
    case 'switch':
      return withLines(`execution: { ${key}: ${value} }`);
    case 'targets':
    case 'cost':
    case 'shrink':
      return withLines(`guards: { ${key}: ${value} }`);
    default:
      return withLines(`${key}: ${value}`);
  }
}

describe('the fix for', () => {
  it.each([
    ['memoryPerShard', '4G', '4GB'],
    ['memoryPerShard', '4GiB', '4GB'],
    ['memoryPerShard', '4 GB', '4GB'],
    ['memoryPerShard', '4gb', '4GB'],
    ['memoryPerShard', '1.5GB', '1536MB'],
    ['memoryPerShard', '1TB', '1024GB'],
    ['memoryPerShard', '512M', '512MB'],
    ['memoryPerShard', '8 G B', '8GB'],
    ['memoryPerShard', '"4096"', '4096'],
    ['shards', '"8"', '8'],
    ['instance', 'CRS-5QLRLHUX', 'crs-5qlrlhux'],
    ['grow', '25 %', '25%'],
    ['grow', '2G', '2GB'],
    ['atLeast', '8G', '8GB'],
    ['regions', 'ap-guangzhou', '[ap-guangzhou]'],
    ['select', 'tags.env=prod', '{ tags: { env: prod } }'],
    ['select', '"tags.env=prod,stage"', '{ tags: { env: [prod, stage] } }'],
    ['select', 'name=cart-*', '{ name: "cart-*" }'],
    ['select', 'region=ap-guangzhou', '{ regions: [ap-guangzhou] }'],
    ['env', '1', '"1"'],
    ['env', 'true', '"true"'],
    ['take', '10 %', '10%'],
    ['take', '"2"', '2'],
    ['failed', '2', '"> 2"'],
    ['failed', '"2"', '"> 2"'],
    ['targets', '40%', '"<= 40%"'],
    ['cost', '120000 CNY', '"<= 120000 CNY"'],
    ['expires', '48', '48h'],
    ['expires', '2 days', '2d'],
    ['expires', '1h30m', '90m'],
    ['expires', '1.5h', '90m'],
    ['expires', '2w', '14d'],
    ['patience', '3', '3m'],
    ['patience', '3min', '3m'],
    ['switch', 'nwo', 'now'],
    ['onBlocked', 'skp', 'skip'],
    ['inFlight', '"30"', '30'],
    ['change', '20481', '"20481"'],
    ['change', '0123', '"0123"'],
    ['env', '1.10', '"1.10"'],
    ['owner', '1.0', '"1.0"'],
    ['grow', '1.5x', '50%'],
    ['grow', '2x', '100%'],
    ['grow', 'x1.25', '25%'],
    ['grow', '+50%', '50%'],
    ['grow', '+2GB', '2GB'],
    ['atLeast', '2 x used', '2x used'],
    ['atLeast', '2xused', '2x used'],
    ['take', 'all', 'rest'],
    ['take', '10 percent', '10%'],
    ['failed', '"5% of wave"', '"> 5% of wave"'],
    ['failed', '"> 5% of waves"', '"> 5% of wave"'],
    ['failed', '"> 5%of run"', '"> 5% of run"'],
    ['failed', '"=> 2"', '">= 2"'],
    ['targets', '"=< 5"', '"<= 5"'],
    ['targets', '"<= 40% of fleet"', '"<= 40%"'],
    ['cost', '"<= 120,000 CNY"', '"<= 120000 CNY"'],
    ['cost', '"<=120000cny"', '"<= 120000 CNY"'],
    ['region', 'ap-guangzhou-3', 'ap-guangzhou'],
    ['region', 'AP_Guangzhou', 'ap-guangzhou'],
    ['region', 'guangzhou', 'ap-guangzhou'],
    ['region', 'gz', 'ap-guangzhou'],
    ['instance', 'crs_5qlrlhux', 'crs-5qlrlhux'],
    ['instance', '5qlrlhux', 'crs-5qlrlhux'],
    ['finishBy', '2026-11-10 05:00:00 +0800', '2026-11-10T05:00:00+08:00'],
  ])('%s: %s is %s', (key, written, fixed) => {
    expect(find(planWith(key, written))).toEqual([`${key}: ${fixed}`]);
    expect(find(planWith(key, fixed))).toEqual([]);
  });

  it.each([
    ['expires', '3 months', 'expires: 48h'],
    ['patience', '0.7s', 'patience: 3m'],
    ['requestsPerSecond', '50', 'requestsPerSecond: 18'],
    ['finishBy', '2026-11-10T05:00:00', 'finishBy: 2026-11-10T05:00:00+08:00'],
  ])('%s: %s is not guessed: Refit shows an example', (key, written, example) => {
    expect(find(planWith(key, written))).toEqual([`example: ${example}`]);
  });

  it.each([
    ['memoryPerShard', '', '4GB'],
    ['replicas', 'two', '2'],
    ['grow', '0%', '25%'],
    ['regions', '[]', '[ap-guangzhou, ap-shanghai]'],
    ['take', '0%', '1'],
    ['take', '101%', '1'],
    ['failed', '">= 0"', '"> 0"'],
    ['cost', '120000', '"<= 120000 CNY"'],
    ['shrink', 'no', 'deny'],
    ['expires', '0h', '48h'],
    ['patience', '180000ms', '3m'],
    ['onBlocked', 'fail', 'refuse'],
  ])('%s: %s is not guessed, and the example is valid: %s', (key, written, example) => {
    expect(find(planWith(key, written))).toEqual([`example: ${key}: ${example}`]);
    expect(find(planWith(key, example))).toEqual([]);
  });

  it.each([
    ['failed', '5%', ['"> 5% of wave"', '"> 5% of run"']],
    ['failed', '"> 5%"', ['"> 5% of wave"', '"> 5% of run"']],
    ['failed', '">= 2.5 %"', ['">= 2.5% of wave"', '">= 2.5% of run"']],
  ])('%s: %s lacks its base, and the fix names each base', (key, written, fixes) => {
    expect(find(planWith(key, written))).toEqual([fixes.map((fix) => `${key}: ${fix}`).join(', or ')]);
    for (const fix of fixes) expect(find(planWith(key, fix))).toEqual([]);
  });

  it.each(['haltWhen', 'gate'])(
    'a threshold of a wave in %s lacks its base: it can only be the wave',
    (key) => {
      const text = (failed: string) =>
        withLines(`waves: [{ name: a, take: rest, ${key}: { failed: ${failed} } }]`);
      expect(find(text('"> 5%"'))).toEqual(['failed: "> 5% of wave"']);
      expect(find(text('"> 5% of wave"'))).toEqual([]);
    },
  );

  it.each(['alow', 'allowed', 'yes', 'true'])('shrink: %s never gets the fix that permits', (written) => {
    expect(find(planWith('shrink', written))).toEqual(['example: shrink: deny']);
  });

  it.each([
    ['Mon–Fri 09:00–18:00', 'Mon-Fri 09:00-18:00'],
    ['Mon-Fri 9:00-18:00', 'Mon-Fri 09:00-18:00'],
    ['monday to friday 09:00 to 18:00', 'Mon-Fri 09:00-18:00'],
    ['Weekdays 0900~1800', 'Mon-Fri 09:00-18:00'],
    ['* 01:00-05:00', 'daily 01:00-05:00'],
    ['01:00-05:00', 'daily 01:00-05:00'],
    ['Sat/Sun 01：00-02：00', 'Sat,Sun 01:00-02:00'],
  ])('the window %s is %s', (written, fixed) => {
    const text = (window: string) => withLines(`windows: { timezone: Asia/Shanghai, allow: ["${window}"] }`);
    expect(find(text(written))).toEqual([`"${fixed}"`]);
    expect(find(text(fixed))).toEqual([]);
  });

  it.each([
    ['2026/11/10', '2026-11-10'],
    ['20261110', '2026-11-10'],
    ['2026-11-10 - 2026-11-12', '2026-11-10..2026-11-12'],
  ])('the freeze %s is %s', (written, fixed) => {
    const text = (day: string) =>
      withLines(`windows: { timezone: Asia/Shanghai, allow: ["Mon 01:00-02:00"], freeze: [${day}] }`);
    expect(find(text(written))).toEqual([`"${fixed}"`]);
    expect(find(text(`"${fixed}"`))).toEqual([]);
  });

  it('an edition is the closest name, or a list of all', () => {
    expect(find(planWith('editions', '[redis-6.2-clustre]'))).toEqual(['redis-6.2-cluster']);
    expect(find(planWith('editions', '[oracle]'))[0]).toMatch(
      /^one of redis-2\.8-standard, .*memcached-1\.6-cluster$/,
    );
  });

  it.each([
    ['ownr', 'did you mean owner?'],
    ['on_blocked', 'did you mean onBlocked?'],
    ['ticket', 'did you mean change?'],
    ['wavse', 'did you mean waves?'],
    ['inFlight', 'move it under execution'],
    ['shrink', 'move it under guards'],
    ['region', 'move it under defaults'],
    ['regoin', 'did you mean region, under defaults?'],
    ['concurrency', 'did you mean inFlight, under execution?'],
    ['memory_per_shard', 'did you mean memoryPerShard, under targets?'],
    ['title', 'did you mean name?'],
    ['"na\u200bme"', 'did you mean name?'],
    [
      'zzzzzz',
      'remove it; known keys: version, name, change, owner, expires, finishBy, defaults, onBlocked, targets, guards, waves, approvals, terraform, spread, schedule, windows, hooks, notify, execution',
    ],
  ])('the unknown key %s: %s', (key, fix) => {
    expect(find(withLines(`${key}: 1`))).toEqual([fix]);
  });

  it('reports a misspelled key as unknown and not also as missing', () => {
    expect(find('version: 1\nnmae: test\ntargets:\n  - { instance: crs-5qlrlhux, memory: 4GB }\n')).toEqual([
      'did you mean name?',
      'did you mean memoryPerShard?',
    ]);
  });

  it('reports only the version for a plan in another format version', () => {
    const { findings } = parsePlan('version: 2\nname: test\nphases: []\n', 'plan.yaml');
    expect(findings.map((one) => [one.message, remedy(one)])).toEqual([
      ['the version of the plan is 2; this version of refit reads: 1', 'version: 1'],
    ]);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'the word %s has no special meaning',
    (word) => {
      expect(find(planWith('onBlocked', word))).toEqual(['example: onBlocked: refuse']);
      expect(find(planWith(word, '1'))).toHaveLength(1);
    },
  );
});
