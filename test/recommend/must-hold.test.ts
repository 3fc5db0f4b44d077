/** When a replay forbids a plan, and what `--backtest` takes. */
import { expect, it } from 'vitest';
import { backtestDaysFrom, mustHold } from '../../src/cli/commands/usage/backtest.ts';
import { backtestOf } from './advice.ts';

it('refuses a plan that a demand forbids, with the figure and the command', () => {
  const options = { color: false, format: 'text', write: [] };
  expect(() => mustHold(backtestOf(), options)).toThrow(
    'no plan was written: over 60 days, changes is 1.4, not <= 1 (mustHold of the sizing file)',
  );
  expect(() => mustHold({ ...backtestOf(), mustHold: [] }, options)).not.toThrow();
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
