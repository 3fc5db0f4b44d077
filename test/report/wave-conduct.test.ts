// Goal: a reviewer reads, wave by wave, how each goes on; a plan that says nothing of it reads as before.
import { describe, expect, it } from 'vitest';
import { validateReport } from '../../src/generated/validators.js';
import { seal } from '../../src/journal/chain.ts';
import { textOf } from '../../src/messages/messages.ts';
import type { JournalEvent, RolloutOptions, SavedPlan, SealedReview } from '../../src/model.ts';
import { describeConduct, describeSpread } from '../../src/report/review/describe-rollout.ts';
import { renderReview } from '../../src/report/review/render-review.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { renderReport } from '../../src/report/run/render-report.ts';
import { words } from '../messages/words.ts';
import { SITUATIONS } from './situations.ts';

const plain = { color: false, width: 120, all: true };
const ORDINARY = SITUATIONS['a-small-run-all-verified']!().saved;

/** The plan with this conduct of its first wave, and an ordinary one after it. */
function withConduct(conduct: RolloutOptions): SavedPlan {
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
  it.each<[string, RolloutOptions, string]>([
    ['an ordinary wave', {}, ''],
    ['a soak', { soak: 1_800_000 }, 'then soaks for 30 m'],
    ['a slow start', { slowStart: true }, 'starts with 1 at once and doubles as steps are verified'],
    [
      'both',
      { soak: 86_400_000, slowStart: true },
      'starts with 1 at once and doubles as steps are verified; then soaks for 1 d',
    ],
    [
      'thresholds of its own',
      { haltWhen: { failed: { operator: '>', value: 5, base: 'wave' } } },
      'halts at failed > 5% of wave of its own',
    ],
    [
      'a gate of everything',
      {
        gate: {
          failed: { operator: '>', value: 0, base: 'count' },
          unknown: { operator: '>', value: 1, base: 'count' },
          duration: { operator: '>', value: 2, unit: 'forecast' },
          metric: { name: 'MemUtil', fails: { operator: '>', value: 90 }, over: 300_000 },
          url: 'https://health.example.com/',
          command: ['./check', 'cart'],
          timeout: 60_000,
          onInconclusive: 'pause',
          shadow: false,
        },
      },
      'then a gate fails at failed > 0, unknown > 1, a resize taking > 2x the forecast, MemUtil > 90 over 5 m, https://health.example.com/ not answering 2xx, the command ./check cart failing; pauses where it cannot tell',
    ],
    [
      'a gate in shadow mode',
      {
        gate: {
          duration: { operator: '>=', value: 900_000, unit: 'ms' },
          timeout: 60_000,
          onInconclusive: 'halt',
          shadow: true,
        },
      },
      'then a gate fails at a resize taking >= 15 m; in shadow: told, and stops nothing',
    ],
  ])('%s', (_, conduct, expected) => {
    const plan = withConduct(conduct);
    expect(describeConduct(plan, plan.waves[0]!)).toBe(expected);
  });
});

describe('a review', () => {
  it.each(['text', 'markdown', 'html'] as const)('says how a wave goes on: %s', (format) => {
    const review: SealedReview = {
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
    expect(describeSpread({ spread: { by: 'tags.app', maxInFlight: 1 }, preconditions })).toBe(expected);
  });

  it.each(['text', 'markdown', 'html'] as const)('stands in a review: %s', (format) => {
    const plan = { ...ORDINARY, spread: { by: 'zone', maxInFlight: 2 } };
    const text = renderReview({ verdict: 'ready', plan, findings: [], next: null }, format, plain);
    expect(text).toContain('at most 2 of one zone under way at once');
  });
});

describe('a report of a run with a gate', () => {
  const { saved, entries } = SITUATIONS['a-small-run-all-verified']!();
  const judged: JournalEvent = {
    kind: 'gate',
    wave: 0,
    name: saved.waves[0]!.name,
    judge: 'command',
    outcome: 'failure',
    message: words('exit 3: \u001b[31mp99 <b>40</b> ms'),
    shadow: true,
    next: 'go-on',
  };
  const last = entries.at(-1)!;
  const report = buildReport(saved, [...entries, seal(last, last.at, judged)]);
  const without = buildReport(saved, entries);

  it.each(['text', 'markdown', 'html'] as const)(
    'shows what was judged, without its colours and tags: %s',
    (format) => {
      const text = renderReport(report, format, plain);
      expect(text).toContain('failure (shadow)');
      expect(text).not.toContain('\u001b');
      if (format !== 'text') expect(text).not.toContain('<b>40');
      expect(renderReport(without, format, plain)).not.toContain('(shadow)');
    },
  );

  it('fits the schema of reports', () => {
    expect(report.waves[0]!.gate).toEqual([
      { at: last.at, judge: 'command', outcome: 'failure', message: textOf(judged.message), shadow: true },
    ]);
    expect(validateReport(JSON.parse(JSON.stringify(report)))).toBe(true);
  });
});
