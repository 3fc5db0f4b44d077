/** The report for a terminal: verdict, facts, tables, and the verdict again. */

import * as show from '../../messages/en/quantities.ts';
import type { Report } from '../../model.ts';
import { wrap } from '../document/columns.ts';
import { sanitize } from '../document/escape.ts';
import { ink } from '../document/ink.ts';
import type { Table } from '../document/table.ts';
import { factLines, textTable, verdictLines } from '../document/text-document.ts';
import { type RunInCommands, verdictOfRun } from '../verdict.ts';
import { REHEARSAL_BANNER, rehearsalFacts, rehearsalTables } from './describe-rehearsal.ts';
import { factsOf } from './describe-run.ts';
import { tablesOfRun } from './tables.ts';

/** The number of rows shown of tables that can be long. */
const SHOWN_ROWS: Readonly<Record<string, number>> = {
  attention: 100,
  attempts: 10,
  'approved-with': 10,
  'billed-otherwise': 10,
  steps: 100,
};

/** The facts and tables of a short report, which fits on a screen. */
const SHORT_FACTS = new Set(['approvals', 'ended', 'outcomes', 'memory', 'cost', 'billed']);
const SHORT_TABLES = new Set(['attention']);
const SHORT_ROWS = 10;

export function reportText(
  hostile: Report,
  {
    color,
    width,
    isShort = false,
    ...place
  }: { color: boolean; width: number; isShort?: boolean } & RunInCommands,
): string {
  const report = sanitize(hostile);
  const inks = ink(color);
  const verdict = verdictOfRun(report, place);
  const { plan, rehearsed } = report;
  const title = [inks.bold(plan.name), plan.change, plan.owner].filter((part) => part !== null).join('  ');
  const banner = report.rehearsal ? wrap(REHEARSAL_BANNER, width, '').map(inks.bold) : [];
  const painted = (tables: readonly Table[]) =>
    tables.flatMap((table) =>
      textTable(
        table,
        { width, inks },
        {
          most: isShort ? SHORT_ROWS : SHOWN_ROWS[table.id],
          elsewhere: 'the HTML and JSON reports show all rows',
        },
      ),
    );
  const lines = [
    ...banner,
    title,
    ...verdictLines(verdict, width, inks),
    '',
    ...(rehearsed === undefined
      ? []
      : [
          ...factLines(rehearsalFacts(report), width, inks),
          ...painted(rehearsalTables(report)),
          '',
          inks.bold(`Run of seed ${rehearsed.seeds.first}`),
        ]),
    ...factLines(
      factsOf(report).filter(([name]) => !isShort || SHORT_FACTS.has(name)),
      width,
      inks,
    ),
    ...painted(
      tablesOfRun(report).filter(({ id }) =>
        isShort ? SHORT_TABLES.has(id) : id !== 'processes' || hasDetails(report),
      ),
    ),
    ...(isShort ? [] : ['', ...verdictLines(verdict, width, inks)]),
    ...factLines(
      [
        ['next', verdict.next ?? ''],
        ['journal head', report.entries > 0 && !report.rehearsal ? report.head : ''],
      ],
      width,
      inks,
    ),
    ...banner,
  ];
  return `${lines.join('\n')}\n`;
}

/** False for a run of one ordinary process: the facts are then enough. */
function hasDetails({ run: { processes } }: Report): boolean {
  return processes.length > 1 || processes.some((one) => one.cutOff > 0 || show.describeProcess(one) !== '');
}
