/** What a refusal by the provider says, and what the program does after it. */

/** A refusal by one of the request limits: provably not executed. Source: facts §6, read 2026-11. */
export function isLimitCode(code: string): boolean {
  return code === 'RequestLimitExceeded' || code.startsWith('RequestLimitExceeded.');
}

/** What the program does after a refusal. One table decides it: `run/decide/after-refusal.ts`. */
export type AfterRefusal = 'try-again' | 'read-first' | 'wait' | 'skip' | 'halt';
