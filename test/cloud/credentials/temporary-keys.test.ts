import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Credentials } from '../../../src/cloud/credentials/find-credentials.ts';
import { RefitError } from '../../../src/errors.ts';
import { HOME, type Machine, machine, ROLE, START } from '../key-services.ts';

const env = { TENCENTCLOUD_SECRET_ID: 'id-env', TENCENTCLOUD_SECRET_KEY: 'key-env' };
const tke = {
  TKE_REGION: 'ap-shanghai',
  TKE_PROVIDER_ID: 'cls-1',
  TKE_WEB_IDENTITY_TOKEN_FILE: '/var/run/token',
  TKE_ROLE_ARN: ROLE,
};
const pod = { '/var/run/token': 'jwt-never-show\n' };
const tccli = (fields: object) => JSON.stringify({ secretId: 'id-cli', secretKey: 'key-cli', ...fields });
const file = (profile: string, fields: object) => ({
  [`${HOME}/.tccli/${profile}.credential`]: tccli(fields),
});
const soon = START / 1000 + 600;

describe('keys come from the first source that has them', () => {
  it.each<[string, Machine, string, string]>([
    ['the environment before a machine with a role', { env, role: 'resizer' }, 'id-env', 'the environment'],
    [
      'a file before a machine with a role',
      { files: file('default', {}), role: 'resizer' },
      'id-cli',
      '.tccli',
    ],
    ['the role of the machine', { role: 'resizer' }, 'id-cvm-1', 'role resizer of this machine'],
    [
      'the role of the machine before that of the pod',
      { role: 'r', env: tke, files: pod },
      'id-cvm-1',
      'machine',
    ],
    [
      'the role of the pod, on a machine without a role',
      { role: null, env: tke, files: pod },
      'id-sts-1',
      ROLE,
    ],
    ['the role of the pod, without a metadata service', { env: tke, files: pod }, 'id-sts-1', ROLE],
    [
      'the named role of the machine',
      { role: 'other', env: { TENCENTCLOUD_CAM_ROLE_NAME: 'named' } },
      'id-cvm-1',
      'role named of this machine',
    ],
    [
      'a web page instead of a role name counts as no role',
      {
        role: 'r',
        pages: {
          '/latest/meta-data/cam/security-credentials/': {
            status: 200,
            contentType: 'text/html',
            body: '<html>log in</html>',
          },
        },
        env: tke,
        files: pod,
      },
      'id-sts-1',
      'pod',
    ],
    [
      'a role assumed with keys of the environment',
      { env: { ...env, TENCENTCLOUD_ROLE_ARN: ROLE, TENCENTCLOUD_ROLE_SESSION_NAME: 'night-shift' } },
      'id-sts-1',
      `role ${ROLE}, assumed by the environment`,
    ],
    [
      'a role in the variables of Terraform',
      {
        env: { ...env, TENCENTCLOUD_ASSUME_ROLE_ARN: ROLE, TENCENTCLOUD_ASSUME_ROLE_SESSION_DURATION: '900' },
      },
      'id-sts-1',
      ROLE,
    ],
    [
      'a role assumed with the role of the machine',
      { role: 'r', env: { TENCENTCLOUD_ROLE_ARN: ROLE } },
      'id-sts-1',
      `role ${ROLE}, assumed by role r of this machine`,
    ],
    [
      'a role in a profile of tccli',
      { files: file('retail', { 'role-arn': ROLE, 'role-session-name': 'me' }), profile: 'retail' },
      'id-sts-1',
      ROLE,
    ],
    [
      'a profile of tccli that uses the role of the machine',
      { files: file('retail', { type: 'cvm-role' }), profile: 'retail', role: 'r' },
      'id-cvm-1',
      'role r of this machine',
    ],
    [
      'a login that has not expired',
      { files: file('retail', { type: 'oauth', token: 't', expiresAt: soon }), profile: 'retail' },
      'id-cli',
      'retail.credential',
    ],
    [
      'the shared profile folder of Terraform',
      {
        files: { '/shared/retail.credential': tccli({}) },
        env: { TENCENTCLOUD_SHARED_CREDENTIALS_DIR: '/shared' },
        profile: 'retail',
      },
      'id-cli',
      '/shared/retail.credential',
    ],
    [
      'the profile that the environment names',
      {
        files: { ...file('default', { secretId: 'id-other' }), ...file('retail', {}) },
        env: { TCCLI_PROFILE: 'retail' },
      },
      'id-cli',
      'retail.credential',
    ],
    [
      'keys in the environment before the profile that it names',
      { files: file('retail', {}), env: { ...env, TENCENTCLOUD_PROFILE: 'retail' } },
      'id-env',
      'the environment',
    ],
    [
      'the credentials file that a variable names',
      {
        files: {
          '/mine': '[default]\nsecret_id=id-mine\nsecret_key=k\n',
          [`${HOME}/.tencentcloud/credentials`]: '[default]\nsecret_id=id-home\nsecret_key=k\n',
        },
        env: { TENCENTCLOUD_CREDENTIALS_FILE: '/mine' },
      },
      'id-mine',
      '[default] in /mine',
    ],
  ])('%s', async (_, given, id, source) => {
    const { find } = machine(given);
    const found = await find();
    expect(found.secretId).toBe(id);
    expect(found.sourceName).toContain(source);
  });

  it('a named profile assumes no role of the environment and calls no service', async () => {
    const { find, asked } = machine({
      env: { ...env, ...tke, TENCENTCLOUD_ROLE_ARN: ROLE },
      files: { ...pod, ...file('retail', {}) },
      profile: 'retail',
      role: 'r',
    });
    expect((await find()).secretId).toBe('id-cli');
    expect(asked).toEqual([]);
  });

  it('the search waits at most one second on a machine of another provider', async () => {
    const { find, clock, asked } = machine({});
    await expect(find()).rejects.toMatchObject({ code: 'no-credentials' });
    expect(clock.monotonic()).toBe(1000);
    expect(asked.map(({ origin, headers }) => [origin, headers])).toEqual([
      ['http://metadata.tencentyun.com', {}],
    ]);
  });

  it.each<[string, Machine, string[]]>([
    [
      'a host of the provider',
      { endpoint: 'https://tencentcloudapi.com' },
      ['http://metadata.tencentyun.com'],
    ],
    ['a host of the user', { endpoint: 'https://cloud.example' }, ['http://metadata.tencentyun.com']],
    ['loopback: no call', { endpoint: 'http://127.0.0.1:8080' }, []],
    [
      'loopback with a named role: at that endpoint',
      { endpoint: 'http://127.0.0.1:8080/', env: { TENCENTCLOUD_CAM_ROLE_NAME: 'r' } },
      ['http://127.0.0.1:8080'],
    ],
    [
      'loopback with a profile of the role: at that endpoint',
      { endpoint: 'http://127.0.0.1:8080', files: file('p', { type: 'cvm-role' }), profile: 'p' },
      ['http://127.0.0.1:8080'],
    ],
  ])('Refit asks for the role of the machine with an endpoint on %s', async (_, given, origins) => {
    const { find, asked } = machine({ role: 'r', ...given });
    await find().catch(() => {});
    expect([...new Set(asked.map((one) => one.origin))]).toEqual(origins);
  });

  it('temporary keys have a token, an expiry and an identity', async () => {
    const { find } = machine({ env: { ...env, TENCENTCLOUD_ROLE_ARN: ROLE } });
    const found = await find();
    expect(found.token?.reveal()).toBe('token-sts-1');
    expect(found).toMatchObject({ expiresAt: START + 7200_000, identity: ROLE, source: 'environment' });
  });
});

