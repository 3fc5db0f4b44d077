/** Findings about a plan before it runs, and locations in its text. */
import type { Message } from './message.ts';

/** A location in the author's text. Lines and columns count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Severity = 'error' | 'warning' | 'note';

/** What a rule or a check says about a plan before it runs. An `error` blocks. */
export interface Finding {
  /** The provider's code if the provider would refuse, else `Refit.…`. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence with the numbers in it. */
  readonly message: string;
  /** A command or a value to type; null when Refit cannot know it. */
  readonly fix: string | null;
  /** A valid value, when Refit cannot know the right one; else null. */
  readonly example: string | null;
  /** Null when the finding is not about one location. */
  readonly location: SourceLocation | null;
  /** The source line with a mark under the location; null when Refit did not read the text. */
  readonly excerpt: string | null;
  readonly instance: string | null;
  /** The id and the parameters of `message`, for another language or for a program. */
  readonly messageId: string;
  readonly params: Message['params'];
}

/** The text of a file that a plan names; null if there is none; or why Refit does not read it. */
export type FileText = string | null | { readonly refused: string };

/** The fix or the example of a finding, with its label; null when it has neither. */
export function remedyOf({
  fix,
  example,
}: Pick<Finding, 'fix' | 'example'>): { readonly label: string; readonly text: string } | null {
  if (fix !== null) return { label: 'fix', text: fix };
  return example === null ? null : { label: 'example', text: example };
}
