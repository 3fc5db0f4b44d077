/** Every documented code of the actions Refit uses: how it is provoked, and what comes of it, from order to report. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { READS } from '../../../src/cloud/wire/actions.ts';
import { A, ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { COMMON_CODES, type Expected, ORDER_CODES } from '../order-code-table.ts';
import { beside, planAgainst, READ_CODES, refusing } from '../read-code-table.ts';
import { setStage } from '../stage.ts';

const MODEL = JSON.parse(
  readFileSync(new URL('../../simulator/fixtures/provider-model.json', import.meta.url), 'utf8'),
) as Record<string, { readonly codes: readonly string[] }>;

const MINUTE = 60_000;
const BILL = 'DescribeInstanceDealDetail';
const PATIENCE = 3 * MINUTE;

/** What the journal, the report and the exit code must say of the first step, and how often it was asked for. */
const COMES_OF: Readonly<
  Record<
    Expected,
    {
      readonly next: string;
      readonly outcome: string;
      readonly asked: number;
      readonly exitCode: number;
      /** The least and the most virtual time, ms. */
      readonly took: readonly [number, number];
    }
  >
> = {
  'try again': { next: 'try-again', outcome: 'verified', asked: 2, exitCode: 0, took: [0, MINUTE] },
  'read first': {
    next: 'read-first',
    outcome: 'verified',
    asked: 2,
    exitCode: 0,
    took: [PATIENCE, PATIENCE + 2 * MINUTE],
  },
  'read only': {
    next: 'read-first',
    outcome: 'refused',
    asked: 1,
    exitCode: 3,
    took: [PATIENCE, PATIENCE + 2 * MINUTE],
  },
  wait: { next: 'wait', outcome: 'verified', asked: 2, exitCode: 0, took: [10_000, 2 * MINUTE] },
  skip: { next: 'skip', outcome: 'refused', asked: 1, exitCode: 3, took: [0, MINUTE] },
  halt: { next: 'halt', outcome: 'refused', asked: 1, exitCode: 4, took: [0, MINUTE] },
  'halt: keys': { next: 'halt', outcome: 'refused', asked: 1, exitCode: 12, took: [0, MINUTE] },
};

describe('an order with the answer', () => {
  it.each(ORDER_CODES)('$code, by $fault: $expected', async ({ code, expected, fault, fix }) => {
    const comes = COMES_OF[expected];
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
    expect(refusals.at(-1)).toMatchObject({ code, next: comes.next });

    const times = Number(/#(\d+)$/.exec(fault)![1]);
    const [first, second] = run.report.steps;
    expect(first).toMatchObject({ outcome: comes.outcome, attempts: comes.asked + times - 1 });
    if (comes.outcome === 'refused') expect(first).toMatchObject({ code, orders: [] });
    else expect(first!.orders).toHaveLength(1);
    expect(stage.cloud.arrivals.filter(({ instance }) => instance === A(1))).toHaveLength(
      comes.asked + times - 1,
    );
    expect(run.end?.exitCode).toBe(comes.exitCode);
    expect(run.took).toBeGreaterThanOrEqual(comes.took[0]);
    expect(run.took).toBeLessThanOrEqual(comes.took[1]);

    const halts = comes.next === 'halt';
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

  it('has a row for each documented code, and no other row', () => {
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
  it.each(READ_CODES.filter(({ run }) => run !== 'not asked'))(
    '$action, $code: $run',
    async ({ action, code, run: expected }) => {
      const stage = await setStage({
        // Bills are looked for one by one where the search for them is closed.
        // The stories begin at ten in the morning, Beijing time: this window is open then.
        fleet: standards(2, { billing: 'prepaid', window: '09:30-12:30' }),
        plan: `${ALL_TO_8GB}\n${beside(action)}`,
        startLag: [1000, 2000],
        duration: [2000, 4000],
      });
      let refused = true;
      let times = 0;
      stage.cloud.road.intercept = (asked) => {
        if (asked === action) times += 1;
        if (refused && asked === action) return refusing(code);
        return action === BILL && asked === 'DescribeDealsByCond'
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
      // Products without a list of their own answer with the common codes: a few of each kind stand for them.
      const listed = MODEL[`${product}.${name}`]?.codes ?? [];
      const codes = listed.length > 0 ? listed : ['AuthFailure.UnauthorizedOperation', 'InternalError'];
      return codes.map((code) => `${name} ${code}`).filter((row) => !rows.has(row));
    });
    expect(missing).toEqual([]);
  });
});
