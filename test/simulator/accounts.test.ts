import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { RefitError } from '../../src/errors.ts';
import { parseAccount, readFleetFile } from '../../src/simulator/fleet/accounts.ts';
import { http } from '../../src/simulator/gateway/http.ts';
import { createSimulatedWorld, type SimulateOptions } from '../../src/simulator/simulate.ts';
import { parseFault } from '../../src/simulator/world/faults.ts';
import { HOUR } from '../../src/units.ts';
import { type NewerSigning, olderSigned, signed } from './signed-request.ts';
import { type Answer, codeOf, requestsTo, resizeOf, START } from './test-world.ts';

const TWO = {
  accounts: [
    { name: 'default', fleet: [{ id: 'crs-own00000' }, { id: 'crs-own00001' }] },
    {
      name: 'retail',
      uin: '100000000777',
      balance: 1,
      fleet: [{ id: 'crs-retail00' }, { id: 'crs-retail01', billing: 'prepaid', daysLeft: 3000 }],
      users: { planner: ['UpgradeInstance'], powerless: ['*'] },
      roles: { operator: [], reader: ['UpgradeInstance'] },
    },
  ],
};

/** A world as `refit simulate` creates it. `as` returns the keys of an account or user. */
function simulated(options: SimulateOptions = {}) {
  const { world, keys } = createSimulatedWorld({ fleet: JSON.stringify(TWO), limit: 0, ...options }, START);
  const as = (account: string, user: string | null = null): NewerSigning =>
    keys.find((one) => one.account === account && one.user === user)!;
  return Object.assign(requestsTo(world), { as });
}

/** Signing options with the temporary keys of an answer. */
const session = ({ Credentials: { TmpSecretId, TmpSecretKey, Token } }: Answer): NewerSigning => ({
  secretId: TmpSecretId,
  secretKey: TmpSecretKey,
  headers: { 'x-tc-token': Token },
});

describe('an account', () => {
  it('sees only its own instances, and cannot order for those of another account', () => {
    const test = simulated();
    const ids = (account: string): string[] =>
      test
        .call('redis.DescribeInstances', {}, test.as(account))
        .InstanceSet.map(({ InstanceId }: Answer) => InstanceId);
    expect(ids('default')).toEqual(['crs-own00001', 'crs-own00000']);
    expect(ids('retail')).toEqual(['crs-retail01', 'crs-retail00']);
    for (const name of ['redis.UpgradeInstance', 'redis.InquiryPriceUpgradeInstance'])
      expect(test.code(name, resizeOf('crs-own00000'), test.as('retail'))).toBe(
        'ResourceNotFound.InstanceNotExists',
      );
  });

  it('has its own balance, orders and tasks', () => {
    const test = simulated();
    const ofBoth = <T>(read: (keys: NewerSigning) => T): T[] =>
      ['default', 'retail'].map((one) => read(test.as(one)));
    expect(ofBoth((keys) => test.balance(keys))).toEqual([1_000_000_000, 100]);
    expect(test.code('redis.UpgradeInstance', resizeOf('crs-retail01'), test.as('retail'))).toBe(
      'ResourceUnavailable.AccountBalanceNotEnough',
    );
    const { DealName } = test.call('redis.UpgradeInstance', resizeOf('crs-retail00'), test.as('retail'));
    test.pass(700);
    const details = (keys: NewerSigning) => test.call('redis.DescribeInstanceDealDetail', { DealName }, keys);
    expect(ofBoth((keys) => details(keys).DealDetails.length)).toEqual([0, 1]);
    expect(ofBoth((keys) => test.call('redis.DescribeTaskList', {}, keys).TotalCount)).toEqual([0, 1]);
    expect(ofBoth((keys) => test.deals({ StatusSet: [1, 2, 3, 4] }, keys).TotalCount)).toEqual([0, 1]);
  });

  it('has its own request limit, as does each of its users', () => {
    const test = simulated({ limit: 1 });
    const seen = [test.as('default'), test.as('retail'), test.as('retail', 'planner'), test.as('retail')].map(
      (who) => test.code('redis.DescribeInstances', {}, who),
    );
    expect(seen).toEqual(['ok', 'ok', 'ok', 'RequestLimitExceeded']);
  });

  it('has users that see its fleet with fewer permissions', () => {
    const test = simulated();
    const planner = test.as('retail', 'planner');
    expect(test.call('redis.DescribeInstances', {}, planner).TotalCount).toBe(2);
    expect(test.code('redis.UpgradeInstance', resizeOf('crs-retail00'), planner)).toBe(
      'InvalidParameter.PermissionDenied',
    );
    const powerless = test.as('retail', 'powerless');
    expect(test.code('redis.DescribeMaintenanceWindow', { InstanceId: 'crs-retail00' }, powerless)).toBe(
      'UnauthorizedOperation.NoCAMAuthed',
    );
    expect(test.code('billing.DescribeAccountBalance', {}, powerless)).toBe(
      'AuthFailure.UnauthorizedOperation',
    );
    expect(test.call('sts.GetCallerIdentity', {}, planner)).toMatchObject({
      AccountId: '100000000777',
      UserId: '100000000778',
      Type: 'CAMUser',
    });
  });

  it('can come from --account, with instances that no other account has', () => {
    const test = simulated({
      fleet: JSON.stringify([{ id: 'crs-own00000' }]),
      accounts: [parseAccount('retail=40')],
    });
    expect(test.call('redis.DescribeInstances', {}, test.as('default')).TotalCount).toBe(1);
    const both = createSimulatedWorld({ instances: 60, accounts: [parseAccount('retail=60')] }, START).world;
    expect(both.instances.size).toBe(120);
  });
});

