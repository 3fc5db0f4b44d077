/** The pages in Chinese: complete, without English, as safe as the English ones, and replayed in their language. */
import { describe, expect, it } from 'vitest';
import { wordsFrom } from '../../src/cli/page-language.ts';
import { languageOfPage, loadWords } from '../../src/messages/languages.ts';
import { render } from '../../src/messages/messages.ts';
import { english } from '../../src/messages/words.ts';
import {
  type Finding,
  HOURLY,
  type JournalEntry,
  type Review,
  type SavedPlan,
  USAGE_METRICS,
  type UsageMetric,
} from '../../src/model.ts';
import { replayReports } from '../../src/operations/audit/replay-reports.ts';
import { ASSUMED_DURATIONS } from '../../src/plan/forecast/durations.ts';
import { inWords } from '../../src/report/finding-words.ts';
import { renderReview } from '../../src/report/review/render-review.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { renderReport } from '../../src/report/run/render-report.ts';
import { renderUsage } from '../../src/report/usage/render-usage.ts';
import { shownUsage } from '../../src/report/usage/shown-usage.ts';
import type { RunReader } from '../../src/store/ports.ts';
import { MORE_REVIEWS, reviewFullOf } from './review-situations.ts';
import { HOSTILE, hostileRun, REVIEWS, SITUATIONS, type Situation } from './situations.ts';

const chinese = await loadWords('zh');
const PLAIN = { color: false, width: 100 };

const pageOf = ({ saved, entries }: Situation, words = chinese) =>
  renderReport(buildReport(saved, entries, words), 'html', { ...PLAIN, words });

/** Names, units, commands and keys; `assumed` is a value of the test data. Words of the test data are in capitals or have a digit, a dot or a dash. */
const KEPT = new Set(
  `CAMUser CHG CNY GB MB UTC Refit refit RUN ID cart canary rest default wei plans read apply in runs reconcile status head
  price memoryPerShard shards replicas finishBy atLeast roundTo sold failed unknown dba oncall double eleven headroom yaml qcs cam
  assumed Asia Shanghai Terraform guards shrink deny exclude plan inventory used fleet json hooks checks example live SAVED o
  uin set pause continue drain abort inFlight lin https redis tencentcloudapi com`.split(/\s+/),
);

