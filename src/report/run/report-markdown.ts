/** The report as Markdown for a ticket or comment. Tables are shown as far as they fit. */

import * as show from '../../messages/en/quantities.ts';
import type { Report } from '../../model.ts';
import { sanitize } from '../document/escape.ts';
import { identifier, markdownDocument, markdownHead } from '../document/markdown-document.ts';
import { verdictOfRun } from '../verdict.ts';
import { REHEARSAL_BANNER, rehearsalFacts, rehearsalTables } from './describe-rehearsal.ts';
import { factsOf } from './describe-run.ts';
import { tablesOfRun } from './tables.ts';

export function reportMarkdown(hostile: Report): string {
  const report = sanitize(hostile);
  const verdict = verdictOfRun(report);
  const { plan } = report;
  const facts = [...rehearsalFacts(report), ...factsOf(report)];
  const banner = report.rehearsal ? `**${REHEARSAL_BANNER}**` : '';
  const source = report.rehearsal
    ? banner
    : `Journal head ${identifier(report.head)}, ${show.counted(report.entries, 'entry', 'entries')}`;
  return markdownDocument(
    [banner && `> ${banner}`, ...markdownHead(plan.name, [plan.change, plan.owner], verdict, facts)],
    // Each table may fill all the room that is left.
    [...rehearsalTables(report), ...tablesOfRun(report)].map((table) => ({ table, share: 1 })),
    [
      verdict.next === null ? '' : `Next: ${identifier(verdict.next)}`,
      `Plan ${identifier(plan.digest)}  \n${source}`,
    ],
    'The HTML and JSON reports show all rows.',
  );
}
