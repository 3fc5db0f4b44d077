/** The exit codes in words, as `refit --help` and the README show them. Scripts rely on them: unknown means failure. */
export const EXIT_CODE_TABLE: readonly (readonly [code: string, means: string])[] = [
  ['0', 'done; for plan without --detailed-exitcode also "there are changes"'],
  ['1', 'our fault, or unclassified (the provider cannot be reached, a disk that cannot be written)'],
  ['2', 'plan --detailed-exitcode: there are changes; diff --detailed-exitcode: the plans differ'],
  ['3', 'ended, and something is not verified (failed, refused, drifted, skipped)'],
  ['4', 'halted by a threshold or a gate, or by a refusal that concerns every order (no right, no money)'],
  ['5', 'refused by a rule or a guard, or a command by the live run that was told it'],
  ['6', 'the saved plan or journal is stale, altered, expired, of an unknown format, or already carried out'],
  ['7', 'somebody else holds the lock'],
  ['8', 'outside the window or frozen; or the window closed, or finishBy is reached, with work left'],
  ['10', 'an outcome is unknown: refit reconcile'],
  ['11', 'not approved: no yes, too few signatures, or a wave that asks for its own (work is left)'],
  ['12', 'no credentials, or refused ones, also for want of a right to read'],
  ['64', 'wrong usage'],
  ['65', 'the plan file is invalid'],
  ['130, 143', 'stopped by a signal after a clean drain; 143 also by refit drain or abort'],
];
