/**
 * The expected reaction to every code that may answer an order, one line a code. Written only from docs/provider.md P21 to
 * P25 and P157 to P160. `every-code.test.ts` compares it with the run.
 */

/** The reaction of the run, in the groups of docs/provider.md P160. */
export type Expected =
  /** Provably not executed, and ordered again immediately. */
  | 'try again'
  /** It may have been executed: read, and ordered again after silence for the whole patience. */
  | 'read first'
  /** It may have been executed: read, and not ordered again. */
  | 'read only'
  /** The instance is busy: ordered again later. */
  | 'wait'
  /** This instance is skipped, and the others continue. */
  | 'skip'
  /** Affects every order. */
  | 'halt'
  /** The same because of the keys: exit code 12. */
  | 'halt: keys';

export interface Row {
  readonly code: string;
  readonly expected: Expected;
  /** The fault that causes it. For a code without its own fault, `refuse` answers with the code. */
  readonly fault: string;
  /** Matches the fix of a halt. */
  readonly fix?: RegExp;
}

const row = (expected: Expected, code: string, more: Partial<Row> = {}): Row => ({
  code,
  expected,
  fault: `refuse=${code}#1`,
  ...more,
});

export const ORDER_CODES: readonly Row[] = [
  // The codes that the action lists.
  row('halt', 'InvalidParameter.PermissionDenied', { fault: 'no-permission#1', fix: /UpgradeInstance/ }),
  row('halt', 'UnauthorizedOperation.NoCAMAuthed', { fault: 'no-cam#1', fix: /UpgradeInstance/ }),
  row('skip', 'InvalidParameterValue.MemSizeNotInRange'),
  row('skip', 'LimitExceeded.InvalidMemSize'),
  row('skip', 'InvalidParameterValue.ReduceCapacityNotAllowed'),
  row('skip', 'ResourceNotFound.InstanceNotExists'),
  row('halt', 'ResourceUnavailable.AccountBalanceNotEnough', { fault: 'no-balance#1', fix: /top up/ }),
  row('wait', 'ResourceUnavailable.InstanceStatusAbnormal'),
  row('wait', 'ResourceUnavailable.InstanceStatusError'),
  row('halt', 'FailedOperation.PayFailed', { fault: 'pay-failed#1', fix: /open order/ }),
  row('read first', 'FailedOperation.SystemError', { fault: 'system-error#1' }),
  row('read first', 'FailedOperation.Unknown', { fault: 'unknown-error#1' }),
  row('skip', 'InvalidParameter.InvalidParameter'),
  row('skip', 'InvalidParameterValue.SpecNotExist'),
  row('skip', 'InvalidParameterValue.UnSupportedType'),
  row('halt', 'LimitExceeded', { fault: 'quota#1', fix: /quota/ }),
  row('skip', 'ResourceInsufficient', { fault: 'insufficient#1' }),
  row('skip', 'ResourceUnavailable.SaleOut', { fault: 'sold-out#1' }),
  row('skip', 'UnsupportedOperation.LowVersion', { fault: 'low-version#1' }),

  // The lock codes of the product, which the action does not list.
  row('wait', 'ResourceUnavailable.InstanceLockedError'),
  row('wait', 'ResourceUnavailable.InstanceUnLockedError'),
  row('wait', 'ResourceInUse.InstanceBeenLocked'),
  row('wait', 'LimitExceeded.ReplicationGroupLocked'),
  row('skip', 'ResourceUnavailable.InstanceIsolated'),

  // The common codes.
  row('try again', 'RequestLimitExceeded'),
  row('try again', 'RequestLimitExceeded.GlobalRegionUinLimitExceeded'),
  row('try again', 'RequestLimitExceeded.IPLimitExceeded'),
  row('try again', 'RequestLimitExceeded.UinLimitExceeded'),
  row('try again', 'AuthFailure.TokenFailure'),
  row('halt: keys', 'AuthFailure.TokenFailure', { fault: 'refuse=AuthFailure.TokenFailure#2', fix: /keys/ }),
  row('halt: keys', 'AuthFailure.InvalidAuthorization', { fix: /refit doctor/ }),
  row('halt: keys', 'AuthFailure.InvalidSecretId', { fix: /refit doctor/ }),
  row('halt: keys', 'AuthFailure.MFAFailure', { fix: /second factor/ }),
  row('halt: keys', 'AuthFailure.SecretIdNotFound', { fix: /refit doctor/ }),
  row('halt: keys', 'AuthFailure.SignatureExpire', { fix: /clock/ }),
  row('halt: keys', 'AuthFailure.SignatureFailure', { fix: /refit doctor/ }),
  row('halt', 'AuthFailure.UnauthorizedOperation', { fix: /UpgradeInstance/ }),
  row('halt', 'UnauthorizedOperation', { fix: /UpgradeInstance/ }),
  row('halt', 'IpInBlacklist', { fix: /address/ }),
  row('halt', 'IpNotInWhitelist', { fix: /address/ }),
  row('halt', 'ActionOffline', { fix: /endpoint/ }),
  row('halt', 'InvalidAction', { fix: /endpoint/ }),
  row('halt', 'InvalidRequest', { fix: /endpoint/ }),
  row('halt', 'NoSuchProduct', { fix: /endpoint/ }),
  row('halt', 'NoSuchVersion', { fix: /endpoint/ }),
  row('halt', 'UnsupportedProtocol', { fix: /endpoint/ }),
  row('skip', 'DryRunOperation'),
  row('skip', 'InvalidParameter'),
  row('skip', 'InvalidParameterValue'),
  row('skip', 'MissingParameter'),
  row('skip', 'RequestSizeLimitExceeded'),
  row('skip', 'ResourceNotFound'),
  row('skip', 'UnknownParameter'),
  row('skip', 'UnsupportedOperation'),
  row('skip', 'UnsupportedRegion'),
  row('wait', 'ResourceInUse'),
  row('read first', 'FailedOperation'),
  row('read first', 'InternalError', { fault: 'internal-error#1' }),
  row('read first', 'InternalError.DbOperationFailed'),
  row('read first', 'InternalError.InternalError'),
  row('read first', 'ServiceUnavailable'),
  row('read only', 'ResourceUnavailable'),
  row('read only', 'ResponseSizeLimitExceeded'),

  // On no list.
  row('read only', 'SomethingNew.OfTomorrow'),
];

/** The codes of the gateway and of any product. Source: docs/provider.md P157 and P158. */
export const COMMON_CODES: readonly string[] = `ActionOffline AuthFailure.InvalidAuthorization
AuthFailure.InvalidSecretId AuthFailure.MFAFailure AuthFailure.SecretIdNotFound AuthFailure.SignatureExpire
AuthFailure.SignatureFailure AuthFailure.TokenFailure AuthFailure.UnauthorizedOperation DryRunOperation FailedOperation
InternalError InvalidAction InvalidParameter InvalidParameterValue InvalidRequest IpInBlacklist IpNotInWhitelist
LimitExceeded MissingParameter NoSuchProduct NoSuchVersion RequestLimitExceeded
RequestLimitExceeded.GlobalRegionUinLimitExceeded RequestLimitExceeded.IPLimitExceeded
RequestLimitExceeded.UinLimitExceeded RequestSizeLimitExceeded ResourceInUse ResourceInsufficient ResourceNotFound
ResourceUnavailable ResponseSizeLimitExceeded ServiceUnavailable UnauthorizedOperation UnknownParameter
UnsupportedOperation UnsupportedProtocol UnsupportedRegion`.split(/\s+/);
