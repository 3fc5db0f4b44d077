/** Where each number of a recommendation comes from, as tables of its points. */
import { textOf } from '../../messages/messages.ts';
import { english, type Words } from '../../messages/words.ts';
import { RESOURCES, type Resource, type Size, type SizingRules } from '../../model.ts';
import type { ExplainedSize, Explanation } from '../../recommend/explain.ts';
import { DAY } from '../../units.ts';
import { peaksChart } from '../charts/peaks.ts';
import { type ColumnOf, type Table, tableOf } from '../document/table.ts';
import { iso, moment, percent, quantity, type ShownReport } from './shown.ts';

type Head = { readonly id: string; readonly heading: string; readonly note?: string };

/** @param words the language of a page. */
export function shownExplanation(explained: Explanation, words: Words = english): ShownReport {
  const { recommendation, rules, evictions } = explained;
  const { proof, recommend: say, frame } = words;
  const { instance, name, region, verdict, current, advised, reason, risk, evidence } = recommendation;
  const text = (about: typeof reason): string => textOf(about, words.sentences);
  const { explained: own } = proof;
  const { confidence } = recommendation;
  return {
    kind: own.kind,
    title: own.title,
    about: [instance, name, region],
    verdict: {
      tone: verdict === 'grow' || verdict === 'blocked' ? 'warn' : verdict === 'optimal' ? 'good' : 'open',
      word: say.verdict[verdict].toUpperCase(),
      sentence: frame.list([sizeChange(current, advised, words), text(reason)]),
      next: null,
    },
    facts: [
      [words.columns.risk.toLowerCase(), proof.riskIs(say.risk[risk.level]!, text(risk.message))],
      [
        words.columns.confidence.toLowerCase(),
        confidence === null ? '' : proof.riskIs(say.confidence[confidence.level], text(confidence.message)),
      ],
      [proof.history, `${moment(evidence.from)} – ${moment(evidence.until)}`],
      [words.columns.hours.toLowerCase(), `${evidence.hours.found} / ${evidence.hours.of}`],
    ],
    charts: daysChart(explained, words),
    tables: [
      needsTable(explained, words),
      sizesTable(explained, words),
      loadsTable(explained, words),
      daysTable(explained, words),
      pairsTable(explained, words),
      tableOf(
        { id: 'evictions', heading: own.evictions },
        evictions,
        [
          ['at', ({ at }) => moment(at)],
          ['keys', ({ value }) => ({ kind: 'count', value: Math.round(value) })],
        ],
        words,
      ),
      tableOf(
        { id: 'resized', heading: own.resized },
        evidence.changes,
        [
          ['from', ({ after }) => moment(after)],
          ['to', ({ by }) => moment(by)],
          ['change', (one) => sizeChange(one.from, one.to, words)],
        ],
        words,
      ),
      tableOf(
        { id: 'rules', heading: own.rules, note: own.rulesOf(recommendation.class) },
        rulesOf(rules, words),
        [
          ['rule', ([rule]) => ({ kind: 'code', text: rule })],
          ['value', ([, value]) => value],
        ],
        words,
      ),
    ],
    note: '',
  };
}

/** `8 GB → 16 GB × 3 shards`: what stays is written once. */
function sizeChange(from: Size, to: Size | null, { show }: Pick<Words, 'show'>): string {
  if (to === null) return show.size(from);
  const isMemory = from.replicas === to.replicas && from.shards === to.shards;
  return `${isMemory ? show.memory(from.memoryPerShard) : show.size(from)} → ${show.size(to)}`;
}

/** MB with one digit, as the explanation needs them to be computed again. */
function mb(value: number): string {
  return `${(Math.round(value * 10) / 10).toLocaleString('en-US')} MB`;
}

function daysChart({ recommendation, days }: Explanation, { usage, columns }: Words) {
  const { evidence, current } = recommendation;
  if (evidence.memory === null || days.length === 0) return null;
  const values = days.map(({ peak }) => peak && (100 * peak.value) / current.memoryPerShard);
  return peaksChart({
    ...{ id: 'days-chart', title: usage.overTime(columns.peak), name: columns.peak },
    desc: percent((100 * evidence.memory.peak.value) / current.memoryPerShard),
    labels: [mb(evidence.memory.peak.value)],
    span: { from: days[0]!.from, until: days.at(-1)!.until },
    ...{ from: days[0]!.from, length: DAY, values, least: 100 },
    end: values.every((value) => value === null || value <= 100) ? '100 %' : null,
    marks: evidence.changes.map(({ by, from, to }) => ({
      at: by,
      title: `${from.memoryPerShard} → ${to.memoryPerShard} MB`,
    })),
    figures: { peak: evidence.memory.peak.value },
  });
}

function daysTable({ days, shards }: Explanation, words: Words): Table {
  const { explained: own } = words.proof;
  const columns: readonly ColumnOf<Explanation['days'][number], string>[] = [
    ['day', ({ from }) => moment(from)],
    ['hours', ({ found }) => ({ kind: 'count', value: found })],
    ['peak', ({ peak }) => quantity(peak?.value ?? null, mb)],
    ['at', ({ peak }) => (peak === null ? null : moment(peak.at))],
    ['memoryUsed', ({ made }) => quantity(made?.memory ?? null, mb)],
    ['memoryShare', ({ made }) => quantity(made?.memoryShare ?? null, (value) => percent(value, 2))],
    ['fullestShard', ({ made }) => quantity(made?.fullestShard ?? null, (value) => percent(value, 2))],
    ['counts', ({ counts }) => quantity(counts, mb)],
  ];
  return tableOf({ id: 'days', heading: own.days, note: own.daysNote(shards) }, days, columns, words);
}

