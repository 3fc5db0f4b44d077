/** What a failed read means for a run. One place decides it, so that equal faults have equal effects. */
import { isMissingPermission, isTransient, refusalOf } from '../../cloud/calls/refusals.ts';
import type { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import { aboutOf } from '../../messages/refit-error.ts';
import { isLimitCode, type Message } from '../../model.ts';
import { CREDENTIALS_REFUSED } from './after-refusal.ts';
import type { Fault, ReadFault, StopRun } from './move.ts';

/** The kind of a fault that is left after the client's retries. Source of the codes: docs/provider.md P157 to P160. */
export function readFaultOf(error: RefitError): ReadFault {
  if (error.code === 'provider-unreachable') return 'passing';
  const code = refusalOf(error)?.code;
  if (code !== undefined) {
    // The code looks like a refused key, but means a good key without one permission.
    if (isMissingPermission(code)) return 'no-right';
    if (isLimitCode(code) || isTransient(code)) return 'passing';
  }
  return error.code === 'credentials-refused' || error.code === 'no-credentials' ? 'credentials' : 'other';
}

/** The message with which a run halts after a failed read: the error, and its fix. */
export function readFaultMessage(error: RefitError): Message {
  const isCredentials = readFaultOf(error) === 'credentials';
  return message('halt.read-failed', { error: aboutOf(error), fix: error.fix, isCredentials });
}

/**
 * The move after a failed read.
 * @param passing the move if waiting may help. @param ended the move after the run has stopped, if it does not.
 */
export function faultMove<Next>({ fault, halt }: Fault, passing: Next, ended?: Next): Next | StopRun<Next> {
  if (fault === 'passing') return passing;
  const code = fault === 'credentials' ? { code: CREDENTIALS_REFUSED } : {};
  const next = ended === undefined ? {} : { next: ended };
  return { kind: 'stop-run', because: 'halted', message: halt, ...code, ...next };
}
