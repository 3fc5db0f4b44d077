/** What a read that failed means for a run: one place, so that the same fault never ends one step and not another. */
import { isMissingPermission, isTransient, refusalOf } from '../../cloud/calls/refusals.ts';
import type { RefitError } from '../../errors.ts';
import { isLimitCode } from '../../model.ts';
import { CREDENTIALS_REFUSED, formatHalt } from './after-refusal.ts';
import type { Fault, ReadFault, StopRun } from './move.ts';

/** The client has tried before it throws; this is what is left. Source of the codes: docs/provider.md P157 to P160. */
export function readFaultOf(error: RefitError): ReadFault {
  if (error.code === 'provider-unreachable') return 'passing';
  const code = refusalOf(error)?.code;
  if (code !== undefined) {
    // Spelt like a refused key, and said of a key that is good and lacks one right.
    if (isMissingPermission(code)) return 'no-right';
    if (isLimitCode(code) || isTransient(code)) return 'passing';
  }
  return error.code === 'credentials-refused' || error.code === 'no-credentials' ? 'credentials' : 'other';
}

/** The sentence that a run halts with where reading failed: what was refused, and the fix. */
export function formatReadFault(error: RefitError): string {
  const aboutKeys = readFaultOf(error) === 'credentials';
  return formatHalt(error.message, aboutKeys ? `${error.fix}; refit doctor tells more` : error.fix);
}

/**
 * What is done about a read that failed.
 * @param passing where waiting may help. @param ended after the run was stopped, where it does not.
 */
export function faultMove<Next>({ fault, halt }: Fault, passing: Next, ended?: Next): Next | StopRun<Next> {
  if (fault === 'passing') return passing;
  const code = fault === 'credentials' ? { code: CREDENTIALS_REFUSED } : {};
  const next = ended === undefined ? {} : { next: ended };
  return { kind: 'stop-run', because: 'halted', message: halt, ...code, ...next };
}
