/** How a replay is shown as text, and when it forbids a plan. */
import { expect, it } from 'vitest';
import { backtestDaysFrom, mustHold } from '../../src/cli/commands/usage/backtest.ts';
import { BACKTEST_FORMAT, type Backtest, type Held, STRATEGIES } from '../../src/model.ts';
import { backtestText } from '../../src/report/recommend/backtest-text.ts';
import { DAY } from '../../src/units.ts';

const UNTIL = Date.UTC(2026, 11, 1);
const demand = (figure: Held['figure'], value: number, found: number): Held => ({
  ...{ figure, operator: '<=', value, found, holds: found <= value },
  location: { file: 's.yaml', line: 3, column: 3 },
});
const BACKTEST: Backtest = {
  ...{ format: BACKTEST_FORMAT, from: new Date(UNTIL - 60 * DAY).toISOString() },
  ...{ until: new Date(UNTIL).toISOString(), days: 60, sizing: 's\u001b[31m.yaml', instances: 40 },
  ...{ withoutHistory: 2, atLeast: 0, pricePerGigabyte: null },
  strategies: STRATEGIES.map((strategy, at) => ({
    ...{ strategy, hours: 57_600, above90: 12 * at, beyond: at, cpuAbove90: 0 },
    ...{ gigabyteDays: 60_000 - 1000 * at, changes: 1200, exceeded: at },
  })),
  exceeded: Array.from({ length: 12 }, (_, at) => ({
    ...{ instance: `crs-${at}`, region: 'ap-guangzhou', hours: 3, at: UNTIL - 5 * DAY, need: 3900 },
    ...{ size: { memoryPerShard: 4096, shards: 1, replicas: 1 }, changedAt: null },
  })),
  mustHold: [demand('above90', 0.1, 0.25), demand('changes', 1, 0.5)],
};

it('shows each strategy, what exceeded, and which demands hold', () => {
  const text = backtestText(BACKTEST, 100);
  expect(text).toMatchInlineSnapshot(`
    "replayed 40 instances from 2026-10-02 to 2026-12-01 by s\\x1b[31m.yaml; 2 have no history then

                           above 90%   beyond  CPU > 90%  GB a day  saved  changes  instances above
    advice                        0%       0%         0%     1,000  -1.7%    1,200                0
    never change              0.021%  0.0017%         0%     983.3     0%    1,200                1
    last peak x 1.3           0.042%  0.0035%         0%     966.7   1.7%    1,200                2
    p95 + 15%                 0.063%  0.0052%         0%       950   3.4%    1,200                3
    hindsight, within fit     0.083%  0.0069%         0%     933.3   5.1%    1,200                4
    hindsight, within 90%       0.1%  0.0087%         0%     916.7   6.8%    1,200                5

    above 90% although the advice was taken:
      crs-0  3 hours, first 2026-11-26 00:00 UTC: 95%
      crs-1  3 hours, first 2026-11-26 00:00 UTC: 95%
      crs-2  3 hours, first 2026-11-26 00:00 UTC: 95%
      crs-3  3 hours, first 2026-11-26 00:00 UTC: 95%
      crs-4  3 hours, first 2026-11-26 00:00 UTC: 95%
      crs-5  3 hours, first 2026-11-26 00:00 UTC: 95%
      crs-6  3 hours, first 2026-11-26 00:00 UTC: 95%
      crs-7  3 hours, first 2026-11-26 00:00 UTC: 95%
      crs-8  3 hours, first 2026-11-26 00:00 UTC: 95%
      crs-9  3 hours, first 2026-11-26 00:00 UTC: 95%
      and 2 more; --json lists them

    the sizing file demands:
      fails  above90 <= 0.1%: 0.25%
      holds  changes <= 1: 0.5 a month
    "
  `);
  expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(110);
});

it('refuses a plan that a demand forbids, with the figure and the command', () => {
  const options = { color: false, format: 'text', write: [] };
  expect(() => mustHold(BACKTEST, options)).toThrow(
    'no plan was written: over 60 days, above90 is 0.25%, not <= 0.1% (mustHold of the sizing file)',
  );
  expect(() => mustHold({ ...BACKTEST, mustHold: [] }, options)).not.toThrow();
});

it.each([
  ['60d', 60],
  ['48h', 2],
  [undefined, null],
])('reads --backtest %s', (backtest, days) => {
  const options = { color: false, format: 'text', write: [] };
  expect(backtestDaysFrom(backtest === undefined ? options : { ...options, backtest })).toBe(days);
});

it.each(['60', '5h', '0d', '400d', 'x\n'])('refuses --backtest %j', (backtest) => {
  expect(() => backtestDaysFrom({ color: false, format: 'text', write: [], backtest })).toThrow(
    'not a number of days',
  );
});
