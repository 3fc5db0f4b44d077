/** `refit validate PLAN...`: schema and everything decidable offline; no network, no credentials. */
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { EXIT_PLAN_INVALID } from '../../errors.ts';
import type { Finding, Plan } from '../../model.ts';
import { decodePlan } from '../../plan/decode-plan.ts';
import { parsePlan } from '../../plan/parse-plan.ts';
import { visible } from '../../report/escape.ts';
import { readInput } from '../files.ts';
import { findingsText } from '../findings.ts';
import type { GlobalOptions } from '../options.ts';
import { formatOf } from '../output.ts';
import type { Terminal } from '../terminal.ts';

/** What is wrong with the calendars beside the plan. */
async function calendarFindings(plan: Plan, { clock }: Terminal): Promise<readonly Finding[]> {
  if (!plan.windows?.calendars.length) return [];
  // Loaded only where there is something to read.
  const { readCalendars } = await import('../../index.ts');
  return (await readCalendars(plan, clock)).findings;
}

/** What is wrong with the approvers file beside the plan; who else plans it, and may not approve, is not known yet. */
async function approverFindings({ approvals, owner, file: plan }: Plan): Promise<readonly Finding[]> {
  if (!approvals || 'approvers' in approvals) return [];
  const file = isAbsolute(approvals.from) ? approvals.from : join(dirname(plan), approvals.from);
  const text = await readFile(file, 'utf8').catch(() => null);
  const { readApprovers } = await import('../../plan/read-approvers.ts');
  return readApprovers(approvals, { text, file, authors: owner === null ? [] : [owner] }).findings;
}

export async function validate(
  files: readonly string[],
  options: GlobalOptions,
  terminal: Terminal,
): Promise<number> {
  const format = formatOf(options, ['text', 'json'] as const);
  const results: { file: string; valid: boolean; findings: readonly Finding[] }[] = [];
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
  if (format === 'json') await terminal.out(`${JSON.stringify({ results }, null, 2)}\n`);
  else {
    for (const { file, valid, findings } of results) {
      if (findings.length > 0) await terminal.out(`${findingsText(findings, terminal.color.out)}\n`);
      if (valid) await terminal.out(`${visible(file)}: valid\n`);
      else {
        const errors = findings.filter(({ severity }) => severity === 'error').length;
        await terminal.out(`${visible(file)}: invalid, ${errors} ${errors === 1 ? 'error' : 'errors'}\n`);
      }
    }
    if (!terminal.quiet) {
      if (invalid.length > 0)
        terminal.err(
          `next: mend the above, then refit validate ${invalid.map(({ file }) => visible(file)).join(' ')}\n`,
        );
      else terminal.err(`next: refit plan ${visible(results[0]!.file)} -o saved-plan.json\n`);
    }
  }
  return invalid.length > 0 ? EXIT_PLAN_INVALID : 0;
}
