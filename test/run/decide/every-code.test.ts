/** Every documented code of the actions that Refit uses, with its effect from the order to the report. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { READS } from '../../../src/cloud/wire/actions.ts';
import { A, ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { COMMON_CODES, type Expected, ORDER_CODES } from '../order-code-table.ts';
import { executionFor, planAgainst, READ_CODES, refusing } from '../read-code-table.ts';
import { setStage } from '../stage.ts';

const MODEL = JSON.parse(
  readFileSync(new URL('../../simulator/fixtures/provider-model.json', import.meta.url), 'utf8'),
) as Record<string, { readonly codes: readonly string[] }>;

const MINUTE = 60_000;
const BILL = 'DescribeInstanceDealDetail';
const PATIENCE = 3 * MINUTE;

/** The expected journal, report and exit code for the first step, and its number of orders. */
const EFFECTS: Readonly<
  Record<
    Expected,
    {
      readonly next: string;
      readonly outcome: string;
      readonly orders: number;
      readonly exitCode: number;
      /** The least and the most virtual time, ms. */
      readonly took: readonly [number, number];
    }
  >
> = {
  'try again': { next: 'try-again', outcome: 'verified', orders: 2, exitCode: 0, took: [0, MINUTE] },
  'read first': {
    next: 'read-first',
    outcome: 'verified',
    orders: 2,
    exitCode: 0,
    took: [PATIENCE, PATIENCE + 2 * MINUTE],
  },
  'read only': {
    next: 'read-first',
    outcome: 'refused',
    orders: 1,
    exitCode: 3,
    took: [PATIENCE, PATIENCE + 2 * MINUTE],
  },
  wait: { next: 'wait', outcome: 'verified', orders: 2, exitCode: 0, took: [10_000, 2 * MINUTE] },
  skip: { next: 'skip', outcome: 'refused', orders: 1, exitCode: 3, took: [0, MINUTE] },
  halt: { next: 'halt', outcome: 'refused', orders: 1, exitCode: 4, took: [0, MINUTE] },
  'halt: keys': { next: 'halt', outcome: 'refused', orders: 1, exitCode: 12, took: [0, MINUTE] },
};

describe('an order with the answer', () => {
  it.each(ORDER_CODES)('$code, by $fault: $expected', async ({ code, expected, fault, fix }) => {
    const effect = EFFECTS[expected];
    const stage = await setStage({
      fleet: standards(2),
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 1 }`,
      faults: [fault],
      startLag: [1000, 2000],
      duration: [2000, 4000],
    });
    const run = await stage.run();
    holds(stage, run, { refusedByLimit: true });
    expect(run.error).toBeNull();
    const refusals = run.entries.flatMap((entry) => (entry.kind === 'refused' ? [entry] : []));
    expect(refusals.at(-1)).toMatchObject({ code, next: effect.next });

    const times = Number(/#(\d+)$/.exec(fault)![1]);
    const [first, second] = run.report.steps;
    expect(first).toMatchObject({ outcome: effect.outcome, attempts: effect.orders + times - 1 });
    if (effect.outcome === 'refused') expect(first).toMatchObject({ code, orders: [] });
    else expect(first!.orders).toHaveLength(1);
    expect(stage.cloud.arrivals.filter(({ instance }) => instance === A(1))).toHaveLength(
      effect.orders + times - 1,
    );
    expect(run.end?.exitCode).toBe(effect.exitCode);
    expect(run.took).toBeGreaterThanOrEqual(effect.took[0]);
    expect(run.took).toBeLessThanOrEqual(effect.took[1]);

    const halts = effect.next === 'halt';
    expect(second!.outcome).toBe(halts ? 'not-run' : 'verified');
    if (!halts) return;
    const { message: what } = run.report.run;
    expect(what).toMatch(new RegExp(`^${code.replaceAll('.', '\\.')}: .+ \\(fix: .+\\)$`));
    expect(what).toMatch(fix!);
    const again = await stage.run();
    holds(stage, again);
    expect(again.end).toEqual({ because: 'done', exitCode: 0 });
    expect(again.report.totals.verified).toBe(2);
  });

  it('has a row for each documented code', () => {
    const documented = new Set([...MODEL['redis.UpgradeInstance']!.codes, ...COMMON_CODES]);
    const rows = new Set(ORDER_CODES.map(({ code }) => code));
    expect([...documented].filter((code) => !rows.has(code))).toEqual([]);
  });
});

describe('planning after a refused read:', () => {
  it.each(READ_CODES)('$action, $code: $plan', async ({ action, code, plan }) => {
    const end = await planAgainst(`refuse=${code}@${action}`, action);
    expect(end).toBe(plan);
  });
});

describe('a run after a refused read:', () => {
  it.each(READ_CODES.filter(({ run }) => run !== 'not used'))(
    '$action, $code: $run',
    async ({ action, code, run: expected }) => {
      const stage = await setStage({
        // Refit reads bills one by one if the order search is refused.
        // The stories start at 10:00 Beijing time, when this window is open.
        fleet: standards(2, { billing: 'prepaid', window: '09:30-12:30' }),
        plan: `${ALL_TO_8GB}\n${executionFor(action)}`,
        startLag: [1000, 2000],
        duration: [2000, 4000],
      });
      let refused = true;
      let times = 0;
      stage.cloud.network.intercept = (called) => {
        if (called === action) times += 1;
        if (refused && called === action) return refusing(code);
        return action === BILL && called === 'DescribeDealsByCond'
          ? refusing('AuthFailure.UnauthorizedOperation')
          : null;
      };
      const over = () => {
        refused = false;
      };
      const run = await stage.run(expected === 'waits' ? { meanwhile: [[2 * MINUTE, over]] } : {});
      holds(stage, run, { refusedByLimit: true });
      expect(run.error).toBeNull();
      expect(times).toBeGreaterThan(0);
      if (expected === 'waits') {
        expect(run.took).toBeGreaterThan(2 * MINUTE);
        expect(run.took).toBeLessThan(5 * MINUTE);
      }
      if (expected === 'waits' || expected === 'goes without') {
        expect(run.end).toEqual({ because: 'done', exitCode: 0 });
        expect(run.report.totals.verified).toBe(2);
        return;
      }
      expect(run.end).toEqual({ because: 'halted', exitCode: Number(/\d+$/.exec(expected)![0]) });
      expect(run.report.run.message).toContain(code);
      expect(run.report.run.message).toMatch(/\(fix: .+\)$/);
      over();
      const again = await stage.run();
      holds(stage, again);
      expect(again.end).toEqual({ because: 'done', exitCode: 0 });
      expect(stage.cloud.arrivals).toHaveLength(2);
    },
  );

  it('has a row for each documented code of each read', () => {
    const rows = new Set(READ_CODES.map(({ action, code }) => `${action} ${code}`));
    const missing = Object.values(READS).flatMap(({ product, name }) => {
      // For a product without its own list, two common codes represent all.
      const listed = MODEL[`${product}.${name}`]?.codes ?? [];
      const codes = listed.length > 0 ? listed : ['AuthFailure.UnauthorizedOperation', 'InternalError'];
      return codes.map((code) => `${name} ${code}`).filter((row) => !rows.has(row));
    });
    expect(missing).toEqual([]);
  });
});
