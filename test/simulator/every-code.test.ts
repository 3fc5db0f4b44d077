/**
 * The simulator can return every documented code. Codes of actions: fixtures/provider-model.json, docs/provider.md P112.
 * Codes of the gateway: docs/provider.md P157 and P158. A code comes from the state of the world, from the request or from
 * a fault. The fault `refuse=CODE@Action` can return any code.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAULTS } from '../../src/simulator/world/faults.ts';
import { counts } from '../../src/simulator/world/world.ts';
import { type NewerSigning, signed } from './signed-request.ts';
import { codeOf, resizeOf, START, testWorld } from './test-world.ts';

const MODEL = JSON.parse(
  readFileSync(new URL('./fixtures/provider-model.json', import.meta.url), 'utf8'),
) as Record<string, { readonly codes: readonly string[] }>;

const ID = 'crs-codes000';
const PLAIN = { id: ID, zone: 'ap-guangzhou-4', memoryPerShard: 4096, usedTotal: 3500 };
const GROWN = resizeOf(ID);

/** The cause of a code: a state of the world, a request or a fault. */
interface Cause {
  readonly instance?: object;
  readonly params?: object;
  readonly fault?: string;
  readonly balance?: number;
}

/** The master in one zone and a replica in another. */
const inZones = (replica: number, master: number): object[] => [
  { NodeType: 1, ZoneId: replica },
  { NodeType: 0, ZoneId: master },
];

