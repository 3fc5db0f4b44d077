/**
 * What is done after a refused order, by the provider's exact code: one table. The code decides, never its
 * prefix, never its message. Sources: facts §1.4 (this action's list), §6 (common codes), read 2026-11.
 */
import { isLimitCode } from '../journal.ts';
import type { AfterRefusal } from '../model.ts';

interface Row {
  readonly next: AfterRefusal;
  /** For `read-first`: whether the order may be asked again once reading shows that it did not land. */
  readonly again: boolean;
  readonly why: string;
}

const stop = (why: string): Row => ({ next: 'halt', again: false, why });
const skip = (why: string): Row => ({ next: 'skip', again: false, why });
const wait = (why: string): Row => ({ next: 'wait', again: false, why });
const read = (why: string): Row => ({ next: 'read-first', again: true, why });

const ROWS: Readonly<Record<string, Row>> = {
  'InvalidParameter.PermissionDenied': stop('no right on this action: every order would be refused'),
  'UnauthorizedOperation.NoCAMAuthed': stop('no right on this action: every order would be refused'),
  'AuthFailure.UnauthorizedOperation': stop('no right on this action: every order would be refused'),
  'AuthFailure.InvalidAuthorization': stop('the signature is refused'),
  'AuthFailure.InvalidSecretId': stop('the key is refused'),
  'AuthFailure.MFAFailure': stop('the identity must confirm by a second factor'),
  'AuthFailure.SecretIdNotFound': stop('the key is unknown or disabled'),
  'AuthFailure.SignatureExpire': stop('this clock is more than five minutes off'),
  'AuthFailure.SignatureFailure': stop('the signature is refused'),
  'AuthFailure.TokenFailure': stop('the session token is wrong or expired'),
  // Its documented text speaks of a missing order; API 2.0's twin and practice say money (facts §1.4).
  'ResourceUnavailable.AccountBalanceNotEnough': stop('the account cannot pay'),
  'FailedOperation.PayFailed': stop('payment failed; an unpaid order may be waiting'),
  LimitExceeded: stop('a quota of the account is used up'),
  IpInBlacklist: stop('this address is refused'),
  IpNotInWhitelist: stop('this address is refused'),

  'InvalidParameterValue.MemSizeNotInRange': skip('outside what is sold'),
  'LimitExceeded.InvalidMemSize': skip('not a size that is sold'),
  'InvalidParameterValue.ReduceCapacityNotAllowed': skip('too small for what is in use'),
  'ResourceNotFound.InstanceNotExists': skip('no such instance in this region and account'),
  'InvalidParameter.InvalidParameter': skip('refused as a whole'),
  InvalidParameter: skip('refused as a whole'),
  InvalidParameterValue: skip('refused as a whole'),
  MissingParameter: skip('refused as a whole'),
  UnknownParameter: skip('refused as a whole'),
  UnsupportedRegion: skip('the region does not know this action'),
  'InvalidParameterValue.SpecNotExist': skip('no such specification'),
  'InvalidParameterValue.UnSupportedType': skip('the edition does not support it'),
  'UnsupportedOperation.LowVersion': skip('the kernel must be upgraded first'),
  'ResourceUnavailable.InstanceIsolated': skip('isolated'),
  // Stock rarely comes back within minutes, and a waiting step would hold its place: left for a later plan.
  ResourceInsufficient: skip('no capacity in the pool'),
  'ResourceUnavailable.SaleOut': skip('sold out'),

  'ResourceUnavailable.InstanceStatusAbnormal': wait('something is under way on it'),
  'ResourceUnavailable.InstanceStatusError': wait('something is under way on it'),
  // Not on this action's list, but the product has them (facts §1.4): treated as the locks they name.
  'ResourceUnavailable.InstanceLockedError': wait('locked'),
  'ResourceUnavailable.InstanceUnLockedError': wait('locked'),
  'ResourceInUse.InstanceBeenLocked': wait('locked'),
  'LimitExceeded.ReplicationGroupLocked': wait('locked'),

  // In practice what a still-locked instance answers, and equally what a broken service answers (facts §7.1).
  'FailedOperation.SystemError': read('locked, or an internal fault: it may have been executed'),
  'FailedOperation.Unknown': read('locked, or an internal fault: it may have been executed'),
  FailedOperation: read('an internal fault: it may have been executed'),
  InternalError: read('an internal fault: it may have been executed'),
  'InternalError.InternalError': read('an internal fault: it may have been executed'),
  'InternalError.DbOperationFailed': read('an internal fault: it may have been executed'),
  ServiceUnavailable: read('an internal fault: it may have been executed'),
};

/** A code on no list may have been executed: it is settled by reading, and not asked again. */
const UNLISTED: Row = {
  next: 'read-first',
  again: false,
  why: 'a code that is on no list: it may have been executed',
};

const LIMIT: Row = { next: 'try-again', again: true, why: 'above the request limit: provably not executed' };

/** What is done after an order was refused with this code. */
export function afterRefusal(code: string): Row {
  if (isLimitCode(code)) return LIMIT;
  return Object.hasOwn(ROWS, code) ? ROWS[code]! : UNLISTED;
}

/** The codes that the tail lock of a finished change is known to answer with. Source: facts §7.1, read 2026-11. */
export function isTailLockCode(code: string): boolean {
  return code === 'FailedOperation.SystemError' || code === 'FailedOperation.Unknown';
}

/** Stands for them all where it was a read that was refused. */
export const CREDENTIALS_REFUSED = 'AuthFailure.Refused';

/** Codes by which the provider refuses the credentials themselves: the run exits 12. */
export function isCredentialsCode(code: string): boolean {
  return code.startsWith('AuthFailure.') && code !== 'AuthFailure.UnauthorizedOperation';
}
