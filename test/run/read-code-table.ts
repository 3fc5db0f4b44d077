/**
 * What is expected of every code that a read may be answered with, again and again: one line a code. Written from docs/provider.md P53, P65, P74, P81, P95, P100 and P157 to P160, and held against planning and the run in `every-code.test.ts`.
 */
import { VirtualClock } from '../../src/clock.ts';
import { createReader } from '../../src/cloud/client.ts';
import { secret } from '../../src/cloud/credentials/find-credentials.ts';
import { createPermits } from '../../src/cloud/limit/permits.ts';
import type { HttpResponse } from '../../src/cloud/network/transport.ts';
import { EXIT_BLOCKED, RefitError } from '../../src/errors.ts';
import { planFleet } from '../../src/operations/plan-fleet.ts';
import { createSimulatedWorld } from '../../src/simulator/simulate.ts';
import { parseFault } from '../../src/simulator/world/faults.ts';
import { clusters } from './fleets.ts';
import { simulatedCloud } from './simulated-cloud.ts';

export interface ReadRow {
  readonly action: string;
  readonly code: string;
  /** The exit code of `refit plan`, how often the read was tried, and the findings beside. */
  readonly plan: string;
  /** What a run does that meets it; those of planning alone are not asked. */
  readonly run: string;
}

const rows = (
  action: string,
  table: Readonly<Record<string, readonly [plan: string, run: string]>>,
): ReadRow[] => Object.entries(table).map(([code, [plan, run]]) => ({ action, code, plan, run }));

const WINDOW = 'DescribeMaintenanceWindow';
/** What a plan says beside, so that this read is made. */
export const beside = (action: string): string =>
  action === WINDOW ? 'execution: { inFlight: 1, switch: maintenance-window }' : 'execution: { inFlight: 1 }';

const TRIED = 'exit 1, 6 x, provider-refused';
const REFUSED = 'exit 1, 1 x, provider-refused';
const KEYS = 'exit 12, 2 x, credentials-refused';
const CLOCK = 'exit 12, 1 x, credentials-refused';
/** A right that is lacking, in whichever of its spellings. */
const LACKING = 'exit 12, 1 x, credentials-refused';
const NOT_ASKED = 'not asked';
const UNKNOWN_USE = 'Refit.UsedUnknown, Refit.NotReadable';

