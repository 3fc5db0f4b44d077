// Goal: every format of a review and report shows the maintenance window and the nodes of a change.
import { describe, expect, it } from 'vitest';
import { EMPTY_CHAIN, seal } from '../../src/journal/chain.ts';
import type { JournalEntry, JournalEvent, Review, SavedPlan } from '../../src/model.ts';
import { REVIEW_FORMATS, renderReview } from '../../src/report/review/render-review.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { REPORT_FORMATS, renderReport } from '../../src/report/run/render-report.ts';
import { words } from '../messages/words.ts';
import { SITUATIONS } from './situations.ts';

const WINDOW = { from: '03:00', to: '06:00' };
const ZONE = { code: 'ap-guangzhou-6', number: 100006 };

/** A plan whose first step changes replicas in a maintenance window. */
function plan(): SavedPlan {
  const { saved } = SITUATIONS['a-small-run-all-verified']!();
  const [first, ...rest] = saved.steps;
  const step = {
    ...first!,
    change: { dimension: 'replicas', from: 1, to: 2 } as const,
    nodes: { kind: 'add', zones: [ZONE] } as const,
  };
  return {
    ...saved,
    execution: { ...saved.execution, switch: 'maintenance-window' },
    steps: [step, ...rest],
    preconditions: saved.preconditions.map((one) => ({ ...one, window: WINDOW })),
  };
}

function journal(...events: readonly JournalEvent[]): JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (const event of events)
    entries.push(seal(entries.at(-1) ?? EMPTY_CHAIN, '2026-01-05T02:00:00.000Z', event));
  return entries;
}

const plain = { color: false, width: 120, all: true };

describe('a review', () => {
  const review: Review = { verdict: 'ready', plan: plan(), findings: [], next: null };

  it.each(REVIEW_FORMATS.filter((format) => !['junit', 'sarif', 'github'].includes(format)))(
    'shows the window with its time zone, and the zone of the added replica: %s',
    (format) => {
      const text = renderReview(review, format, plain);
      if (format === 'json') expect(JSON.parse(text).plan.preconditions[0].window).toEqual(WINDOW);
      else expect(text).toContain('03:00-06:00 Beijing time');
      expect(text).toContain('ap-guangzhou-6');
    },
  );
});

describe('a report', () => {
  const saved = plan();
  const { id } = saved.steps[0]!;
  const deferred: JournalEvent = {
    kind: 'deferred',
    step: id,
    window: WINDOW,
    opensAt: '2026-01-05T19:00:00.000Z',
  };
  const intent: JournalEvent = { kind: 'intent', step: id, attempt: 1, size: saved.steps[0]!.after };
  const accepted: JournalEvent = {
    kind: 'accepted',
    step: id,
    attempt: 1,
    order: '1',
    requestId: 'r-1',
    sentAt: '2026-01-05T02:00:00.000Z',
  };

  it.each(REPORT_FORMATS)('shows that a step waits for its window: %s', (format) => {
    const text = renderReport(buildReport(saved, journal(intent, accepted, deferred)), format, plain);
    expect(text).toContain('accepted, waits for its window 03:00-06:00 Beijing time');
    expect(text).toContain('ap-guangzhou-6');
  });

  const warning = 'executed outside its window 03:00-06:00 Beijing time';
  const began: JournalEvent = {
    kind: 'began',
    step: id,
    evidence: words('task 7 is running'),
    warning: warning && words(warning),
  };
  const ended: JournalEvent = {
    kind: 'step-ended',
    step: id,
    outcome: 'verified',
    code: null,
    message: words('read back'),
    size: null,
    billed: null,
  };

  it.each(REPORT_FORMATS)('warns of a verified change outside its window: %s', (format) => {
    const text = renderReport(buildReport(saved, journal(intent, accepted, began, ended)), format, plain);
    expect(text).toContain(warning);
  });
});
