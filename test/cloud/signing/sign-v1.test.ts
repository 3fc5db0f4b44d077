import { describe, expect, it } from 'vitest';
import { createSigner } from '../../../src/cloud/calls/send-call.ts';
import { secret } from '../../../src/cloud/credentials/find-credentials.ts';
import {
  createNonces,
  flattenParams,
  signatureV1,
  signedForm,
  stringToSignV1,
} from '../../../src/cloud/signing/sign-v1.ts';
import { SIGNATURES, signatureFrom } from '../../../src/cloud/signing/signature.ts';
import { RefitError } from '../../../src/errors.ts';
import { Refusal } from '../../../src/simulator/actions/refusal.ts';
import { authenticateParameters } from '../../../src/simulator/gateway/authenticate.ts';

// The provider's public example with its two pairs of keys, also computed with SHA-256. Source: docs/provider.md P151.
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
const NAMED = { SignatureMethod: 'HmacSHA256' };
const HOST = 'cvm.tencentcloudapi.com';

/** The simulator's verdict on a signature: its id, or the code of the refusal. */
function verdictOf(
  verb: 'GET' | 'POST',
  params: Readonly<Record<string, string>>,
  [id, key]: readonly [string, string],
  token: string | null = null,
): string {
  const request = { method: verb, host: HOST, params: new Map(Object.entries(params)) };
  const find = (one: string) => (one === id ? { secretKey: key, token } : undefined);
  try {
    return authenticateParameters(request, find, 1_465_185_768_000);
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('signature version 1', () => {
  it.each([
    ['HmacSHA1', STARS, {}, 'zmmjn35mikh6pM3V7sUEuX4wyYM='],
    ['HmacSHA1', LETTERS, {}, 'EliP9YW3pW28FpsEdkXt/+WcGeI='],
    ['HmacSHA256', LETTERS, NAMED, 'A8uy2/o7WBZXYCTWEFpMrVGhGBVlEGIOioeqRM+fzFs='],
  ] as const)(
    'matches the public vector for %s with the keys %s, and the simulator accepts it',
    (method, keys, more, expected) => {
      const params = { ...EXAMPLE, ...more, SecretId: keys[0] };
      const made = signatureV1({ verb: 'GET', host: HOST, params }, method, keys[1]);
      expect(made).toBe(expected);
      expect(verdictOf('GET', { ...params, Signature: made }, keys)).toBe(keys[0]);
      expect(verdictOf('GET', { ...params, Signature: made, Offset: '1' }, keys)).toBe(
        'AuthFailure.SignatureFailure',
      );
    },
  );

  it('covers names sorted by code units and any raw values', () => {
    const params = { Zed: '', 'Ids.2': 'a b&c=d/+é%41', 'Ids.12': '快手', _under: '~' };
    expect(stringToSignV1({ verb: 'POST', host: '127.0.0.1:8080', params })).toBe(
      'POST127.0.0.1:8080/?Ids.12=快手&Ids.2=a b&c=d/+é%41&Zed=&_under=~',
    );
  });
});

describe('the form of a call', () => {
  const call = {
    host: HOST,
    action: 'UpgradeInstance',
    version: '2018-04-12',
    region: 'ap-guangzhou',
    timestamp: 1_465_185_768,
    nonce: 7,
    language: 'en-US',
    fields: {
      InstanceId: 'crs-aaaa1111',
      MemSize: 8192,
      NodeSet: [
        { NodeType: 1, ZoneId: 100003 },
        { NodeType: 1, ZoneId: 100004, NodeId: 0 },
      ],
      Names: ["it's (a) *plain* a b&c=d/+é%41!", ''],
      AutoPay: false,
      Left: null,
      Out: undefined,
      None: [],
    },
  };
  const signer = { secretId: LETTERS[0], secretKey: () => LETTERS[1], token: () => 'to/k+e=n' };
  const readBack = (body: string) => Object.fromEntries(new URLSearchParams(body));

  it.each(['HmacSHA1', 'HmacSHA256'] as const)(
    'has every field, with numbers for list items, and the simulator accepts it: %s',
    (method) => {
      const { body, signature } = signedForm(call, method, signer);
      expect(readBack(body)).toEqual({
        InstanceId: 'crs-aaaa1111',
        MemSize: '8192',
        'NodeSet.0.NodeType': '1',
        'NodeSet.0.ZoneId': '100003',
        'NodeSet.1.NodeType': '1',
        'NodeSet.1.ZoneId': '100004',
        'NodeSet.1.NodeId': '0',
        'Names.0': "it's (a) *plain* a b&c=d/+é%41!",
        'Names.1': '',
        AutoPay: 'false',
        Action: 'UpgradeInstance',
        Version: '2018-04-12',
        Region: 'ap-guangzhou',
        Timestamp: '1465185768',
        Nonce: '7',
        SecretId: LETTERS[0],
        SignatureMethod: method,
        Token: 'to/k+e=n',
        Language: 'en-US',
        RequestClient: 'refit',
        Signature: signature,
      });
      expect(verdictOf('POST', readBack(body), LETTERS, 'to/k+e=n')).toBe(LETTERS[0]);
      expect(verdictOf('POST', readBack(body), LETTERS, 'another')).toBe('AuthFailure.TokenFailure');
      expect(verdictOf('POST', { ...readBack(body), MemSize: '8193' }, LETTERS, 'to/k+e=n')).toBe(
        'AuthFailure.SignatureFailure',
      );
    },
  );

  it('encodes every value by RFC 3986', () => {
    const { body } = signedForm(call, 'HmacSHA1', signer);
    expect(body).toContain('&Names.0=it%27s%20%28a%29%20%2Aplain%2A%20a%20b%26c%3Dd%2F%2B%C3%A9%2541%21&');
    expect(body).toContain('&Token=to%2Fk%2Be%3Dn&');
  });

  it('has a region and a token only if given', () => {
    const bare = signedForm({ ...call, region: null, fields: {} }, 'HmacSHA1', {
      ...signer,
      token: () => null,
    });
    expect(Object.keys(readBack(bare.body))).not.toContain('Region');
    expect(Object.keys(readBack(bare.body))).not.toContain('Token');
  });

  it('is valid once: each has a new nonce above 0, from a random start', () => {
    expect([0, 0.5, 0.999_999_999_9].map((at) => createNonces(() => at)())).toEqual([
      1, 1_073_741_824, 2_147_483_646,
    ]);
    const next = createNonces(() => 0.999_999_999_9);
    const given = Array.from({ length: 4 }, next);
    expect(given).toEqual([2_147_483_646, 2_147_483_647, 2_147_483_646, 2_147_483_647]);
    const one = createNonces(() => 0.25);
    const many = Array.from({ length: 5000 }, one);
    expect(new Set(many).size).toBe(5000);
  });

  it('flattens nested lists and leaves out missing values', () => {
    expect(flattenParams({ A: [{ B: [{ C: 1 }, { C: 2 }] }], D: [], E: undefined, F: null })).toEqual({
      'A.0.B.0.C': '1',
      'A.0.B.1.C': '2',
    });
  });
});

describe('a signer', () => {
  const keys = {
    secretId: LETTERS[0],
    secretKey: secret(LETTERS[1]),
    token: secret('t'.repeat(9)),
    sourceName: '',
  };
  const call = {
    host: HOST,
    service: 'redis',
    action: 'DescribeInstances',
    version: '2018-04-12',
    region: 'ap-guangzhou',
    timestamp: 1_465_185_768,
    fields: { Limit: 1 },
    language: 'en-US',
  };

  it.each(SIGNATURES)('for %s makes the right form and lists its secrets', (name) => {
    const signer = createSigner(keys, { name, nonce: () => 1 });
    const { headers, body, secrets } = signer.sign(call);
    const older = name !== 'TC3-HMAC-SHA256';
    expect(headers['Content-Type']).toBe(
      older ? 'application/x-www-form-urlencoded' : 'application/json; charset=utf-8',
    );
    // The provider refuses a form that also has the Authorization header.
    expect(Object.keys(headers).includes('Authorization')).toBe(!older);
    expect(body.startsWith('{')).toBe(!older);
    expect(secrets).toHaveLength(1);
    expect(signer.secrets).toEqual([LETTERS[0], LETTERS[1], 't'.repeat(9)]);
    for (const text of [...secrets, LETTERS[0], 't'.repeat(9)])
      expect(`${Object.values(headers)} ${decodeURIComponent(body)}`).toContain(text);
    expect(`${Object.values(headers)} ${decodeURIComponent(body)}`).not.toContain(LETTERS[1]);
  });
});

describe('the choice of a signature', () => {
  it.each([
    [null, {}, 'TC3-HMAC-SHA256'],
    [null, { REFIT_SIGNATURE: '' }, 'TC3-HMAC-SHA256'],
    [null, { REFIT_SIGNATURE: 'HmacSHA1' }, 'HmacSHA1'],
    ['HmacSHA256', { REFIT_SIGNATURE: 'HmacSHA1' }, 'HmacSHA256'],
    ['hmacsha256', {}, 'HmacSHA256'],
    ['TC3-HMAC-SHA256', { REFIT_SIGNATURE: 'nonsense' }, 'TC3-HMAC-SHA256'],
  ])('named %j with %j is %s', (named, env, expected) => {
    expect(signatureFrom(named, env)).toBe(expected);
  });

  it.each([
    ['HmacMD5', {}, /--signature: "HmacMD5" is not a signature/, '--signature HmacSHA256'],
    ['', {}, /--signature: ""/, '--signature HmacSHA256'],
    [
      null,
      { REFIT_SIGNATURE: 'v1' },
      /REFIT_SIGNATURE: "v1" is not a signature/,
      'export REFIT_SIGNATURE=HmacSHA256, or unset it',
    ],
  ])('named %j with %j is a usage error with a fix', (named, env, what, fix) => {
    const refused = (() => {
      try {
        return signatureFrom(named, env as Record<string, string>);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(RefitError);
    expect(refused).toMatchObject({
      code: 'usage',
      exitCode: 64,
      message: expect.stringMatching(what),
      fix,
    });
  });
});