describe('temporary keys', () => {
  const ASSUME = { RoleArn: 'qcs::cam::uin/100000000777:roleName/operator', RoleSessionName: 'night-shift' };

  it('act for the account of the role, with its permissions, until they expire', () => {
    const test = simulated();
    const honest = { ...test.as('default'), region: 'ap-guangzhou' };
    const answer = test.call('sts.AssumeRole', { ...ASSUME, DurationSeconds: 900 }, honest);
    expect(answer).toMatchObject({ ExpiredTime: START / 1000 + 900, Expiration: '2026-01-05T02:15:00Z' });
    const keys = session(answer);
    expect(test.call('sts.GetCallerIdentity', {}, keys)).toMatchObject({
      AccountId: '100000000777',
      UserId: expect.stringMatching(/^46\d+:night-shift$/),
      PrincipalId: '100000000001',
      Type: 'CAMRole',
    });
    expect(test.code('redis.UpgradeInstance', resizeOf('crs-retail00'), keys)).toBe('ok');
    test.pass(899_999);
    expect(test.code('redis.DescribeInstances', {}, keys)).toBe('ok');
    test.pass(1);
    expect(test.code('redis.DescribeInstances', {}, keys)).toBe('AuthFailure.TokenFailure');
  });

  it('need their token, which no other key can use', () => {
    const test = simulated();
    const keys = session(test.call('sts.AssumeRole', ASSUME, test.as('default')));
    const wrong: NewerSigning[] = [
      { ...keys, headers: {} },
      { ...keys, headers: { 'x-tc-token': 'x' } },
      { ...keys, headers: { 'x-tc-token': 'x'.repeat(4097) } },
      { ...test.as('default'), headers: keys.headers! },
    ];
    for (const how of wrong)
      expect(test.code('redis.DescribeInstances', {}, how)).toBe('AuthFailure.TokenFailure');
    const older = (Token: string): string => {
      const { secretId, secretKey } = keys as Required<NewerSigning>;
      return codeOf(
        test.send(olderSigned('redis.DescribeInstances', { Token }, test.now, { secretId, secretKey })),
      );
    };
    expect([older(keys.headers!['x-tc-token']!), older('x')]).toEqual(['ok', 'AuthFailure.TokenFailure']);
  });

  const wrong: readonly (readonly [string, object, string])[] = [
    ['more than twelve hours', { DurationSeconds: 43_201 }, 'InvalidParameter.OverTimeError'],
    [
      'an unknown role',
      { RoleArn: 'qcs::cam::uin/100000000777:roleName/x' },
      'ResourceNotFound.RoleNotFound',
    ],
    ['an unknown account', { RoleArn: 'qcs::cam::uin/5:roleName/x' }, 'ResourceNotFound.RoleNotFound'],
    ['a role without a full name', { RoleArn: 'operator' }, 'InvalidParameter.ParamError'],
    ['a session name of one letter', { RoleSessionName: 'x' }, 'InvalidParameter.ParamError'],
    ['no session name', { RoleSessionName: null }, 'MissingParameter'],
  ];
  for (const [what, more, code] of wrong) {
    it(`are refused for ${what}: ${code}`, () => {
      const test = simulated();
      expect(test.code('sts.AssumeRole', { ...ASSUME, ...more }, test.as('default'))).toBe(code);
    });
  }

  it('lack the permissions that the role lacks', () => {
    const test = simulated();
    const RoleArn = 'qcs::cam::uin/100000000777:roleName/reader';
    const keys = session(test.call('sts.AssumeRole', { ...ASSUME, RoleArn }, test.as('default')));
    expect(test.code('redis.UpgradeInstance', resizeOf('crs-retail00'), keys)).toBe(
      'InvalidParameter.PermissionDenied',
    );
  });

  it('are issued without a signature only for the token of another identity provider', () => {
    const test = simulated();
    const unsigned = (name: string, params: object): Answer => {
      const request = signed(name, params, test.now);
      return test.send({ ...request, headers: { ...request.headers, authorization: 'SKIP' } });
    };
    const params = { ...ASSUME, ProviderId: 'tke', WebIdentityToken: 'a.b.c' };
    const keys = session(unsigned('sts.AssumeRoleWithWebIdentity', params));
    expect(test.call('redis.DescribeInstances', {}, keys).TotalCount).toBe(2);
    expect(unsigned('sts.AssumeRoleWithWebIdentity', { ...params, WebIdentityToken: '' }).Error.Code).toBe(
      'InvalidParameter.ParamError',
    );
    expect(unsigned('sts.AssumeRole', ASSUME).Error.Code).toBe('AuthFailure.InvalidAuthorization');
    expect(unsigned('redis.DescribeInstances', {}).Error.Code).toBe('AuthFailure.InvalidAuthorization');
  });

  it('expire after token-life, or early with expired-token, which does not affect newer keys', () => {
    const short = simulated({ faults: [parseFault('token-life=30s')] });
    expect(short.call('sts.AssumeRole', ASSUME, short.as('default')).ExpiredTime).toBe(START / 1000 + 30);
    const dying = simulated({ faults: [parseFault('expired-token+10s')] });
    const first = session(dying.call('sts.AssumeRole', ASSUME, dying.as('default')));
    expect(dying.code('redis.DescribeInstances', {}, first)).toBe('ok');
    dying.pass(10_000);
    expect(dying.code('redis.DescribeInstances', {}, first)).toBe('AuthFailure.TokenFailure');
    const second = session(dying.call('sts.AssumeRole', ASSUME, dying.as('default')));
    expect(dying.code('redis.DescribeInstances', {}, second)).toBe('ok');
    expect(dying.code('redis.DescribeInstances', {}, dying.as('default'))).toBe('ok');
  });

  it('are removed long after they expire', () => {
    const test = simulated();
    const lasting = test.world.identities.size;
    for (let n = 0; n < 5; n++) {
      test.call('sts.AssumeRole', { ...ASSUME, DurationSeconds: 60 }, test.as('default'));
      test.pass(2 * HOUR);
    }
    expect(test.world.identities.size).toBe(lasting + 1);
  });
});

