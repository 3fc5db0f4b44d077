/**
 * What Refit does after a refused order, by the provider's exact code. The code decides, never its prefix or message.
 * Sources: docs/provider.md P21 to P25 and P157 to P160.
 */
import type { MessageId } from '../../messages/messages.ts';
import { type AfterRefusal, isLimitCode } from '../../model.ts';

/** What the refusal means; those of `halt` have a fix. */
type Reason = Extract<MessageId, `refusal.${string}`>;

interface Row {
  readonly next: AfterRefusal;
  /** For `read-first`: Refit may order again once reading shows that the order was not executed. */
  readonly again: boolean;
  readonly reason: Reason;
  /** For `skip`: the code may only mean that the instance has changed since Refit read it. */
  readonly readAgain?: true;
  /** Used instead if the previous attempt was refused with the same code. */
  readonly secondTime?: Row;
}

const stop = (reason: Reason): Row => ({ next: 'halt', again: false, reason });
const skip = (reason: Reason): Row => ({ next: 'skip', again: false, reason });
const changed = (reason: Reason): Row => ({ ...skip(reason), readAgain: true });
const wait = (reason: Reason): Row => ({ next: 'wait', again: false, reason });
const read = (reason: Reason): Row => ({ next: 'read-first', again: true, reason });
const readOnly = (reason: Reason): Row => ({ next: 'read-first', again: false, reason });

const ROWS: Readonly<Record<string, Row>> = {
  'InvalidParameter.PermissionDenied': stop('refusal.no-permission'),
  'UnauthorizedOperation.NoCAMAuthed': stop('refusal.no-permission'),
  UnauthorizedOperation: stop('refusal.no-permission'),
  'AuthFailure.UnauthorizedOperation': stop('refusal.no-permission'),
  'AuthFailure.InvalidAuthorization': stop('refusal.signature'),
  'AuthFailure.InvalidSecretId': stop('refusal.key'),
  'AuthFailure.MFAFailure': stop('refusal.second-factor'),
  'AuthFailure.SecretIdNotFound': stop('refusal.key-unknown'),
  'AuthFailure.SignatureExpire': stop('refusal.clock'),
  'AuthFailure.SignatureFailure': stop('refusal.signature'),
  // Refit renews keys that are refused like this before it uses them again (cloud/credentials/fresh-keys.ts). Each set has one try.
  'AuthFailure.TokenFailure': {
    next: 'try-again',
    again: true,
    reason: 'refusal.token',
    secondTime: stop('refusal.token-again'),
  },
  // The documented text names a missing order. API 2.0's twin and practice mean money (docs/provider.md P22).
  'ResourceUnavailable.AccountBalanceNotEnough': stop('refusal.cannot-pay'),
  'FailedOperation.PayFailed': stop('refusal.payment-failed'),
  LimitExceeded: stop('refusal.quota'),
  IpInBlacklist: stop('refusal.address'),
  IpNotInWhitelist: stop('refusal.address'),
  // The gateway's own codes, before anything is executed: the endpoint does not know the action.
  ActionOffline: stop('refusal.action-withdrawn'),
  InvalidAction: stop('refusal.action-unknown'),
  InvalidRequest: stop('refusal.malformed'),
  NoSuchProduct: stop('refusal.product-unknown'),
  NoSuchVersion: stop('refusal.version-unknown'),
  UnsupportedProtocol: stop('refusal.malformed'),

  'InvalidParameterValue.MemSizeNotInRange': skip('refusal.out-of-range'),
  'LimitExceeded.InvalidMemSize': skip('refusal.size-not-sold'),
  'InvalidParameterValue.ReduceCapacityNotAllowed': skip('refusal.too-small'),
  'ResourceNotFound.InstanceNotExists': skip('refusal.no-instance'),
  'InvalidParameter.InvalidParameter': changed('refusal.whole-request'),
  InvalidParameter: changed('refusal.whole-request'),
  InvalidParameterValue: changed('refusal.whole-request'),
  MissingParameter: skip('refusal.whole-request'),
  UnknownParameter: skip('refusal.whole-request'),
  UnsupportedRegion: skip('refusal.region'),
  'InvalidParameterValue.SpecNotExist': skip('refusal.no-specification'),
  'InvalidParameterValue.UnSupportedType': skip('refusal.edition'),
  RequestSizeLimitExceeded: skip('refusal.whole-request'),
  DryRunOperation: skip('refusal.trial'),
  ResourceNotFound: skip('refusal.no-instance'),
  UnsupportedOperation: skip('refusal.unsupported'),
  'UnsupportedOperation.LowVersion': skip('refusal.kernel'),
  'ResourceUnavailable.InstanceIsolated': skip('refusal.isolated'),
  // Stock rarely comes back within minutes, and a waiting step would hold its in-flight slot. A later plan can try again.
  ResourceInsufficient: skip('refusal.no-capacity'),
  'ResourceUnavailable.SaleOut': skip('refusal.sold-out'),

  'ResourceUnavailable.InstanceStatusAbnormal': wait('refusal.in-progress'),
  'ResourceUnavailable.InstanceStatusError': wait('refusal.in-progress'),
  // Not on this action's list, but the product has them (docs/provider.md P25). Refit treats them as the locks they name.
  'ResourceUnavailable.InstanceLockedError': wait('refusal.locked'),
  'ResourceUnavailable.InstanceUnLockedError': wait('refusal.locked'),
  ResourceInUse: wait('refusal.in-progress'),
  'ResourceInUse.InstanceBeenLocked': wait('refusal.locked'),
  'LimitExceeded.ReplicationGroupLocked': wait('refusal.locked'),

  // In practice, both a locked instance and a broken service answer with these (docs/provider.md P23).
  'FailedOperation.SystemError': read('refusal.locked-or-fault'),
  'FailedOperation.Unknown': read('refusal.locked-or-fault'),
  FailedOperation: read('refusal.fault'),
  InternalError: read('refusal.fault'),
  'InternalError.InternalError': read('refusal.fault'),
  'InternalError.DbOperationFailed': read('refusal.fault'),
  ServiceUnavailable: read('refusal.fault'),
  // A bare family name says too little to order again. The answer that was too long may be that of an order.
  ResourceUnavailable: readOnly('refusal.something-missing'),
  ResponseSizeLimitExceeded: readOnly('refusal.answer-too-long'),
};

