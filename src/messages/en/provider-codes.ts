/** The provider's error codes, explained in English. */
import { type CodeText, shareText } from '../code-text.ts';

const GRANT =
  'grant the identity redis:UpgradeInstance and redis:InquiryPriceUpgradeInstance on the instance';
const PRICE_ANSWER = 'the answer to the price request for the same change';
const SOLD = "the catalogue for the instance's zone, edition and billing mode";
const PRICE_CODE = 'the answer to the price request';
const ANSWER = "the provider's answer to an order or a read";
const KEYS = 'the secret id, secret key and token of the profile, as the provider checks them';
const RESOLVED_BY_READING =
  'nothing to do: Refit reads the instance to find out whether the order was executed. It orders again only if it was not';

/** Codes that the provider answers an order with. */
const orders = {
  'InvalidParameter.PermissionDenied': {
    meaning: 'The identity has no permission for this action.',
    checks: PRICE_ANSWER,
    fix: GRANT,
  },
  'UnauthorizedOperation.NoCAMAuthed': {
    meaning: 'The access management (CAM) of the account does not allow the identity this action.',
    checks: PRICE_ANSWER,
    fix: GRANT,
  },
  'ResourceNotFound.InstanceNotExists': {
    meaning: 'The region has no instance with this id.',
    checks: 'the inventory of the region, as the identity sees it',
    fix: 'correct the id, the region or the profile of the target',
  },
  'ResourceUnavailable.InstanceStatusAbnormal': {
    meaning: 'The instance is not running: it is initialising, processing, isolated or deleting.',
    checks: 'the status of the instance',
    fix: 'wait until it is running, or exclude it',
  },
  'ResourceUnavailable.InstanceStatusError': {
    meaning: 'The instance is running, and a task such as a backup or a migration is in progress on it.',
    checks: 'the pending and running tasks of the instance, and the answer to the price request',
    fix: 'wait until the task has ended, then plan again',
  },
  'UnsupportedOperation.LowVersion': {
    meaning: 'The kernel or the proxy of the instance is too old for the change.',
    checks: PRICE_ANSWER,
    fix: 'upgrade the minor version of the instance and its proxy in the TencentDB console, then plan again',
  },
  'InvalidParameter.InvalidParameter': {
    meaning:
      'The request does not change exactly one dimension, or it adds replicas to a multi-zone instance without their zones.',
    checks: 'the change, and the zones of the target if the instance spans several zones',
    fix: 'zones: [ZONE] beside replicas, with one zone for each added replica',
  },
  'InvalidParameterValue.UnSupportedType': {
    meaning:
      'The edition does not have this dimension. Only clusters have shards. Types 2, 3 and 5 have a fixed number of replicas.',
    checks: 'the edition, and the dimension that changes',
    fix: 'remove that dimension from the target',
  },
  'InvalidParameterValue.SpecNotExist': {
    meaning: 'Nothing is sold for the instance, or this number of shards or replicas is not sold.',
    checks: SOLD,
    fix: 'use a number that is sold; refit explain INSTANCE lists them',
  },
  'InvalidParameterValue.MemSizeNotInRange': {
    meaning: 'The memory per shard is smaller than the smallest size sold, or larger than the largest.',
    checks: SOLD,
    fix: 'use a size that is sold; refit explain INSTANCE lists them',
  },
  'LimitExceeded.InvalidMemSize': {
    meaning: 'The memory per shard is between two sizes that are sold, but is not sold itself.',
    checks: SOLD,
    fix: 'use a size that is sold, or { atLeast: SIZE, roundTo: sold }',
  },
  LimitExceeded: {
    meaning: 'The instance would be larger than 8 TB, or the account has reached a quota.',
    checks: 'memory x shards after the change, and the answer to the price request',
    fix: 'fewer shards or less memory per shard, or ask the provider for a higher quota in a ticket',
  },
  'InvalidParameterValue.ReduceCapacityNotAllowed': {
    meaning: 'The new capacity is less than 1.3 x the memory in use.',
    checks: 'the memory in use, in total and in the fullest shard, if memory or shards are reduced',
    fix: 'use a larger size, or free memory first',
  },
  'ResourceUnavailable.SaleOut': {
    meaning: 'The edition is sold out in the zone.',
    checks:
      'if the total memory grows: whether the edition is sold out in the zone of the instance, and in each zone that gets a replica',
    fix: 'plan again when the edition is available, or ask the provider for stock in a ticket',
  },
  ResourceInsufficient: {
    meaning: 'The whole zone is sold out.',
    checks:
      'if the total memory grows: whether the zone of the instance, or a zone that gets a replica, is sold out',
    fix: 'plan again when the zone has stock, or ask the provider for stock in a ticket',
  },
  'FailedOperation.PayFailed': {
    meaning: 'An order for the instance is not paid.',
    checks: 'the unpaid orders for the instance',
    fix: 'pay or cancel that order in the Tencent Cloud console, then plan again',
  },
  'ResourceUnavailable.AccountBalanceNotEnough': {
    meaning: 'The account balance is less than the change costs now.',
    checks: 'the quote of a prepaid instance, and the account balance after the earlier steps',
    fix: 'top up the account, then plan again',
  },
  'FailedOperation.SystemError': {
    meaning:
      'The instance is still locked after a finished change, and no read shows this lock. Or the provider has an internal fault.',
    checks: 'whether an earlier step of the plan changes the same instance',
    fix: RESOLVED_BY_READING,
  },
  'FailedOperation.Unknown': {
    meaning:
      'The documented text of this code is about days of the week and does not fit this action. In practice, the instance is still locked after a finished change, and no read shows this lock.',
    checks: 'the answer to an order, mostly one that follows another order for the same instance',
    fix: RESOLVED_BY_READING,
  },
} satisfies Record<string, CodeText>;

