import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createAgenda } from '../../src/simulator/world/agenda.ts';

it('runs entries by time and then by insertion, and none before its time', () => {
  const seed = 20_261_105;
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 50 })),
      fc.integer({ min: 0, max: 50 }),
      (times, until) => {
        const agenda = createAgenda();
        const seen: [number, number][] = [];
        for (const [entry, at] of times.entries()) agenda.add(at, () => seen.push([at, entry]));
        const expected = times
          .map((at, entry): [number, number] => [at, entry])
          .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        agenda.runUntil(until);
        expect(seen).toEqual(expected.filter(([at]) => at <= until));
        expect(agenda.next()).toBe(expected.find(([at]) => at > until)?.[0] ?? null);
        agenda.runUntil(50);
        expect(seen).toEqual(expected);
      },
    ),
    { seed },
  );
});

it('runs an entry for the present time that another entry adds', () => {
  const agenda = createAgenda();
  const seen: string[] = [];
  agenda.add(5, (at) => {
    seen.push('first');
    agenda.add(at, () => seen.push('second'));
    agenda.add(at + 1, () => seen.push('later'));
  });
  agenda.runUntil(5);
  expect(seen).toEqual(['first', 'second']);
});
