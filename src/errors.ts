/**
 * One error class, many codes. A code decides the exit code; the message says what and where, the fix what to
 * type next. Anything thrown that is not a RefitError is our own fault and exits 1.
 */

/** Exit codes by error code. The contract; the same table stands in the README. */
const EXIT_CODES = {
  internal: 1,
  'blocked-by-rule': 5,
  'guard-refused': 5,
  'plan-stale': 6,
  'plan-altered': 6,
  'plan-expired': 6,
  'format-unknown': 6,
  'journal-broken': 6,
  'already-carried-out': 6,
  locked: 7,
  'outside-window': 8,
  'outcome-unknown': 10,
  'not-approved': 11,
  'no-credentials': 12,
  'credentials-refused': 12,
  usage: 64,
  'plan-invalid': 65,
  'provider-unreachable': 1,
  'provider-refused': 1,
  'disk-failed': 1,
  'run-silent': 1,
} as const satisfies Record<string, number>;

/** What `validate` and `plan` exit with where a plan file has findings of its own. */
export const EXIT_PLAN_INVALID: number = EXIT_CODES['plan-invalid'];
/** What `plan` exits with where nothing was sealed. */
export const EXIT_BLOCKED: number = EXIT_CODES['blocked-by-rule'];
/** What a command to a live run exits with that was refused. */
export const EXIT_COMMAND_REFUSED: number = EXIT_CODES['guard-refused'];
/** What a run exits with that ended before a wave that nobody has approved. */
export const EXIT_NOT_APPROVED: number = EXIT_CODES['not-approved'];
/** `plan --detailed-exitcode`, where there is something to change. */
export const EXIT_CHANGES = 2;

export type ErrorCode = keyof typeof EXIT_CODES;

/** What a command exits with that has told a refusal or failure in its own words. */
export function exitCodeOf(code: ErrorCode): number {
  return EXIT_CODES[code];
}

/** A refusal or failure that the user can do something about. */
export class RefitError extends Error {
  readonly code: ErrorCode;
  /** What to type or change next. */
  readonly fix: string;

  constructor(code: ErrorCode, what: string, fix: string, options?: { cause?: unknown }) {
    super(what, options);
    this.name = 'RefitError';
    this.code = code;
    this.fix = fix;
  }

  get exitCode(): number {
    return EXIT_CODES[this.code];
  }
}

/** What something that was thrown says of itself. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** For the `default` of a switch over a closed union: adding a member breaks the build until it is handled. */
export function unreachable(value: never): never {
  throw new Error(`internal error: unexpected ${JSON.stringify(value)}`);
}
