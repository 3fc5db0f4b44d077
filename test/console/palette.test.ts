import { describe, expect, it } from 'vitest';
import { type Choice, lookUps, matching } from '../../src/console/ui/parts/choice.ts';

const choice = (text: string, about = ''): Choice => ({
  ...{ group: 'Page', text, about },
  choose: () => undefined,
});
const CHOICES = [
  choice('Old runs'),
  choice('Runs', '/runs'),
  choice('Pause this run?'),
  choice('grow-cart', '20261130T1'),
  { ...choice('Design system'), isRare: true },
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
    ['design', ['Design system']],
  ])('%j', (typed, found) => {
    expect(matching(CHOICES, typed).map(({ text }) => text)).toEqual(found);
  });
});

describe('the palette offers to look up', () => {
  it.each<[string, string, readonly string[]]>([
    ['an instance', ' crs-0a1b2c3d ', ['instance crs-0a1b2c3d']],
    ['an order', '20261201060165912345678', ['order 20261201060165912345678']],
    ['a request', '3C140219-CFE9-470E-B241-907877D6FB03', ['text 3C140219-CFE9-470E-B241-907877D6FB03']],
    ['no day', '2026121', []],
    ['no run', '20261124T173000Z-1f0c2ab9', []],
    ['no part of an instance', 'crs-0a1b', []],
    ['no path', 'crs-1/../x', []],
    ['nothing', '', []],
  ])('%s: %j', (_, typed, found) => {
    expect(lookUps(typed).map(({ kind, text }) => `${kind} ${text}`)).toEqual(found);
  });
});
