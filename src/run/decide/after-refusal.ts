/**
 * What is done after a refused order, by the provider's exact code: one table. The code decides, never its
 * prefix, never its message. Sources: docs/provider.md P21 to P25 and P157 to P160.
 */
import { type AfterRefusal, isLimitCode } from '../../model.ts';

interface Row {
  readonly next: AfterRefusal;
  /** For `read-first`: whether the order may be asked again once reading shows that it did not land. */
  readonly again: boolean;
  readonly reason: string;
  /** For `halt`: what to do before the run is taken up again, typed or done. */
  readonly fix?: string;
  /** For `skip`: the code may say no more than that the instance is not what it was when it was looked at. */
  readonly readAgain?: true;
  /** What is done where the attempt before was refused with the same code. */
  readonly secondTime?: Row;
}

const stop = (why: string, fix: string): Row => ({ next: 'halt', again: false, reason: why, fix });
const skip = (why: string): Row => ({ next: 'skip', again: false, reason: why });
const changed = (why: string): Row => ({ ...skip(why), readAgain: true });
const wait = (why: string): Row => ({ next: 'wait', again: false, reason: why });
const read = (why: string): Row => ({ next: 'read-first', again: true, reason: why });
const settle = (why: string): Row => ({ next: 'read-first', again: false, reason: why });

const GRANT = 'let this identity call redis:UpgradeInstance';
const KEYS = 'check the keys: refit doctor says whose are used and where they come from';
const CLOCK = "set this machine's clock: refit doctor says how far off it is";
const TOKEN = 'get other temporary keys: refit doctor says where these come from';
const TOP_UP = 'top up the account';
const PAY = 'pay or cancel the open order in the console, or top up the account';
const QUOTA = "have the account's quota raised by a ticket";
const ADDRESS = "let this address through in the account's access rules";
const ENDPOINT = 'check --endpoint and TENCENTCLOUD_DOMAIN: refit doctor says which host is asked';

