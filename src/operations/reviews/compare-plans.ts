/** What has changed between an earlier seal and a saved plan, as plain data in one language: what `refit diff` shows. */
import type { LanguageName } from '../../messages/language-names.ts';
import { loadWords } from '../../messages/languages.ts';
import type { Words } from '../../messages/words.ts';
import type { SavedPlan } from '../../model.ts';
import { sanitize } from '../../report/document/escape.ts';
import { inWords } from '../../report/finding-words.ts';
import { type DiffTable, diffInWords, sideInWords } from '../../report/plan-diff/describe-diff.ts';
import { diffPlans } from '../../report/plan-diff/plan-diff.ts';

/** The differences of two saved plans. No text in it hides a character. */
export interface PlanComparison {
  /** True: both do the same; only readings differ. */
  readonly isSame: boolean;
  readonly from: string;
  readonly to: string;
  /** One for each kind of difference. Rows have a sign (`+`, `-` or `~`), a name and a change. */
  readonly tables: readonly DiffTable[];
}

/** @param from the earlier one. */
export async function comparePlans(
  from: SavedPlan,
  to: SavedPlan,
  language: LanguageName,
): Promise<PlanComparison> {
  const words = await loadWords(language);
  const diff = sanitize(diffPlans(withFindings(from, words), withFindings(to, words)));
  return {
    isSame: diff.same,
    from: sideInWords(diff.from, words),
    to: sideInWords(diff.to, words),
    tables: diffInWords(diff, words),
  };
}

/** The plan with its findings in the language of the page. */
function withFindings(plan: SavedPlan, words: Words): SavedPlan {
  return { ...plan, findings: plan.findings.map((finding) => inWords(finding, words)) };
}
