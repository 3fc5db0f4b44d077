import { describe, expect, it } from 'vitest';
import { textOf } from '../../src/messages/messages.ts';
import type { Instance, Money, Plan, PlanReview, PriceShare, Quote, RefusedReview } from '../../src/model.ts';
import { draftPlan, finishPlan, pricesToRequest } from '../../src/plan/make-plan.ts';
import type { Quotes } from '../../src/plan/price/price-steps.ts';
import type { QuoteRefusal } from '../../src/rules/facts.ts';
import { sealedPlan } from './fixtures/sealed-plan.ts';
import {
  GB,
  instance,
  inventory,
  NOW,
  plan,
  READ_AT,
  relative,
  select,
  size,
  standard,
  target,
} from './fixtures/small-fleet.ts';

const a = standard({ id: 'crs-aaaaaaaa' });
const b = standard({ id: 'crs-bbbbbbbb' });
const c = instance({ id: 'crs-cccccccc' });
const gone = standard({ id: 'crs-gonegone', status: 'isolated' });
const to8 = { memoryPerShard: 8 * GB };
const all8 = target(select(), to8);
const once = (amount: number, currency = 'CNY'): Quote => ({
  amount,
  currency,
  basis: 'once',
  readAt: READ_AT,
});
const hourly = (amount: number): Quote => ({ ...once(amount), basis: 'hourly' });
const refusal = (code: string): QuoteRefusal => ({ code, message: 'no', requestId: null });

function review(
  given: Plan,
  fleet: readonly Instance[],
  prices: Record<string, Quote | QuoteRefusal> | null = null,
  balances: Record<string, Money> = {},
): PlanReview {
  const quotes: Quotes | null = prices === null ? null : new Map(Object.entries(prices));
  const draft = draftPlan(given, inventory(fleet), NOW);
  return finishPlan(draft, { quotes, balances, now: NOW, saveAs: 'saved.json' });
}

/** The verdict and the steps, then the codes of errors and warnings: `ready: aaaaaaaa/mem | Refit.PriceRefused`. */
function picture({ verdict, plan: { steps }, findings }: PlanReview): string {
  const codes = findings.filter(({ severity }) => severity !== 'note').map(({ code }) => code);
  return [
    `${verdict}: ${steps.map(({ id }) => id.replace('crs-', '').replace('memoryPerShard', 'mem')).join(' ')}`,
    ...codes,
  ].join(' | ');
}

const guards = (is: Partial<Plan['guards']>) => ({
  guards: { targets: null, shrink: 'deny', cost: null, ...is } as const,
});
const cost = (amount: number) => guards({ cost: { operator: '<=', amount, currency: 'CNY' } });
const skip = { onBlocked: 'skip' } as const;
const patience = (seconds: number) => ({
  execution: { ...plan([]).execution, patience: seconds * 1000 },
});

const nights = (given: Partial<NonNullable<Plan['windows']>> = {}): Pick<Plan, 'windows'> => ({
  windows: {
    timezone: 'Asia/Shanghai',
    allow: ['daily 01:00-05:00'],
    freeze: [],
    calendars: [],
    lastStart: 0,
    atClose: 'drain',
    ...given,
  },
});

