/** The tables of accuracy in docs/rightsizing.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { STRATEGIES, type Strategy } from '../../../src/model.ts';
import { PATTERNS, type Pattern } from '../../../src/simulator/world/usage/patterns.ts';
import { FUTURE } from './simulated-fleet.ts';
import { type Bound, FORESEEABLE, GROWING, sumOf, type Tallies } from './tally.ts';

const DOCUMENT = join(import.meta.dirname, '../../../docs/rightsizing.md');

const NAMES: Readonly<Record<Strategy, string>> = {
  advice: '**the advice**',
  never: 'never change',
  'last-peak': 'last peak × 1.3',
  percentile: 'p95 + 15%',
  hindsight: 'hindsight, same rules',
  'hindsight-90': 'hindsight, 90%',
};

interface Run {
  readonly seeds: number;
  readonly from: number;
  readonly each: number;
}

/** The tables as Markdown. @param isWritten whether they replace those of the document */
export function writeTables(
  tallies: Tallies,
  { seeds, from, each }: Run,
  bounds: readonly Bound[],
  isWritten: boolean,
): string {
  const count = (seeds * each * PATTERNS.length).toLocaleString('en');
  const { late } = sumOf(tallies, GROWING, 'advice');
  const text = [
    `${count} simulated instances, eight patterns in equal parts, seeds ${from} to ${from + seeds - 1}, ${FUTURE} days each.`,
    `Left out of the first bound: ${late.toLocaleString('en')} instances that pass 90% in the first three days.`,
    '',
    '| bound | found |',
    '|---|---|',
    ...bounds.map(
      ({ name, found }) => `| ${name.replaceAll(' %', '%')} | ${isCount(name) ? found : percent(found, 2)} |`,
    ),
    '',
    'The six patterns that can be foreseen:',
    '',
    ...table(STRATEGIES.map((one) => [NAMES[one], FORESEEABLE, one])),
    '',
    'The advice by pattern:',
    '',
    ...table(PATTERNS.map((one) => [one, [one], 'advice'])),
    '',
    'Bursts, which nobody can foresee:',
    '',
    ...table(STRATEGIES.map((one) => [NAMES[one], ['bursts'], one])),
  ].join('\n');
  if (isWritten) {
    const marks = /(<!-- accuracy -->\n)[\s\S]*?(\n<!-- \/accuracy -->)/;
    const document = readFileSync(DOCUMENT, 'utf8');
    writeFileSync(
      DOCUMENT,
      document.replace(marks, (_, before, after) => `${before}${text}${after}`),
    );
  }
  return text;

  function table(rows: readonly (readonly [string, readonly Pattern[], Strategy])[]): string[] {
    return [
      '| | grown 3 days before 90% | shrinks | above 90% later | hours above 90% | hours without room | saved, of hindsight | changes a month |',
      '|---|---|---|---|---|---|---|---|',
      ...rows.map(([name, patterns, strategy]) => {
        const one = sumOf(tallies, patterns, strategy);
        const hindsight = sumOf(tallies, patterns, 'hindsight');
        const cells = [
          one.due === 0
            ? '–'
            : `${percent((100 * one.inTime) / one.due, 2)} of ${one.due.toLocaleString('en')}`,
          one.shrinks.toLocaleString('en'),
          one.exceeded.toLocaleString('en'),
          percent((100 * one.above90) / one.hours, 3),
          percent((100 * one.beyond) / one.hours, 3),
          hindsight.saved === 0 ? '–' : percent((100 * one.saved) / hindsight.saved, 0),
          ((one.changes * 30) / FUTURE / one.instances).toFixed(2),
        ];
        return `| ${name} | ${cells.join(' | ')} |`;
      }),
    ];
  }
}

function isCount(name: string): boolean {
  return name.startsWith('advice without');
}

function percent(value: number | null, digits: number): string {
  return value === null ? '–' : `${value.toFixed(digits)}%`;
}
