/**
 * The expected reaction to every code that may answer a read, repeatedly, one line a code. Written from docs/provider.md P53,
 * P65, P74, P81, P95, P100 and P157 to P160. `every-code.test.ts` compares it with planning and the run.
 */
import { VirtualClock } from '../../src/clock.ts';
import { createReader } from '../../src/cloud/client.ts';
import { secret } from '../../src/cloud/credentials/find-credentials.ts';
import { createPermits } from '../../src/cloud/limit/permits.ts';
import type { HttpResponse } from '../../src/cloud/network/transport.ts';
import { EXIT_BLOCKED, RefitError } from '../../src/errors.ts';
import { planFleet } from '../../src/operations/plans/plan-fleet.ts';
import { createSimulatedWorld } from '../../src/simulator/simulate.ts';
import { parseFault } from '../../src/simulator/world/faults.ts';
import { clusters } from './fleets.ts';
import { simulatedCloud } from './simulated-cloud.ts';

export interface ReadRow {
  readonly action: string;
  readonly code: string;
  /** The exit code of `refit plan`, the number of reads, and the finding codes. */
  readonly plan: string;
  /** The reaction of a run. `not used` for a read that only planning makes. */
  readonly run: string;
}

const rows = (
  action: string,
  table: Readonly<Record<string, readonly [plan: string, run: string]>>,
): ReadRow[] => Object.entries(table).map(([code, [plan, run]]) => ({ action, code, plan, run }));

const WINDOW = 'DescribeMaintenanceWindow';
/** The part of the plan that causes this read. */
export const executionFor = (action: string): string =>
  action === WINDOW ? 'execution: { inFlight: 1, switch: maintenance-window }' : 'execution: { inFlight: 1 }';

const TRIED = 'exit 1, 6 x, provider-refused';
const REFUSED = 'exit 1, 1 x, provider-refused';
const KEYS = 'exit 12, 2 x, credentials-refused';
const CLOCK = 'exit 12, 1 x, credentials-refused';
/** A missing permission, in any spelling. */
const NO_PERMISSION = 'exit 12, 1 x, credentials-refused';
const NOT_USED = 'not used';
const UNKNOWN_USE = 'Refit.UsedUnknown, Refit.NotReadable';

