import { describe, expect, it } from 'vitest';
import { Refusal } from '../../src/simulator/actions/refusal.ts';
import { authenticateParameters } from '../../src/simulator/gateway/authenticate.ts';
import type { WireRequest } from '../../src/simulator/gateway/parse-request.ts';
import { type OlderSigning, olderSigned } from './signed-request.ts';
import { codeOf, START, testWorld } from './test-world.ts';

/** The published example (docs/provider.md P151) with its two key pairs, also recomputed with SHA-256. */
const EXAMPLE = {
  Action: 'DescribeInstances',
  'InstanceIds.0': 'ins-09dx96dg',
  Limit: '20',
  Nonce: '11886',
  Offset: '0',
  Region: 'ap-guangzhou',
  Timestamp: '1465185768',
  Version: '2017-03-12',
};
const STARS = ['AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******', 'Gu5t9xGARNpq86cd98joQYCN3*******'] as const;
const LETTERS = ['AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE', 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE'] as const;
const VECTORS = [
  ['HmacSHA1', STARS, {}, 'zmmjn35mikh6pM3V7sUEuX4wyYM='],
  ['HmacSHA1, other keys', LETTERS, {}, 'EliP9YW3pW28FpsEdkXt/+WcGeI='],
  ['HmacSHA256', LETTERS, { SignatureMethod: 'HmacSHA256' }, 'A8uy2/o7WBZXYCTWEFpMrVGhGBVlEGIOioeqRM+fzFs='],
] as const;

function verify([id, key]: readonly [string, string], more: object, at = 1_465_185_768_000): string {
  const params = new Map(Object.entries({ ...EXAMPLE, SecretId: id, ...more }) as [string, string][]);
  const host = 'cvm.tencentcloudapi.com';
  try {
    return authenticateParameters(
      { method: 'GET', host, params },
      (one) => (one === id ? { secretKey: key, token: null } : undefined),
      at,
    );
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('authenticateParameters', () => {
  for (const [name, keys, more, Signature] of VECTORS) {
    it(`accepts the published example ${name}, and refuses it after any change`, () => {
      expect(verify(keys, { ...more, Signature })).toBe(keys[0]);
      expect(verify(keys, { ...more, Signature, Limit: '21' })).toBe('AuthFailure.SignatureFailure');
      expect(verify([keys[0], `${keys[1]}x`], { ...more, Signature })).toBe('AuthFailure.SignatureFailure');
      expect(verify(keys, { ...more, Signature }, 1_465_185_768_000 + 301_000)).toBe(
        'AuthFailure.SignatureExpire',
      );
    });
  }
});

const FLEET = Array.from({ length: 13 }, (_, n) => ({ id: `crs-older0${String(n).padStart(2, '0')}` }));

/** A read of the fleet. */
const read = (own: Record<string, string> = {}, how: OlderSigning = {}): WireRequest =>
  olderSigned('redis.DescribeInstances', own, START, how);

describe('the older signature', () => {
  const cases: readonly (readonly [string, OlderSigning, string])[] = [
    ['GET', {}, 'ok'],
    ['POST, a form', { method: 'POST' }, 'ok'],
    ['GET with SHA-256', { signatureMethod: 'HmacSHA256' }, 'ok'],
    ['POST with SHA-256', { method: 'POST', signatureMethod: 'HmacSHA256' }, 'ok'],
    ['an unknown method, which means SHA-1', { signatureMethod: 'HmacMD5' }, 'ok'],
    ['the host signed without its port', { signedHost: '127.0.0.1' }, 'ok'],
    ['another host signed', { signedHost: 'redis.tencentcloudapi.com' }, 'AuthFailure.SignatureFailure'],
    ['another key', { secretKey: 'wrong' }, 'AuthFailure.SignatureFailure'],
    ['an unknown id', { secretId: 'AKIDnobody' }, 'AuthFailure.SecretIdNotFound'],
    ['a very long id', { secretId: 'A'.repeat(2000) }, 'AuthFailure.TokenFailure'],
    ['a clock five minutes slow', { at: START - 300_000 }, 'ok'],
    ['a slower clock', { at: START - 301_000 }, 'AuthFailure.SignatureExpire'],
    ['a token for a key without one', { params: { Token: 'x' } }, 'AuthFailure.TokenFailure'],
    ['no signature', { params: { Signature: '' } }, 'MissingParameter'],
    ['no nonce', { params: { Nonce: '' } }, 'MissingParameter'],
    [
      'a nonce of 63 bits, as in two of the official SDKs',
      { params: { Nonce: '9223372036854775807' } },
      'ok',
    ],
    ['a nonce below zero', { params: { Nonce: '-1' } }, 'InvalidParameter'],
    ['no action', { params: { Action: '' } }, 'MissingParameter'],
    ['no version', { params: { Version: '' } }, 'MissingParameter'],
    ['no region', { params: { Region: '' } }, 'MissingParameter'],
    ['an unknown version', { params: { Version: '1999-01-01' } }, 'NoSuchVersion'],
    ['an unknown action', { params: { Action: 'DropEverything' } }, 'InvalidAction'],
    ['an unknown parameter', { params: { Colour: 'red' } }, 'UnknownParameter'],
    ['text for a number', { params: { Limit: 'many' } }, 'InvalidParameter'],
  ];
  for (const [what, signing, expected] of cases) {
    it(`with ${what} gives ${expected}`, () =>
      expect(codeOf(testWorld(FLEET).send(read({}, signing)))).toBe(expected));
  }

  it('covers the twelfth element of a flat list before the second', () => {
    const test = testWorld(FLEET);
    const ids = Object.fromEntries(FLEET.map(({ id }, n) => [`InstanceIds.${n}`, id]));
    expect(test.send(read({ ...ids, Limit: '100' })).TotalCount).toBe(13);
  });

  it('covers raw values with special characters', () => {
    const test = testWorld([{ id: 'crs-older000', name: 'a b&c=d/+é%41' }]);
    for (const method of ['GET', 'POST'] as const)
      expect(test.send(read({ InstanceName: 'a b&c=d/+é%41' }, { method })).TotalCount).toBe(1);
  });

  it('is valid only once, and a new nonce makes a new request', () => {
    const test = testWorld(FLEET);
    const again = [7, 7, 8].map((nonce) => codeOf(test.send(read({}, { nonce }))));
    expect(again).toEqual(['ok', 'AuthFailure.SignatureExpire', 'ok']);
  });

  it('is valid for orders', () => {
    const test = testWorld(FLEET);
    const params = { InstanceId: 'crs-older000', MemSize: '8192', RedisShardNum: '1', RedisReplicasNum: '1' };
    const request = olderSigned('redis.UpgradeInstance', params, START, { method: 'POST' });
    expect(codeOf(test.send(request))).toBe('ok');
    expect(test.world.deals.size).toBe(1);
  });

  it('shares one request limit with the newer signature', () => {
    const test = testWorld(FLEET, { limit: 1 });
    expect(test.code('redis.DescribeInstances')).toBe('ok');
    expect(codeOf(test.send(read()))).toBe('RequestLimitExceeded');
  });
});

describe('the gateway refuses', () => {
  const send = (changed: Partial<WireRequest>): string =>
    codeOf(testWorld(FLEET).send({ ...read({}, { method: 'POST' }), ...changed }));
  const host = '127.0.0.1:8080';
  const sentAs = (type: string) => ({ host, 'content-type': type });
  const form = sentAs('application/x-www-form-urlencoded');
  const json = sentAs('application/json');
  const cases: readonly (readonly [string, Partial<WireRequest>, string])[] = [
    [
      'a form with the newer signature',
      { headers: { ...form, authorization: 'TC3-HMAC-SHA256 x' } },
      'UnsupportedProtocol',
    ],
    ['multipart', { headers: sentAs('multipart/form-data; boundary=x') }, 'UnsupportedProtocol'],
    ['PUT', { method: 'PUT' }, 'UnsupportedProtocol'],
    ['another path', { url: '/v2/index.php' }, 'InvalidRequest'],
    ['JSON without a signature', { headers: json, body: '{}' }, 'AuthFailure.InvalidAuthorization'],
    ['a GET without a signature', { method: 'GET', body: '' }, 'AuthFailure.InvalidAuthorization'],
    ['a form above 1 MB', { body: 'x'.repeat(1024 * 1024 + 1) }, 'RequestSizeLimitExceeded'],
    [
      'a query above 32 KB',
      { method: 'GET', url: `/?Action=${'x'.repeat(32 * 1024)}`, body: '' },
      'RequestSizeLimitExceeded',
    ],
    [
      'JSON above 10 MB',
      { headers: json, body: ' '.repeat(10 * 1024 * 1024 + 1) },
      'RequestSizeLimitExceeded',
    ],
  ];
  for (const [what, changed, expected] of cases)
    it(`${what}: ${expected}`, () => expect(send(changed)).toBe(expected));
});