/** The cause of each code. All other codes of an action come from `refuse`. */
const CAUSES: Readonly<Record<string, Readonly<Record<string, Cause>>>> = {
  UpgradeInstance: {
    'FailedOperation.PayFailed': { instance: { unpaidOrder: true } },
    'FailedOperation.SystemError': { fault: 'system-error' },
    'FailedOperation.Unknown': { fault: 'unknown-error' },
    'InvalidParameter.InvalidParameter': { params: { RedisReplicasNum: 2 } },
    'InvalidParameter.PermissionDenied': { fault: 'no-permission' },
    'InvalidParameterValue.MemSizeNotInRange': { params: { MemSize: 131_072 } },
    'InvalidParameterValue.ReduceCapacityNotAllowed': { params: { MemSize: 2048 } },
    'InvalidParameterValue.SpecNotExist': { params: { MemSize: 4096, RedisReplicasNum: 6 } },
    'InvalidParameterValue.UnSupportedType': { params: { MemSize: 4096, RedisShardNum: 3 } },
    LimitExceeded: { fault: 'quota' },
    'LimitExceeded.InvalidMemSize': { params: { MemSize: 6144 } },
    ResourceInsufficient: { fault: 'insufficient' },
    'ResourceNotFound.InstanceNotExists': { params: { InstanceId: 'crs-nosuch00' } },
    'ResourceUnavailable.AccountBalanceNotEnough': { instance: { billing: 'prepaid' }, balance: 1 },
    'ResourceUnavailable.InstanceStatusAbnormal': { instance: { status: 'isolated' } },
    'ResourceUnavailable.InstanceStatusError': { instance: { task: '012' } },
    'ResourceUnavailable.SaleOut': { instance: { zone: 'ap-guangzhou-3', edition: 'redis-4.0-standard' } },
    'UnauthorizedOperation.NoCAMAuthed': { fault: 'no-cam' },
    'UnsupportedOperation.LowVersion': { instance: { lowVersion: true } },
  },
  InquiryPriceUpgradeInstance: {
    'InvalidParameter.InvalidParameter': { params: { RedisReplicasNum: 2 } },
    'InvalidParameter.PermissionDenied': { fault: 'no-permission@InquiryPriceUpgradeInstance' },
    'InvalidParameterValue.ReduceCapacityNotAllowed': { params: { MemSize: 2048 } },
    'InvalidParameterValue.SpecNotExist': { params: { MemSize: 4096, RedisReplicasNum: 6 } },
    'LimitExceeded.MemSizeNotInRange': { params: { MemSize: 131_072 } },
    'ResourceUnavailable.InstanceStatusError': { instance: { status: 'processing' } },
  },
  DescribeInstances: {
    InvalidParameter: { params: { Limit: 'twenty' } },
    'InvalidParameter.PermissionDenied': { fault: 'no-permission@DescribeInstances' },
    'UnauthorizedOperation.NoCAMAuthed': { fault: 'no-cam@DescribeInstances' },
  },
  DescribeTaskInfo: { 'InvalidParameter.InvalidParameter': { params: { TaskId: 5 } } },
  DescribeInstanceSecurityGroup: {
    InvalidParameter: { params: { InstanceIds: Array(101).fill(ID) } },
    'InvalidParameter.PermissionDenied': { fault: 'no-permission@DescribeInstanceSecurityGroup' },
  },
  ModifyInstanceAvailabilityZones: {
    'InvalidParameter.InvalidParameter': { params: { SwitchOption: 3 } },
    'InvalidParameterValue.CheckNotPass': {
      instance: { zone: 'ap-guangzhou-3', edition: 'ckv-3.2-cluster' },
      params: { NodeSet: inZones(100_007, 100_003) },
    },
    'InvalidParameterValue.UnSupportedType': {
      instance: { zone: 'ap-guangzhou-3', edition: 'redis-2.8-standard' },
    },
    ResourceInsufficient: {
      instance: { edition: 'redis-4.0-standard' },
      params: { NodeSet: inZones(100_003, 100_004) },
    },
    'ResourceNotFound.InstanceNotExists': { params: { InstanceId: 'crs-nosuch00' } },
    'ResourceUnavailable.InstanceStatusAbnormal': { instance: { status: 'processing' } },
    'ResourceUnavailable.InstanceStatusError': { instance: { task: '012' } },
  },
  DescribeResourceTagsByResourceIds: {
    'InvalidParameterValue.RegionInvalid': { params: { ResourceRegion: 'ap-nowhere' } },
    'InvalidParameterValue.ResourceIdInvalid': { params: { ResourceIds: Array(51).fill(ID) } },
    'InvalidParameterValue.ResourcePrefixInvalid': { params: { ResourcePrefix: 'image' } },
    'InvalidParameterValue.ServiceTypeInvalid': { params: { ServiceType: 'cvm' } },
  },
  ModifyResourceTags: {
    'InvalidParameter.Tag': { params: { ReplaceTags: [] } },
    'InvalidParameterValue.DeleteTagsParamError': { params: { DeleteTags: [{ TagKey: 'team' }] } },
    'InvalidParameterValue.ResourceDescriptionError': {
      params: { Resource: `qcs::redis:ap-shanghai:uin/:instance/${ID}` },
    },
    'InvalidParameterValue.TagKeyEmpty': { params: { ReplaceTags: [{ TagKey: '', TagValue: '' }] } },
    'LimitExceeded.Quota': { params: { ReplaceTags: Array(11).fill({ TagKey: 'a', TagValue: 'b' }) } },
  },
  DescribeInstanceShards: { 'InvalidParameterValue.UnSupportedType': { params: { InstanceId: ID } } },
  DescribeInstanceParams: {
    'ResourceNotFound.InstanceNotExists': { params: { InstanceId: 'crs-nosuch00' } },
  },
  DescribeInstanceNodeInfo: {
    'ResourceNotFound.InstanceNotExists': { params: { InstanceId: 'crs-nosuch00' } },
  },
};

