/** The search that all fuzzing uses reports each of its bounds. */
import { afterEach, expect, it, vi } from 'vitest';
import { type Met, search } from './search.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const FINE: Met = { fault: null, texts: ['refused: the file is empty'] };

const broken: [string, () => Met | Promise<Met>, RegExp][] = [
  ['a fault that the search knows', () => ({ fault: 'counts', texts: [] }), /^seed 7: counts$/],
  ['an exception', () => JSON.parse('{'), /^seed 7: crashes: SyntaxError/],
  ['a rejected promise', () => Promise.reject(new TypeError('x')), /^seed 7: crashes: TypeError: x/],
  ['a thrown text', () => Promise.reject('x'), /^seed 7: crashes: x/],
  [
    'a stack trace in a text',
    () => ({ fault: null, texts: ['fine', new Error('x').stack!] }),
    /^seed 7: shows a stack trace: Error: x/,
  ],
  [
    'an input that takes more than 5 s',
    () => {
      vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 5_100);
      return FINE;
    },
    /^seed 7: takes 51\d\d ms$/,
  ],
  [
    'a promise without an end',
    () => {
      vi.useFakeTimers();
      queueMicrotask(() => queueMicrotask(() => vi.advanceTimersByTime(5_000)));
      return new Promise(() => undefined);
    },
    /^seed 7: does not end$/,
  ],
  [
    'memory above the bound',
    () => {
      const usage = process.resourceUsage();
      const maxRSS = usage.maxRSS + 301 * 1024;
      vi.spyOn(process, 'resourceUsage').mockReturnValue({ ...usage, maxRSS });
      return FINE;
    },
    /lifts the memory to \d+ MB$/,
  ],
];

it.each(broken)('the search reports %s', async (_, meet, fault) => {
  const faults = await search(1, 7, meet);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(fault);
});

it('the search reports nothing for inputs within the bounds, and goes on after a fault', async () => {
  expect(await search(250, 1, () => FINE)).toEqual([]);
  const odd = (seed: number): Met => ({ ...FINE, fault: seed % 2 ? 'odd' : null });
  expect(await search(4, 1, odd)).toEqual(['seed 1: odd', 'seed 3: odd']);
});