/** A code on no list may have been executed. Refit resolves it by reading and does not order again. */
const UNLISTED = readOnly('refusal.unlisted');

const LIMIT: Row = { next: 'try-again', again: true, reason: 'refusal.limit' };

/**
 * What Refit does after an order was refused with this code.
 * @param before the code with which the previous attempt was refused; null: it was not.
 */
export function afterRefusal(code: string, before: string | null = null): Row {
  if (isLimitCode(code)) return LIMIT;
  const row = Object.hasOwn(ROWS, code) ? ROWS[code]! : UNLISTED;
  return before === code ? (row.secondTime ?? row) : row;
}

/** True for a failed payment: an unpaid order may exist. Source: docs/provider.md P21. */
export function leavesOrder(code: string): boolean {
  return code === 'FailedOperation.PayFailed' || code === 'ResourceUnavailable.AccountBalanceNotEnough';
}

/** True for the known codes of the tail lock after a change. Source: docs/provider.md P23 and P24. */
export function isTailLockCode(code: string): boolean {
  return code === 'FailedOperation.SystemError' || code === 'FailedOperation.Unknown';
}

/** The code for refused credentials if a read was refused. */
export const CREDENTIALS_REFUSED = 'AuthFailure.Refused';

/** True if the provider refuses the credentials themselves: the run exits 12. */
export function isCredentialsCode(code: string): boolean {
  return code.startsWith('AuthFailure.') && code !== 'AuthFailure.UnauthorizedOperation';
}
