import { describe, expect, it } from 'vitest';
import type { PlanWave, Take } from '../../src/model.ts';
import { shareOut } from '../../src/plan/waves.ts';

/** `1` takes one, `'10%'` a tenth, `'rest'` what is left. */
function waves(...takes: readonly (number | string)[]): PlanWave[] {
  const take = (one: number | string): Take =>
    one === 'rest'
      ? { kind: 'rest' }
      : typeof one === 'number'
        ? { kind: 'count', count: one }
        : { kind: 'percent', percent: Number.parseFloat(one) };
  return takes.map((one, i) => ({ name: `w${i + 1}`, take: take(one) }));
}

/** `w1:1 w2:2`: the waves and how many instances each has. */
function picture(given: readonly PlanWave[], planned: number): string {
  const { shares, findings } = shareOut(given, planned);
  return [
    ...shares.map(({ name, start, end }) => `${name}:${end - start}`),
    ...findings.map(({ code }) => code),
  ].join(' ');
}

describe('instances are shared out to waves', () => {
  // biome-ignore format: one line a case
  it.each([
    ['no waves: all in one', waves(), 7, 'all:7'],
    ['one, a tenth rounded up, the rest', waves(1, '10%', 'rest'), 25, 'w1:1 w2:3 w3:21'],
    ['a percentage is of all planned, not of what is left', waves('50%', '50%'), 10, 'w1:5 w2:5'],
    ['10% of 10 is 1, whatever binary fractions say', waves('10%', 'rest'), 10, 'w1:1 w2:9'],
    ['what is not taken goes last, and is told', waves(1, 2), 10, 'w1:1 w2:2 rest:7 Refit.ImplicitWave'],
    ['a wave left nothing is not kept, and is told', waves(5, 'rest', 2), 5, 'w1:5 Refit.EmptyWave Refit.EmptyWave'],
    ['more than there are', waves(100), 3, 'w1:3'],
    ['nothing planned: no wave, nothing told', waves(1, 'rest'), 0, ''],
  ])('%s', (_, given, planned, expected) => {
    expect(picture(given, planned)).toBe(expected);
  });

  it('names the last wave so that no other has its name', () => {
    expect(shareOut([{ name: 'rest', take: { kind: 'count', count: 1 } }], 2).shares.at(-1)?.name).toBe(
      'rest-2',
    );
  });
});