describe('Refit calls the token service', () => {
  it('with the present keys and token, signed, in the region of the provider’s clients', async () => {
    const { find, asked } = machine({
      env: {
        ...env,
        TENCENTCLOUD_TOKEN: 'token-env',
        TENCENTCLOUD_ASSUME_ROLE_ARN: ROLE,
        TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME: 'night',
        TENCENTCLOUD_ASSUME_ROLE_SESSION_DURATION: '900',
        TENCENTCLOUD_ASSUME_ROLE_EXTERNAL_ID: 'x-1',
      },
    });
    await find();
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      action: 'AssumeRole',
      origin: 'https://sts.tencentcloudapi.com',
      fields: { RoleArn: ROLE, RoleSessionName: 'night', DurationSeconds: 900, ExternalId: 'x-1' },
    });
    expect(asked[0]!.headers).toMatchObject({
      'X-TC-Version': '2018-08-13',
      'X-TC-Region': 'ap-guangzhou',
      'X-TC-Token': 'token-env',
      Authorization: expect.stringMatching(/Credential=id-env\/2026-01-05\/sts\/tc3_request/),
    });
  });

  it('without a signature but with the token of the pod, for the identity of a pod', async () => {
    const { find, asked } = machine({ env: tke, files: pod, role: null });
    await find();
    expect(asked[1]).toMatchObject({
      action: 'AssumeRoleWithWebIdentity',
      fields: {
        RoleArn: ROLE,
        RoleSessionName: 'refit',
        ProviderId: 'cls-1',
        WebIdentityToken: 'jwt-never-show',
      },
    });
    expect(asked[1]!.headers).toMatchObject({ Authorization: 'SKIP', 'X-TC-Region': 'ap-shanghai' });
    expect(asked[1]!.headers).not.toHaveProperty('X-TC-Token');
  });

  it.each([
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['https://redis.ap-shanghai-fsi.tencentcloudapi.com', 'https://sts.ap-shanghai-fsi.tencentcloudapi.com'],
    ['https://internal.tencentcloudapi.com', 'https://sts.internal.tencentcloudapi.com'],
  ])('with endpoint %s at %s', async (endpoint, origin) => {
    const { find, asked } = machine({ env: { ...env, TENCENTCLOUD_ROLE_ARN: ROLE }, endpoint });
    await find();
    expect(asked[0]!.origin).toBe(origin);
  });

  it.each([['silence'], ['InternalError'], ['RequestLimitExceeded']])('again after %s', async (fault) => {
    const { find, asked } = machine({
      env: { ...env, TENCENTCLOUD_ROLE_ARN: ROLE },
      sts: [fault, fault, null],
    });
    expect((await find()).secretId).toBe('id-sts-1');
    expect(asked).toHaveLength(3);
  });
});