export const READ_CODES: readonly ReadRow[] = [
  ...rows('DescribeInstances', {
    'FailedOperation.SystemError': [TRIED, 'waits'],
    'FailedOperation.Unknown': [TRIED, 'waits'],
    'InternalError.DbOperationFailed': [TRIED, 'waits'],
    InvalidParameter: [REFUSED, 'halts with 4'],
    'InvalidParameter.EmptyParam': [REFUSED, 'halts with 4'],
    'InvalidParameter.InvalidParameter': [REFUSED, 'halts with 4'],
    'InvalidParameter.PermissionDenied': [NO_PERMISSION, 'halts with 4'],
    'UnauthorizedOperation.NoCAMAuthed': [NO_PERMISSION, 'halts with 4'],
    UnsupportedOperation: [REFUSED, 'halts with 4'],
    // One common code of each kind.
    InternalError: [TRIED, 'waits'],
    ServiceUnavailable: [TRIED, 'waits'],
    RequestLimitExceeded: ['exit 1, 30 x, provider-refused', 'waits'],
    'AuthFailure.SignatureExpire': [CLOCK, 'halts with 12'],
    'AuthFailure.SecretIdNotFound': [CLOCK, 'halts with 12'],
    // Refit renews the keys and reads once more.
    'AuthFailure.TokenFailure': [KEYS, 'halts with 12'],
    'AuthFailure.UnauthorizedOperation': [NO_PERMISSION, 'halts with 4'],
  }),
  // Read twice: for the sold sizes and for the zones. A run needs it only for zone names.
  ...rows('DescribeProductInfo', {
    'FailedOperation.SystemError': ['exit 1, 12 x, provider-refused', 'goes without'],
    'InternalError.InternalError': ['exit 1, 12 x, provider-refused', 'goes without'],
    InvalidParameter: ['exit 1, 2 x, provider-refused', 'goes without'],
    'InvalidParameter.EmptyParam': ['exit 1, 2 x, provider-refused', 'goes without'],
    'InvalidParameter.PermissionDenied': ['exit 12, 2 x, credentials-refused', 'goes without'],
  }),
  ...rows('InquiryPriceUpgradeInstance', {
    'FailedOperation.SystemError': ['exit 0, 6 x, Refit.PriceRefused', NOT_USED],
    'InvalidParameter.InvalidParameter': ['exit 5, 1 x, InvalidParameter.InvalidParameter', NOT_USED],
    'InvalidParameter.PermissionDenied': ['exit 5, 1 x, InvalidParameter.PermissionDenied', NOT_USED],
    'InvalidParameterValue.ReduceCapacityNotAllowed': [
      'exit 5, 1 x, InvalidParameterValue.ReduceCapacityNotAllowed',
      NOT_USED,
    ],
    'InvalidParameterValue.SpecNotExist': ['exit 5, 1 x, InvalidParameterValue.SpecNotExist', NOT_USED],
    'LimitExceeded.MemSizeNotInRange': ['exit 5, 1 x, InvalidParameterValue.MemSizeNotInRange', NOT_USED],
    'ResourceUnavailable.InstanceStateError': [
      'exit 5, 1 x, ResourceUnavailable.InstanceStatusError',
      NOT_USED,
    ],
    'ResourceUnavailable.InstanceStatusError': [
      'exit 5, 1 x, ResourceUnavailable.InstanceStatusError',
      NOT_USED,
    ],
    'AuthFailure.UnauthorizedOperation': ['exit 0, 1 x, Refit.PriceRefused', NOT_USED],
    'AuthFailure.TokenFailure': [KEYS, NOT_USED],
  }),
  ...rows('DescribeTaskList', {
    'FailedOperation.SystemError': [TRIED, 'waits'],
    'InternalError.DbOperationFailed': [TRIED, 'waits'],
    'InternalError.InternalError': [TRIED, 'waits'],
    'InvalidParameter.PermissionDenied': ['exit 0, 1 x, Refit.NotReadable', 'goes without'],
    'AuthFailure.TokenFailure': [KEYS, 'halts with 12'],
    'AuthFailure.SignatureExpire': [CLOCK, 'halts with 12'],
    // The order cannot be followed, so it is unknown until the next run.
    InvalidParameterValue: [REFUSED, 'halts with 10'],
  }),
  ...rows('DescribeInstanceShards', {
    'FailedOperation.SystemError': [`exit 5, 6 x, ${UNKNOWN_USE}`, NOT_USED],
    'InvalidParameter.PermissionDenied': [`exit 5, 1 x, ${UNKNOWN_USE}`, NOT_USED],
    'InvalidParameterValue.UnSupportedType': [`exit 5, 1 x, ${UNKNOWN_USE}`, NOT_USED],
    'AuthFailure.TokenFailure': [KEYS, NOT_USED],
  }),
  // Read only for changes that wait for the maintenance window.
  ...rows(WINDOW, {
    'FailedOperation.SystemError': [TRIED, 'waits'],
    'UnauthorizedOperation.NoCAMAuthed': [
      'exit 5, 1 x, Refit.WindowUnknown, Refit.NotReadable',
      'goes without',
    ],
    'UnauthorizedOperation.UserNotInWhiteList': [
      'exit 5, 1 x, Refit.WindowUnknown, Refit.NotReadable',
      'goes without',
    ],
    'UnsupportedOperation.ClusterInstanceAccessedDeny': [
      'exit 5, 1 x, Refit.WindowUnknown, Refit.NotReadable',
      'goes without',
    ],
    'AuthFailure.TokenFailure': [KEYS, 'halts with 12'],
  }),
  // Without the monitor product, the current shard sizes are enough.
  ...rows('GetMonitorData', {
    'AuthFailure.UnauthorizedOperation': ['exit 0, 1 x, Refit.NotReadable', NOT_USED],
    InternalError: ['exit 0, 6 x, Refit.NotReadable', NOT_USED],
    InvalidParameterValue: ['exit 0, 1 x, Refit.NotReadable', NOT_USED],
    'AuthFailure.TokenFailure': [KEYS, NOT_USED],
  }),
  // Only the history of use reads it.
  ...rows('DescribeBaseMetrics', {
    'AuthFailure.UnauthorizedOperation': ['exit 0, 0 x', NOT_USED],
    InternalError: ['exit 0, 0 x', NOT_USED],
  }),
  // Only `recommend` reads it.
  ...rows('DescribeInstanceSpecBandwidth', {
    'FailedOperation.SystemError': ['exit 0, 0 x', NOT_USED],
    'InternalError.DbOperationFailed': ['exit 0, 0 x', NOT_USED],
    'InvalidParameter.PermissionDenied': ['exit 0, 0 x', NOT_USED],
    'UnauthorizedOperation.NoCAMAuthed': ['exit 0, 0 x', NOT_USED],
  }),
  ...rows(
    'DescribeInstanceParams',
    Object.fromEntries(
      [
        ...[
          'FailedOperation.SystemError',
          'FailedOperation.UnSupportError',
          'InternalError.DbOperationFailed',
        ],
        ...['InternalError.InternalError', 'InvalidParameter', 'InvalidParameter.PermissionDenied'],
        ...['ResourceNotFound.InstanceNotExists', 'ResourceUnavailable.InstanceStatusError'],
        ...['UnauthorizedOperation', 'UnauthorizedOperation.NoCAMAuthed'],
        ...['UnauthorizedOperation.UserNotInWhiteList', 'UnsupportedOperation.ClusterInstanceAccessedDeny'],
      ].map((code) => [code, ['exit 0, 0 x', NOT_USED] as const]),
    ),
  ),
  // Only zone names. Without them, a zone is shown by its number.
  ...rows('DescribeZones', {
    'AuthFailure.UnauthorizedOperation': ['exit 0, 1 x', NOT_USED],
    InternalError: ['exit 0, 6 x', NOT_USED],
    InvalidParameterValue: ['exit 0, 1 x', NOT_USED],
  }),
  // The bill of a prepaid order, if the order search does not have it.
  ...rows('DescribeInstanceDealDetail', {
    'FailedOperation.SystemError': ['exit 0, 0 x', 'goes without'],
    'InvalidParameter.PermissionDenied': ['exit 0, 0 x', 'goes without'],
    'ResourceUnavailable.InstanceConfError': ['exit 0, 0 x', 'goes without'],
  }),
  ...rows('DescribeDealsByCond', {
    'AuthFailure.UnauthorizedOperation': ['exit 0, 1 x, Refit.NotReadable', 'goes without'],
    InternalError: [TRIED, 'waits'],
    InvalidParameterValue: [REFUSED, 'halts with 10'],
    'AuthFailure.TokenFailure': [KEYS, 'halts with 12'],
    'AuthFailure.SignatureExpire': [CLOCK, 'halts with 12'],
  }),
  // Read for the inventory and again with the prices.
  ...rows('DescribeAccountBalance', {
    'AuthFailure.UnauthorizedOperation': ['exit 0, 2 x', NOT_USED],
    InternalError: [TRIED, NOT_USED],
    InvalidParameterValue: [REFUSED, NOT_USED],
    'AuthFailure.TokenFailure': [KEYS, NOT_USED],
  }),
  // Only `refit doctor` calls it: test/cloud/examine.test.ts.
  ...rows('GetCallerIdentity', {
    'AuthFailure.UnauthorizedOperation': ['exit 0, 0 x', NOT_USED],
    InternalError: ['exit 0, 0 x', NOT_USED],
  }),
];