describe('the metadata service', () => {
  const PATH = '/latest/meta-data/cam/security-credentials/';
  const get = ({ world, now }: ReturnType<typeof simulated>, url: string): Answer =>
    http(world, { method: 'GET', url, headers: { host: 'metadata' }, body: '' }, now);

  it('returns the role and its keys, and repeats the keys for half of their lifetime', () => {
    const test = simulated();
    const role = get(test, PATH);
    expect(role).toMatchObject({ status: 200, body: 'refit-cvm' });
    const keys = (): Answer => JSON.parse(get(test, `${PATH}${role.body}`).body);
    const first = keys();
    expect(first).toMatchObject({
      Code: 'Success',
      ExpiredTime: START / 1000 + 7200,
      Expiration: '2026-01-05T04:00:00Z',
    });
    expect(test.call('redis.DescribeInstances', {}, session({ Credentials: first })).TotalCount).toBe(2);
    test.pass(HOUR - 1000);
    expect(keys()).toEqual(first);
    test.pass(2000);
    expect(keys().ExpiredTime).toBe(first.ExpiredTime + 3601);
  });
  it('answers 404 for other roles and paths, and without a role', () => {
    const test = simulated();
    expect(
      [`${PATH}other`, '/latest/meta-data/', '/latest/meta-data/x'].map((path) => get(test, path).status),
    ).toEqual([404, 404, 404]);
    expect(get(simulated({ cvmRole: null }), PATH).status).toBe(404);
    expect(get(simulated({ faults: [parseFault('no-cvm-role')] }), PATH).status).toBe(404);
    expect(get(simulated({ cvmRole: 'ops' }), PATH).body).toBe('ops');
  });
});

