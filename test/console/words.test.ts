/** The words of the console: values and plurals. */
import { describe, expect, it } from 'vitest';
import { readCron } from '../../src/console/ui/pages/schedule/read-cron.ts';
import { en } from '../../src/console/ui/words/en.ts';
import { fill } from '../../src/console/ui/words/fill.ts';
import { zh } from '../../src/console/ui/words/zh.ts';

describe('a sentence of the console', () => {
  it.each([
    ['overview.seen', { seen: 1 }, 'Counts the only run of the store.'],
    ['overview.seen', { seen: 12 }, 'Counts all 12 runs of the store.'],
    [
      'overview.seen.newest',
      { seen: 200, more: 1 },
      'Counts the 200 newest runs of the store. 1 older one is not counted.',
    ],
    ['waits.no-worker.text', { count: 1 }, 'The only live worker cannot take it.'],
    ['waits.no-worker.text', { count: 0 }, 'None of 0 live workers can take it.'],
    ['audit.found', { runs: 1, steps: '1' }, '1 run, 1 step found'],
    ['audit.found', { runs: 0, steps: 21 }, '0 runs, 21 steps found'],
    ['waits.approval.wave', { wave: '{count:a|b}' }, 'Wave {count:a|b} has'],
  ] as const)('%s with %j says %s', (id, values, text) => {
    expect(fill(en[id], values)).toBe(text);
  });

  it.each([
    ['overview.seen', { seen: 12 }, '统计了存储库中的全部 12 次运行。'],
    ['audit.found', { runs: 1, steps: 1 }, '找到 1 次运行，1 个步骤'],
  ] as const)('in Chinese, %s with %j says %s', (id, values, text) => {
    expect(fill(zh[id], values)).toBe(text);
  });

  it('never counts one of several: each plural after a number has its singular', () => {
    const naive = Object.entries(en).filter(([, text]) =>
      /\{(?!most\b|shown\b|seen\b|have\b)\w+\} (?:\w+ )?(?:steps|runs|orders|changes|instances|entries|calls|files|groups|hours|findings|rows|processes|approvals)\b/.test(
        text.replace(/\{\w+:[^|]*\|(?:[^{}]|\{\w+\})*\}/g, ''),
      ),
    );
    expect(naive).toEqual([]);
  });

  it('has all its forms closed, and the same values in both languages', () => {
    for (const [id, text] of Object.entries(en)) {
      const named = (one: string) =>
        [...new Set([...one.matchAll(/\{(\w+)/g)].map(([, name]) => name!))].sort();
      expect(fill(text, Object.fromEntries(named(text).map((name) => [name, '5']))), id).not.toMatch(/[{}|]/);
      expect(named(zh[id as keyof typeof zh]), id).toEqual(named(text));
    }
  });
});

describe('due times that have words', () => {
  it.each([
    ['30 23 * * Tue', '23:30', null, [[2, 2]]],
    ['0 2 * * Mon-Fri', '02:00', null, [[1, 5]]],
    [
      '5 2 * * 0,3',
      '02:05',
      null,
      [
        [0, 0],
        [3, 3],
      ],
    ],
    ['0 2 * * *', '02:00', null, []],
    ['0 2 1 * *', '02:00', 1, []],
  ])('%s', (cron, time, day, weekdays) => {
    expect(readCron(cron)).toEqual({ time, day, weekdays });
  });

  it.each(['*/5 * * * *', '0 2 1 * Mon', '0 2 * 5 *', '0 2 * * Mon#1', '0 2 * * Mon,Xyz', '0 2 */2 * *', ''])(
    'has none for %s',
    (cron) => expect(readCron(cron)).toBe(null),
  );
});