function pairsTable({ trend }: Explanation, words: Words): Table {
  const { explained: own } = words.proof;
  const head: Head = {
    ...{ id: 'pairs', heading: own.pairs },
    note: own.pairsNote(mb(trend.trend), mb(trend.error)),
  };
  const columns: readonly ColumnOf<Explanation['trend']['pairs'][number], string>[] = [
    ['from', ({ from }) => moment(from)],
    ['to', ({ until }) => moment(until)],
    ['slope', ({ slope }) => quantity(slope, mb)],
  ];
  return tableOf(head, trend.pairs, columns, words);
}

function needsTable({ needs, recommendation }: Explanation, words: Words): Table {
  const { explained: own } = words.proof;
  const round = (value: number): number => Math.round(value * 10) / 10;
  const columns: readonly ColumnOf<Explanation['needs'][number], string>[] = [
    ['figure', (one) => own.need[one.for]],
    ['ahead', ({ ahead }) => ({ kind: 'count', value: round(ahead) })],
    [
      'formula',
      ({ counts, rise, age, ahead, need }) =>
        `${mb(counts)} + ${mb(rise)} × (${age} + ${round(ahead)}) = ${mb(need)}`,
    ],
    [
      'use',
      ({ need }) => quantity((100 * need) / recommendation.current.memoryPerShard, (value) => percent(value)),
    ],
  ];
  return tableOf({ id: 'needs', heading: own.needs, note: own.needsNote }, needs, columns, words);
}

/** Each size sold, with why it is not the advised one. */
function sizesTable({ sizes, recommendation, rules }: Explanation, words: Words): Table {
  const { proof, show, sentences } = words;
  const { explained: own } = proof;
  const { smaller, larger, current, advised } = recommendation;
  const { fit } = rules.memory;
  const grows = recommendation.billedMemory > 0;
  const why = (one: ExplainedSize): string => {
    if (one.is !== null) return own.is[one.is];
    const beside = [smaller, larger].find(
      (other) => other !== null && JSON.stringify(other.size) === JSON.stringify(one.size),
    );
    if (beside !== null && beside !== undefined) return textOf(beside.reason, sentences);
    const share = grows ? one.share.grow : one.share.shrink;
    if (share > fit) return own.tooSmall(percent(share), percent(fit));
    const chosen = advised ?? current;
    return one.size.memoryPerShard * one.size.shards > chosen.memoryPerShard * chosen.shards
      ? own.fits
      : own.fitsNot;
  };
  const columns: readonly ColumnOf<ExplainedSize, string>[] = [
    ['size', ({ size }) => show.size(size)],
    ['shareGrow', ({ share }) => quantity(share.grow, (value) => percent(value))],
    ['shareShrink', ({ share }) => quantity(share.shrink, (value) => percent(value))],
    ['why', why, { yields: 1, bare: true }],
  ];
  return tableOf(
    { id: 'sizes', heading: own.sizes, note: own.sizesNote(percent(fit)) },
    sizes,
    columns,
    words,
  );
}

function loadsTable({ loads, recommendation, rules }: Explanation, words: Words): Table {
  const { proof, recommend: say, frame } = words;
  const { evidence } = recommendation;
  const columns: readonly ColumnOf<Explanation['loads'][number], string>[] = [
    ['metric', ({ resource }) => say.metric[resource]],
    [
      'value',
      ({ resource }) => {
        const load = evidence[resource];
        return load && proof.explained.load(load.statistic, percent(load.value), percent(load.recent));
      },
    ],
    ['limit', ({ resource }) => percent(rules[resource].growAt)],
    ['hours', ({ hours }) => ({ kind: 'count', value: hours })],
    [
      'greatest',
      ({ greatest }) =>
        frame.list(
          greatest.map(({ value, at }) => `${percent(value)} ${iso(at).slice(5, 16).replace('T', ' ')}`),
        ),
      { below: true },
    ],
  ];
  return tableOf({ id: 'loads', heading: proof.explained.loads }, loads, columns, words);
}

/** Each rule with its value, named as in a sizing file. */
function rulesOf(rules: SizingRules, { proof, show }: Words): (readonly [string, string])[] {
  const resource = (name: Resource): (readonly [string, string])[] => [
    [`${name}.growAt`, percent(rules[name].growAt)],
    [`${name}.fit`, percent(rules[name].fit)],
    [`${name}.statistic`, rules[name].statistic],
  ];
  const time = (value: number): string =>
    value % DAY === 0 ? proof.days(value / DAY) : show.duration(value);
  return [
    ['over', time(rules.over)],
    ['horizon', time(rules.horizon)],
    ...RESOURCES.flatMap(resource),
    ['grow.history', time(rules.grow.history)],
    ['grow.holds', time(rules.grow.holds)],
    ['shrink.allow', String(rules.shrink.allow)],
    ['shrink.history', time(rules.shrink.history)],
    ['shrink.found', percent(rules.shrink.found)],
    ['shrink.cooldown', time(rules.shrink.cooldown)],
    ['shrink.holds', time(rules.shrink.holds)],
    ['shrink.saves', percent(rules.shrink.saves)],
    ['shards.fewer', String(rules.fewerShards)],
    ['shards.uneven', String(rules.uneven)],
    ['replicas.fewer', String(rules.fewerReplicas)],
    ['caches', rules.caches],
  ];
}
