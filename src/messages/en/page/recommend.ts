/** Headings and phrases of advice about sizes, in English. */
import type { DecidingMetric, Money, PriceSource, Verdict } from '../../../model.ts';
import { amounts, count, counted, memory } from '../quantities.ts';

const ESTIMATED: Readonly<Record<PriceSource, string>> = {
  provider: '',
  'provider-hourly': ', estimated from the price of the new size',
  'sizing-file': ', estimated by the sizing file',
};

export const recommend = {
  kind: 'Refit sizes',
  title: (at: string): string => `Recommended sizes, ${at}`,
  verdict: {
    grow: 'grow',
    reshape: 'reshape',
    blocked: 'blocked',
    shrink: 'shrink',
    'insufficient-data': 'insufficient data',
    optimal: 'optimal',
  } satisfies Record<Verdict, string>,
  metric: {
    memory: 'memory',
    cpu: 'CPU',
    connections: 'connections',
    bandwidth: 'bandwidth',
    evictions: 'evictions',
    replicas: 'replicas',
  } satisfies Record<DecidingMetric, string>,
  risk: ['none', 'low', 'medium', 'high', 'now'],
  confidence: { high: 'high', medium: 'medium', low: 'low' },
  /** The word of the whole result, and its sentence. */
  someChange: (changes: number): string => `${count(changes)} SHOULD CHANGE`,
  noneChanges: 'NOTHING TO CHANGE',
  sentence: (instances: number, urgent: number): string =>
    `of ${counted(instances, 'running instance')}${urgent === 0 ? '' : `; ${count(urgent)} at high risk`}`,
  facts: {
    verdicts: 'verdicts',
    memory: 'memory',
    cost: 'cost a month',
    history: 'history',
    sizing: 'sizing',
    notRunning: 'not running',
  },
  memoryChange: (before: number, after: number): string =>
    `${memory(before)} → ${memory(after)}${before === 0 ? '' : ` (${signed(Math.round((100 * (after - before)) / before))}%)`}, replicas included`,
  costNotAsked: 'not asked for',
  cost: (sums: readonly Money[], without: number, source: PriceSource): string =>
    `${amounts(sums)} more${ESTIMATED[source]}${without === 0 ? '' : `; ${count(without)} without a price`}`,
  history: (days: number): string => `the last ${counted(days, 'day')}`,
  defaults: 'defaults',
  sections: {
    memory: 'The fleet before and after',
    changes: 'What should change',
    blocked: 'Blocked',
    'insufficient-data': 'Too little history',
    optimal: 'Optimal',
  },
  memoryTitle: 'Billed memory of the fleet',
  memoryCaption: 'All running instances, replicas included.',
  before: 'now',
  after: 'advised',
  picture: (days: number): string =>
    `Peaks of ${counted(days, 'day')}, percent of the present size. The dashed line is 90%; the green line is the advised size.`,
  pictureOf: (instance: string, days: number, newest: string, advised: string | null): string =>
    `${instance}: peaks of ${counted(days, 'day')}, the newest ${newest}${advised === null ? '' : `, the advised size ${advised}`} of the present size`,
  riskLabel: 'Risk',
  confidenceLabel: 'Confidence',
  not: (size: string): string => `Not ${size}`,
  without: (size: string): string => `It would get ${size}.`,
  needs: {
    now: 'peak of 7 days',
    horizon: (days: number): string => `at most in ${counted(days, 'day')}`,
    after: 'of the advised size',
    trend: 'trend a day',
    hours: 'hours found',
  },
  hours: (found: number, of: number): string => `${count(found)} of ${count(of)}`,
  saves: (mb: number): string => (mb < 0 ? `saves ${memory(-mb)}` : mb > 0 ? `adds ${memory(mb)}` : ''),
  a_month: (text: string): string => `${text} a month`,
  more: (rows: number): string => `${counted(rows, 'more instance')}: --format csv lists all.`,
  explain: (command: string): string =>
    `Every number comes from the history of use. To see its points: ${command}`,
};

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value);
}
