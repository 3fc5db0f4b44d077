/**
 * Codes of the provider that no plan predicts, but that a run or a read may meet. `refit explain` says what Refit does
 * then. Source: docs/provider.md P25, P53, P65, P74, P81, P95, P100, P157, P158 and P215.
 */
import type { KnownCode } from '../messages/codes.ts';
import type { Rule } from './facts.ts';

const COMMON = "the provider's common error codes (docs/provider.md P157 and P158)";
const PRODUCT = "the product's error codes, not in the list of this action (docs/provider.md P25)";
const READS = 'the error codes of the reads (docs/provider.md P53, P65, P74, P81, P95, P100 and P215)';
/** The price request has another spelling for some codes of an order. */
const spellingOf = (code: KnownCode) => `the price request's spelling of ${code} (docs/provider.md P75)`;

export const COMMON_CODES: readonly Rule[] = [
  ...codes(COMMON, 'note', [
    'RequestLimitExceeded',
    'RequestLimitExceeded.UinLimitExceeded',
    'RequestLimitExceeded.GlobalRegionUinLimitExceeded',
    'RequestLimitExceeded.IPLimitExceeded',
  ]),
  ...codes(COMMON, 'error', [
    'AuthFailure.UnauthorizedOperation',
    'UnauthorizedOperation',
    'UnauthorizedOperation.CamNoAuth',
    'AuthFailure',
    'AuthFailure.InvalidAuthorization',
    'AuthFailure.SignatureFailure',
    'AuthFailure.InvalidSecretId',
    'AuthFailure.SecretIdNotFound',
    'AuthFailure.SignatureExpire',
    'AuthFailure.TokenFailure',
    'AuthFailure.MFAFailure',
    'IpInBlacklist',
    'IpNotInWhitelist',
    'InvalidParameter',
    'InvalidParameterValue',
    'MissingParameter',
    'UnknownParameter',
    'RequestSizeLimitExceeded',
    'DryRunOperation',
    'UnsupportedRegion',
    'InvalidAction',
    'InvalidRequest',
    'NoSuchVersion',
    'NoSuchProduct',
    'ActionOffline',
    'UnsupportedProtocol',
    'ResourceNotFound',
    'UnsupportedOperation',
    'ResourceUnavailable',
    'ResponseSizeLimitExceeded',
  ]),
  ...codes(COMMON, 'note', [
    'InternalError',
    'InternalError.InternalError',
    'InternalError.DbOperationFailed',
    'FailedOperation',
    'ServiceUnavailable',
  ]),
  ...codes(PRODUCT, 'note', [
    'ResourceUnavailable.InstanceLockedError',
    'ResourceUnavailable.InstanceUnLockedError',
    'ResourceInUse',
    'ResourceInUse.InstanceBeenLocked',
    'LimitExceeded.ReplicationGroupLocked',
  ]),
  ...codes(PRODUCT, 'error', ['ResourceUnavailable.InstanceIsolated']),
  ...codes(READS, 'error', ['InvalidParameter.EmptyParam']),
  ...codes(READS, 'note', ['ResourceUnavailable.InstanceConfError', 'FailedOperation.UnSupportError']),
  ...codes(READS, 'error', [
    'UnauthorizedOperation.UserNotInWhiteList',
    'UnsupportedOperation.ClusterInstanceAccessedDeny',
  ]),
  ...codes(spellingOf('InvalidParameterValue.MemSizeNotInRange'), 'error', [
    'LimitExceeded.MemSizeNotInRange',
  ]),
  ...codes(spellingOf('ResourceUnavailable.InstanceStatusError'), 'error', [
    'ResourceUnavailable.InstanceStateError',
  ]),
];

function codes(source: string, severity: Rule['severity'], names: readonly KnownCode[]): Rule[] {
  return names.map((code) => ({ code, source, readOn: '2026-11', severity, appliesTo: 'run', check: null }));
}