/** Shrinks a prepaid cluster, because such a plan makes every read. */
const PLAN = `version: 1
name: every-read
defaults: { region: ap-guangzhou }
targets: [{ select: { all: true }, memoryPerShard: 2GB }]
guards: { shrink: allow }
`;

/** Plans with prices against a provider with this fault. @returns the result in one line */
export async function planAgainst(fault: string, action: string): Promise<string> {
  const clock = new VirtualClock();
  const { world, secretId, secretKey } = createSimulatedWorld(
    {
      seed: 1,
      fleet: JSON.stringify(clusters(1, { billing: 'prepaid', usedTotal: 300 })),
      faults: [parseFault(fault)],
    },
    clock.now(),
  );
  const transport = simulatedCloud(world, clock, 1).transportFor(clock, () => true);
  let tries = 0;
  const reader = createReader({
    clock,
    credentials: () => ({ secretId, secretKey: secret(secretKey), token: null, sourceName: 'the story' }),
    endpoint: null,
    jitter: () => 0.5,
    transport: {
      ...transport,
      send(request) {
        if (request.headers['X-TC-Action'] === action) tries += 1;
        return transport.send(request);
      },
    },
    permits: createPermits(clock, 18),
  });
  let exitCode = 0;
  const codes: string[] = [];
  try {
    const { review } = await clock.run(() =>
      planFleet(`${PLAN}${executionFor(action)}\n`, 'plan.yaml', {
        from: reader,
        clock,
        price: true,
        profile: 'default',
      }),
    );
    if (review?.verdict === 'blocked') exitCode = EXIT_BLOCKED;
    codes.push(...new Set(review?.findings.map(({ code }) => code)));
  } catch (error) {
    if (!(error instanceof RefitError)) throw error;
    exitCode = error.exitCode;
    codes.push(error.code, ...(error.fix === '' ? ['without a fix'] : []));
  }
  return [`exit ${exitCode}`, `${tries} x`, ...codes].join(', ');
}

/** An answer that refuses with a code. */
export function refusing(code: string): HttpResponse {
  const body = JSON.stringify({
    Response: { RequestId: 'r-1', Error: { Code: code, Message: 'the story says no' } },
  });
  return { status: 200, contentType: 'application/json', body };
}