/** Valid requests, for refusals by a fault. */
const VALID: Readonly<Record<string, object>> = {
  UpgradeInstance: GROWN,
  InquiryPriceUpgradeInstance: GROWN,
  DescribeInstances: {},
  DescribeProductInfo: {},
  DescribeTaskList: {},
  DescribeTaskInfo: { TaskId: 1 },
  DescribeInstanceDealDetail: { DealName: '1' },
  DescribeInstanceSecurityGroup: { InstanceIds: [ID] },
  ModifyInstanceAvailabilityZones: {
    InstanceId: ID,
    SwitchOption: 2,
    NodeSet: inZones(100_007, 100_004),
  },
  DescribeResourceTagsByResourceIds: {
    ServiceType: 'redis',
    ResourcePrefix: 'instance',
    ResourceRegion: 'ap-guangzhou',
    ResourceIds: [ID],
  },
  ModifyResourceTags: {
    Resource: `qcs::redis:ap-guangzhou:uin/:instance/${ID}`,
    ReplaceTags: [{ TagKey: 'team', TagValue: 'sre' }],
  },
  ModifyMaintenanceWindow: { InstanceId: ID, StartTime: '01:00', EndTime: '02:00' },
};

describe('the documented codes of actions', () => {
  for (const [name, { codes }] of Object.entries(MODEL)) {
    const action = name.slice(name.indexOf('.') + 1);
    for (const code of codes) {
      const how = CAUSES[action]?.[code] ?? { fault: `refuse=${code}@${action}` };
      const cause =
        how.fault ??
        Object.entries({ ...how.instance, ...how.params })
          .map(([key, value]) => `${key} ${value}`)
          .join(', ');
      it(`${action} returns ${code} because of ${cause}`, () => {
        const { instance, fault, balance = 500_000 } = how;
        const test = testWorld([{ ...PLAIN, ...instance }], { faults: fault ? [fault] : [], balance });
        const given = VALID[action] ?? { InstanceId: ID };
        expect(test.code(name, { ...given, ...how.params })).toBe(code);
        expect(counts(test.world).orders).toEqual({});
      });
    }
  }

  it('UpgradeInstance returns every code without the fault refuse', () => {
    const orders = MODEL['redis.UpgradeInstance']!.codes;
    expect(orders.filter((code) => !(code in CAUSES.UpgradeInstance!))).toEqual([]);
    const named = new Set<string>(FAULTS.map(({ name }) => name));
    for (const { fault } of Object.values(CAUSES.UpgradeInstance!)) if (fault) expect(named).toContain(fault);
  });

  it('the table of causes has only documented codes', () => {
    for (const [action, rows] of Object.entries(CAUSES)) {
      const { codes } = (MODEL[`redis.${action}`] ?? MODEL[`tag.${action}`])!;
      for (const code of Object.keys(rows)) expect(codes).toContain(code);
    }
  });
});

