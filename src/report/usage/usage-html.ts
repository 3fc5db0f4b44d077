/** The history of use of one instance as an HTML page, with a chart for each metric. */
import { english, type Words } from '../../messages/words.ts';
import { DAILY, HOURLY } from '../../model.ts';
import { peaksChart } from '../charts/peaks.ts';
import { markup, type Raw, sanitize } from '../document/escape.ts';
import { page, section } from '../document/page.ts';
import type { ShownMetric, ShownUsage } from './shown-usage.ts';
import { amount } from './usage-text.ts';

/** The whole page: one file that loads nothing. */
export function usageHtml(hostile: ShownUsage, { words = english }: { readonly words?: Words } = {}): string {
  const shown = sanitize(hostile);
  const { instance, metrics, sizes, store } = shown;
  const { usage } = words;
  const isByDay = metrics.some((one) => !isByHour(one));
  return page(
    usage.title(instance),
    [
      markup`<header>
<p class="kind">${usage.kind}</p>
<h1><bdi>${instance}</bdi></h1>
<p class="about"><span>${usage.span(moment(shown.from), moment(shown.until))}</span> <span>${store === english.usage.folder ? usage.folder : store}</span></p>
</header>
<main>
`,
      section('charts', usage.charts, [
        markup`<p class="note">${isByDay ? usage.noteOfDays : usage.note}</p>\n`,
        ...metrics.map((one) => usageChart(one, shown, words)),
      ]),
      section('metrics', usage.figures, metricsTable(metrics, words)),
      section('sizes', usage.sizes, sizes.length > 0 && sizesTable(sizes, words)),
      markup`</main>
`,
    ],
    words,
  );
}

/** More hours than this are drawn by day, because nobody could tell them apart. */
const MOST_HOURS = 1_500;

function isByHour({ from, values }: ShownMetric): boolean {
  return from !== null && values.length <= MOST_HOURS;
}

function usageChart(
  shown: ShownMetric,
  { from, until, days, sizes }: ShownUsage,
  { usage, show }: Words,
): Raw {
  const { metric, unit, newest, p99, max, gaps } = shown;
  const byHour = isByHour(shown);
  const text = (value: number | undefined | null) => amount(value ?? null, metric);
  const figures = [
    usage.newest(text(newest?.value)),
    usage.p99(text(p99)),
    usage.maximum(text(max?.value)),
    ...(gaps > 0 ? [usage.gaps(gaps)] : []),
  ];
  return peaksChart({
    ...{ id: `u-${metric}`, title: usage.overTime(usage.metrics[metric]), name: usage.metrics[metric] },
    ...{ desc: figures.join(', '), labels: figures },
    span: { from: Date.parse(from), until: Date.parse(until) },
    from: Date.parse(byHour ? shown.from! : days[0]!),
    length: (byHour ? HOURLY : DAILY) * 1_000,
    values: byHour ? shown.values : shown.days,
    least: unit === '%' ? 100 : 0,
    end: unit === '%' && (max?.value ?? 0) <= 100 ? '100 %' : null,
    marks: sizes.slice(1).map(({ size, from }) => ({
      at: Date.parse(from),
      title: usage.observed(show.size(size)),
    })),
    figures: { newest: newest?.value ?? '', p99: p99 ?? '', max: max?.value ?? '', gaps },
  });
}

function metricsTable(metrics: readonly ShownMetric[], { usage }: Words): Raw {
  const { heads } = usage;
  const rows = metrics.map(
    ({ metric, newest, p99, max, hours, gaps }) =>
      markup`<tr><td>${usage.metrics[metric]}<small><code>${metric}</code></small></td><td class="n">${amount(newest?.value ?? null, metric)}</td><td class="n">${amount(p99, metric)}</td><td class="n">${amount(max?.value ?? null, metric)}</td><td>${max === null || max.value === 0 ? '' : moment(max.at)}</td><td class="n">${hours}</td><td class="n">${gaps}</td></tr>\n`,
  );
  return markup`<table id="figures">
<thead><tr><th scope="col">${heads.metric}</th><th scope="col" class="n">${heads.newest}</th><th scope="col" class="n">${heads.p99}</th><th scope="col" class="n">${heads.maximum}</th><th scope="col">${heads.at}</th><th scope="col" class="n">${heads.hours}</th><th scope="col" class="n">${heads.gaps}</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
`;
}

function sizesTable(sizes: ShownUsage['sizes'], { usage: { heads }, show }: Words): Raw {
  const rows = sizes.map(
    ({ size, from, until }) =>
      markup`<tr><td>${show.size(size)}</td><td>${moment(from)}</td><td>${moment(until)}</td></tr>\n`,
  );
  return markup`<table id="observed">
<thead><tr><th scope="col">${heads.size}</th><th scope="col">${heads.first}</th><th scope="col">${heads.last}</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
`;
}

function moment(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}