describe('the verdict', () => {
  // biome-ignore format: one line a case
  it.for([
    ['everything fits: sealed', plan([all8]), [a, b], null, 'ready: aaaaaaaa/mem bbbbbbbb/mem'],
    ['nothing to do', plan([target(select(), { memoryPerShard: 4 * GB })]), [a, b], null, 'no-change: '],
    ['one blocked, refuse: nothing is sealed', plan([all8]), [a, gone], null, 'blocked: aaaaaaaa/mem | ResourceUnavailable.InstanceStatusAbnormal'],
    ['one blocked, skip: the rest is sealed', plan([all8], skip), [a, gone], null, 'ready: aaaaaaaa/mem | ResourceUnavailable.InstanceStatusAbnormal'],
    ['all blocked, skip: there is nothing to seal', plan([all8], skip), [gone], null, 'blocked:  | ResourceUnavailable.InstanceStatusAbnormal'],
    ['a selector without a match, skip: a warning of the sealed plan', plan([all8, target(select({ name: 'nobody' }), to8)], skip), [a], null, 'ready: aaaaaaaa/mem | Refit.NoMatch'],
    ['a shrink is denied by default', plan([target(select(), { memoryPerShard: 2 * GB })]), [a], null, 'blocked:  | Refit.ShrinkDenied'],
    ['... and so are fewer replicas', plan([target(select(), { replicas: 1 })]), [standard({ size: size(4 * GB, 1, 2) })], null, 'blocked:  | Refit.ShrinkDenied'],
    ['a shrink that is allowed', plan([target(select(), { memoryPerShard: 2 * GB })], guards({ shrink: 'allow' })), [a], null, 'ready: aaaaaaaa/mem'],
    ['... of an instance with unknown memory in use', plan([target(select(), { memoryPerShard: 2 * GB })], guards({ shrink: 'allow' })), [{ ...a, used: null }], null, 'blocked:  | Refit.UsedUnknown'],
    ['less memory in more shards is no shrink', plan([target(select(), { memoryPerShard: 2 * GB, shards: 8 })]), [c], null, 'ready: cccccccc/mem cccccccc/shards'],
    ['targets up to the guard', plan([target('crs-aaaaaaaa', to8)], guards({ targets: { operator: '<=', value: 50, base: 'inventory' } })), [a, b], null, 'ready: aaaaaaaa/mem'],
    ['targets above the guard', plan([all8], guards({ targets: { operator: '<=', value: 50, base: 'inventory' } })), [a, b], null, 'blocked: aaaaaaaa/mem bbbbbbbb/mem | Refit.TooManyTargets'],
    ['... despite onBlocked: skip', plan([all8], { ...skip, ...guards({ targets: { operator: '<', value: 2, base: 'count' } }) }), [a, b], null, 'blocked: aaaaaaaa/mem bbbbbbbb/mem | Refit.TooManyTargets'],
    ['a cost guard without prices', plan([all8], cost(100)), [a], null, 'blocked: aaaaaaaa/mem | Refit.CostUnknown'],
    ['cost up to the guard', plan([all8], cost(100)), [a, b], { 'crs-aaaaaaaa/memoryPerShard': once(99.9), 'crs-bbbbbbbb/memoryPerShard': hourly(0.1) }, 'ready: aaaaaaaa/mem bbbbbbbb/mem'],
    ['cost above the guard', plan([all8], cost(100)), [a], { 'crs-aaaaaaaa/memoryPerShard': once(100.01) }, 'blocked: aaaaaaaa/mem | Refit.CostAboveGuard'],
    ['one price of two unknown', plan([all8], cost(100)), [a, b], { 'crs-aaaaaaaa/memoryPerShard': once(1) }, 'blocked: aaaaaaaa/mem bbbbbbbb/mem | Refit.CostUnknown'],
    ['a price in another currency', plan([all8], cost(100)), [a], { 'crs-aaaaaaaa/memoryPerShard': once(1, 'USD') }, 'blocked: aaaaaaaa/mem | Refit.CostUnknown'],
    ['a refused price with a code that predicts the order', plan([all8], skip), [a, b], { 'crs-aaaaaaaa/memoryPerShard': refusal('UnsupportedOperation.LowVersion'), 'crs-bbbbbbbb/memoryPerShard': once(1) }, 'ready: bbbbbbbb/mem | UnsupportedOperation.LowVersion'],
    ['a refused price with a code that does not', plan([all8]), [a], { 'crs-aaaaaaaa/memoryPerShard': refusal('InternalError') }, 'ready: aaaaaaaa/mem | Refit.PriceRefused'],
    ['a plan without steps needs no price', plan([target(select(), { memoryPerShard: 4 * GB })], cost(100)), [a], null, 'no-change: '],
    ['finishBy has passed', plan([all8], { finishBy: READ_AT }), [a], null, 'blocked: aaaaaaaa/mem | Refit.FinishByPassed'],
    ['finishBy too soon for the rate', plan([all8], { finishBy: '2026-11-05T02:00:00.500Z' }), [a], null, 'ready: aaaaaaaa/mem | Refit.FinishByTooSoon'],
    ['a window before the plan expires', plan([all8], nights()), [a], null, 'ready: aaaaaaaa/mem'],
    ['... and only after that', plan([all8], { ...nights({ allow: ['Wed 01:00-05:00'] }) }), [a], null, 'blocked: aaaaaaaa/mem | Refit.WindowsClosed'],
    ['... and only after finishBy', plan([all8], { ...nights(), finishBy: '2026-11-05T16:00:00.000Z' }), [a], null, 'blocked: aaaaaaaa/mem | Refit.WindowsClosed'],
    ['windows that are all frozen', plan([all8], nights({ freeze: ['2026-01-01..2028-01-01'] })), [a], null, 'blocked: aaaaaaaa/mem | Refit.WindowsClosed'],
    ['a patience that is too short', plan([all8], patience(59)), [a], null, 'ready: aaaaaaaa/mem | Refit.ShortPatience'],
    ['a patience of a minute', plan([all8], patience(60)), [a], null, 'ready: aaaaaaaa/mem'],
  ] as const)('%s', ([_, given, fleet, prices, expected]) => {
    expect(picture(review(given, fleet, prices))).toBe(expected);
  });

  it.each([
    ['... and says so', plan([all8], skip), [gone], true],
    ['one that refuses is only blocked', plan([all8]), [gone], undefined],
    [
      'an error of the whole plan is more than that',
      plan([all8], { ...skip, finishBy: READ_AT }),
      [gone],
      undefined,
    ],
  ])('%s', (_, given, fleet, nothingLeft) => {
    expect(review(given, fleet, null)).toMatchObject({ verdict: 'blocked' });
    expect((review(given, fleet, null) as RefusedReview).nothingLeft).toBe(nothingLeft);
  });

  it('notes a window that is too short for the rate, and forecasts the next window', () => {
    const slow = { ...plan([]).execution, requestsPerSecond: 0.01 };
    const { findings, plan: saved } = review(
      plan([all8], { ...nights({ allow: ['daily 12:00-12:01'] }), execution: slow }),
      [a],
    );
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['Refit.WindowTooShort', 'note'],
    ]);
    expect(saved.windows).toEqual({ ...nights({ allow: ['daily 12:00-12:01'] }).windows, calendars: [] });
    expect(saved.forecast.window).toEqual({
      opens: '2026-11-05T04:00:00.000Z',
      closes: '2026-11-05T04:01:00.000Z',
      local: 'Thu 2026-11-05 12:00-12:01 Asia/Shanghai',
      fits: false,
    });
  });

  it('spends the balance only once', () => {
    const fleet = [a, b].map((one) => ({ ...one, billing: 'prepaid' as const }));
    const prices = { 'crs-aaaaaaaa/memoryPerShard': once(60), 'crs-bbbbbbbb/memoryPerShard': once(60) };
    const got = review(plan([all8], skip), fleet, prices, { default: { amount: 100, currency: 'CNY' } });
    expect(picture(got)).toBe(
      'ready: aaaaaaaa/mem | ResourceUnavailable.AccountBalanceNotEnough | Refit.BalanceShort',
    );
  });

  it('shows the shortfall of each account, without counting on refunds', () => {
    const prepaid = (id: string, profile: string) =>
      standard({ id, profile, billing: 'prepaid', size: size(4 * GB, 1, 2) });
    const fleet = [
      prepaid('crs-aaaaaaaa', 'default'),
      prepaid('crs-bbbbbbbb', 'default'),
      prepaid('crs-cccccccc', 'retail'),
    ];
    const scopes = ['default', 'retail'].map((profile) => ({ region: 'ap-guangzhou', profile }));
    const given = plan(
      [
        target(select(), { memoryPerShard: 8 * GB, replicas: 1 }),
        target(select(), to8, { profile: 'retail' }),
      ],
      { ...skip, ...guards({ shrink: 'allow' }) },
    );
    const draft = draftPlan(given, inventory(fleet, { scopes }), NOW);
    const prices: [string, Quote][] = [
      ['crs-aaaaaaaa/memoryPerShard', once(60)],
      ['crs-aaaaaaaa/replicas', once(-30)],
      ['crs-bbbbbbbb/memoryPerShard', once(70.5)],
      ['crs-bbbbbbbb/replicas', once(-30)],
      ['crs-cccccccc/memoryPerShard', once(10)],
    ];
    const balances = { default: { amount: 50, currency: 'CNY' }, retail: { amount: 10, currency: 'CNY' } };
    const { findings } = finishPlan(draft, { quotes: new Map(prices), balances, now: NOW, saveAs: null });
    // Replicas go first, so memory costs two thirds of what it is quoted at: 40 and 47.
    expect(
      findings.filter(({ code }) => code === 'Refit.BalanceShort').map(({ message }) => message),
    ).toEqual([
      'the prepaid quotes of 2 instances of profile default are ¥87.00 in total, and the account has ¥50.00: ¥37.00 short, which blocks 1 instance',
    ]);
  });
});