interface Gateway {
  readonly name?: string;
  readonly params?: unknown;
  readonly signing?: NewerSigning;
  /** Headers changed after signing. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly method?: string;
  readonly fault?: string;
  readonly limit?: number;
}

/** The cause of each gateway code, for a read that is otherwise valid. */
const GATEWAY: Readonly<Record<string, Gateway>> = {
  'AuthFailure.InvalidAuthorization': { headers: { authorization: 'Bearer x' } },
  'AuthFailure.SecretIdNotFound': { signing: { secretId: 'AKIDnobody' } },
  'AuthFailure.SignatureExpire': { signing: { at: START - 600_000 } },
  'AuthFailure.SignatureFailure': { signing: { secretKey: 'wrong' } },
  'AuthFailure.TokenFailure': { signing: { headers: { 'x-tc-token': 'stale' } } },
  InvalidAction: { name: 'redis.DropEverything' },
  InvalidParameter: { params: { Limit: '20' } },
  InvalidParameterValue: { params: { Limit: 1001 } },
  InvalidRequest: { params: '{' },
  MissingParameter: { signing: { region: null } },
  NoSuchProduct: { signing: { host: 'teapot.tencentcloudapi.com' } },
  NoSuchVersion: { signing: { headers: { 'x-tc-version': '1999-01-01' } } },
  RequestLimitExceeded: { limit: 1 },
  RequestSizeLimitExceeded: { params: ' '.repeat(10 * 1024 * 1024 + 1) },
  UnknownParameter: { params: { Colour: 'red' } },
  UnsupportedProtocol: { method: 'PUT' },
  UnsupportedRegion: { signing: { region: 'ap-atlantis' } },
  InternalError: { fault: 'internal-error@DescribeInstances' },
  'AuthFailure.UnauthorizedOperation': { fault: 'refuse=AuthFailure.UnauthorizedOperation@*' },
};

/** Gateway codes that only the fault refuse can return. */
const ONLY_BY_FAULT = [
  'ActionOffline',
  'AuthFailure.InvalidSecretId',
  'AuthFailure.MFAFailure',
  'DryRunOperation',
  'FailedOperation',
  'IpInBlacklist',
  'IpNotInWhitelist',
  'LimitExceeded',
  'RequestLimitExceeded.GlobalRegionUinLimitExceeded',
  'RequestLimitExceeded.IPLimitExceeded',
  'RequestLimitExceeded.UinLimitExceeded',
  'ResourceInUse',
  'ResourceInsufficient',
  'ResourceNotFound',
  'ResourceUnavailable',
  'ResponseSizeLimitExceeded',
  'ServiceUnavailable',
  'UnauthorizedOperation',
  'UnsupportedOperation',
];

describe('the gateway returns', () => {
  const rows: readonly (readonly [string, Gateway])[] = [
    ...Object.entries(GATEWAY),
    ...ONLY_BY_FAULT.map((code) => [code, { fault: `refuse=${code}@DescribeInstances` }] as const),
  ];
  for (const [code, how] of rows) {
    it(code, () => {
      const { name = 'redis.DescribeInstances', params = {}, signing, headers, fault } = how;
      const test = testWorld([PLAIN], { faults: fault ? [fault] : [], limit: how.limit ?? null });
      const once = (): string => {
        const request = signed(name, params, test.now, signing);
        const { method = request.method } = how;
        return codeOf(test.send({ ...request, method, headers: { ...request.headers, ...headers } }));
      };
      if (how.limit !== undefined) expect(once()).toBe('ok');
      expect(once()).toBe(code);
    });
  }
});

describe('a fault with start and end times', () => {
  const seen = (fault: string, at: readonly number[]): string => {
    const test = testWorld([PLAIN], { faults: [fault] });
    const once = (ms: number): string => {
      test.now = START + ms;
      return test.code('redis.DescribeInstances') === 'ok' ? '.' : 'x';
    };
    return at.map(once).join('');
  };
  const cases: readonly (readonly [string, string])[] = [
    ['no-cam@DescribeInstances', 'xxxxx'],
    ['no-cam@DescribeInstances+10s', '..xxx'],
    ['no-cam@DescribeInstances+10s..20s', '..xx.'],
    ['no-cam@DescribeInstances#1+10s', '..x..'],
    ['clock-skew=10m+10s..20s', '..xx.'],
    ['limit=1@DescribeInstances+10s', '.....'],
    ['refuse=AuthFailure.SecretIdNotFound@*+0.5s..10s', '.x...'],
  ];
  for (const [fault, expected] of cases)
    it(`${fault}: ${expected}`, () => expect(seen(fault, [0, 9999, 10_000, 19_999, 20_000])).toBe(expected));

  it('can lower a limit', () => {
    const test = testWorld([PLAIN], { faults: ['limit=1@DescribeInstances+10s..20s'] });
    const twice = [0, 10_000, 20_000].map((ms) => {
      test.now = START + ms;
      return [1, 2].map(() => test.code('redis.DescribeInstances'));
    });
    expect(twice.map((pair) => pair[1])).toEqual(['ok', 'RequestLimitExceeded', 'ok']);
  });

  it('can run another user’s task', () => {
    const test = testWorld([PLAIN], { faults: [`foreign-task=${ID}+10s..20s`] });
    const results = [0, 10_000, 20_000].map((ms) => {
      test.now = START + ms;
      return test.call('redis.DescribeTaskList').Tasks.map(({ Result }: { Result: number }) => Result);
    });
    expect(results).toEqual([[], [1], [2]]);
    expect(test.code('redis.UpgradeInstance', GROWN)).toBe('ok');
  });
});
