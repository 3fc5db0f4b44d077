// Goal: a reviewer reads, wave by wave, how each goes on; a plan that says nothing of it reads as before.
import { describe, expect, it } from 'vitest';
import type { Review, SavedPlan, WaveConduct } from '../../src/model.ts';
import { renderReview } from '../../src/report/render-review.ts';
import { conductInWords, spreadInWords } from '../../src/report/wave-conduct.ts';
import { SITUATIONS } from './situations.ts';

const plain = { color: false, width: 120, all: true };
const ORDINARY = SITUATIONS['a-small-run-all-verified']!().saved;

/** The plan with this conduct of its first wave, and an ordinary one after it. */
function withConduct(conduct: WaveConduct): SavedPlan {
  const [first] = ORDINARY.waves;
  return {
    ...ORDINARY,
    waves: [
      { ...first!, ...conduct },
      { name: 'after', steps: [] },
    ],
  };
}

describe('the conduct of a wave in words', () => {
  it.each<[string, WaveConduct, string]>([
    ['an ordinary wave', {}, ''],
    ['a soak', { soak: 1_800_000 }, 'then soaks for 30 m'],
    ['a slow start', { slowStart: true }, 'starts with 1 at once and doubles as steps are verified'],
    [
      'both',
      { soak: 86_400_000, slowStart: true },
      'starts with 1 at once and doubles as steps are verified; then soaks for 1 d',
    ],
  ])('%s', (_, conduct, expected) => {
    const plan = withConduct(conduct);
    expect(conductInWords(plan, plan.waves[0]!)).toBe(expected);
  });
});

describe('a review', () => {
  it.each(['text', 'markdown', 'html'] as const)('says how a wave goes on: %s', (format) => {
    const review: Review = {
      verdict: 'ready',
      plan: withConduct({ soak: 1_800_000 }),
      findings: [],
      next: null,
    };
    expect(renderReview(review, format, plain)).toContain('then soaks for 30 m');
    expect(renderReview({ ...review, plan: ORDINARY }, format, plain)).not.toContain('soaks');
  });
});

describe('a spread in words', () => {
  const groups = (...all: readonly (string | undefined)[]): SavedPlan['preconditions'] =>
    all.map((group) => ({ ...ORDINARY.preconditions[0]!, ...(group === undefined ? {} : { group }) }));
  it.each([
    [
      'one each',
      groups('a', 'a', 'b'),
      'at most 1 of one tags.app under way at once; 2 groups, the greatest of 2 instances',
    ],
    [
      'some without the tag',
      groups('a', undefined),
      'at most 1 of one tags.app under way at once; 1 group, the greatest of 1 instance; 1 instance without it, each a group of its own',
    ],
  ])('%s', (_, preconditions, expected) => {
    expect(spreadInWords({ spread: { by: 'tags.app', maxInFlight: 1 }, preconditions })).toBe(expected);
  });

  it.each(['text', 'markdown', 'html'] as const)('stands in a review: %s', (format) => {
    const plan = { ...ORDINARY, spread: { by: 'zone', maxInFlight: 2 } };
    const text = renderReview({ verdict: 'ready', plan, findings: [], next: null }, format, plain);
    expect(text).toContain('at most 2 of one zone under way at once');
  });
});