describe('Refit refuses keys with a fix', () => {
  it.each<[string, Machine, Partial<RefitError>]>([
    [
      'if a login has expired',
      { files: file('retail', { type: 'oauth', token: 't', expiresAt: START / 1000 }), profile: 'retail' },
      { code: 'no-credentials', fix: 'tccli auth login --profile retail' },
    ],
    [
      'if a single sign-on has expired',
      { files: file('default', { type: 'sso', token: 't', expiresAt: 1 }) },
      { code: 'no-credentials', fix: 'tccli sso login' },
    ],
    [
      'if a profile has an unknown type',
      { files: file('default', { type: 'mystery' }) },
      {
        code: 'no-credentials',
        message: expect.stringContaining('a type that Refit does not know') as never,
      },
    ],
    [
      'if a profile uses the role of a machine without one',
      { files: file('retail', { type: 'cvm-role' }), profile: 'retail', role: null },
      { code: 'no-credentials', message: 'no role is bound to this machine' },
    ],
    [
      'if a profile uses the role of a machine, on another machine',
      { files: file('retail', { type: 'cvm-role' }), profile: 'retail' },
      { code: 'provider-unreachable', fix: expect.stringContaining('run refit on that machine') as never },
    ],
    [
      'if the machine has a role but no keys for it',
      {
        role: 'r',
        pages: {
          '/latest/meta-data/cam/security-credentials/r': {
            status: 200,
            contentType: 'application/json',
            body: '{"Code":"Fail","TmpSecretKey":"hush-hush"}',
          },
        },
      },
      { code: 'no-credentials', message: expect.stringContaining('no keys for role r') as never },
    ],
    [
      'if the identity of the pod is incomplete',
      { env: { TKE_ROLE_ARN: ROLE, TKE_REGION: 'ap-guangzhou', TKE_PROVIDER_ID: 'x' } },
      {
        code: 'no-credentials',
        message: expect.stringContaining('TKE_WEB_IDENTITY_TOKEN_FILE is not set') as never,
      },
    ],
    [
      'if the pod has no token',
      { env: tke },
      { code: 'no-credentials', message: expect.stringContaining('/var/run/token') as never },
    ],
    [
      'if the named file does not exist',
      { env: { TENCENTCLOUD_CREDENTIALS_FILE: '/absent' }, role: 'r' },
      { code: 'no-credentials', message: expect.stringContaining('/absent') as never },
    ],
    [
      'if the role is malformed',
      { env: { ...env, TENCENTCLOUD_ROLE_ARN: 'resizer' } },
      { code: 'no-credentials', fix: expect.stringContaining('qcs::cam::uin/') as never },
    ],
    [
      'if the session name is malformed',
      { env: { ...env, TENCENTCLOUD_ROLE_ARN: ROLE, TENCENTCLOUD_ROLE_SESSION_NAME: 'a b' } },
      { code: 'no-credentials', message: expect.stringContaining('session name') as never },
    ],
    [
      'without the permission to assume the role',
      { env: { ...env, TENCENTCLOUD_ROLE_ARN: ROLE }, sts: ['UnauthorizedOperation'] },
      { code: 'credentials-refused', fix: expect.stringContaining('sts:AssumeRole') as never },
    ],
    [
      'if the clock is wrong',
      { env: { ...env, TENCENTCLOUD_ROLE_ARN: ROLE }, sts: ['AuthFailure.SignatureExpire'] },
      { code: 'credentials-refused', fix: expect.stringContaining('clock') as never },
    ],
    [
      'if the token service does not answer',
      { env: { ...env, TENCENTCLOUD_ROLE_ARN: ROLE }, sts: ['silence', 'silence', 'silence', 'silence'] },
      { code: 'provider-unreachable', message: expect.stringContaining('4 tries') as never },
    ],
    [
      'if the environment names a missing profile, on any machine',
      { env: { TCCLI_PROFILE: 'absent' }, role: 'r' },
      { code: 'no-credentials', message: 'no credentials for profile absent' },
    ],
    [
      'if the environment names a profile that is a path',
      { env: { TCCLI_PROFILE: '../../etc/passwd' } },
      { code: 'usage', fix: expect.stringContaining('TCCLI_PROFILE') as never },
    ],
  ])('%s', async (_, given, expected) => {
    const error = await machine(given)
      .find()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RefitError);
    expect(error).toMatchObject(expected);
    const shown = inspect(error, { depth: 9, showHidden: true });
    for (const hidden of ['key-env', 'key-cli', 'hush-hush', 'jwt-never-show'])
      expect(shown).not.toContain(hidden);
  });
});

