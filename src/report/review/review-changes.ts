/** The changes of a plan for a terminal, by wave. Long waves end with a summary by kind of change. */

import * as show from '../../messages/en/quantities.ts';
import type { Step, UnsealedPlan, Wave } from '../../model.ts';
import { sumPrices } from '../../money.ts';
import { clip, wrap } from '../document/columns.ts';
import { firstRows, withColumns } from '../document/table.ts';
import { textRows } from '../document/text-document.ts';
import { describeRolloutOptions } from './describe-rollout.ts';
import type { View } from './findings-text.ts';
import { changeKinds, type ReviewedTarget, wavesOf } from './review-targets.ts';
import { changesTable, kindsTable } from './tables.ts';

/** Changes shown without `--all`: in one wave, and in all waves together. */
const SHOWN_CHANGES = 10;
const SHOWN_IN_ALL = 60;
/** The fewest changes shown of a shown wave. */
const LEAST_SHOWN = 3;
/** The number of waves shown without `--all`. */
const SHOWN_WAVES = 20;
/** Kinds of change in the summary of a wave. */
const SHOWN_KINDS = 5;
/** Cells of a name, limited so that a hostile one cannot fill the screen. */
const LONGEST = 400;

/** A wave, all its steps, and the shown ones. */
interface ShownWave {
  readonly wave: Wave;
  readonly own: readonly Step[];
  readonly shown: readonly Step[];
}

/** Each wave as lines after an empty line. The plan must be sanitized. */
export function waveSections(plan: UnsealedPlan, targets: readonly ReviewedTarget[], view: View): string[] {
  const { inks, width } = view;
  const all = wavesOf(plan);
  const shown = shownWaves(all, view);
  const rest = all.slice(shown.length).flatMap(({ own }) => own);
  // A narrow terminal shows a region that all steps share once for each wave.
  const oneRegion = new Set(plan.steps.map(({ region }) => region)).size <= 1 && width < 100;
  const without = oneRegion ? (['wave', 'region'] as const) : (['wave'] as const);
  const table = withColumns(
    changesTable(
      plan,
      targets,
      shown.flatMap((one) => one.shown),
      { without, terminal: view.all ? 'all' : 'short' },
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
    // One more row takes no more room than the line about a hidden row.
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
  const options = describeRolloutOptions(plan, wave);
  return [
    '',
    `${inks.bold(title)}${price === '' ? '' : `  ${price}`}`,
    ...(options === '' ? [] : wrap(options, width, '  ').map(inks.dim)),
  ];
}

function restOf({ own, shown }: ShownWave, view: View): string[] {
  const rest = own.slice(shown.length);
  if (rest.length === 0) return [];
  const line = `  and ${show.counted(rest.length, 'more step')} in this wave; use --all to show all:`;
  return [view.inks.dim(line), ...summary(rest, view)];
}

/** A summary of hidden steps by kind of change, with costs. */
function summary(steps: readonly Step[], { width, inks }: View): string[] {
  const kinds = changeKinds(steps);
  const shown = kinds.length <= SHOWN_KINDS + 1 ? kinds : kinds.slice(0, SHOWN_KINDS);
  const others = kinds.slice(shown.length);
  const change = `${show.count(others.length)} other kinds of change`;
  const rest = others.length === 0 ? [] : [{ change, own: others.flatMap(({ own }) => own) }];
  const table = kindsTable([...shown, ...rest]);
  const [lines] = textRows(
    table.columns,
    [firstRows(table, kinds.length)],
    { width: width - 2, inks },
    false,
  );
  return lines!.map((line) => inks.dim(`  ${line}`));
}
