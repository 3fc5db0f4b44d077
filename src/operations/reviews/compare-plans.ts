/** What has changed between an earlier seal and a saved plan, as plain data: what `refit diff` shows, in English. */
import { english } from '../../messages/words.ts';
import type { SavedPlan } from '../../model.ts';
import { sanitize } from '../../report/document/escape.ts';
import { diffPlans } from '../../report/plan-diff/plan-diff.ts';
import { describeSide, tablesOf, verdictOfDiff } from '../../report/plan-diff/plan-diff-tables.ts';
import { type PageTable, pageTable } from './page-tables.ts';

/** The differences of two saved plans. No text in it hides a character. */
export interface PlanComparison {
  /** True: both do the same; only readings differ. */
  readonly isSame: boolean;
  readonly sentence: string;
  readonly from: string;
  readonly to: string;
  /** One for each kind of difference. Rows have a sign (`+`, `-` or `~`), a name and a change. */
  readonly tables: readonly PageTable[];
}

/** @param from the earlier one. */
export function comparePlans(from: SavedPlan, to: SavedPlan): PlanComparison {
  const diff = sanitize(diffPlans(from, to));
  return {
    isSame: diff.same,
    sentence: verdictOfDiff(diff).sentence,
    from: describeSide(diff.from),
    to: describeSide(diff.to),
    tables: tablesOf(diff).flatMap((table) => (table.rows.length === 0 ? [] : [pageTable(table, english)])),
  };
}
