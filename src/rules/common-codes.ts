/**
 * Codes of the provider that no plan foretells: a run or a read may meet them. For explaining them, in the words of
 * what is done then. Source: docs/provider.md P25, P53, P65, P74, P81, P95, P100, P157 and P158.
 */
import type { Rule } from './facts.ts';

const COMMON = "the provider's common error codes (docs/provider.md P157 and P158)";
const PRODUCT = "the product's error codes, not on the list of this action (docs/provider.md P25)";
const ANSWER = "the provider's answer to an order or a read";
const READS = 'the error codes of the reads (docs/provider.md P53, P65, P74, P81, P95 and P100)';
const KEYS = 'secret id, secret key and token of the profile, as the server checks them';

export const COMMON_CODES: readonly Rule[] = [
  ...codes(COMMON, [
    [
      [
        'RequestLimitExceeded',
        'RequestLimitExceeded.UinLimitExceeded',
        'RequestLimitExceeded.GlobalRegionUinLimitExceeded',
        'RequestLimitExceeded.IPLimitExceeded',
      ],
      'the calls of the same identity, its main account or this address in one second; the console and scripts count too',
      'More calls in one second than the limit allows: provably not executed.',
      'nothing to do: it is tried again at a lower rate; where it stays, lower execution.requestsPerSecond or stop what else calls',
      'note',
    ],
    [
      ['AuthFailure.UnauthorizedOperation', 'UnauthorizedOperation', 'UnauthorizedOperation.CamNoAuth'],
      'the rights of the identity',
      'The identity has no right to this action: every order would be refused, so a run halts.',
      'grant the identity the action that the message names; refit doctor tells which rights are missing',
    ],
    [
      [
        'AuthFailure',
        'AuthFailure.InvalidAuthorization',
        'AuthFailure.SignatureFailure',
        'AuthFailure.InvalidSecretId',
        'AuthFailure.SecretIdNotFound',
      ],
      KEYS,
      'The key or the signature made with it is refused: a run halts.',
      'check the secret id and the secret key; refit doctor tells where they were found',
    ],
    [
      ['AuthFailure.SignatureExpire'],
      "this machine's clock",
      'The clock is more than five minutes off the server: a run halts.',
      "set this machine's clock, then type the same command again",
    ],
    [
      ['AuthFailure.TokenFailure'],
      KEYS,
      'The session token is wrong or has expired: not executed. The keys are renewed and the call made once more; then a run halts.',
      'renew the temporary keys, then type the same command again',
    ],
    [
      ['AuthFailure.MFAFailure'],
      KEYS,
      'The identity must confirm by a second factor, which a program cannot: a run halts.',
      'use an identity without a second factor for calls, such as a role',
    ],
    [
      ['IpInBlacklist', 'IpNotInWhitelist'],
      'the address that the call comes from',
      'This address is refused: a run halts.',
      'call from an address that is allowed, or let this one be allowed',
    ],
    [
      [
        'InvalidParameter',
        'InvalidParameterValue',
        'MissingParameter',
        'UnknownParameter',
        'RequestSizeLimitExceeded',
        'DryRunOperation',
      ],
      ANSWER,
      'The request as a whole is not one that the provider takes: not executed, the step is left out.',
      'report it as an error of this program, with the request id',
    ],
    [
      ['UnsupportedRegion'],
      'the region and the endpoint of the call',
      'The region or the endpoint does not know this action: not executed, the step is left out.',
      'correct the region of the target, or --endpoint',
    ],
    [
      [
        'InvalidAction',
        'InvalidRequest',
        'NoSuchVersion',
        'NoSuchProduct',
        'ActionOffline',
        'UnsupportedProtocol',
      ],
      'the endpoint of the call',
      'The endpoint does not know this action or this form of request: not executed, a run halts.',
      'correct --endpoint or TENCENTCLOUD_DOMAIN',
    ],
    [
      ['ResourceNotFound', 'UnsupportedOperation'],
      ANSWER,
      'The instance is not there, or does not take the change: not executed, the step is left out.',
      'refit explain INSTANCE PLAN',
    ],
    [
      ['ResourceUnavailable', 'ResponseSizeLimitExceeded'],
      ANSWER,
      'The code does not say whether the order was executed: it is settled by reading, and not asked again.',
      'see the outcome in the report; where it is refused, plan again',
    ],
    [
      [
        'InternalError',
        'InternalError.InternalError',
        'InternalError.DbOperationFailed',
        'FailedOperation',
        'ServiceUnavailable',
      ],
      ANSWER,
      'A fault within the provider: an order so answered may have been executed, so it is settled by reading.',
      'nothing to do: reads are tried again, orders are settled by reading',
      'note',
    ],
  ]),
  ...codes(PRODUCT, [
    [
      [
        'ResourceUnavailable.InstanceLockedError',
        'ResourceUnavailable.InstanceUnLockedError',
        'ResourceInUse',
        'ResourceInUse.InstanceBeenLocked',
        'LimitExceeded.ReplicationGroupLocked',
      ],
      'what is under way on the instance',
      'The instance is locked by something else: it is waited for, within a limit.',
      'nothing to do while it passes; where it stays, see what is under way on the instance in the console',
      'note',
    ],
    [
      ['ResourceUnavailable.InstanceIsolated'],
      'the status of the instance',
      'The instance is isolated: the step is left out.',
      'renew the instance in the console, then plan again',
    ],
  ]),
  ...codes(READS, [
    [
      ['InvalidParameter.EmptyParam'],
      'the answer to a read of instances or of what is sold',
      'A parameter of a read is refused as empty: planning ends there, and a run that needs the read halts.',
      'report it as an error of this program, with the request id',
    ],
    [
      ['ResourceUnavailable.InstanceConfError'],
      'the answer to the question for an order by its number',
      'The order is not told: what it was billed at stays unread, and nothing else hangs on it.',
      'see the order in the console',
      'note',
    ],
    [
      ['UnauthorizedOperation.UserNotInWhiteList', 'UnsupportedOperation.ClusterInstanceAccessedDeny'],
      'the answer to the question for the maintenance window of an instance',
      'The maintenance window is not told, for the account or for this instance: no change of it can be planned to wait for it.',
      'execution: { switch: now }, or leave the instance out: exclude: [INSTANCE]',
    ],
  ]),
  ...codes(
    "the price question's spelling of InvalidParameterValue.MemSizeNotInRange (docs/provider.md P75)",
    [
      [
        ['LimitExceeded.MemSizeNotInRange'],
        'the answer to the price question',
        'The memory per shard is below the least or above the greatest size sold.',
        'refit explain InvalidParameterValue.MemSizeNotInRange',
      ],
    ],
  ),
  ...codes(
    "the price question's spelling of ResourceUnavailable.InstanceStatusError (docs/provider.md P75)",
    [
      [
        ['ResourceUnavailable.InstanceStateError'],
        'the answer to the price question',
        'The instance is in a state in which it cannot be changed.',
        'refit explain ResourceUnavailable.InstanceStatusError',
      ],
    ],
  ),
];

function codes(
  source: string,
  rows: readonly (readonly [
    names: readonly string[],
    looksAt: string,
    sentence: string,
    fix: string,
    severity?: Rule['severity'],
  ])[],
): Rule[] {
  return rows.flatMap(([names, looksAt, sentence, fix, severity = 'error']) =>
    names.map((code) => ({
      code,
      looksAt,
      sentence,
      fix,
      source,
      readOn: '2026-11',
      severity,
      appliesTo: 'run',
      check: null,
    })),
  );
}
