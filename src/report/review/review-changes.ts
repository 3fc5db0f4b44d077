/** The changes of a plan for a terminal, wave by wave: one row a change, and of long waves the rest by what it changes. */
import type { Review, Step, Wave } from '../../model.ts';
import { sumPrices } from '../../money.ts';
import { type Cell, type Column, cells, clip, table, wrap } from '../document/columns.ts';
import type { Ink } from '../document/ink.ts';
import * as show from '../quantities.ts';
import { groupBy, type ReviewedTarget } from './review-targets.ts';
import { conductInWords } from './wave-conduct.ts';

/** Rows of changes that are shown unless all are asked for: of a wave, and of all waves together where they are many. */
const SHOWN_CHANGES = 10;
const SHOWN_IN_ALL = 60;
/** Every wave that is shown shows at least so many. */
const LEAST_SHOWN = 3;
/** Waves that are shown unless all are asked for. */
const SHOWN_WAVES = 20;
/** Kinds of change that the rest of a wave is summed up by. */
const SHOWN_KINDS = 5;
/** Cells that a name must have to stand in the row. */
const LEAST_NAME = 6;
/** Cells of a name or a reason: a hostile one must not fill the screen. */
const LONGEST = 400;

interface View {
  readonly targets: ReadonlyMap<string, ReviewedTarget>;
  /** Whether all steps are of one region, which is then said once a wave. */
  readonly oneRegion: boolean;
  readonly all: boolean;
  readonly width: number;
  readonly inks: Ink;
  readonly layout: Layout;
}

/** Each wave as lines after an empty one. The review is legible already. */
export function waveSections(
  { plan }: Review,
  targets: readonly ReviewedTarget[],
  { all, width, inks }: { readonly all: boolean; readonly width: number; readonly inks: Ink },
): string[] {
  const steps = new Map(plan.steps.map((step) => [step.id, step]));
  const waves = plan.waves
    .map((wave) => ({ wave, own: wave.steps.flatMap((id) => steps.get(id) ?? []) }))
    .filter(({ own }) => own.length > 0);
  const shown = all ? waves : waves.slice(0, SHOWN_WAVES);
  const rest = waves.slice(shown.length).flatMap(({ own }) => own);
  const bare = {
    targets: new Map(targets.map((target) => [target.instance, target])),
    oneRegion: new Set(plan.steps.map(({ region }) => region)).size <= 1 && width < 100,
    all,
    width,
    inks,
  };
  const most = all
    ? Number.POSITIVE_INFINITY
    : Math.min(SHOWN_CHANGES, Math.max(LEAST_SHOWN, Math.floor(SHOWN_IN_ALL / shown.length)));
  const view: View = {
    ...bare,
    layout: layoutFor(
      shown.flatMap(({ own }) => shownOf(own, most)),
      bare,
    ),
  };
  return [
    ...shown.flatMap(({ wave, own }) => section(plan, wave, own, most, view)),
    ...(rest.length === 0
      ? []
      : [
          '',
          inks.bold(
            `${show.counted(waves.length - shown.length, 'more wave')}: ${show.counted(rest.length, 'step')}`,
          ),
          ...summary(rest, width, inks),
        ]),
  ];
}

/** One row more is no longer than the line that says that it is missing. */
function shownOf(own: readonly Step[], most: number): readonly Step[] {
  return own.length <= most + 1 ? own : own.slice(0, most);
}

function section(plan: Review['plan'], wave: Wave, own: readonly Step[], most: number, view: View): string[] {
  const { inks, width } = view;
  const shown = shownOf(own, most);
  const rest = own.slice(shown.length);
  const where = view.oneRegion ? `, ${own[0]!.region}` : '';
  const price = show.quotes(sumPrices(own));
  const title = `Wave ${clip(wave.name, LONGEST)}: ${show.counted(own.length, 'step')}${where}`;
  const words = conductInWords(plan, wave);
  return [
    '',
    `${inks.bold(title)}${price === '' ? '' : `  ${price}`}`,
    ...(words === '' ? [] : wrap(words, width, '  ').map(inks.dim)),
    ...rows(shown, view),
    ...(rest.length === 0
      ? []
      : [
          inks.dim(`  and ${show.counted(rest.length, 'more step')} in this wave; --all shows all:`),
          ...summary(rest, width, inks),
        ]),
  ];
}

