/** What a sizing file would have done in the past, beside other strategies, as tables. */
import { english, type Words } from '../../messages/words.ts';
import type { Backtest, Exceeded, Held, StrategyResult } from '../../model.ts';
import { stacksChart } from '../charts/stacks.ts';
import { type ColumnOf, id, type Table, tableOf } from '../document/table.ts';
import { moment, percent, quantity, type ShownReport } from './shown.ts';

/** @param words the language of a page. */
export function shownBacktest(result: Backtest, words: Words = english): ShownReport {
  const { frame, proof } = words;
  const { backtest: say } = proof;
  const { mustHold, strategies } = result;
  const fails = mustHold.some(({ holds }) => !holds);
  const advice = strategies.find(({ strategy }) => strategy === 'advice');
  return {
    kind: say.kind,
    title: say.title,
    about: [`${moment(result.from)} – ${moment(result.until)}`],
    verdict: {
      tone: fails ? 'bad' : 'good',
      word: mustHold.length === 0 ? say.word : fails ? say.failed : say.held,
      sentence: say.sentence(result.instances, result.days),
      next: null,
    },
    facts: [
      [say.facts.rules, result.sizing ?? say.defaults],
      [
        say.facts.data,
        frame.list([
          say.known(percent(knownShare(result))),
          ...(result.withoutHistory > 0 ? [say.withoutHistory(result.withoutHistory)] : []),
          ...(result.atLeast > 0 ? [say.atLeast(result.atLeast)] : []),
        ]),
      ],
    ],
    charts:
      strategies.length > 0 &&
      stacksChart(
        'billed',
        say.chart,
        [{ label: words.columns.gigabyteDays, tone: 'a0' }],
        strategies.map(({ strategy, gigabyteDays }) => ({
          ...{ name: strategy, label: say.names[strategy], values: [gigabyteDays] },
          text: words.show.count(Math.round(gigabyteDays)),
        })),
      ),
    tables: [
      strategiesTable(result, words),
      mustHoldTable(mustHold, words),
      exceededTable(result.exceeded, advice?.exceeded ?? result.exceeded.length, words),
    ],
    note: '',
  };
}

/** The hours with a value, percent of all hours of the instances. */
function knownShare({ strategies, instances, days }: Backtest): number {
  const hours = strategies[0]?.hours ?? 0;
  return instances === 0 ? 0 : (100 * hours) / (instances * days * 24);
}

/** The share of the hours of instances, percent; 0 without hours. */
export function shareOf(count: number, { hours }: Pick<StrategyResult, 'hours'>): number {
  return hours === 0 ? 0 : (100 * count) / hours;
}

/** Billed memory saved against never changing: GB x days, percent, and its price. Null without that strategy. */
export function savedBy(one: StrategyResult, { strategies, pricePerGigabyte }: Backtest) {
  const never = strategies.find(({ strategy }) => strategy === 'never');
  if (never === undefined) return null;
  const gigabyteDays = never.gigabyteDays - one.gigabyteDays;
  return {
    gigabyteDays,
    percent: never.gigabyteDays === 0 ? 0 : (100 * gigabyteDays) / never.gigabyteDays,
    // A price is for a GB in a month of 30 days.
    money: pricePerGigabyte && {
      amount: Math.round((100 * pricePerGigabyte.amount * gigabyteDays) / 30) / 100,
      currency: pricePerGigabyte.currency,
    },
  };
}

function strategiesTable(result: Backtest, words: Words): Table {
  const { show, proof } = words;
  const { backtest: say } = proof;
  const share = (of: (one: StrategyResult) => number) => (one: StrategyResult) =>
    quantity(shareOf(of(one), one), (value) => percent(value, 3));
  const columns: readonly ColumnOf<StrategyResult, string>[] = [
    ['strategy', ({ strategy }) => ({ kind: 'strong', text: say.names[strategy] })],
    ['above90', share(({ above90 }) => above90)],
    ['beyond', share(({ beyond }) => beyond), { yields: 4 }],
    ['cpuAbove90', share(({ cpuAbove90 }) => cpuAbove90), { yields: 3 }],
    [
      'gigabyteDays',
      ({ gigabyteDays }) => ({ kind: 'count', value: Math.round(gigabyteDays) }),
      { yields: 5 },
    ],
    [
      'saved',
      (one) => {
        const saved = savedBy(one, result);
        if (saved === null) return null;
        const { money } = saved;
        return quantity(saved.percent, (value) =>
          say.saved(percent(value), money && show.money(money.amount, money.currency)),
        );
      },
    ],
    ['changes', ({ changes }) => ({ kind: 'count', value: changes }), { yields: 1 }],
    ['exceeded', ({ exceeded }) => ({ kind: 'count', value: exceeded }), { yields: 2 }],
  ];
  return tableOf(
    { id: 'strategies', heading: say.strategies, note: say.strategiesNote },
    result.strategies,
    columns,
    words,
  );
}

function mustHoldTable(mustHold: readonly Held[], words: Words): Table {
  const { backtest: say } = words.proof;
  const unit = ({ figure }: Held, value: number): string =>
    figure === 'changes' ? String(Math.round(value * 100) / 100) : percent(value, 3);
  const columns: readonly ColumnOf<Held, string>[] = [
    ['figure', ({ figure }) => ({ kind: 'code', text: figure })],
    ['limit', (one) => `${one.operator} ${unit(one, one.value)}`],
    ['value', (one) => quantity(one.found, (value) => unit(one, value))],
    ['result', ({ holds }) => ({ kind: 'strong', text: holds ? say.holds : say.holdsNot })],
  ];
  return tableOf({ id: 'must-hold', heading: say.mustHold }, mustHold, columns, words);
}

/** @param all how many there are, also those that are not in the list. */
function exceededTable(exceeded: readonly Exceeded[], all: number, words: Words): Table {
  const { show, proof } = words;
  const { backtest: say } = proof;
  const columns: readonly ColumnOf<Exceeded, string>[] = [
    ['instance', ({ instance }) => id(instance)],
    ['region', ({ region }) => region, { under: 'instance', bare: true, yields: 1 }],
    ['hours', ({ hours }) => ({ kind: 'count', value: hours })],
    ['day', ({ at }) => moment(at)],
    ['need', ({ need }) => quantity(Math.ceil(need), show.memory)],
    ['size', ({ size }) => show.size(size), { yields: 3 }],
    ['lastChange', ({ changedAt }) => (changedAt === null ? say.never : moment(changedAt)), { yields: 2 }],
  ];
  return tableOf({ id: 'exceeded', heading: say.exceeded(all) }, exceeded, columns, words);
}
