/** The outcomes of all steps as one bar. The legend has the count of every outcome. */
import { scaleLinear } from 'd3-scale';
import { english, type Words } from '../../messages/words.ts';
import { OUTCOMES, type Outcome } from '../../model.ts';
import { markup, type Raw } from '../document/escape.ts';
import { describeOutcomes, outcomeName } from '../verdict.ts';
import { chart, round, WIDTH } from './chart-frame.ts';

export function outcomesChart(totals: Readonly<Record<Outcome, number>>, words: Words = english): Raw {
  const { charts } = words.report;
  const named = (outcome: Outcome) => words.verdicts.outcome(totals[outcome], outcomeName(outcome, words));
  const steps = OUTCOMES.reduce((sum, outcome) => sum + totals[outcome], 0);
  const scale = scaleLinear()
    .domain([0, Math.max(1, steps)])
    .range([0, WIDTH]);
  let sum = 0;
  const parts = OUTCOMES.filter((outcome) => totals[outcome] > 0).map((outcome) => {
    const from = scale(sum);
    sum += totals[outcome];
    // Each part is at least three units wide. One failure among thousands stays visible.
    const width = Math.max(3, scale(sum) - from - (sum === steps ? 0 : 1.5));
    const x = Math.min(from, WIDTH - width);
    return markup`<rect class="o ${outcome}" x="${round(x)}" y="0" width="${round(width)}" height="22"><title>${named(outcome)}</title></rect>
`;
  });
  const legend = OUTCOMES.map(
    (outcome) =>
      markup`<li class="${totals[outcome] === 0 ? 'zero' : 'some'}"><span class="o ${outcome}">${named(outcome)}</span></li>\n`,
  );
  const nothing = steps === 0 && markup`<rect class="band" width="${WIDTH}" height="22"/>`;
  return markup`<figure>
${chart({ id: 'outcomes', width: WIDTH, height: 22, title: charts.outcomesTitle, desc: describeOutcomes(totals, [], words) || charts.noSteps }, [nothing, ...parts], totals)}<ul class="legend">${legend}</ul>
</figure>
`;
}