const ROWS: Readonly<Record<string, Row>> = {
  'InvalidParameter.PermissionDenied': stop('no right on this action: every order would be refused', GRANT),
  'UnauthorizedOperation.NoCAMAuthed': stop('no right on this action: every order would be refused', GRANT),
  UnauthorizedOperation: stop('no right on this action: every order would be refused', GRANT),
  'AuthFailure.UnauthorizedOperation': stop('no right on this action: every order would be refused', GRANT),
  'AuthFailure.InvalidAuthorization': stop('the signature is refused', KEYS),
  'AuthFailure.InvalidSecretId': stop('the key is refused', KEYS),
  'AuthFailure.MFAFailure': stop(
    'the identity must confirm by a second factor',
    'use keys that need no second factor: refit doctor says whose are used',
  ),
  'AuthFailure.SecretIdNotFound': stop('the key is unknown or disabled', KEYS),
  'AuthFailure.SignatureExpire': stop('this clock is more than five minutes off', CLOCK),
  'AuthFailure.SignatureFailure': stop('the signature is refused', KEYS),
  // Keys that were refused so are renewed before they are used again (cloud/credentials/fresh-keys.ts): each set has one try.
  'AuthFailure.TokenFailure': {
    next: 'try-again',
    again: true,
    reason: 'the session token is wrong or expired: provably not executed, and the keys are renewed',
    secondTime: stop('the session token is wrong or expired, and so is the one after it', TOKEN),
  },
  // Its documented text speaks of a missing order; API 2.0's twin and practice say money (docs/provider.md P22).
  'ResourceUnavailable.AccountBalanceNotEnough': stop('the account cannot pay', TOP_UP),
  'FailedOperation.PayFailed': stop('payment failed; an unpaid order may be waiting', PAY),
  LimitExceeded: stop('a quota of the account is used up', QUOTA),
  IpInBlacklist: stop('this address is refused', ADDRESS),
  IpNotInWhitelist: stop('this address is refused', ADDRESS),
  // The gateway's own, before anything is executed: what is asked does not know the action.
  ActionOffline: stop('the action is withdrawn there', ENDPOINT),
  InvalidAction: stop('the action is unknown there', ENDPOINT),
  InvalidRequest: stop('the request is refused as malformed', ENDPOINT),
  NoSuchProduct: stop('the product is unknown there', ENDPOINT),
  NoSuchVersion: stop("the action's version is unknown there", ENDPOINT),
  UnsupportedProtocol: stop('the request is refused as malformed', ENDPOINT),

  'InvalidParameterValue.MemSizeNotInRange': skip('outside what is sold'),
  'LimitExceeded.InvalidMemSize': skip('not a size that is sold'),
  'InvalidParameterValue.ReduceCapacityNotAllowed': skip('too small for what is in use'),
  'ResourceNotFound.InstanceNotExists': skip('no such instance in this region and account'),
  'InvalidParameter.InvalidParameter': changed('refused as a whole'),
  InvalidParameter: changed('refused as a whole'),
  InvalidParameterValue: changed('refused as a whole'),
  MissingParameter: skip('refused as a whole'),
  UnknownParameter: skip('refused as a whole'),
  UnsupportedRegion: skip('the region does not know this action'),
  'InvalidParameterValue.SpecNotExist': skip('no such specification'),
  'InvalidParameterValue.UnSupportedType': skip('the edition does not support it'),
  RequestSizeLimitExceeded: skip('refused as a whole'),
  DryRunOperation: skip('answered as a trial: nothing was ordered'),
  ResourceNotFound: skip('no such instance in this region and account'),
  UnsupportedOperation: skip('not supported'),
  'UnsupportedOperation.LowVersion': skip('the kernel must be upgraded first'),
  'ResourceUnavailable.InstanceIsolated': skip('isolated'),
  // Stock rarely comes back within minutes, and a waiting step would hold its place: left for a later plan.
  ResourceInsufficient: skip('no capacity in the pool'),
  'ResourceUnavailable.SaleOut': skip('sold out'),

  'ResourceUnavailable.InstanceStatusAbnormal': wait('something is under way on it'),
  'ResourceUnavailable.InstanceStatusError': wait('something is under way on it'),
  // Not on this action's list, but the product has them (docs/provider.md P25): treated as the locks they name.
  'ResourceUnavailable.InstanceLockedError': wait('locked'),
  'ResourceUnavailable.InstanceUnLockedError': wait('locked'),
  ResourceInUse: wait('something is under way on it'),
  'ResourceInUse.InstanceBeenLocked': wait('locked'),
  'LimitExceeded.ReplicationGroupLocked': wait('locked'),

  // In practice what a still-locked instance answers, and equally what a broken service answers (docs/provider.md P23).
  'FailedOperation.SystemError': read('locked, or an internal fault: it may have been executed'),
  'FailedOperation.Unknown': read('locked, or an internal fault: it may have been executed'),
  FailedOperation: read('an internal fault: it may have been executed'),
  InternalError: read('an internal fault: it may have been executed'),
  'InternalError.InternalError': read('an internal fault: it may have been executed'),
  'InternalError.DbOperationFailed': read('an internal fault: it may have been executed'),
  ServiceUnavailable: read('an internal fault: it may have been executed'),
  // The family's bare name says too little to ask again by, and the answer that was too long may be that of an order.
  ResourceUnavailable: settle('it does not say what is missing'),
  ResponseSizeLimitExceeded: settle('the answer was too long to be sent: it may have been executed'),
};

/** A code on no list may have been executed: it is settled by reading, and not asked again. */
const UNLISTED = settle('a code that is on no list: it may have been executed');

const LIMIT: Row = { next: 'try-again', again: true, reason: 'above the request limit: provably not executed' };

/**
 * What is done after an order was refused with this code.
 * @param before the code that the attempt before was refused with; null where there was none.
 */
export function afterRefusal(code: string, before: string | null = null): Row {
  if (isLimitCode(code)) return LIMIT;
  const row = Object.hasOwn(ROWS, code) ? ROWS[code]! : UNLISTED;
  return before === code ? (row.secondTime ?? row) : row;
}

/** Codes of a payment that failed: the order may be there and wait to be paid. Source: docs/provider.md P21. */
export function leavesOrder(code: string): boolean {
  return code === 'FailedOperation.PayFailed' || code === 'ResourceUnavailable.AccountBalanceNotEnough';
}

/** The codes that the tail lock of a finished change is known to answer with. Source: docs/provider.md P23 and P24. */
export function isTailLockCode(code: string): boolean {
  return code === 'FailedOperation.SystemError' || code === 'FailedOperation.Unknown';
}

/** Stands for them all where it was a read that was refused. */
export const CREDENTIALS_REFUSED = 'AuthFailure.Refused';

/** Codes by which the provider refuses the credentials themselves: the run exits 12. */
export function isCredentialsCode(code: string): boolean {
  return code.startsWith('AuthFailure.') && code !== 'AuthFailure.UnauthorizedOperation';
}

/** One sentence for report, screen and status: why nothing new is ordered, and what to do before applying again. */
export function formatHalt(why: string, fix: string): string {
  return `${why} (fix: ${fix})`;
}