describe('the plan', () => {
  const both = target('crs-cccccccc', { shards: 5, memoryPerShard: 8 * GB });

  it('chains the steps of one instance, and keeps them in one wave', () => {
    const waves = [
      { name: 'canary', take: { kind: 'count', count: 1 } } as const,
      { name: 'rest', take: { kind: 'rest' } } as const,
    ];
    const { steps, waves: got } = review(
      plan([both, target(select(), to8, { exclude: [select({ ids: ['crs-cccccccc'] })] })], { waves }),
      [a, b, c],
    ).plan;
    expect(steps.map(({ id, needs, wave }) => [id, needs, wave])).toEqual([
      ['crs-cccccccc/memoryPerShard', null, 0],
      ['crs-cccccccc/shards', 'crs-cccccccc/memoryPerShard', 0],
      ['crs-aaaaaaaa/memoryPerShard', null, 1],
      ['crs-bbbbbbbb/memoryPerShard', null, 1],
    ]);
    expect(got.map(({ name, steps: ids }) => `${name}:${ids.length}`)).toEqual(['canary:2', 'rest:2']);
  });

  it('requests a price for each step as if it were the only one, and scales that of a later step', () => {
    const draft = draftPlan(plan([both]), inventory([c]), NOW);
    expect(pricesToRequest(draft).map(({ step, size: asked }) => [step, asked])).toEqual([
      ['crs-cccccccc/memoryPerShard', size(8 * GB, 3)],
      ['crs-cccccccc/shards', size(4 * GB, 5)],
    ]);
    const got = review(plan([both]), [c], {
      'crs-cccccccc/memoryPerShard': hourly(6),
      'crs-cccccccc/shards': hourly(5),
    });
    // 3 shards of 4GB became 3 of 8GB, twice the memory: 5 shards cost twice what was quoted.
    expect(got.plan.steps.map(({ quote }) => quote?.amount)).toEqual([6, 10]);
    // The last hourly price is the whole new one; adding the first would count the instance twice.
    expect(got.plan.prices).toEqual([{ amount: 10, currency: 'CNY', basis: 'hourly' }]);
    expect(got.findings.map(({ code }) => code)).toContain('Refit.PriceEstimated');
    expect(got.plan.steps.map(({ quote }) => quote?.estimated)).toEqual([undefined, true]);
  });

  it('does not treat a refused price of a later step as a refusal of the step', () => {
    const tight = {
      ...c,
      size: size(8 * GB, 3),
      used: { total: 15_000, fullestShard: 5000, source: 'test', readAt: READ_AT },
    };
    const prices = {
      'crs-cccccccc/shards': once(5),
      'crs-cccccccc/memoryPerShard': refusal('InvalidParameterValue.ReduceCapacityNotAllowed'),
    };
    const got = review(
      plan([target('crs-cccccccc', { memoryPerShard: 4 * GB, shards: 8 })]),
      [tight],
      prices,
    );
    expect(got.verdict).toBe('ready');
    expect(got.plan.steps.map(({ quote }) => quote?.amount ?? null)).toEqual([5, null]);
    // The plan says that its price is unknown, and why.
    expect(got.findings.find(({ code }) => code === 'Refit.PriceRefused')?.message).toContain(
      'memoryPerShard 8GB -> 4GB from the present size: InvalidParameterValue.ReduceCapacityNotAllowed',
    );
  });

  it('sums the prices by wave, region and account, by currency and basis', () => {
    const far = standard({ id: 'crs-ffffffff', region: 'ap-shanghai', zone: 'ap-shanghai-3' });
    const waves = [
      { name: 'canary', take: { kind: 'count', count: 1 } } as const,
      { name: 'rest', take: { kind: 'rest' } } as const,
    ];
    const got = review(plan([all8], { waves }), [a, b, far], {
      'crs-aaaaaaaa/memoryPerShard': once(1.1),
      'crs-bbbbbbbb/memoryPerShard': once(2.2, 'USD'),
      'crs-ffffffff/memoryPerShard': refusal('InternalError'),
    });
    const share = ({ by, name, steps, unpriced, sums }: PriceShare) =>
      `${by} ${name}: ${steps} steps, ${unpriced} unpriced, ${sums.map((sum) => `${sum.amount} ${sum.currency} ${sum.basis}`).join(' + ')}`;
    expect(got.plan.priceShares?.map(share)).toEqual([
      'wave canary: 1 steps, 0 unpriced, 1.1 CNY once',
      'wave rest: 2 steps, 1 unpriced, 2.2 USD once',
      'region ap-guangzhou: 2 steps, 0 unpriced, 1.1 CNY once + 2.2 USD once',
      'region ap-shanghai: 1 steps, 1 unpriced, ',
      'account default: 3 steps, 1 unpriced, 1.1 CNY once + 2.2 USD once',
    ]);
    expect(review(plan([all8]), [a]).plan).not.toHaveProperty('priceShares');
  });

  it('made offline with a cost guard says that only the provider gives prices', () => {
    const draft = draftPlan(plan([all8], cost(100)), inventory([a]), NOW);
    const { findings } = finishPlan(draft, { quotes: null, now: NOW, saveAs: null, source: 'fleet.json' });
    expect(findings).toMatchObject([
      {
        code: 'Refit.CostUnknown',
        message:
          'guards.cost is <= 100 CNY, and this plan is made offline from fleet.json: only the provider gives prices, and an unknown price refuses the plan',
        fix: 'refit plan PLAN --price without --inventory',
      },
    ]);
  });

  it('has no digest if it is only shown', () => {
    expect(review(plan([all8]), [a, gone]).plan).not.toHaveProperty('digest');
    expect(sealedPlan(review(plan([all8]), [a])).digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('gives the command to type next', () => {
    expect(review(plan([all8]), [a]).next).toBe('refit apply saved.json');
    expect(review(plan([all8]), [gone]).next).toBe(
      'refit explain ResourceUnavailable.InstanceStatusAbnormal',
    );
    const shown = finishPlan(draftPlan(plan([all8], { file: "o'brien plan.yaml" }), inventory([a]), NOW), {
      quotes: null,
      now: NOW,
      saveAs: null,
    });
    expect(shown.next).toBe("refit plan 'o'\\''brien plan.yaml' -o saved-plan.json");
  });

  it('does not depend on the order in which the provider lists the fleet', () => {
    const given = plan([both, target(select({ editions: ['redis-5.0-standard'] }), to8)]);
    expect(sealedPlan(review(given, [a, b, c])).digest).toBe(sealedPlan(review(given, [c, b, a])).digest);
  });

  it('stores the memory in use on which a size depends, and shows it to the reviewer', () => {
    const inUse = 'in use 1 GB (test, read 2026-11-05T02:00:00Z)';
    const shrunk = review(
      plan([target('crs-aaaaaaaa', { memoryPerShard: 2 * GB })], guards({ shrink: 'allow' })),
      [a],
    );
    const shown = ({ plan: { preconditions } }: PlanReview) => {
      const { used, reason } = preconditions[0]!;
      return [used, textOf(reason!)];
    };
    expect(shown(shrunk)).toEqual([a.used, inUse]);
    const twice = relative({ atLeast: { timesUsed: 6 }, roundTo: 'sold' });
    const grown = review(plan([target('crs-aaaaaaaa', { memoryPerShard: twice })]), [a]);
    const grownReason = `at least 6 x 1 GB in use = 6 GB; the next size sold is 8 GB; ${inUse}`;
    expect(shown(grown)).toEqual([a.used, grownReason]);
  });

  it('stores the memory in use wherever it was read, because it decides about a rollback', () => {
    const [known] = review(plan([all8]), [a]).plan.preconditions;
    expect([known!.used, known!.reason]).toEqual([a.used, null]);
    const [unknown] = review(plan([all8]), [{ ...a, used: null }]).plan.preconditions;
    expect(unknown).not.toHaveProperty('used');
  });

  it('names the instances whose memory in use must be read for their new size', () => {
    const twice = relative({ atLeast: { timesUsed: 2 } });
    const draft = draftPlan(
      plan([target(select(), { memoryPerShard: twice })]),
      inventory([{ ...a, used: null }, b, { ...gone, used: null }]),
      NOW,
    );
    expect(draft.toMeasure.map(({ id }) => id)).toEqual(['crs-aaaaaaaa']);
  });

  it('names the instances whose memory in use must be read for a reduction', () => {
    const draft = draftPlan(
      plan([target(select(), { memoryPerShard: 2 * GB })], guards({ shrink: 'allow' })),
      inventory([{ ...a, used: null }, b]),
      NOW,
    );
    expect(draft.toMeasure.map(({ id }) => id)).toEqual(['crs-aaaaaaaa']);
  });
});

describe('a large fleet', () => {
  it('of 100,000 instances and a thousand selectors takes about ten times as long as a tenth of it', () => {
    const planned = (instances: number, selectors: number): number => {
      const fleet = Array.from({ length: instances }, (_, i) =>
        standard({ id: `crs-${String(i).padStart(8, '0')}`, tags: { app: `app-${i % selectors}` } }),
      );
      const given = plan(
        Array.from({ length: selectors }, (_, i) => target(select({ tags: { app: [`app-${i}`] } }), to8)),
      );
      // The time of this process on a core, because other processes may take the core away.
      const before = process.cpuUsage();
      expect(review(given, fleet).plan.steps).toHaveLength(instances);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    planned(2_000, 20);
    // If Refit walked the fleet for each selector, ten times both would take a hundred times as long.
    expect(planned(100_000, 1_000) / planned(10_000, 100)).toBeLessThan(45);
  });
});
