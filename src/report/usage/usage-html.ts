/** The history of use of one instance as an HTML page, with a chart for each metric. In English only. */
import { size as sizeText } from '../../messages/en/quantities.ts';
import { DAILY, HOURLY } from '../../model.ts';
import { peaksChart } from '../charts/peaks.ts';
import { markup, type Raw, sanitize } from '../document/escape.ts';
import { page, section } from '../document/page.ts';
import type { ShownMetric, ShownUsage } from './shown-usage.ts';
import { amount } from './usage-text.ts';

/** The whole page: one file that loads nothing. */
export function usageHtml(hostile: ShownUsage): string {
  const usage = sanitize(hostile);
  const { instance, metrics, sizes } = usage;
  return page(`${instance}: history of use`, [
    markup`<header>
<p class="kind">Refit history of use</p>
<h1><bdi>${instance}</bdi></h1>
<p class="about"><span>${moment(usage.from)} to ${moment(usage.until)} UTC</span> <span>${usage.store}</span></p>
</header>
<main>
`,
    section('charts', 'Peaks over time', [
      markup`<p class="note">Each value is the peak of an hour, or how often something happened in it. Grey bands are gaps: the provider had no value. Dashed lines are new sizes, when Refit observed them for the first time. Shares are of the size at that time.</p>\n`,
      ...metrics.map((one) => usageChart(one, usage)),
    ]),
    section('metrics', 'Figures', metricsTable(metrics)),
    section('sizes', 'Observed sizes', sizes.length > 0 && sizesTable(sizes)),
    markup`</main>
`,
  ]);
}

/** More hours than this are drawn by day, because nobody could tell them apart. */
const MOST_HOURS = 1_500;

function usageChart(shown: ShownMetric, { from, until, days, sizes }: ShownUsage): Raw {
  const { metric, unit, newest, p99, max, gaps } = shown;
  const byHour = shown.from !== null && shown.values.length <= MOST_HOURS;
  const text = (value: number | undefined | null) => amount(value ?? null, metric);
  const figures = [`p99 ${text(p99)}`, `maximum ${text(max?.value)}`];
  return peaksChart({
    ...{ id: `u-${metric}`, title: `${metric} over time` },
    desc: `newest ${text(newest?.value)}, ${figures.join(', ')}, ${gaps} gaps`,
    labels: [metric, ...figures, ...(gaps > 0 ? [`${gaps} gaps`] : [])],
    span: { from: Date.parse(from), until: Date.parse(until) },
    from: Date.parse(byHour ? shown.from! : days[0]!),
    length: (byHour ? HOURLY : DAILY) * 1_000,
    values: byHour ? shown.values : shown.days,
    least: unit === '%' ? 100 : 0,
    end: unit === '%' && (max?.value ?? 0) <= 100 ? '100 %' : null,
    marks: sizes.slice(1).map(({ size, from }) => ({
      at: Date.parse(from),
      title: `${sizeText(size)} observed for the first time`,
    })),
    figures: { newest: newest?.value ?? '', p99: p99 ?? '', max: max?.value ?? '', gaps },
  });
}

function metricsTable(metrics: readonly ShownMetric[]): Raw {
  const rows = metrics.map(
    ({ metric, newest, p99, max, hours, gaps }) =>
      markup`<tr><td>${metric}</td><td class="n">${amount(newest?.value ?? null, metric)}</td><td class="n">${amount(p99, metric)}</td><td class="n">${amount(max?.value ?? null, metric)}</td><td>${max === null ? '' : moment(max.at)}</td><td class="n">${hours}</td><td class="n">${gaps}</td></tr>\n`,
  );
  return markup`<table>
<thead><tr><th scope="col">metric</th><th scope="col" class="n">newest</th><th scope="col" class="n">p99</th><th scope="col" class="n">maximum</th><th scope="col">at, UTC</th><th scope="col" class="n">hours</th><th scope="col" class="n">gaps</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
`;
}

function sizesTable(sizes: ShownUsage['sizes']): Raw {
  const rows = sizes.map(
    ({ size, from, until }) =>
      markup`<tr><td>${sizeText(size)}</td><td>${moment(from)}</td><td>${moment(until)}</td></tr>\n`,
  );
  return markup`<table>
<thead><tr><th scope="col">size</th><th scope="col">first observed, UTC</th><th scope="col">last observed, UTC</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
`;
}

function moment(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}
