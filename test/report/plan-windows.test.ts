// Goal: a review shows when the run can start and whether its orders fit; a report shows that the window closed.
import { describe, expect, it } from 'vitest';
import { validateReport, validateSavedPlan } from '../../src/generated/validators.js';
import { EMPTY_CHAIN, seal } from '../../src/journal/chain.ts';
import type { Forecast, JournalEntry, JournalEvent, Review, SavedPlan } from '../../src/model.ts';
import { store } from '../../src/plan/saved/store.ts';
import { REVIEW_FORMATS, renderReview } from '../../src/report/review/render-review.ts';
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

describe('a review shows when the run can start', () => {
  it.each([
    [{}, 'drain', 'all orders fit'],
    [{ fits: false }, 'drain', 'not all orders fit; the next window continues'],
    [{}, 'halt', 'all orders fit; orders in flight at its close are left to the next apply'],
  ] as const)('%j, %s', (window, atClose, expected) => {
    const saved = plan(window, atClose);
    const stored = { digest: saved.digest, ...store(saved) };
    expect(validateSavedPlan(stored), JSON.stringify(validateSavedPlan.errors)).toBe(true);
    const review: Review = { verdict: 'ready', plan: saved, findings: [], next: null };
    for (const format of ['text', 'markdown', 'html'] as const)
      expect(renderReview(review, format, plain), format).toContain(
        `Wed 2026-11-25 01:00-05:00 Asia/Shanghai (opens 2026-11-24 17:00:00 UTC); ${expected}`,
      );
    expect(JSON.parse(renderReview(review, 'json', plain)).plan.forecast.window.fits).toBe(
      saved.forecast.window!.fits,
    );
  });
});

describe('a review invents no opening for a window', () => {
  it.each([
    [null, 'open now, no end'],
    ['2026-12-23T16:00:00.000Z', 'open now, until Thu 2026-12-24 00:00 Asia/Shanghai'],
  ])('that has been open for long, and closes %s', (closes, local) => {
    const saved = plan({ opens: null, closes, local }, 'drain');
    const review: Review = { verdict: 'ready', plan: saved, findings: [], next: null };
    for (const format of REVIEW_FORMATS) {
      const shown = renderReview(review, format, plain);
      expect(shown, format).not.toMatch(/\(opens|2026-11-24/);
      if (['text', 'markdown', 'html'].includes(format))
        expect(shown, format).toContain(`${local}; all orders fit`);
    }
    const json = JSON.parse(renderReview(review, 'json', plain));
    expect(json.plan.forecast.window).toEqual({ opens: null, closes, local, fits: true });
  });
});

describe('a report of a run whose window closed', () => {
  const saved = plan({}, 'drain');
  const what =
    'outside the windows: it is Wed 2026-11-25 05:00 Asia/Shanghai; the next opens Thu 2026-11-26 01:00';
  const events: readonly JournalEvent[] = [
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
  for (const event of events)
    entries.push(seal(entries.at(-1) ?? EMPTY_CHAIN, '2026-11-24T21:00:00.000Z', event));
  const report = buildReport(saved, entries);

  it('fits the published schema', () => {
    expect(validateReport(JSON.parse(JSON.stringify(report)))).toBe(true);
    expect(report.run).toMatchObject({ endedBecause: 'window-closed', message: what, exitCode: 8 });
  });

  it.each(REPORT_FORMATS.filter((format) => format !== 'csv'))(
    'shows the reason and the next window: %s',
    (format) => {
      const text = renderReport(report, format, plain);
      expect(text).toContain(what);
      if (format !== 'json') expect(text).toContain('WINDOW CLOSED');
    },
  );
});
