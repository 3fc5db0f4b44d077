import { describe, expect, it } from 'vitest';
import { formatThreshold } from '../../../src/messages/en/format-size.ts';
import type { Threshold } from '../../../src/model.ts';
import { reached } from '../../../src/plan/parse/quantity.ts';

const BASES = { inventory: 30, wave: 10, run: 20 };

describe('a threshold', () => {
  // biome-ignore format: one line a case
  it.for([
    ['>', 2, 'count', 2, false],
    ['>', 2, 'count', 3, true],
    ['>=', 2, 'count', 2, true],
    ['<', 2, 'count', 2, false],
    ['<=', 2, 'count', 2, true],
    ['<=', 40, 'inventory', 12, true],  // exactly 40%
    ['<=', 40, 'inventory', 13, false],
    ['>', 5, 'wave', 0, false],
    ['>', 5, 'wave', 1, true],
    ['>', 5, 'run', 1, false],          // exactly 5%
    ['>', 33.3, 'inventory', 10, true],
    ['>', 200, 'run', 20, false],       // valid, although it can never be reached
  ] as const)('%s %s of %s, %i of them: %s', ([operator, value, base, count, is]) => {
    expect(reached({ operator, value, base }, count, BASES)).toBe(is);
  });

  it('is not reached by zero of zero', () => {
    const none = { inventory: 0, wave: 0, run: 0 };
    expect(reached({ operator: '>', value: 0, base: 'wave' }, 0, none)).toBe(false);
    expect(reached({ operator: '<=', value: 0, base: 'inventory' }, 0, none)).toBe(true);
  });

  it('is formatted as the author writes it', () => {
    const format = (operator: Threshold['operator'], value: number, base: Threshold['base']) =>
      formatThreshold({ operator, value, base });
    expect([format('>', 2, 'count'), format('<=', 40, 'inventory'), format('>', 5, 'wave')]).toEqual([
      '> 2',
      '<= 40% of inventory',
      '> 5% of wave',
    ]);
  });
});