describe('a renewal of keys', () => {
  const earlier = (source: Credentials['source'], sourceName = 'role r of this machine') =>
    ({ source, sourceName }) as Credentials;

  it('uses the source of the old keys, although an earlier source has keys now', async () => {
    const { find } = machine({ env, role: 'r' });
    expect((await find(earlier('cvm-role'))).secretId).toBe('id-cvm-1');
  });

  it('does not search other sources if its own is silent, because that could change the identity', async () => {
    const { find, asked } = machine({ env: tke, files: pod });
    await expect(find(earlier('cvm-role'))).rejects.toMatchObject({ code: 'provider-unreachable' });
    expect(asked).toHaveLength(3);
  });

  it('names the source if it has no keys any more', async () => {
    const { find } = machine({ role: 'r' });
    await expect(find(earlier('environment', 'the environment'))).rejects.toMatchObject({
      code: 'no-credentials',
      message: 'the environment gave keys before and has none now',
    });
  });

  it('uses the present token of the pod', async () => {
    const at = machine({ env: tke, files: { ...pod }, role: null });
    const first = await at.find();
    at.given.files!['/var/run/token'] = 'jwt-2';
    await at.find(first);
    expect(at.asked.at(-1)!.fields.WebIdentityToken).toBe('jwt-2');
  });
});

describe('no output shows temporary keys', () => {
  it.each<[string, Machine]>([
    ['of a machine', { role: 'r' }],
    ['of a role', { env: { ...env, TENCENTCLOUD_ROLE_ARN: ROLE } }],
    ['of a pod', { env: tke, files: pod, role: null }],
  ])('%s', async (_, given) => {
    const found = await machine(given).find();
    const shown = inspect(found, { depth: 9, showHidden: true }) + JSON.stringify(found);
    expect(shown).toContain('(hidden)');
    expect(shown).not.toMatch(/key-(env|sts|cvm)|token-(sts|cvm)|jwt/);
  });
});
