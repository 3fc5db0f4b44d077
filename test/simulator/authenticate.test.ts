import { describe, expect, it } from 'vitest';
import { given } from '../../src/given.ts';
import { Refusal } from '../../src/simulator/actions/refusal.ts';
import { authenticate } from '../../src/simulator/gateway/authenticate.ts';
import { type NewerSigning, olderSigned, SECRET_ID, SECRET_KEY, signed } from './signed-request.ts';
import { codeOf, START, testWorld } from './test-world.ts';

// The published examples (docs/provider.md P149). The escapes in the body are literal.
const BODY = '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}';
const HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  host: 'cvm.tencentcloudapi.com',
  'x-tc-action': 'DescribeInstances',
  'x-tc-timestamp': '1551113065',
};
/** Keys, names of the signed headers, signature. */
const EXAMPLES = {
  A: [
    ['AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE', 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE'],
    'content-type;host',
    '72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168',
  ],
  B: [
    [`AKID${'*'.repeat(32)}`, '*'.repeat(32)],
    'content-type;host;x-tc-action',
    '10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f',
  ],
} as const;
const SIGNED_AT = 1_551_113_065_000;

/** Returns the service of an accepted example, or the code of the refusal. */
function verify(
  [[id, key], names, signature]: (typeof EXAMPLES)['A' | 'B'],
  changed: { body?: string; key?: string; at?: number } = {},
): string {
  const authorization = `TC3-HMAC-SHA256 Credential=${id}/2019-02-25/cvm/tc3_request, SignedHeaders=${names}, Signature=${signature}`;
  const { body = BODY, key: secretKey = key, at = SIGNED_AT } = changed;
  const request = { method: 'POST', query: '', headers: { ...HEADERS, authorization }, body };
  try {
    return authenticate(request, (one) => (one === id ? { secretKey, token: null } : undefined), at).service;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('authenticate', () => {
  for (const [name, example] of Object.entries(EXAMPLES)) {
    it(`accepts the published example ${name}, and refuses it after any change`, () => {
      expect(verify(example)).toBe('cvm');
      expect(verify(example, { body: `${BODY} ` })).toBe('AuthFailure.SignatureFailure');
      expect(verify(example, { key: `${example[0][1]}x` })).toBe('AuthFailure.SignatureFailure');
      expect(verify(example, { at: SIGNED_AT + 301_000 })).toBe('AuthFailure.SignatureExpire');
    });
  }
});

describe('the gateway', () => {
  const cases: readonly (readonly [string, NewerSigning, string])[] = [
    ['a host with its port', {}, 'ok'],
    [
      'a host without its port and the service from the endpoint, as in the Node SDK',
      { signedHost: '127.0.0.1', service: '127' },
      'ok',
    ],
    ['a signed action', { signedHeaders: ['content-type', 'host', 'x-tc-action'] }, 'ok'],
    ['a declared unsigned payload', { headers: { 'x-tc-content-sha256': 'UNSIGNED-PAYLOAD' } }, 'ok'],
    ['another host', { signedHost: 'redis.tencentcloudapi.com' }, 'AuthFailure.SignatureFailure'],
    ['another key', { secretKey: 'wrong' }, 'AuthFailure.SignatureFailure'],
    ['an unknown id', { secretId: `AKID${'z'.repeat(32)}` }, 'AuthFailure.SecretIdNotFound'],
    ['an unsigned host', { signedHeaders: ['content-type'] }, 'AuthFailure.InvalidAuthorization'],
    ['a clock 5 minutes slow', { at: START - 300_000 }, 'ok'],
    ['a clock slower than 5 minutes', { at: START - 301_000 }, 'AuthFailure.SignatureExpire'],
    ['a clock faster than 5 minutes', { at: START + 301_000 }, 'AuthFailure.SignatureExpire'],
  ];
  for (const [what, signing, expected] of cases) {
    it(`answers ${expected} for ${what}`, () => {
      expect(testWorld([]).code('redis.DescribeInstances', {}, signing)).toBe(expected);
    });
  }

  const flat: readonly (readonly [string, Record<string, string>, NewerSigning['headers']])[] = [
    ['in the query', { InstanceId: 'crs-cluster1' }, {}],
    [
      'in the query with a declared unsigned payload',
      { InstanceId: 'crs-cluster1' },
      { 'x-tc-content-sha256': 'UNSIGNED-PAYLOAD' },
    ],
    // Python, PHP, and the other SDKs.
    ...['True', '1', 'true'].map(
      (yes) => [`with ${yes}`, { InstanceId: 'crs-cluster1', FilterSlave: yes }, {}] as const,
    ),
    ...['False', '0', 'false'].map(
      (no) => [`with ${no}`, { InstanceId: 'crs-cluster1', FilterSlave: no }, {}] as const,
    ),
  ];
  for (const [what, params, headers] of flat) {
    it(`reads parameters ${what}, with both signatures`, () => {
      const test = testWorld([{ id: 'crs-cluster1', edition: 'redis-5.0-cluster' }]);
      const name = 'redis.DescribeInstanceShards';
      const expected = /True|1|true/.test(params.FilterSlave ?? '') ? 3 : 6;
      expect(test.call(name, params, { method: 'GET', ...given({ headers }) }).TotalCount).toBe(expected);
      for (const method of ['GET', 'POST'] as const)
        expect(test.send(olderSigned(name, params, START, { method })).TotalCount).toBe(expected);
    });
  }

  it('finds the product by its action if two products have one version and the signed service is unknown', () => {
    const test = testWorld([{ id: 'crs-aaaa1111', tags: { app: 'cart' } }]);
    const how = { service: '127', signedHost: '127.0.0.1' };
    expect(test.call('sts.GetCallerIdentity', {}, how).Type).toBe('CAMUser');
    const { Tags } = test.call(
      'tag.DescribeResourceTagsByResourceIds',
      {
        ServiceType: 'redis',
        ResourcePrefix: 'instance',
        ResourceRegion: 'ap-guangzhou',
        ResourceIds: ['crs-aaaa1111'],
      },
      how,
    );
    expect(Tags[0]).toMatchObject({ TagKey: 'app', TagValue: 'cart' });
  });

  it('refuses a changed query, and any other text for a boolean', () => {
    const test = testWorld([{ id: 'crs-cluster1', edition: 'redis-5.0-cluster' }]);
    const headers = { 'x-tc-content-sha256': 'UNSIGNED-PAYLOAD' };
    const params = { InstanceId: 'crs-cluster1' };
    const request = signed('redis.DescribeInstanceShards', params, START, { method: 'GET', headers });
    const code = codeOf(test.send({ ...request, url: request.url.replace('cluster1', 'cluster2') }));
    expect(code).toBe('AuthFailure.SignatureFailure');
    for (const FilterSlave of ['yes', '', '2', 'constructor'])
      expect(test.code('redis.DescribeInstanceShards', { ...params, FilterSlave }, { method: 'GET' })).toBe(
        'InvalidParameter',
      );
  });

  it('refuses a changed body, an invalid header and a missing header', () => {
    const test = testWorld([]);
    const request = signed('redis.DescribeInstances', { Limit: 5 }, START);
    const code = (changed: object): string => codeOf(test.send({ ...request, ...changed }));
    expect(code({})).toBe('ok');
    expect(code({ body: '{"Limit":6}' })).toBe('AuthFailure.SignatureFailure');
    const withHeader = (changed: object): string => code({ headers: { ...request.headers, ...changed } });
    expect(withHeader({ authorization: 'Bearer x' })).toBe('AuthFailure.InvalidAuthorization');
    expect(withHeader({ authorization: undefined })).toBe('AuthFailure.InvalidAuthorization');
    expect(withHeader({ 'x-tc-timestamp': undefined })).toBe('AuthFailure.InvalidAuthorization');
  });

  it('refuses a scope with a local date instead of a UTC date', () => {
    const request = signed('redis.DescribeInstances', {}, START);
    const authorization = request.headers.authorization!.replace('/2026-01-05/', '/2026-01-06/');
    const answer = testWorld([]).send({ ...request, headers: { ...request.headers, authorization } });
    expect(codeOf(answer)).toBe('AuthFailure.SignatureFailure');
  });

  it('needs the token of a temporary key', () => {
    const identities = [{ secretId: SECRET_ID, secretKey: SECRET_KEY, token: 'session', uin: '1' }];
    const test = testWorld([], { identities });
    expect(test.code('redis.DescribeInstances')).toBe('AuthFailure.TokenFailure');
    const headers = { 'x-tc-token': 'session' };
    expect(test.code('redis.DescribeInstances', {}, { headers })).toBe('ok');
  });

  it('refuses correct timestamps if the server clock is skewed', () => {
    expect(testWorld([], { faults: ['clock-skew=10m'] }).code('redis.DescribeInstances')).toBe(
      'AuthFailure.SignatureExpire',
    );
    expect(testWorld([], { faults: ['clock-skew=-4m'] }).code('redis.DescribeInstances')).toBe('ok');
  });
});
