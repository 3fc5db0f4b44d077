import { describe, expect, it } from 'vitest';
import { type Choice, matching } from '../../src/console/ui/parts/choice.ts';

const choice = (text: string, about = ''): Choice => ({
  ...{ group: 'Page', text, about },
  choose: () => undefined,
});
const CHOICES = [
  choice('Old runs'),
  choice('Runs', '/runs'),
  choice('Pause this run?'),
  choice('grow-cart', '20261130T1'),
];

describe('the palette finds', () => {
  it.each<[string, readonly string[]]>([
    ['', ['Old runs', 'Runs', 'Pause this run?', 'grow-cart']],
    ['run', ['Runs', 'Old runs', 'Pause this run?']],
    ['this pause', ['Pause this run?']],
    ['2026 CART', ['grow-cart']],
    ['nothing', []],
    ['  ', ['Old runs', 'Runs', 'Pause this run?', 'grow-cart']],
    ['.*', []],
  ])('%j', (typed, found) => {
    expect(matching(CHOICES, typed).map(({ text }) => text)).toEqual(found);
  });
});