/** What is not shown, by what it changes and what it costs. */
function summary(steps: readonly Step[], width: number, inks: Ink): string[] {
  const kinds = [...groupBy(steps, ({ change, after }) => show.change(change, after))].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  const told = kinds.length <= SHOWN_KINDS + 1 ? kinds : kinds.slice(0, SHOWN_KINDS);
  const others = kinds.slice(told.length);
  const row = (words: string, own: readonly Step[]): Cell[] => [
    words,
    show.counted(own.length, 'step'),
    show.quotes(sumPrices(own)),
  ];
  const all = [
    ...told.map(([words, own]) => row(words, own)),
    ...(others.length === 0
      ? []
      : [
          row(
            `${show.count(others.length)} other kinds of change`,
            others.flatMap(([, own]) => own),
          ),
        ]),
  ];
  return table(all, SUMMARY_COLUMNS, width, '    ').map(inks.dim);
}

const SUMMARY_COLUMNS: readonly Column[] = [
  { least: 20 },
  { align: 'right' },
  { align: 'right', optional: true },
];

/** How a change is laid out: what stands in its row, and what under it; the first that fits the line is taken. */
type Part = 'instance' | 'name' | 'region' | 'order' | 'change' | 'price';
interface Layout {
  readonly row: readonly Part[];
  readonly under: readonly Part[];
}

const LAYOUTS: readonly Layout[] = [
  { row: ['instance', 'name', 'region', 'order', 'change', 'price'], under: [] },
  { row: ['instance', 'order', 'change', 'price'], under: ['region', 'name'] },
  { row: ['instance', 'order', 'change'], under: ['price', 'region', 'name'] },
];
const COLUMNS: Readonly<Record<Part, Column>> = {
  instance: {},
  name: { least: LEAST_NAME },
  region: {},
  order: {},
  change: {},
  price: { align: 'right' },
};

function layoutFor(steps: readonly Step[], view: Omit<View, 'layout'>): Layout {
  const parts = steps.map((step) => partsOf(step, view));
  const wide = (part: Part) => {
    const most = parts.reduce((greatest, one) => Math.max(greatest, cells(one[part])), 0);
    return part === 'name' ? Math.min(most, LEAST_NAME) : most;
  };
  const fits = ({ row }: Layout) => row.reduce((sum, part) => sum + wide(part) + 2, 0) <= view.width;
  return LAYOUTS.find(fits) ?? LAYOUTS.at(-1)!;
}

function partsOf(step: Step, { targets, oneRegion }: Omit<View, 'layout'>): Record<Part, string> {
  const target = targets.get(step.instance);
  const own = target?.steps ?? [];
  return {
    instance: clip(step.instance, 40),
    name: clip(target?.name ?? '', LONGEST),
    region: oneRegion ? '' : step.region,
    order: own.length > 1 ? `${own.findIndex(({ id }) => id === step.id) + 1}/${own.length}` : '',
    change: show.change(step.change, step.after, step.nodes),
    price: step.quote === null ? '' : show.quote(step.quote),
  };
}

function rows(steps: readonly Step[], view: View): string[] {
  const { width, inks, layout } = view;
  const parts = steps.map((step) => partsOf(step, view));
  const painted = (part: Part, text: string): Cell => (part === 'order' ? { text, paint: inks.blue } : text);
  const lines = table(
    parts.map((one) => layout.row.map((part) => painted(part, one[part]))),
    layout.row.map((part) => COLUMNS[part]),
    width,
    '  ',
  );
  return lines.flatMap((line, at) => {
    const under = layout.under.map((part) => parts[at]![part]).filter((text) => text !== '');
    const text = [...under, ...because(steps[at]!, view)].map((one) => clip(one, LONGEST)).join(' · ');
    return [line, ...(text === '' ? [] : wrap(text, width, '    ').map(inks.dim))];
  });
}

/** Why the steps come in this order, or how the size was reached: once, under the first step of the instance. */
function because(step: Step, { targets }: View): string[] {
  const target = targets.get(step.instance);
  return target?.why && target.steps[0]?.id === step.id ? [target.why] : [];
}
