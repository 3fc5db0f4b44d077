/** The changes of a plan for a terminal, wave by wave: one row a change, and of long waves the rest by what it changes. */
import type { Step, UnsealedPlan, Wave } from '../../model.ts';
import { sumPrices } from '../../money.ts';
import { clip, wrap } from '../document/columns.ts';
import { firstRows, withColumns } from '../document/table.ts';
import { textRows } from '../document/text-document.ts';
import * as show from '../quantities.ts';
import { describeRolloutOptions } from './describe-rollout.ts';
import type { View } from './findings-text.ts';
import { changeKinds, type ReviewedTarget, wavesOf } from './review-targets.ts';
import { changesTable, kindsTable } from './tables.ts';

/** Rows of changes that are shown unless all are asked for: of a wave, and of all waves together where they are many. */
const SHOWN_CHANGES = 10;
const SHOWN_IN_ALL = 60;
/** Every wave that is shown shows at least so many. */
const LEAST_SHOWN = 3;
/** Waves that are shown unless all are asked for. */
const SHOWN_WAVES = 20;
/** Kinds of change that the rest of a wave is summed up by. */
const SHOWN_KINDS = 5;
/** Cells of a name: a hostile one must not fill the screen. */
const LONGEST = 400;

/** A wave, the steps that are shown of it, and the others. */
interface ShownWave {
  readonly wave: Wave;
  readonly own: readonly Step[];
  readonly shown: readonly Step[];
}

/** Each wave as lines after an empty one. The plan is legible already. */
export function waveSections(plan: UnsealedPlan, targets: readonly ReviewedTarget[], view: View): string[] {
  const { inks, width } = view;
  const all = wavesOf(plan);
  const shown = shownWaves(all, view);
  const rest = all.slice(shown.length).flatMap(({ own }) => own);
  // Where all steps are of one region, a narrow terminal has it once a wave.
  const oneRegion = new Set(plan.steps.map(({ region }) => region)).size <= 1 && width < 100;
  const without = oneRegion ? ['Wave', 'Region'] : ['Wave'];
  const table = withColumns(
    changesTable(
      plan,
      targets,
      shown.flatMap((one) => one.shown),
      { without },
    ),
    (column) => column.in === undefined,
  );
  const rows = firstRows(table, table.rows.length);
  let next = 0;
  const groups = shown.map((one) => {
    const first = next;
    next += one.shown.length;
    return rows.slice(first, next);
  });
  const lines = textRows(table.columns, groups, view, false);
  const more = `${show.counted(all.length - shown.length, 'more wave')}: ${show.counted(rest.length, 'step')}`;
  return [
    ...shown.flatMap((one, at) => [
      ...titleOf(plan, one, oneRegion, view),
      ...lines[at]!,
      ...restOf(one, view),
    ]),
    ...(rest.length === 0 ? [] : ['', inks.bold(more), ...summary(rest, view)]),
  ];
}

function shownWaves(waves: ReturnType<typeof wavesOf>, { all }: View): ShownWave[] {
  const shown = all ? waves : waves.slice(0, SHOWN_WAVES);
  const most = Math.min(SHOWN_CHANGES, Math.max(LEAST_SHOWN, Math.floor(SHOWN_IN_ALL / shown.length)));
  return shown.map(({ wave, own }) => ({
    wave,
    own,
    // One row more is no longer than the line that says that it is missing.
    shown: all || own.length <= most + 1 ? own : own.slice(0, most),
  }));
}

function titleOf(
  plan: UnsealedPlan,
  { wave, own }: ShownWave,
  oneRegion: boolean,
  { inks, width }: View,
): string[] {
  const where = oneRegion ? `, ${own[0]!.region}` : '';
  const price = show.quotes(sumPrices(own));
  const title = `Wave ${clip(wave.name, LONGEST)}: ${show.counted(own.length, 'step')}${where}`;
  const words = describeRolloutOptions(plan, wave);
  return [
    '',
    `${inks.bold(title)}${price === '' ? '' : `  ${price}`}`,
    ...(words === '' ? [] : wrap(words, width, '  ').map(inks.dim)),
  ];
}

function restOf({ own, shown }: ShownWave, view: View): string[] {
  const rest = own.slice(shown.length);
  if (rest.length === 0) return [];
  const words = `  and ${show.counted(rest.length, 'more step')} in this wave; --all shows all:`;
  return [view.inks.dim(words), ...summary(rest, view)];
}

/** What is not shown, by what it changes and what it costs. */
function summary(steps: readonly Step[], { width, inks }: View): string[] {
  const kinds = changeKinds(steps);
  const shown = kinds.length <= SHOWN_KINDS + 1 ? kinds : kinds.slice(0, SHOWN_KINDS);
  const others = kinds.slice(shown.length);
  const words = `${show.count(others.length)} other kinds of change`;
  const rest = others.length === 0 ? [] : [{ words, own: others.flatMap(({ own }) => own) }];
  const table = kindsTable([...shown, ...rest]);
  const [lines] = textRows(
    table.columns,
    [firstRows(table, kinds.length)],
    { width: width - 2, inks },
    false,
  );
  return lines!.map((line) => inks.dim(`  ${line}`));
}