/** Codes that only a run or a read can meet. */
export const providerCodes = {
  ...orders,
  ...shareText(
    [
      'RequestLimitExceeded',
      'RequestLimitExceeded.UinLimitExceeded',
      'RequestLimitExceeded.GlobalRegionUinLimitExceeded',
      'RequestLimitExceeded.IPLimitExceeded',
    ],
    {
      meaning: 'There were more calls in one second than the limit allows. The call was not executed.',
      checks:
        'the calls of the same identity, its main account or this address in one second, including those of the Tencent Cloud console and of scripts',
      fix: 'nothing to do: Refit retries at a lower rate. If this continues, lower execution.requestsPerSecond or stop the other callers',
    },
  ),
  ...shareText(
    ['AuthFailure.UnauthorizedOperation', 'UnauthorizedOperation', 'UnauthorizedOperation.CamNoAuth'],
    {
      meaning:
        'The identity has no permission for this action. The provider would refuse every order, so the run halts.',
      checks: 'the permissions of the identity',
      fix: 'grant the identity the action that the message names; refit doctor lists missing permissions',
    },
  ),
  ...shareText(
    [
      'AuthFailure',
      'AuthFailure.InvalidAuthorization',
      'AuthFailure.SignatureFailure',
      'AuthFailure.InvalidSecretId',
      'AuthFailure.SecretIdNotFound',
    ],
    {
      meaning: 'The provider rejects the key or its signature. The run halts.',
      checks: KEYS,
      fix: 'check the secret id and the secret key; refit doctor shows where Refit found them',
    },
  ),
  'AuthFailure.SignatureExpire': {
    meaning: 'The clock of this machine differs from the server by more than five minutes. The run halts.',
    checks: "this machine's clock",
    fix: "set this machine's clock, then type the same command again",
  },
  'AuthFailure.TokenFailure': {
    meaning:
      'The session token is wrong or expired. The call was not executed. Refit renews the keys and tries once more, then the run halts.',
    checks: KEYS,
    fix: 'renew the temporary keys, then type the same command again',
  },
  'AuthFailure.MFAFailure': {
    meaning: 'The identity must confirm with a second factor, which a program cannot do. The run halts.',
    checks: KEYS,
    fix: 'use an identity that needs no second factor for calls, such as a role',
  },
  ...shareText(['IpInBlacklist', 'IpNotInWhitelist'], {
    meaning: 'The provider rejects calls from this address. The run halts.',
    checks: 'the address that the call comes from',
    fix: 'call from an allowed address, or add this address to the allowed ones',
  }),
  ...shareText(
    [
      'InvalidParameter',
      'InvalidParameterValue',
      'MissingParameter',
      'UnknownParameter',
      'RequestSizeLimitExceeded',
      'DryRunOperation',
    ],
    {
      meaning:
        'The provider does not accept the form of the request. It was not executed. Refit skips the step.',
      checks: ANSWER,
      fix: 'report it as an error in Refit, with the request id',
    },
  ),
  'FailedOperation.UnSupportError': {
    meaning:
      'The instance does not have what the call asks for, such as parameters. Refit goes on without it.',
    checks: ANSWER,
    fix: 'nothing to do: a note says what is missing',
  },
  UnsupportedRegion: {
    meaning:
      'The region or the endpoint does not have this action. The call was not executed. Refit skips the step.',
    checks: 'the region and the endpoint of the call',
    fix: 'correct the region of the target, or --endpoint',
  },
  ...shareText(
    [
      'InvalidAction',
      'InvalidRequest',
      'NoSuchVersion',
      'NoSuchProduct',
      'ActionOffline',
      'UnsupportedProtocol',
    ],
    {
      meaning:
        'The endpoint does not know this action or this form of request. The call was not executed. The run halts.',
      checks: 'the endpoint of the call',
      fix: 'correct --endpoint or TENCENTCLOUD_DOMAIN',
    },
  ),
  ...shareText(['ResourceNotFound', 'UnsupportedOperation'], {
    meaning:
      'The instance does not exist or does not accept the change. The call was not executed. Refit skips the step.',
    checks: ANSWER,
    fix: 'refit explain INSTANCE PLAN',
  }),
  ...shareText(['ResourceUnavailable', 'ResponseSizeLimitExceeded'], {
    meaning:
      'The code does not say whether the order was executed. Refit reads the instance to find out, and does not order again.',
    checks: ANSWER,
    fix: 'see the outcome in the report; if it is refused, plan again',
  }),
  ...shareText(
    [
      'InternalError',
      'InternalError.InternalError',
      'InternalError.DbOperationFailed',
      'FailedOperation',
      'ServiceUnavailable',
    ],
    {
      meaning:
        'The provider has an internal fault. It may still have executed the order, so Refit reads the instance to find out.',
      checks: ANSWER,
      fix: 'nothing to do: Refit retries reads, and finds out by reading whether an order was executed',
    },
  ),
  ...shareText(
    [
      'ResourceUnavailable.InstanceLockedError',
      'ResourceUnavailable.InstanceUnLockedError',
      'ResourceInUse',
      'ResourceInUse.InstanceBeenLocked',
      'LimitExceeded.ReplicationGroupLocked',
    ],
    {
      meaning: 'Another operation locks the instance. Refit waits for it, up to a limit.',
      checks: 'the operations in progress on the instance',
      fix: 'nothing to do at first; if it continues, look in the TencentDB console for the operation on the instance',
    },
  ),
  'ResourceUnavailable.InstanceIsolated': {
    meaning: 'The instance is isolated. Refit skips the step.',
    checks: 'the status of the instance',
    fix: 'renew the instance in the TencentDB console, then plan again',
  },
  'InvalidParameter.EmptyParam': {
    meaning:
      'The provider says that a parameter of a read is empty. Planning stops, and a run that needs the read halts.',
    checks: 'the answer to a read of instances or of the catalogue',
    fix: 'report it as an error in Refit, with the request id',
  },
  'ResourceUnavailable.InstanceConfError': {
    meaning: 'The provider does not return the order. Only the billed amount stays unknown.',
    checks: 'the answer to a read of an order by its number',
    fix: 'see the order in the Tencent Cloud console',
  },
  ...shareText(
    ['UnauthorizedOperation.UserNotInWhiteList', 'UnsupportedOperation.ClusterInstanceAccessedDeny'],
    {
      meaning:
        'The provider does not return the maintenance window, for this account or this instance. No change of the instance can be planned for its window.',
      checks: 'the answer to a read of the maintenance window of an instance',
      fix: 'execution: { switch: now }, or exclude the instance: exclude: [INSTANCE]',
    },
  ),
  'LimitExceeded.MemSizeNotInRange': {
    meaning: 'The memory per shard is smaller than the smallest size sold, or larger than the largest.',
    checks: PRICE_CODE,
    fix: 'refit explain InvalidParameterValue.MemSizeNotInRange',
  },
  'ResourceUnavailable.InstanceStateError': {
    meaning: 'The instance is in a state in which it cannot be changed.',
    checks: PRICE_CODE,
    fix: 'refit explain ResourceUnavailable.InstanceStatusError',
  },
};
