// Goal: a review shows the rollout options of each wave; a plan without options shows none.
import { describe, expect, it } from 'vitest';
import { validateReport } from '../../src/generated/validators.js';
import { seal } from '../../src/journal/chain.ts';
import { textOf } from '../../src/messages/messages.ts';
import type { JournalEvent, RolloutOptions, SavedPlan, SealedReview } from '../../src/model.ts';
import { describeRolloutOptions, describeSpread } from '../../src/report/review/describe-rollout.ts';
import { renderReview } from '../../src/report/review/render-review.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { renderReport } from '../../src/report/run/render-report.ts';
import { words } from '../messages/words.ts';
import { SITUATIONS } from './situations.ts';

const plain = { color: false, width: 120, all: true };
const ORDINARY = SITUATIONS['a-small-run-all-verified']!().saved;

/** A plan whose first wave has these options, followed by a wave without options. */
function withOptions(options: RolloutOptions): SavedPlan {
  const [first] = ORDINARY.waves;
  return {
    ...ORDINARY,
    waves: [
      { ...first!, ...options },
      { name: 'after', steps: [] },
    ],
  };
}

describe('the text of rollout options', () => {
  it.each<[string, RolloutOptions, string]>([
    ['an ordinary wave', {}, ''],
    ['a soak', { soak: 1_800_000 }, 'then soaks for 30 m'],
    ['a slow start', { slowStart: true }, 'starts with 1 step in flight and doubles as steps are verified'],
    [
      'both',
      { soak: 86_400_000, slowStart: true },
      'starts with 1 step in flight and doubles as steps are verified; then soaks for 1 d',
    ],
    [
      'its own thresholds',
      { haltWhen: { failed: { operator: '>', value: 5, base: 'wave' } } },
      'halts if failed > 5% of wave in this wave',
    ],
    [
      'a gate with every condition',
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
      'then a gate fails if failed > 0 or unknown > 1 or a resize takes > 2x the forecast or its metric fails or its address fails or its command fails; if inconclusive, the run pauses',
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
      'then a gate fails if a resize takes >= 15 m; shadow: the result is recorded and stops nothing',
    ],
  ])('%s', (_, options, expected) => {
    const plan = withOptions(options);
    expect(describeRolloutOptions(plan, plan.waves[0]!)).toBe(expected);
  });
});

describe('a review', () => {
  it.each(['text', 'markdown', 'html'] as const)('shows the rollout options: %s', (format) => {
    const review: SealedReview = {
      verdict: 'ready',
      plan: withOptions({ soak: 1_800_000 }),
      findings: [],
      next: null,
    };
    expect(renderReview(review, format, plain)).toContain('then soaks for 30 m');
    expect(renderReview({ ...review, plan: ORDINARY }, format, plain)).not.toContain('soaks');
  });
});

describe('the text of a spread', () => {
  const groups = (...all: readonly (string | undefined)[]): SavedPlan['preconditions'] =>
    all.map((group) => ({ ...ORDINARY.preconditions[0]!, ...(group === undefined ? {} : { group }) }));
  it.each([
    [
      'two groups',
      groups('a', 'a', 'b'),
      'at most 1 in flight per tags.app; 2 groups, the largest has 2 instances',
    ],
    [
      'an instance without the tag',
      groups('a', undefined),
      'at most 1 in flight per tags.app; 1 group, the largest has 1 instance; 1 instance without tags.app, each its own group',
    ],
  ])('%s', (_, preconditions, expected) => {
    expect(describeSpread({ spread: { by: 'tags.app', maxInFlight: 1 }, preconditions })).toBe(expected);
  });

  it.each(['text', 'markdown', 'html'] as const)('is in a review: %s', (format) => {
    const plan = { ...ORDINARY, spread: { by: 'zone', maxInFlight: 2 } };
    const text = renderReview({ verdict: 'ready', plan, findings: [], next: null }, format, plain);
    expect(text).toContain('at most 2 in flight per zone');
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
    'shows the result of the gate without its colours and tags: %s',
    (format) => {
      const text = renderReport(report, format, plain);
      expect(text).toContain('failure (shadow)');
      expect(text).not.toContain('\u001b');
      if (format !== 'text') expect(text).not.toContain('<b>40');
      expect(renderReport(without, format, plain)).not.toContain('(shadow)');
    },
  );

  it('fits the report schema', () => {
    expect(report.waves[0]!.gate).toEqual([
      { at: last.at, judge: 'command', outcome: 'failure', message: textOf(judged.message), shadow: true },
    ]);
    expect(validateReport(JSON.parse(JSON.stringify(report)))).toBe(true);
  });
});
