/**
 * One error class with many codes. The code decides the exit code. The message says what is wrong and where; the fix says
 * what to type. Any other thrown error is a bug of Refit and exits with 1.
 */

/** Exit codes by error code. Scripts rely on them; docs/reference/exit-codes.md has the same table. */
const EXIT_CODES = {
  internal: 1,
  'blocked-by-rule': 5,
  'guard-refused': 5,
  'policy-refused': 5,
  'plan-stale': 6,
  'plan-altered': 6,
  'plan-expired': 6,
  'format-unknown': 6,
  'journal-broken': 6,
  'already-carried-out': 6,
  'run-unknown': 6,
  'store-restored': 6,
  'file-changed': 6,
  locked: 7,
  fenced: 7,
  'outside-window': 8,
  'outcome-unknown': 10,
  'not-approved': 11,
  'no-credentials': 12,
  'credentials-refused': 12,
  usage: 64,
  'file-refused': 64,
  'plan-invalid': 65,
  'policy-invalid': 65,
  'provider-unreachable': 1,
  'provider-refused': 1,
  'disk-failed': 1,
  'run-silent': 1,
  'store-unreachable': 1,
} as const satisfies Record<string, number>;

/** Exit code of `validate` and `plan` for an invalid plan file. */
export const EXIT_PLAN_INVALID: number = EXIT_CODES['plan-invalid'];
/** Exit code of `plan` if the plan is blocked. */
export const EXIT_BLOCKED: number = EXIT_CODES['blocked-by-rule'];
/** Exit code of a control command that the live run refused. */
export const EXIT_COMMAND_REFUSED: number = EXIT_CODES['guard-refused'];
/** Exit code of a run that ended before a wave without approval. */
export const EXIT_NOT_APPROVED: number = EXIT_CODES['not-approved'];
/** Exit code of a process whose run rests: it has nothing to do before some later time. */
export const EXIT_RESTED: number = EXIT_CODES['outside-window'];
/** Exit code of a run that ended before a wave that the policy refuses. */
export const EXIT_POLICY_REFUSED: number = EXIT_CODES['policy-refused'];
/** Exit code of `--detailed-exitcode` if there are changes. */
export const EXIT_CHANGES = 2;

/** The code of a RefitError. Each has its exit code. */
export type ErrorCode = keyof typeof EXIT_CODES;

/** Whether a text that somebody else may have written is the code of an error. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(EXIT_CODES, text);
}

/** The exit code of an error, for commands that print the error themselves. */
export function exitCodeOf(code: ErrorCode): number {
  return EXIT_CODES[code];
}

/** As `Message` in the model: which sentence it is, and its parameters. */
interface Sentence {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** An error that the user can fix. */
export class RefitError extends Error {
  readonly code: ErrorCode;
  /** What to type or change. */
  readonly fix: string;
  /** The sentence of the message as data, for pages in other languages; null: there is none. */
  readonly about: Sentence | null;

  constructor(
    code: ErrorCode,
    message: string,
    fix: string,
    options?: { cause?: unknown; about?: Sentence | null },
  ) {
    super(message, options);
    this.name = 'RefitError';
    this.code = code;
    this.fix = fix;
    this.about = options?.about ?? null;
  }

  get exitCode(): number {
    return EXIT_CODES[this.code];
  }
}

/** The message of a thrown value. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** For the `default` of an exhaustive switch: a new member of the union does not compile until it is handled. */
export function unreachable(value: never): never {
  throw new Error(`internal error: unexpected ${JSON.stringify(value)}`);
}
