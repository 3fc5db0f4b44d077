/** Advice about sizes as facts and tables, shared by all formats. */
import { renderIn } from '../../messages/render.ts';
import type { Words } from '../../messages/words.ts';
import {
  type Recommendation,
  type Recommendations,
  type Size,
  totalMemory,
  VERDICTS,
  type Verdict,
} from '../../model.ts';
import { sumMoney } from '../../money.ts';
import { changeTo } from '../../recommend/decide.ts';
import { DAY } from '../../units.ts';
import { BELOW_ROW, type ColumnOf, id, money, name, type Table, tableOf } from '../document/table.ts';

/** The verdicts that change a size. */
const CHANGES: ReadonlySet<Verdict> = new Set(['grow', 'reshape', 'shrink']);

/** Whether the advice changes the size. */
export function changes({ verdict }: Recommendation): boolean {
  return CHANGES.has(verdict);
}

/** From this risk on, people should act soon. */
const URGENT = 3;

/** Advice of each verdict, in the order of display; verdicts that nobody has are left out. */
export function byVerdict(
  all: readonly Recommendation[],
): readonly (readonly [Verdict, readonly Recommendation[]])[] {
  const groups = Map.groupBy(all, ({ verdict }) => verdict);
  return VERDICTS.flatMap((verdict) => {
    const group = groups.get(verdict);
    return group === undefined ? [] : [[verdict, group] as const];
  });
}

/** The whole result in one word and one sentence. */
export function verdictOfAdvice({ recommendations }: Recommendations, { recommend: say }: Words) {
  const changed = recommendations.filter(changes).length;
  const urgent = recommendations.filter(
    (one) => one.risk.level >= URGENT && (changes(one) ? one.billedMemory >= 0 : one.verdict === 'blocked'),
  ).length;
  return {
    tone: urgent > 0 ? 'bad' : changed > 0 ? 'open' : 'good',
    word: changed === 0 ? say.noneChanges : say.someChange(changed),
    sentence: say.sentence(recommendations.length, urgent),
    next: null,
  } as const;
}

/** Billed memory of the fleet before and after, MB. */
export function memoryOf(recommendations: readonly Recommendation[]): {
  readonly before: number;
  readonly after: number;
} {
  const before = recommendations.reduce((sum, { current }) => sum + totalMemory(current), 0);
  return { before, after: recommendations.reduce((sum, { billedMemory }) => sum + billedMemory, before) };
}

/** The head of every format: labels with values. Values that are not known are left out. */
export function factsOfAdvice(
  { recommendations, rules, sizing, notRunning }: Recommendations,
  { recommend: say, show }: Words,
): readonly (readonly [label: string, value: string])[] {
  const { before, after } = memoryOf(recommendations);
  return [
    [
      say.facts.verdicts,
      byVerdict(recommendations)
        .map(([verdict, all]) => `${show.count(all.length)} ${say.verdict[verdict]}`)
        .join(', '),
    ],
    [say.facts.memory, say.memoryChange(before, after)],
    [say.facts.cost, costOf(recommendations, say)],
    [say.facts.history, say.history(rules.over / DAY)],
    [say.facts.sizing, sizing ?? say.defaults],
    [say.facts.notRunning, notRunning === 0 ? '' : show.count(notRunning)],
  ];
}

function costOf(recommendations: readonly Recommendation[], say: Words['recommend']): string {
  const changed = recommendations.filter(changes);
  if (changed.length === 0) return '';
  const known = changed.flatMap(({ monthly }) => (monthly === null ? [] : [monthly]));
  if (known.length === 0) return say.costNotAsked;
  const estimate = known.find(({ source }) => source !== 'provider')?.source ?? 'provider';
  return say.cost(sumMoney(known.map(({ amount }) => amount)), changed.length - known.length, estimate);
}

/** `memory 4 GB → 8 GB × 3 shards`, or the present size. */
function changeText({ current, advised }: Recommendation, { show }: Words): string {
  return advised === null ? show.size(current) : show.change(changeTo(current, advised), advised);
}

