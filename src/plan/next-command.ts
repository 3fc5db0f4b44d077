/** The exact command to type after a review. */
import type { Finding, Review } from '../model.ts';

/**
 * @param saveAs where the saved plan is written; null where it is only shown.
 * @param signed true where it wants approvals: those come first, and are typed by others. Null: there is nothing to type.
 */
export function nextCommand(
  verdict: Review['verdict'],
  planFile: string,
  saveAs: string | null,
  findings: readonly Finding[],
  signed = false,
): string | null {
  switch (verdict) {
    case 'ready':
      return saveAs === null
        ? `refit plan ${word(planFile)} -o saved-plan.json`
        : `refit ${signed ? 'approve' : 'apply'} ${word(saveAs)}`;
    case 'blocked':
      return findings[0] ? `refit explain ${findings[0].code}` : null;
    case 'no-change':
      return null;
  }
}

/** A word of a POSIX command line, in quotes where it needs them; one that looks like an option is made a path. */
export function word(text: string): string {
  const path = text.startsWith('-') ? `./${text}` : text;
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
