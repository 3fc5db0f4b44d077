/** The findings of a plan for a terminal. Grouped by code, hundreds of them fit one screen. */

import * as show from '../../messages/en/quantities.ts';
import { type Finding, remedyOf } from '../../model.ts';
import { cells, clip, labelled, wrap } from '../document/columns.ts';
import { SEVERITY_SIGNS } from '../document/ink.ts';
import type { Terminal } from '../document/text-document.ts';
import { locationOf } from '../finding-columns.ts';
import { findingGroups, MANY, severityCounts } from './review-targets.ts';

/** The number of codes shown without `--all`. */
const SHOWN_CODES = 12;
/** Lines of ids under the first finding of a group. */
const LINES_OF_IDS = 2;
/** Source lines shown of an excerpt. */
const EXCERPT = 6;
/** Cells of a sentence, limited so that a hostile one cannot fill the screen. */
const LONGEST = 1000;

/** The terminal, and whether every finding and change is shown. */
export interface View extends Terminal {
  readonly all: boolean;
}

/** The findings as lines in the given order, after an empty line. They must be sanitized. */
export function findingsSection(findings: readonly Finding[], view: View): string[] {
  const { all, inks } = view;
  if (findings.length === 0) return [];
  const groups = findingGroups(findings);
  const shown = all ? groups : groups.slice(0, SHOWN_CODES);
  const rest = groups.slice(shown.length).flat().length;
  return [
    '',
    inks.bold(`Findings: ${severityCounts(findings)}`),
    ...shown.flatMap((group) =>
      all || group.length < MANY
        ? group.flatMap((finding) => findingLines(finding, 1, view))
        : manyLines(group, view),
    ),
    ...(rest === 0 ? [] : [inks.dim(`  ${show.counted(rest, 'more finding')} not shown; use --all`)]),
  ];
}

/** The first finding of a group in full, and the instances of the others. */
function manyLines([first, ...others]: readonly [Finding, ...Finding[]], terminal: Terminal): string[] {
  const { width, inks } = terminal;
  const ids = others.flatMap(({ instance }) => (instance === null ? [] : [clip(instance, 40)]));
  const lead = `    and ${show.count(others.length)} more`;
  const room = LINES_OF_IDS * (width - 6) - lead.length;
  const named: string[] = [];
  let used = 0;
  for (const id of ids) {
    used += cells(id) + 2;
    if (used > room) break;
    named.push(id);
  }
  const text = [
    lead,
    named.length === 0 ? '' : `: ${named.join(', ')}`,
    named.length < others.length ? ', …' : '',
  ];
  return [
    ...findingLines(first, 1 + others.length, terminal),
    ...wrap(text.join('').trim(), width, '    ').map(inks.dim),
  ];
}

/** One finding as lines: code and instance, message, fix or example, location, source excerpt. */
function findingLines(finding: Finding, number: number, { width, inks }: Terminal): string[] {
  const [sign, colour] = SEVERITY_SIGNS[finding.severity];
  const location = clip(locationOf(finding), 200);
  const remedy = remedyOf(finding);
  const code = clip(finding.code, 100);
  const times = number === 1 ? '' : ` × ${show.count(number)}`;
  const instance = finding.instance === null ? '' : clip(finding.instance, 100);
  // If both are too long for one line, the instance goes under the code.
  const fits = cells(code) + times.length + cells(instance) + 6 <= width;
  return [
    `  ${inks[colour](`${sign} ${code}`)}${inks.bold(times)}${instance === '' || !fits ? '' : `  ${instance}`}`,
    ...(instance === '' || fits ? [] : [`    ${instance}`]),
    ...wrap(clip(finding.message, LONGEST), width, '    '),
    ...(remedy === null
      ? []
      : labelled(
          `    ${remedy.label}: `,
          clip(remedy.text, LONGEST),
          width,
          `    ${inks.dim(`${remedy.label}: `)}`,
        )),
    ...(location === '' ? [] : [inks.dim(`    ${location}`)]),
    ...(finding.excerpt === null
      ? []
      : finding.excerpt
          .split('\n')
          .slice(0, EXCERPT)
          .map((line) => `      ${clip(line, 2 * width)}`.trimEnd())),
  ];
}