/** A share of the present size, percent, of a need in MB of the fullest shard. */
export function shareOf(need: number, present: Size, size: Size = present): string {
  const share = (100 * need * present.shards) / (size.shards * size.memoryPerShard);
  return `${Math.round(share)}%`;
}

/** The peak of seven days, and what is needed within the horizon, of the present size. */
function needed({ evidence: { memory }, current }: Recommendation): string | null {
  if (memory === null) return null;
  const now = memory.recentPeak === null ? '' : `${shareOf(memory.recentPeak.value, current)} → `;
  return `${now}${shareOf(memory.within.horizon, current)}`;
}

/** What the change adds to the cost of a month, with a sign; null: not known. */
export function monthlyText({ monthly }: Recommendation, { show }: Words): string | null {
  if (monthly === null) return null;
  const { amount, currency } = monthly.amount;
  return `${amount > 0 ? '+' : ''}${show.money(amount, currency)}`;
}

/** The reason; for a blocked one also what it would get otherwise. */
export function reasonText({ reason, without }: Recommendation, words: Words): string {
  const text = renderIn(words.sentences, reason).message;
  return without === null ? text : `${text}. ${words.recommend.without(words.show.size(without))}`;
}

const INSTANCE: ColumnOf<Recommendation> = ['instance', (one) => id(one.instance)];
const NAME: ColumnOf<Recommendation> = [
  'name',
  (one) => name(one.name),
  { minWidth: 10, yields: 1, drops: true },
];
const REASON: ColumnOf<Recommendation> = ['reason', (one, _, words) => reasonText(one, words), BELOW_ROW];
const RISK: ColumnOf<Recommendation> = ['risk', ({ risk }, _, words) => words.recommend.risk[risk.level]!];
const NEEDED: ColumnOf<Recommendation> = ['needed', needed, { yields: 2 }];
const REGION: ColumnOf<Recommendation> = ['region', (one) => one.region, { in: 'documents' }];

const CHANGED: readonly ColumnOf<Recommendation>[] = [
  ['verdict', ({ verdict }, _, words) => ({ kind: 'strong', text: words.recommend.verdict[verdict] })],
  INSTANCE,
  NAME,
  REGION,
  ['change', (one, _, words) => changeText(one, words)],
  [
    'metric',
    ({ metric }, _, words) => (metric === null ? null : words.recommend.metric[metric]),
    { yields: 3 },
  ],
  NEEDED,
  RISK,
  ['memoryChange', ({ billedMemory }, _, words) => words.recommend.saves(billedMemory), { yields: 4 }],
  ['monthly', (one, _, words) => moneyCell(one, words)],
  REASON,
];

function moneyCell(one: Recommendation, words: Words) {
  const text = monthlyText(one, words);
  return text === null ? null : money(text, one.monthly!.amount.amount);
}

/** The instances that should change, the most urgent first. */
export function changedTable(all: readonly Recommendation[], words: Words): Table {
  const changed = all.filter(changes);
  const choices = [...new Set(changed.map(({ verdict }) => words.recommend.verdict[verdict]))];
  return tableOf(
    { id: 'changes', heading: words.recommend.sections.changes, filters: [{ by: 'verdict', choices }] },
    changed,
    CHANGED,
    words,
  );
}

const KEPT: readonly ColumnOf<Recommendation>[] = [
  INSTANCE,
  NAME,
  REGION,
  ['now', ({ current }, _, words) => words.show.size(current)],
  NEEDED,
  RISK,
  REASON,
];

/** The instances of a verdict that changes nothing. */
export function keptTable(
  verdict: 'blocked' | 'insufficient-data' | 'optimal',
  all: readonly Recommendation[],
  words: Words,
): Table {
  return tableOf(
    { id: verdict, heading: words.recommend.sections[verdict] },
    all.filter((one) => one.verdict === verdict),
    KEPT,
    words,
  );
}