describe('a host name of the provider', () => {
  const FINANCE = { id: 'crs-finance0', zone: 'ap-shanghai-fsi-1' };
  const call = (host: string, region: string): string => {
    const test = simulated({ fleet: JSON.stringify([FINANCE]) });
    return test.code('redis.DescribeInstances', {}, { ...test.as('default'), host, region });
  };
  const cases: readonly (readonly [string, string, string])[] = [
    ['redis.tencentcloudapi.com', 'ap-guangzhou', 'ok'],
    ['redis.ap-shanghai.tencentcloudapi.com', 'ap-guangzhou', 'ok'],
    ['redis.intl.tencentcloudapi.com', 'ap-guangzhou', 'ok'],
    ['redis.internal.tencentcloudapi.com', 'ap-guangzhou', 'ok'],
    ['redis.ap-shanghai-fsi.tencentcloudapi.com', 'ap-shanghai-fsi', 'ok'],
    ['redis.tencentcloudapi.com', 'ap-shanghai-fsi', 'UnsupportedRegion'],
    ['redis.ap-shanghai-fsi.tencentcloudapi.com', 'ap-guangzhou', 'UnsupportedRegion'],
    ['teapot.tencentcloudapi.com', 'ap-guangzhou', 'NoSuchProduct'],
    ['127.0.0.1:8080', 'ap-shanghai-fsi', 'ok'],
  ];
  for (const [host, region, expected] of cases)
    it(`${host} for ${region}: ${expected}`, () => expect(call(host, region)).toBe(expected));

  it('of another front-end region has its own request limit', () => {
    const test = simulated({ limit: 1 });
    const from = (host: string): string =>
      test.code('redis.DescribeInstances', {}, { ...test.as('default'), host });
    expect(from('redis.tencentcloudapi.com')).toBe('ok');
    expect(from('redis.ap-shanghai.tencentcloudapi.com')).toBe('ok');
    expect(from('redis.tencentcloudapi.com')).toBe('RequestLimitExceeded');
  });
});

describe('a fleet file with accounts', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['{"accounts":[1]}', /account 1: is not an object/],
    ['{"accounts":[{"fleet":[]}]}', /has no name/],
    ['{"accounts":[{"name":"a b"}]}', /name is "a b"/],
    ['{"accounts":[{"name":"a","colour":1}]}', /unknown member "colour"/],
    ['{"accounts":[{"name":"a","balance":-1}]}', /balance is -1/],
    ['{"accounts":[{"name":"a","uin":7}]}', /uin is 7/],
    ['{"accounts":[{"name":"a","deny":"UpgradeInstance"}]}', /deny is/],
    ['{"accounts":[{"name":"a","users":{"b":[1]}}]}', /users is/],
    ['{"accounts":[{"name":"a","fleet":[{"id":"crs-short"}]}]}', /instance 1: id/],
    ['{}', /not an array/],
    ['nonsense', /not JSON/],
  ];
  for (const [text, message] of wrong) {
    it(`refuses ${text} and names the wrong member`, () => {
      expect(() => readFleetFile(text)).toThrow(message);
      expect(() => readFleetFile(text)).toThrow(RefitError);
    });
  }
  it('refuses a duplicate account name, and an instance of two accounts', () => {
    const make = (accounts: object[]) => () =>
      createSimulatedWorld({ fleet: JSON.stringify({ accounts }) }, new VirtualClock().now());
    expect(make([{ name: 'a' }, { name: 'a' }])).toThrow(/two accounts named a/);
    const fleet = [{ id: 'crs-aaaa1111' }];
    expect(
      make([
        { name: 'default', fleet },
        { name: 'b', fleet },
      ]),
    ).toThrow(/instance with the same id/);
  });
  it('has the short form --account, which refuses invalid text', () => {
    for (const text of ['retail', 'retail=', 'retail=x', '=4', 'a b=4'])
      expect(() => parseAccount(text)).toThrow(/--account/);
  });
});
