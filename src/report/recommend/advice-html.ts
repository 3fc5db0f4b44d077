/** Advice about sizes as an HTML page: the fleet before and after, then each change with its history as a small picture. */
import { renderIn } from '../../messages/render.ts';
import { english, type Words } from '../../messages/words.ts';
import type { Alternative, Message, Recommendation, Recommendations } from '../../model.ts';
import { DAY } from '../../units.ts';
import { amountsChart } from '../charts/amounts.ts';
import { sparkline } from '../charts/sparkline.ts';
import { markup, type Piece, type Raw, sanitize } from '../document/escape.ts';
import { htmlTable } from '../document/html-table.ts';
import { page, section } from '../document/page.ts';
import { adviceStyle } from '../document/page-assets.ts';
import type { Table } from '../document/table.ts';
import {
  changedTable,
  changes,
  factsOfAdvice,
  keptTable,
  memoryOf,
  monthlyText,
  reasonText,
  shareOf,
  verdictOfAdvice,
} from './advice-tables.ts';

/** Instances with a picture; the others are in a table. */
const MOST_PICTURES = 300;
/** Rows of each table. */
const MOST_ROWS = 3_000;

/** The page in a language. @param command shows the points of an instance. */
export function adviceHtml(
  hostile: Recommendations,
  { words = english, command }: { readonly words?: Words; readonly command: string },
): string {
  const result = sanitize(hostile);
  const { recommendations, rules } = result;
  const { recommend: say } = words;
  const days = rules.over / DAY;
  const changed = recommendations.filter(changes);
  const pictured = changed.slice(0, MOST_PICTURES);
  const rest = changed.slice(MOST_PICTURES);
  return page(
    say.title(words.show.instant(result.at)),
    [
      header(result, words),
      markup`<main>\n`,
      section('fleet', say.sections.memory, memory(recommendations, words)),
      section('changes-of', say.sections.changes, [
        pictured.length > 0 && markup`<p class="note">${say.picture(days)}</p>\n`,
        pictured.length > 0 &&
          markup`<div class="advice">\n${pictured.map((one) => card(one, days, words))}</div>\n`,
        rest.length > 0 && bounded(changedTable(rest, words), words),
      ]),
      ...(['blocked', 'insufficient-data', 'optimal'] as const).map((verdict) => {
        const table = keptTable(verdict, recommendations, words);
        return section(
          `${verdict}-of`,
          say.sections[verdict],
          table.rows.length > 0 && bounded(table, words),
        );
      }),
      markup`</main>
<footer><p>${say.explain(command)}</p></footer>
`,
    ],
    words,
    adviceStyle,
  );
}

function header(result: Recommendations, words: Words): Raw {
  const { recommend: say, show } = words;
  const { tone, word, sentence } = verdictOfAdvice(result, words);
  const facts = factsOfAdvice(result, words).filter(([, value]) => value !== '');
  return markup`<header>
<p class="kind">${say.kind}</p>
<h1>${say.title(show.instant(result.at))}</h1>
<p class="verdict ${tone}" role="status"><strong>${word}</strong> <span>${sentence}</span></p>
<dl class="facts">${facts.map(([term, value]) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>\n`)}</dl>
</header>
`;
}

function memory(all: readonly Recommendation[], { recommend: say, show }: Words): Raw | null {
  const { before, after } = memoryOf(all);
  if (before === after) return null;
  return markup`<div class="pair"><figure>${amountsChart('memory', say.memoryTitle, [
    { name: 'before', label: say.before, value: before, text: show.memory(before), tone: 'm0' },
    { name: 'after', label: say.after, value: after, text: show.memory(after), tone: 'm2' },
  ])}<figcaption>${say.memoryCaption}</figcaption></figure></div>
`;
}

/** A table with its first rows, and how many more there are. */
function bounded(table: Table, { recommend: say, show }: Words): Piece {
  const counted = { ...table, heading: show.counted(table.rows.length, 'instance') };
  const more = table.rows.length - MOST_ROWS;
  if (more <= 0) return htmlTable(counted);
  const rows = [...table.rows].slice(0, MOST_ROWS);
  return [htmlTable({ ...counted, rows }), markup`<p class="note">${say.more(more)}</p>\n`];
}

/** One change with its picture, reason, risk, and why not another size. */
function card(one: Recommendation, days: number, words: Words): Raw {
  const { recommend: say, show, sentences } = words;
  const { instance, name, region, verdict, current, advised, evidence, risk, confidence, metric } = one;
  const text = (about: Message) => renderIn(sentences, about).message;
  const target = advised!;
  const share = (100 * target.memoryPerShard * target.shards) / (current.memoryPerShard * current.shards);
  const newest = evidence.days.findLast((day) => day !== null);
  const of = newest === null || newest === undefined ? '' : `${newest}%`;
  const picture = sparkline(evidence.days, share, say.pictureOf(instance, days, of, `${Math.round(share)}%`));
  const cost = monthlyText(one, words);
  return markup`<article id="${instance}" aria-labelledby="${instance}-h">
<h3 id="${instance}-h"><span class="tag ${verdict}">${say.verdict[verdict]}</span> <bdi>${name}</bdi> <span class="id">${instance}</span></h3>
<p class="about"><span>${region}</span>${metric !== null && markup` <span>${say.metric[metric]}</span>`}</p>
<p class="sizes"><span>${show.size(current)}</span> → <strong>${show.size(target)}</strong></p>
<p class="about"><span>${say.saves(one.billedMemory)}</span>${cost !== null && markup` <span>${say.a_month(cost)}</span>`}</p>
${picture}
<p>${reasonText(one, words)}</p>
<dl>${figures(one, words).map(([term, value]) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
<p><b>${say.riskLabel}: ${say.risk[risk.level]}</b> ${text(risk.message)}</p>
${confidence !== null && markup`<p class="soft"><b>${say.confidenceLabel}: ${say.confidence[confidence.level]}</b> ${text(confidence.message)}</p>\n`}${[one.smaller, one.larger].map((beside) => not(beside, words))}</article>
`;
}

function figures({ evidence, current, advised }: Recommendation, { recommend: say, show }: Words) {
  const { memory } = evidence;
  const rows: [string, string][] = [[say.needs.hours, say.hours(evidence.hours.found, evidence.hours.of)]];
  if (memory === null) return rows;
  const { recentPeak, within, trend } = memory;
  if (recentPeak !== null) rows.unshift([say.needs.now, shareOf(recentPeak.value, current)]);
  const aDay = Math.round(trend);
  rows.push([say.needs.trend, `${aDay > 0 ? '+' : ''}${show.memory(aDay)}`]);
  rows.push([say.needs.after, shareOf(within.grow, current, advised ?? current)]);
  return rows;
}

function not(beside: Alternative | null, { recommend: say, show, sentences }: Words): Raw | null {
  if (beside === null) return null;
  return markup`<p class="soft"><b>${say.not(show.size(beside.size))}</b> ${renderIn(sentences, beside.reason).message}</p>
`;
}
