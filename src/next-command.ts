/** The exact command to type after a review. */
import type { Finding, PlanReview, SavedPlan } from './model.ts';

/**
 * Where the plan wants approvals, those come first, and are typed by others.
 * @param saveAs where the saved plan is written; null where it is only shown.
 * @returns null: there is nothing to type.
 */
export function nextCommand(
  verdict: PlanReview['verdict'],
  made: Pick<SavedPlan, 'file' | 'source'> & { readonly approvals?: unknown },
  saveAs: string | null,
  findings: readonly Finding[],
): string | null {
  switch (verdict) {
    case 'ready':
      if (saveAs === null) return planAgain(made, 'saved-plan.json');
      return `refit ${made.approvals ? 'approve' : 'apply'} ${shellQuote(saveAs)}`;
    case 'blocked':
      return findings[0] ? `refit explain ${findings[0].code}` : null;
    case 'no-change':
      return null;
  }
}

/** The command that makes a saved plan anew, against the fleet as it is then. */
export function planAgain({ file, source }: Pick<SavedPlan, 'file' | 'source'>, saveAs: string): string {
  const from = source
    ? `${source.kind} ${shellQuote(source.run)}${source.ignoresWindows ? ' --ignore-windows' : ''}`
    : `plan ${shellQuote(file)}`;
  return `refit ${from} -o ${shellQuote(saveAs)}`;
}

/** A word of a POSIX command line, in quotes where it needs them; one that looks like an option is made a path. */
export function shellQuote(text: string): string {
  const path = text.startsWith('-') ? `./${text}` : text;
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