export const READ_CODES: readonly ReadRow[] = [
  ...rows('DescribeInstances', {
    'FailedOperation.SystemError': [TRIED, 'waits'],
    'FailedOperation.Unknown': [TRIED, 'waits'],
    'InternalError.DbOperationFailed': [TRIED, 'waits'],
    InvalidParameter: [REFUSED, 'halts with 4'],
    'InvalidParameter.EmptyParam': [REFUSED, 'halts with 4'],
    'InvalidParameter.InvalidParameter': [REFUSED, 'halts with 4'],
    'InvalidParameter.PermissionDenied': [LACKING, 'halts with 4'],
    'UnauthorizedOperation.NoCAMAuthed': [LACKING, 'halts with 4'],
    UnsupportedOperation: [REFUSED, 'halts with 4'],
    // Of the common codes, one of each kind.
    InternalError: [TRIED, 'waits'],
    ServiceUnavailable: [TRIED, 'waits'],
    RequestLimitExceeded: ['exit 1, 30 x, provider-refused', 'waits'],
    'AuthFailure.SignatureExpire': [CLOCK, 'halts with 12'],
    'AuthFailure.SecretIdNotFound': [CLOCK, 'halts with 12'],
    // Renewed and asked once more.
    'AuthFailure.TokenFailure': [KEYS, 'halts with 12'],
    'AuthFailure.UnauthorizedOperation': [LACKING, 'halts with 4'],
  }),
  // Asked twice at once: for what is sold, and for the zones. A run needs it for the names of zones alone.
  ...rows('DescribeProductInfo', {
    'FailedOperation.SystemError': ['exit 1, 12 x, provider-refused', 'goes without'],
    'InternalError.InternalError': ['exit 1, 12 x, provider-refused', 'goes without'],
    InvalidParameter: ['exit 1, 2 x, provider-refused', 'goes without'],
    'InvalidParameter.EmptyParam': ['exit 1, 2 x, provider-refused', 'goes without'],
    'InvalidParameter.PermissionDenied': ['exit 12, 2 x, credentials-refused', 'goes without'],
  }),
  ...rows('InquiryPriceUpgradeInstance', {
    'FailedOperation.SystemError': ['exit 0, 6 x, Refit.PriceRefused', NOT_ASKED],
    'InvalidParameter.InvalidParameter': ['exit 5, 1 x, InvalidParameter.InvalidParameter', NOT_ASKED],
    'InvalidParameter.PermissionDenied': ['exit 5, 1 x, InvalidParameter.PermissionDenied', NOT_ASKED],
    'InvalidParameterValue.ReduceCapacityNotAllowed': [
      'exit 5, 1 x, InvalidParameterValue.ReduceCapacityNotAllowed',
      NOT_ASKED,
    ],
    'InvalidParameterValue.SpecNotExist': ['exit 5, 1 x, InvalidParameterValue.SpecNotExist', NOT_ASKED],
    'LimitExceeded.MemSizeNotInRange': ['exit 5, 1 x, InvalidParameterValue.MemSizeNotInRange', NOT_ASKED],
    'ResourceUnavailable.InstanceStateError': [
      'exit 5, 1 x, ResourceUnavailable.InstanceStatusError',
      NOT_ASKED,
    ],
    'ResourceUnavailable.InstanceStatusError': [
      'exit 5, 1 x, ResourceUnavailable.InstanceStatusError',
      NOT_ASKED,
    ],
    'AuthFailure.UnauthorizedOperation': ['exit 0, 1 x, Refit.PriceRefused', NOT_ASKED],
    'AuthFailure.TokenFailure': [KEYS, NOT_ASKED],
  }),
  ...rows('DescribeTaskList', {
    'FailedOperation.SystemError': [TRIED, 'waits'],
    'InternalError.DbOperationFailed': [TRIED, 'waits'],
    'InternalError.InternalError': [TRIED, 'waits'],
    'InvalidParameter.PermissionDenied': ['exit 0, 1 x, Refit.NotReadable', 'goes without'],
    'AuthFailure.TokenFailure': [KEYS, 'halts with 12'],
    'AuthFailure.SignatureExpire': [CLOCK, 'halts with 12'],
    // What was ordered cannot be followed: unknown until it can.
    InvalidParameterValue: [REFUSED, 'halts with 10'],
  }),
  ...rows('DescribeInstanceShards', {
    'FailedOperation.SystemError': [`exit 5, 6 x, ${UNKNOWN_USE}`, NOT_ASKED],
    'InvalidParameter.PermissionDenied': [`exit 5, 1 x, ${UNKNOWN_USE}`, NOT_ASKED],
    'InvalidParameterValue.UnSupportedType': [`exit 5, 1 x, ${UNKNOWN_USE}`, NOT_ASKED],
    'AuthFailure.TokenFailure': [KEYS, NOT_ASKED],
  }),
  // Asked where changes wait for the windows of their instances, and for no others.
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
  // The shards of this moment tell enough where the monitor product does not.
  ...rows('GetMonitorData', {
    'AuthFailure.UnauthorizedOperation': ['exit 0, 1 x, Refit.NotReadable', NOT_ASKED],
    InternalError: ['exit 0, 6 x, Refit.NotReadable', NOT_ASKED],
    InvalidParameterValue: ['exit 0, 1 x, Refit.NotReadable', NOT_ASKED],
    'AuthFailure.TokenFailure': [KEYS, NOT_ASKED],
  }),
  // Names of zones alone: without them a zone goes by its number.
  ...rows('DescribeZones', {
    'AuthFailure.UnauthorizedOperation': ['exit 0, 1 x', NOT_ASKED],
    InternalError: ['exit 0, 6 x', NOT_ASKED],
    InvalidParameterValue: ['exit 0, 1 x', NOT_ASKED],
  }),
  // What a prepaid order was billed at, where the search for orders does not tell.
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
  // Asked for the inventory and again with the prices.
  ...rows('DescribeAccountBalance', {
    'AuthFailure.UnauthorizedOperation': ['exit 0, 2 x', NOT_ASKED],
    InternalError: [TRIED, NOT_ASKED],
    InvalidParameterValue: [REFUSED, NOT_ASKED],
    'AuthFailure.TokenFailure': [KEYS, NOT_ASKED],
  }),
  // `refit doctor` alone asks it: test/cloud/examine.test.ts.
  ...rows('GetCallerIdentity', {
    'AuthFailure.UnauthorizedOperation': ['exit 0, 0 x', NOT_ASKED],
    InternalError: ['exit 0, 0 x', NOT_ASKED],
  }),
];

/** A cluster made smaller and paid for in advance: such a plan makes every read there is. */
const PLAN = `version: 1
name: every-read
defaults: { region: ap-guangzhou }
targets: [{ select: { all: true }, memoryPerShard: 2GB }]
guards: { shrink: allow }
`;

/** Plans, with prices, against a provider with this fault. @returns what came of it, in a line */
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
  const way = simulatedCloud(world, clock, 1).transportFor(clock, () => true);
  let tries = 0;
  const reader = createReader({
    clock,
    credentials: () => ({ secretId, secretKey: secret(secretKey), token: null, sourceName: 'the story' }),
    endpoint: null,
    jitter: () => 0.5,
    transport: {
      ...way,
      send(request) {
        if (request.headers['X-TC-Action'] === action) tries += 1;
        return way.send(request);
      },
    },
    permits: createPermits(clock, 18),
  });
  let exitCode = 0;
  const told: string[] = [];
  try {
    const { review } = await clock.run(() =>
      planFleet(`${PLAN}${beside(action)}\n`, 'plan.yaml', {
        from: reader,
        clock,
        price: true,
        profile: 'default',
      }),
    );
    if (review?.verdict === 'blocked') exitCode = EXIT_BLOCKED;
    told.push(...new Set(review?.findings.map(({ code }) => code)));
  } catch (error) {
    if (!(error instanceof RefitError)) throw error;
    exitCode = error.exitCode;
    told.push(error.code, ...(error.fix === '' ? ['without a fix'] : []));
  }
  return [`exit ${exitCode}`, `${tries} x`, ...told].join(', ');
}

/** An answer that refuses with a code. */
export function refusing(code: string): HttpResponse {
  const body = JSON.stringify({
    Response: { RequestId: 'r-1', Error: { Code: code, Message: 'the story says no' } },
  });
  return { status: 200, contentType: 'application/json', body };
}
