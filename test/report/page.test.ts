import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { renderReview } from '../../src/report/review/render-review.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { renderReport } from '../../src/report/run/render-report.ts';
import { longRun } from './long-run.ts';
import { DIGEST, REVIEWS, SITUATIONS, type Situation } from './situations.ts';

const NO_TERMINAL = { color: false, width: 100, all: true };

const page = ({ saved, entries }: Situation) =>
  renderReport(buildReport(saved, entries), 'html', NO_TERMINAL);

const PAGES: Readonly<Record<string, () => string>> = {
  ...Object.fromEntries(
    Object.entries(SITUATIONS).map(([name, situation]) => [name, () => page(situation())]),
  ),
  ...Object.fromEntries(
    Object.entries(REVIEWS).map(([name, review]) => [
      name,
      () => renderReview(review(), 'html', NO_TERMINAL),
    ]),
  ),
  'a long run': () => page(longRun(130)),
};

describe('every page', () => {
  for (const [name, make] of Object.entries(PAGES)) {
    it(`runs and loads only its own script and style: ${name.replaceAll('-', ' ')}`, () => {
      const html = make();
      const tags = [...html.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, tag]) => tag!.toLowerCase());
      expect(tags.filter((tag) => tag === 'script')).toHaveLength(1);
      expect(
        tags.filter((tag) => ['img', 'iframe', 'object', 'link', 'base', 'use', 'image'].includes(tag)),
      ).toEqual([]);
      const attributes = [...html.matchAll(/<[a-z][^>]*>/gi)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'));
      expect(attributes.filter((tag) => /\s(on\w+|style|src)=/i.test(tag))).toEqual([]);
      // A link leads to a row of the same page.
      const linked = attributes.filter((tag) => /^<a[\s>]|\shref=/i.test(tag));
      expect(linked.filter((tag) => tag !== '<a href="">')).toEqual([]);
      const ids = new Set([...html.matchAll(/<tr id="([^"]+)"/g)].map(([, id]) => id));
      const targets = [...html.matchAll(/<a href="([^"]*)"/g)].map(([, href]) => href!);
      expect(targets.filter((href) => !href.startsWith('#') || !ids.has(decodeURI(href.slice(1))))).toEqual(
        [],
      );
      for (const kind of ['script', 'style']) {
        const text = new RegExp(`<${kind}>([^]*?)</${kind}>`).exec(html)![1]!;
        const hash = createHash('sha256').update(text).digest('base64');
        expect(html).toContain(`${kind}-src 'sha256-${hash}'`);
      }
    });

    it(`has unique ids, and a name for every table, chart and heading: ${name.replaceAll('-', ' ')}`, () => {
      const html = make();
      const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
      expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
      const named = [...html.matchAll(/ (?:aria-labelledby|data-for)="([^"]+)"/g)].flatMap(([, list]) =>
        list!.split(' '),
      );
      expect(named.filter((id) => !ids.includes(id))).toEqual([]);
      expect(html.match(/<th(?=[ >])/g)?.length ?? 0).toBe(html.match(/<th scope="col"/g)?.length ?? 0);
    });
  }
});

describe('the page of a run of 2,000 steps', () => {
  const { saved, entries } = longRun(2000);
  const html = page({ saved, entries });

  it('is smaller than 3 MB and has a row for each step', () => {
    expect(html.length).toBeLessThan(3_000_000);
    expect(
      saved.steps.filter(({ instance }) => !html.includes(`<span class="id">${instance}</span>`)),
    ).toEqual([]);
  });

  it('has the full plan digest and journal head', () => {
    expect(html).toContain(DIGEST);
    expect(html).toContain(entries.at(-1)!.hash);
  });

  it('draws one lane for each step in flight', () => {
    const lanes = new Set(
      [
        ...html.matchAll(
          /<rect class="o (?:verified|failed)" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="7"/g,
        ),
      ].map(([, y]) => y),
    );
    // Twenty in wave rest, one in wave canary.
    expect(lanes.size).toBe(21);
  });
});
