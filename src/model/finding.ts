/** What is said of a plan before it runs, and where in its text. */

/** A place in the author's text. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Severity = 'error' | 'warning' | 'note';

/** What is said of a plan before it runs. `error` blocks. */
export interface Finding {
  /** The provider's spelling where the provider would refuse, else `Refit.…`. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence with the numbers in it. */
  readonly what: string;
  /** What to do, typed as a command or value where there is one. */
  readonly mend: string;
  readonly place: Place | null;
  /** The source line with a mark under the place, drawn when the text was at hand. */
  readonly excerpt: string | null;
  readonly instance: string | null;
}
