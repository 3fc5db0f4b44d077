/** Checks a plan without the provider: its text, and the files beside it that it names. `refit validate` and the console do. */
import { dirname, isAbsolute, join } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { Finding, Plan } from '../../model.ts';
import { decodePlan } from '../../plan/parse/decode-plan.ts';
import { parsePlan } from '../../plan/parse/parse-plan.ts';
import { type ReadNamed, readNamedText } from '../machine.ts';
import type { ParsePlan } from './parse-apart.ts';

/** A plan that was checked. */
export interface CheckedPlan {
  /** Null: the plan is not valid. */
  readonly plan: Plan | null;
  /** All of them, in the order of the text. Those about files beside the plan come last. */
  readonly findings: readonly Finding[];
}

/**
 * Checks a plan. It throws for no content.
 * @param bytes of the plan file. @param file its path, from which Refit finds the files that it names.
 * @param readNamed reads those files; default: as a command reads them. @param parse default: in this thread.
 */
export async function checkPlan(
  bytes: Uint8Array,
  file: string,
  {
    clock,
    readNamed = readNamedText,
    parse = parsePlan,
  }: { readonly clock: Clock; readonly readNamed?: ReadNamed; readonly parse?: ParsePlan },
): Promise<CheckedPlan> {
  const { text, findings } = decodePlan(bytes, file);
  if (text === null) return { plan: null, findings };
  const parsed = await parse(text, file);
  const beside =
    parsed.plan === null
      ? []
      : [
          ...(await calendarFindings(parsed.plan, clock, readNamed)),
          ...(await approverFindings(parsed.plan, readNamed)),
        ];
  return { plan: parsed.plan, findings: [...findings, ...parsed.findings, ...beside] };
}

/** The findings of the calendar files of a plan. */
async function calendarFindings(plan: Plan, clock: Clock, readNamed: ReadNamed): Promise<readonly Finding[]> {
  if (!plan.windows?.calendars.length) return [];
  // Loaded only if there is a calendar to read.
  const { readCalendars } = await import('./plan-fleet.ts');
  return (await readCalendars(plan, clock, readNamed)).findings;
}

/** The findings of the approvers file of a plan. Of the authors, only the owner is known before planning. */
async function approverFindings(
  { approvals, owner, file: plan }: Plan,
  readNamed: ReadNamed,
): Promise<readonly Finding[]> {
  if (!approvals || 'approvers' in approvals) return [];
  const file = isAbsolute(approvals.from) ? approvals.from : join(dirname(plan), approvals.from);
  const text = await readNamed(file, 'approvers');
  const { readApprovers } = await import('../../plan/parse/read-approvers.ts');
  return readApprovers(approvals, { text, file, authors: owner === null ? [] : [owner] }).findings;
}