/** The texts of a page that are no code of a command and no digest. */
function textsOf(html: string): string[] {
  return html
    .replace(
      /<style>[\s\S]*?<\/style>|<script>[\s\S]*?<\/script>|<code>[\s\S]*?<\/code>|<pre>[\s\S]*?<\/pre>/g,
      '',
    )
    .replace(/ aria-label="([^"]*)"/g, '>$1<')
    .split(/<[^>]*>/)
    .map((text) => text.replaceAll(/&[#\w]+;/g, ' ').trim())
    .filter((text) => text !== '');
}

/** The same run with the provider's words as data that is no English, and findings with their own words. */
function withoutForeignWords({ saved, entries }: Situation): Situation {
  const text = (value: unknown) => JSON.stringify(value);
  const quiet = (value: string) =>
    value
      .replace(/("id":"run\.provider-answer","params":\{"answer":)"[^"]*"/g, '$1"E0"')
      .replace(/("reason":|"message":)"[^"]*"/g, '$1"E0"');
  const plan = JSON.parse(text(saved)) as SavedPlan;
  const own = plan.blocked.map((target) => ({
    ...target,
    findings: target.findings.map((one) => ({
      ...one,
      ...render({ id: one.messageId, params: one.params }),
    })),
  }));
  return { saved: { ...plan, blocked: own }, entries: JSON.parse(quiet(text(entries))) as JournalEntry[] };
}

const SAFE = Object.entries(SITUATIONS).filter(([name]) => !name.includes('hostile'));

/** The Latin words of a page that are no names, codes, numbers or file names. */
function englishIn(html: string): string[] {
  const words = textsOf(html).flatMap((text) => text.match(/[A-Za-z][\w.:/-]*/g) ?? []);
  return [...new Set(words)].filter(
    (word) => !KEPT.has(word) && !/\d|[./:-]|^[A-Z][a-z]+[A-Z]|^(.)\1+$/.test(word),
  );
}

/** The titles of sections, tables, columns and facts. */
const headingsOf = (html: string) =>
  [...html.matchAll(/<(?:h[23]|th|caption|dt)\b[^>]*>(?:<b>)?([^<]+)/g)].map(([, text]) => text!);

const isChinese = (text: string) => /[\u4e00-\u9fff]|^Terraform$/.test(text);

describe.each(SAFE)('the report of %s', (_, situation) => {
  const html = pageOf(withoutForeignWords(situation()));

  it('names its language, and has a Chinese title and Chinese headings', () => {
    expect(html).toMatch(/^<!doctype html>\n<html lang="zh-CN">/);
    expect(html).toMatch(/<title>[^<]*：审计报告<\/title>/);
    expect(headingsOf(html).filter((text) => !isChinese(text))).toEqual([]);
  });

  it('has no English text', () => {
    expect(englishIn(html)).toEqual([]);
  });

  it('has the same elements as the English page', () => {
    const tagsOf = (page: string) => [...page.matchAll(/<\/?[a-z!][^\s>]*/gi)].map(([tag]) => tag);
    expect(tagsOf(html)).toEqual(tagsOf(pageOf(withoutForeignWords(situation()), english)));
  });
});

describe('the history of use', () => {
  const hourly = (values: readonly (number | null)[]) => (metric: UsageMetric) =>
    ({ instance: 'crs-5qlrlhux', metric, period: HOURLY, from: Date.UTC(2026, 10, 1), values }) as const;
  const series = USAGE_METRICS.map(({ name }) => hourly([3, null, 40])(name));
  const at = { from: Date.UTC(2026, 10, 1), until: Date.UTC(2026, 10, 2) };
  const sizes = [1, 3].map((shards, n) => {
    const size = { memoryPerShard: 4096, shards, replicas: 1 };
    return { size, from: at.from + n * 3_600_000, until: at.from + n * 3_600_000 };
  });
  const usage = { instance: 'crs-5qlrlhux', series, sizes };
  const shown = shownUsage(usage, at, [], { provider: 'p', store: english.usage.folder });
  const [html, inEnglish] = [chinese, english].map((words) =>
    renderUsage(shown, 'html', { ...PLAIN, words }),
  );

  it('has Chinese headings, no English text, and the elements of the English page', () => {
    const units = new Set(['p99', 'CPU', 'Key', 'ms', 's']);
    expect(headingsOf(html!).filter((text) => !isChinese(text) && !units.has(text))).toEqual([]);
    expect(englishIn(html!).filter((word) => !units.has(word))).toEqual([]);
    const tagsOf = (page: string) => page.match(/<\/?[a-z!][^\s>]*/gi);
    expect(tagsOf(html!)).toEqual(tagsOf(inEnglish!));
  });
});

/** A review whose findings have their own words, and whose durations are the usual assumption. */
function withOwnWords(review: Review): Review {
  const isOwn = ({ messageId, params, message }: Finding) =>
    render({ id: messageId, params }).message === message;
  const findings = review.findings.filter(isOwn);
  if (!('plan' in review)) return { ...review, findings };
  const { time } = review.plan.forecast;
  const durations = { ...time?.durations, basis: ASSUMED_DURATIONS.basis };
  const forecast = time ? { ...review.plan.forecast, time: { ...time, durations } } : review.plan.forecast;
  return { ...review, findings, plan: { ...review.plan, forecast } } as Review;
}

const reviewPageOf = (review: Review, words = chinese) =>
  renderReview(review, 'html', { ...PLAIN, all: true, words });
const REVIEWED = Object.entries({
  ...REVIEWS,
  ...MORE_REVIEWS,
  'a plan with everything': () => reviewFullOf('E0'),
});

describe.each(REVIEWED.filter(([name]) => !/hostile|5000|many-waves/.test(name)))(
  'the review of %s',
  (_, make) => {
    const html = reviewPageOf(withOwnWords(make()));

    it('is in Chinese, without English', () => {
      expect(html).toMatch(/^<!doctype html>\n<html lang="zh-CN">/);
      expect(html).toMatch(/<title>[^<]*：计划评审<\/title>/);
      expect(headingsOf(html).filter((text) => !isChinese(text))).toEqual([]);
      expect(englishIn(html)).toEqual([]);
    });
  },
);

describe('a hostile text', () => {
  const tagsOf = (html: string) => [...html.matchAll(/<\/?[a-z!][^\s>]*/gi)].map(([tag]) => tag);

  it.each(['<script>alert(1)</script><img src=x onerror=alert(2)>"\'>', '</style></script>--> ]]>', HOSTILE])(
    'is escaped in Chinese: %j',
    (text) => {
      const html = pageOf(hostileRun(text));
      expect(tagsOf(html)).toEqual(tagsOf(pageOf(hostileRun('plain'))));
      expect(html).not.toMatch(/<script>alert|<img|[\u202a-\u202e\u2066-\u2069]/u);
      const review = reviewPageOf(reviewFullOf(text));
      expect(tagsOf(review)).toEqual(tagsOf(reviewPageOf(reviewFullOf('plain'))));
      expect(review).not.toMatch(/<script>alert|<img|[\u202a-\u202e\u2066-\u2069]/u);
    },
  );
});

describe('a finding', () => {
  const { saved } = SITUATIONS['a-priced-run-with-a-failure-and-a-refusal']!();
  const [finding] = saved.findings;

  it('is translated from its parameters', () => {
    expect(inWords(finding!, chinese).message).toMatch(/[\u4e00-\u9fff]/);
    expect(inWords(finding!, english)).toBe(finding);
  });

  it('stays as it is where its parameters say something else than its words', () => {
    const changed = { ...finding!, message: 'everything is fine' };
    expect(inWords(changed, chinese)).toBe(changed);
  });
});

describe('the option --language', () => {
  it.each([
    [undefined, 'text', english],
    ['en', 'html', english],
    ['zh', 'html', chinese],
  ])('%s with --format %s', async (language, format, words) => {
    expect(await wordsFrom({ ...(language === undefined ? {} : { language }), format, write: [] })).toBe(
      words,
    );
  });

  it('is for HTML in a file, too', async () => {
    const write = [{ format: 'html', path: 'a.html' }];
    expect(await wordsFrom({ language: 'zh', format: 'text', write })).toBe(chinese);
  });

  it.each([
    ['fr', 'html', '--language fr: unknown language'],
    ['zh', 'text', '--language applies only to HTML'],
  ])('%s with --format %s is refused', async (language, format, message) => {
    await expect(wordsFrom({ language, format, write: [] })).rejects.toMatchObject({
      code: 'usage',
      message,
    });
  });
});

describe('audit replay', () => {
  const { saved, entries } = SITUATIONS['a-priced-run-with-a-failure-and-a-refusal']!();
  const readerOf = (page: string): RunReader =>
    ({
      name: 'runs/x',
      readPlan: async () => saved,
      report: async (file: string) =>
        file === 'report.html' ? page : renderReport(buildReport(saved, entries), 'json', PLAIN),
      read: async (take: (entry: JournalEntry) => void) => {
        for (const entry of entries) take(entry);
        return { journal: { end: { seq: entries.length } } };
      },
    }) as unknown as RunReader;
  const page = pageOf({ saved, entries });

  it.each([
    ['a page in English', pageOf({ saved, entries }, english), true],
    ['a page in Chinese', page, true],
    ['a changed page in Chinese', page.replace('已验证', '失败'), false],
    ['a page that says that it is English', page.replace('lang="zh-CN"', 'lang="en"'), false],
    ['a page in a language of no version', page.replace('lang="zh-CN"', 'lang="fr"'), false],
  ])('renders %s again in its language', async (_, written, same) => {
    expect((await replayReports(readerOf(written))).reports).toMatchObject([{ same: true }, { same }]);
  });

  it('reads the language of a page from its first lines only', () => {
    expect(languageOfPage(page)).toBe('zh');
    expect(languageOfPage(`x${page}`)).toBe('en');
    expect(languageOfPage('<!doctype html>\n<html lang="constructor">')).toBe('en');
  });
});
