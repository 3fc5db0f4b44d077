import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ORDER, READS } from '../../src/cloud/wire/actions.ts';
import { explainCode, explainInstance, nearestCode } from '../../src/plan/explain.ts';
import { allRules } from '../../src/rules/check.ts';
import { COMMON_CODES } from '../run/order-code-table.ts';
import { GB, instance, inventory, plan, select, standard, target } from './fixtures/small-fleet.ts';

describe('a code', () => {
  it('is explained in any letter case', () => {
    expect(explainCode('limitexceeded.invalidmemsize')).toBe(
      [
        'LimitExceeded.InvalidMemSize (error)',
        'The memory per shard is between two sizes that are sold, but is not sold itself.',
        "  checks      the catalogue for the instance's zone, edition and billing mode",
        '  applies to  a step, before it is ordered',
        '  fix         use a size that is sold, or { atLeast: SIZE, roundTo: sold }',
        '  source      UpgradeInstance page, founding and present edition (docs/provider.md P21), read 2026-11',
        '',
      ].join('\n'),
    );
  });

  /** The error codes in the list of the ordering action. Source: docs/provider.md P21. */
  const ORDER_CODES = [
    'InvalidParameter.PermissionDenied',
    'UnauthorizedOperation.NoCAMAuthed',
    'InvalidParameterValue.MemSizeNotInRange',
    'LimitExceeded.InvalidMemSize',
    'InvalidParameterValue.ReduceCapacityNotAllowed',
    'ResourceNotFound.InstanceNotExists',
    'ResourceUnavailable.AccountBalanceNotEnough',
    'ResourceUnavailable.InstanceStatusAbnormal',
    'ResourceUnavailable.InstanceStatusError',
    'FailedOperation.PayFailed',
    'FailedOperation.SystemError',
    'FailedOperation.Unknown',
    'InvalidParameter.InvalidParameter',
    'InvalidParameterValue.SpecNotExist',
    'InvalidParameterValue.UnSupportedType',
    'LimitExceeded',
    'ResourceInsufficient',
    'ResourceUnavailable.SaleOut',
    'UnsupportedOperation.LowVersion',
  ];

  it.each(ORDER_CODES)('that answers an order is explained: %s', (code) => {
    const page = explainCode(code)?.split('\n') ?? [];
    expect(page[0]).toMatch(new RegExp(`^${code.replaceAll('.', '\\.')} \\((error|note)\\)$`));
    for (const part of ['checks', 'fix', 'source'])
      expect(page.find((line) => line.startsWith(`  ${part}`))?.length).toBeGreaterThan(20);
    expect(page.find((line) => line.startsWith('  source'))).toMatch(
      /docs\/provider\.md P21\b|docs\/provider\.md P23\b/,
    );
    expect(page.at(-2)).toMatch(/, read 2026-11$/);
  });

  it('that decides what a run does is explained, even if no plan predicts it', () => {
    const table = readFileSync('src/run/decide/after-refusal.ts', 'utf8');
    const codes = [...table.matchAll(/^ {2}'?([A-Z][\w.]+)'?: (?:[a-z]+\(|\{)/gm)].map(([, code]) => code!);
    expect(codes.length).toBeGreaterThan(30);
    expect(codes.filter((code) => explainCode(code) === null)).toEqual([]);
    expect(explainCode('RequestLimitExceeded')).toContain('The call was not executed');
  });

  it('is explained with meaning, checks, scope, fix, source and date', () => {
    for (const { code } of allRules()) {
      const page = explainCode(code)!.split('\n');
      expect(page[0], code).toMatch(/^[A-Z][\w.]+ \((error|warning|note)\)$/);
      expect(page[1], code).toMatch(/^\S.{15,}\.$/);
      const parts = page.slice(2).map((line) => /^ {2}(\w+(?: \w+)?) {2,}\S.{3,}$/.exec(line)?.[1] ?? line);
      expect(parts, code).toEqual(['checks', 'applies to', 'fix', 'source', '']);
      expect(page.at(-2), code).toMatch(/, read 20\d\d-\d\d$/);
    }
  });

  it('has one rule, and each of the two codes of the lock has its own page', () => {
    const codes = allRules().map(({ code }) => code);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
    expect(explainCode('FailedOperation.Unknown')).toContain('days of the week');
    expect(explainCode('FailedOperation.SystemError')).toContain('an internal fault');
  });

  it('is explained if the provider documents it for an order or a read', () => {
    const model = JSON.parse(readFileSync('test/simulator/fixtures/provider-model.json', 'utf8')) as Record<
      string,
      { readonly codes: readonly string[] }
    >;
    const codes = [ORDER, ...Object.values(READS)].flatMap(
      ({ product, name }) => model[`${product}.${name}`]?.codes ?? [],
    );
    expect(codes.length).toBeGreaterThan(50);
    expect([...codes, ...COMMON_CODES].filter((code) => explainCode(code) === null)).toEqual([]);
  });

  it('is explained if any part of Refit gives it', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const given = files.flatMap(
      (name) => readFileSync(`src/${name}`, 'utf8').match(/'Refit\.[A-Za-z]+'/g) ?? [],
    );
    const unknown = [...new Set(given)]
      .map((code) => code.slice(1, -1))
      .filter((code) => explainCode(code) === null);
    expect(unknown).toEqual([]);
  });

  // biome-ignore format: one line a case
  it.each([
    ['a typing error', 'LimitExceeded.InvalidMemsise', 'LimitExceeded.InvalidMemSize'],
    ['its last part', 'SaleOut', 'ResourceUnavailable.SaleOut'],
    ['its last part with a typing error', 'ShrinkDenyed', 'Refit.ShrinkDenied'],
    ['nothing like it', 'zzzzzzzzzzzzzzzzz', null],
  ])('that is unknown gets the nearest known one: %s', (_, code, nearest) => {
    expect(explainCode(code)).toBeNull();
    expect(nearestCode(code)).toBe(nearest);
  });
});

describe('an instance', () => {
  const cart = instance({ id: 'crs-cart0001', name: 'cart\u001b[2J\u202e', tags: { env: 'prod' } });
  const gone = standard({ id: 'crs-gone0001', status: 'isolated', tags: { env: 'test' } });
  const fleet = inventory([cart, gone]);
  const given = plan([
    target(select({ tags: { env: ['prod'] } }), { memoryPerShard: 8 * GB, shards: 5 }, { line: 3 }),
    target(select({ name: 'feed-*' }), { memoryPerShard: 8 * GB }, { line: 6 }),
    target(select(), { replicas: 2 }, { line: 9, exclude: [select({ tags: { env: ['prod'] } })] }),
  ]);

  it('is explained with the sizes sold, its targets and its new size, and control characters are escaped', () => {
    expect(explainInstance('crs-cart0001', fleet, given)).toBe(
      [
        'crs-cart0001 "cart\\x1b[2J\\u{202e}"',
        '  is        running, redis-5.0-cluster, postpaid, ap-guangzhou-3, profile default',
        '  size      4 GB × 3 shards × 1 replica',
        '  used      3 GB, 1,200 MB in the fullest shard (test, 2026-11-05T02:00:00.000Z)',
        '  tags      env=prod',
        '  sold      memoryPerShard 1GB, 2GB, 4GB, 8GB, 12GB, 16GB, 20GB, 24GB, 32GB, 40GB, 48GB, 64GB',
        '            shards 1, 3, 5, 8, 12, 16, 24, 32, 40, 48, 64, 80, 96, 128',
        '            replicas 1, 2, 3, 4, 5',
        '  now       can change: running, no task in progress, no unpaid order',
        'in plan test:',
        '  target 1 (plan.yaml:3) selects it',
        '  target 2 (plan.yaml:6) does not select it: name: cart\\x1b[2J\\u{202e} does not match feed-*',
        '  target 3 (plan.yaml:9) does not select it: entry 1 of exclude removes it',
        '  becomes   8 GB × 5 shards × 1 replica',
        '  step      memoryPerShard 4GB -> 8GB',
        '  step      shards 3 -> 5',
        '            first memoryPerShard, then shards: the usual sequence',
        '  ready     no blockers found',
        '            FailedOperation.SystemError: crs-cart0001: this step follows another of the same instance. After a change the instance stays locked for a while, and the provider answers FailedOperation.SystemError or FailedOperation.Unknown',
        '',
      ].join('\n'),
    );
  });

  it('that is blocked is explained with the blocker and its fix', () => {
    expect(explainInstance('crs-gone0001', fleet, given)).toContain(
      [
        '  target 1 (plan.yaml:3) does not select it: tags: env is test, not prod',
        '  target 2 (plan.yaml:6) does not select it: name: cart does not match feed-*',
        '  target 3 (plan.yaml:9) selects it',
        '  blocked   ResourceUnavailable.InstanceStatusAbnormal: crs-gone0001 is isolated, not running',
        '            renew it, or exclude it: exclude: [crs-gone0001]',
      ].join('\n'),
    );
  });

  it('is explained without a plan: whether it can change now', () => {
    const nowLines = (is: Parameters<typeof instance>[0]) =>
      explainInstance('crs-cart0001', inventory([instance({ id: 'crs-cart0001', ...is })]), null)
        .split('\n')
        .filter((line) => line.startsWith('  now'));
    expect(nowLines({})).toEqual(['  now       can change: running, no task in progress, no unpaid order']);
    expect(nowLines({ task: 'backup', unpaidOrder: '2026' })).toEqual([
      '  now       blocked, ResourceUnavailable.InstanceStatusError: crs-cart0001 is running, and a task is in progress on it: backup',
      '  now       blocked, FailedOperation.PayFailed: crs-cart0001: order 2026 for it is not paid',
    ]);
    expect(nowLines({ status: 'isolated' })[0]).toContain('ResourceUnavailable.InstanceStatusAbnormal');
    expect(nowLines({ status: 'processing', task: 'resize' })).toEqual([
      '  now       blocked, ResourceUnavailable.InstanceStatusAbnormal: crs-cart0001 is processing, not running',
      '  now       blocked, ResourceUnavailable.InstanceStatusError: crs-cart0001 is processing, and a task is in progress on it: resize',
    ]);
  });

  it('that is not in the inventory is explained with what the inventory covers', () => {
    expect(explainInstance('crs-none0001', fleet, null)).toBe(
      'crs-none0001 is not in the inventory of 2026-11-05T02:00:00.000Z, which covers ap-guangzhou as default, ap-shanghai as default\n  did you mean crs-gone0001? refit explain crs-gone0001\n',
    );
    expect(explainInstance('crs-abcdefgh', fleet, null)).not.toContain('did you mean');
  });
});
