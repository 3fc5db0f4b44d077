/** What a rule or a check says about a plan before it runs, and where in its text. */
import type { Message } from './message.ts';

/** A location in the author's text. Lines and columns count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Severity = 'error' | 'warning' | 'note';

/** What a rule or a check says about a plan before it runs. `error` blocks. */
export interface Finding {
  /** The provider's spelling where the provider would refuse, else `Refit.…`. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence with the numbers in it. */
  readonly message: string;
  /** What to do, as a command or a value that can be typed; null where Refit cannot know it. */
  readonly fix: string | null;
  /** What a right value looks like, where the right one cannot be known; else null. */
  readonly example: string | null;
  /** Null where the finding is not about one location. */
  readonly location: SourceLocation | null;
  /** The source line with a mark under the location; null where the text was not read. */
  readonly excerpt: string | null;
  readonly instance: string | null;
  /** Which sentence `message` is, and what it is made from: for another language, or for a program. */
  readonly messageId: string;
  readonly params: Message['params'];
}

/** The fix or the example of a finding, with its label; null where it has neither. */
export function remedyOf({
  fix,
  example,
}: Pick<Finding, 'fix' | 'example'>): { readonly label: string; readonly text: string } | null {
  if (fix !== null) return { label: 'fix', text: fix };
  return example === null ? null : { label: 'example', text: example };
}
