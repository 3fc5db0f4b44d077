/** What the command and the process that runs tests say to each other: a file for the job, and lines for its results. */

export interface Job {
  /**
   * `reach`: which mutants each test reaches. `kill`: the tests of `tests` with their mutants. `fresh`: one mutant, active
   * from the load of the modules.
   */
  readonly kind: 'reach' | 'kill' | 'fresh';
  /** File to which the process appends its lines. */
  readonly out: string;
  readonly mutants: readonly { readonly number: number; readonly key: string }[];
  /** Numbers of mutants by file and title of the tests. */
  readonly tests?: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}

/** A line of the log. The command writes `head`, `fresh` and `hung`, the process that runs tests all others. */
export type Line =
  | Head
  | { readonly kind: 'load'; readonly file: string; readonly reached: readonly number[] }
  | Reach
  | { readonly kind: 'done'; readonly file: string }
  | { readonly kind: 'try' | 'killed'; readonly mutant: string; readonly file: string; readonly test: string }
  | { readonly kind: 'unusable'; readonly file: string; readonly test: string; readonly why: string }
  | { readonly kind: 'hung'; readonly mutant: string; readonly file: string; readonly test: string }
  | {
      readonly kind: 'fresh';
      readonly mutant: string;
      readonly killed: boolean;
      readonly files: readonly string[];
    };

/** What the lines after it are about: the hash of each source and of each test file. */
export interface Head {
  readonly kind: 'head';
  readonly hashes: Readonly<Record<string, string>>;
}

/** One test without a mutant. */
export interface Reach {
  readonly kind: 'reach';
  readonly file: string;
  readonly test: string;
  readonly ms: number;
  readonly reached: readonly number[];
  readonly passed: boolean;
}
