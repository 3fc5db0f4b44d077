// Goal: a review says when the run can begin and whether the orders fit; a report says that the window had closed.
import { describe, expect, it } from 'vitest';
import { validateReport, validateSavedPlan } from '../../src/generated/validators.js';
import { EMPTY_CHAIN, seal } from '../../src/journal/chain.ts';
import type { Forecast, JournalEntry, JournalEvent, Review, SavedPlan } from '../../src/model.ts';
import { renderReview } from '../../src/report/review/render-review.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { REPORT_FORMATS, renderReport } from '../../src/report/run/render-report.ts';
import { words } from '../messages/words.ts';
import { SITUATIONS } from './situations.ts';

const plain = { color: false, width: 200, all: true };

function plan(window: Partial<NonNullable<Forecast['window']>>, atClose: 'drain' | 'halt'): SavedPlan {
  const { saved } = SITUATIONS['a-small-run-all-verified']!();
  return {
    ...saved,
    windows: {
      timezone: 'Asia/Shanghai',
      allow: ['Tue-Thu 01:00-05:00'],
      freeze: ['2026-11-10..2026-11-12'],
      lastStart: 2_700_000,
      atClose,
      calendars: [],
    },
    forecast: {
      ...saved.forecast,
      window: {
        opens: '2026-11-24T17:00:00.000Z',
        closes: '2026-11-24T21:00:00.000Z',
        local: 'Wed 2026-11-25 01:00-05:00 Asia/Shanghai',
        fits: true,
        ...window,
      },
    },
  };
}

describe('a review says when the run can begin', () => {
  it.each([
    [{}, 'drain', 'the orders fit'],
    [{ fits: false }, 'drain', 'the orders do not fit, the rest goes on in the next'],
    [{}, 'halt', 'the orders fit; what is under way at its close is left to the next apply'],
  ] as const)('%j, %s', (window, atClose, told) => {
    const saved = plan(window, atClose);
    expect(validateSavedPlan(saved), JSON.stringify(validateSavedPlan.errors)).toBe(true);
    const review: Review = { verdict: 'ready', plan: saved, findings: [], next: null };
    for (const format of ['text', 'markdown', 'html'] as const)
      expect(renderReview(review, format, plain), format).toContain(
        `Wed 2026-11-25 01:00-05:00 Asia/Shanghai (opens 2026-11-24 17:00:00 UTC); ${told}`,
      );
    expect(JSON.parse(renderReview(review, 'json', plain)).plan.forecast.window.fits).toBe(
      saved.forecast.window!.fits,
    );
  });
});

describe('a report of a run whose window had closed', () => {
  const saved = plan({}, 'drain');
  const what =
    'outside the windows: it is Wed 2026-11-25 05:00 Asia/Shanghai; the next opens Thu 2026-11-26 01:00';
  const deeds: readonly JournalEvent[] = [
    {
      kind: 'run-started',
      format: 'refit.journal/1',
      plan: saved.name,
      digest: saved.digest,
      resumed: false,
      cutOff: 0,
      by: { user: 'dba', host: 'here', pid: 1 },
      endpoint: 'the provider',
      version: '0.0.0',
    },
    { kind: 'stopping', because: 'window-closed', message: words(what) },
    { kind: 'run-ended', because: 'window-closed', exitCode: 8 },
  ];
  const entries: JournalEntry[] = [];
  for (const deed of deeds)
    entries.push(seal(entries.at(-1) ?? EMPTY_CHAIN, '2026-11-24T21:00:00.000Z', deed));
  const report = buildReport(saved, entries);

  it('is of the published form', () => {
    expect(validateReport(JSON.parse(JSON.stringify(report)))).toBe(true);
    expect(report.run).toMatchObject({ endedBecause: 'window-closed', message: what, exitCode: 8 });
  });

  it.each(REPORT_FORMATS.filter((format) => format !== 'csv'))(
    'says why, and when it goes on: %s',
    (format) => {
      const text = renderReport(report, format, plain);
      expect(text).toContain(what);
      if (format !== 'json') expect(text).toContain('WINDOW CLOSED');
    },
  );
});
