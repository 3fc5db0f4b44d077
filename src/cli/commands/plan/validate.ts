/** `refit validate PLAN...`: schema and everything decidable offline; no network, no credentials. */
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { EXIT_PLAN_INVALID } from '../../../errors.ts';
import type { Finding, Plan } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { readInput } from '../../../operations/named-files.ts';
import { decodePlan } from '../../../plan/parse/decode-plan.ts';
import { parsePlan } from '../../../plan/parse/parse-plan.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import type { ReviewFormat } from '../../../report/review/render-review.ts';
import type { CommandCode } from '../../command-row.ts';
import { findingsText } from '../../findings.ts';
import type { Options } from '../../options.ts';
import { emit } from '../../output.ts';
import type { Terminal } from '../../terminal.ts';

/** What is wrong with the calendars beside the plan. */
async function calendarFindings(plan: Plan, { clock }: Terminal): Promise<readonly Finding[]> {
  if (!plan.windows?.calendars.length) return [];
  // Loaded only where there is something to read.
  const { readCalendars } = await import('../../../operations/plan-fleet.ts');
  return (await readCalendars(plan, clock)).findings;
}

/** What is wrong with the approvers file beside the plan; who else plans it, and may not approve, is not known yet. */
async function approverFindings({ approvals, owner, file: plan }: Plan): Promise<readonly Finding[]> {
  if (!approvals || 'approvers' in approvals) return [];
  const file = isAbsolute(approvals.from) ? approvals.from : join(dirname(plan), approvals.from);
  const text = await readFile(file, 'utf8').catch(() => null);
  const { readApprovers } = await import('../../../plan/parse/read-approvers.ts');
  return readApprovers(approvals, { text, file, authors: owner === null ? [] : [owner] }).findings;
}

interface Result {
  readonly file: string;
  readonly valid: boolean;
  readonly findings: readonly Finding[];
}

/** Loaded only where one of its formats is asked for, so that the ordinary check stays quick. */
async function renderer(options: Options) {
  const asked = [options.format, ...options.write.map(({ format }) => format)];
  if (asked.every((format) => format === 'text' || format === 'json')) return () => '';
  const { renderReview } = await import('../../../report/review/render-review.ts');
  const { createTextReview } = await import('../../../report/review/review-targets.ts');
  return (format: ReviewFormat, file: string, findings: readonly Finding[], next: string) =>
    renderReview(createTextReview(file, findings, next), format, {
      color: false,
      width: 100,
      all: false,
      elsewhere: next,
    });
}

function resultText({ file, valid, findings }: Result, color: boolean): string {
  const told = findings.length > 0 ? `${findingsText(findings, color)}\n` : '';
  if (valid) return `${told}${escapeControls(file)}: valid\n`;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return `${told}${escapeControls(file)}: invalid, ${errors} ${errors === 1 ? 'error' : 'errors'}\n`;
}

export const validate: CommandCode<string[]> = async (files, options, terminal) => {
  const results: Result[] = [];
  for (const file of files) {
    const { text, findings } = decodePlan(await readInput(file, 'the plan'), file);
    const parsed = text === null ? null : parsePlan(text, file);
    const beside = parsed?.plan
      ? [...(await calendarFindings(parsed.plan, terminal)), ...(await approverFindings(parsed.plan))]
      : [];
    const told = [...findings, ...(parsed?.findings ?? []), ...beside];
    results.push({ file, valid: !told.some(({ severity }) => severity === 'error'), findings: told });
  }
  const invalid = results.filter(({ valid }) => !valid);
  const next =
    invalid.length > 0
      ? `refit validate ${invalid.map(({ file }) => shellQuote(file)).join(' ')}`
      : `refit plan ${shellQuote(results[0]!.file)} -o saved-plan.json`;
  const render = await renderer(options);
  const told = results.flatMap(({ findings }) => findings);
  await emit<ReviewFormat>(terminal, options, (format, where) => {
    if (format === 'json') return `${JSON.stringify({ results }, null, 2)}\n`;
    if (format === 'text') return results.map((result) => resultText(result, where.color)).join('');
    return render(format, files.join(' '), told, next);
  });
  if (options.format !== 'json')
    terminal.hint(`next: ${invalid.length > 0 ? 'fix the above, then ' : ''}${escapeControls(next)}`);
  return invalid.length > 0 ? EXIT_PLAN_INVALID : 0;
};
