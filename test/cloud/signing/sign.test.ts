import { describe, expect, it } from 'vitest';
import {
  authorization,
  canonicalRequest,
  signedHeaders,
  signingKeys,
} from '../../../src/cloud/signing/sign.ts';
import { sha256 } from '../../../src/digest.ts';

// The provider's two public vectors. Source: docs/provider.md P149.
const BODY = '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}';
const common = { service: 'cvm', timestamp: 1551113065, body: BODY };
const covered = [
  ['content-type', 'application/json; charset=utf-8'],
  ['host', 'cvm.tencentcloudapi.com'],
] as const;
const vectors = [
  {
    name: 'A, which signs content-type and host',
    secretId: 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE',
    secretKey: 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE',
    headers: covered,
    canonical: '5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031',
    names: 'content-type;host',
    signature: '72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168',
  },
  {
    name: 'B, which signs the action too',
    secretId: `AKID${'*'.repeat(32)}`,
    secretKey: '*'.repeat(32),
    headers: [...covered, ['X-TC-Action', 'DescribeInstances']] as const,
    canonical: '7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84',
    names: 'content-type;host;x-tc-action',
    signature: '10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f',
  },
];

describe('the signature', () => {
  it.each(vectors)(
    'matches the public vector $name',
    ({ secretId, secretKey, headers, canonical, names, signature }) => {
      const request = { ...common, headers };
      expect(sha256(canonicalRequest(request).text)).toBe(canonical);
      expect(
        authorization(
          request,
          secretId,
          signingKeys(() => secretKey),
        ),
      ).toBe(
        `TC3-HMAC-SHA256 Credential=${secretId}/2019-02-25/cvm/tc3_request, SignedHeaders=${names}, Signature=${signature}`,
      );
    },
  );

  it('has the UTC date of its timestamp, one second before midnight and at midnight', () => {
    const at = (timestamp: number) =>
      authorization(
        { ...common, timestamp, headers: covered },
        'AKID',
        signingKeys(() => 'key'),
      );
    expect(at(Date.UTC(2026, 10, 10, 23, 59, 59) / 1000)).toContain('/2026-11-10/');
    expect(at(Date.UTC(2026, 10, 11) / 1000)).toContain('/2026-11-11/');
  });

  it('derives a key once for each day and service', () => {
    let asked = 0;
    const keyOf = signingKeys(() => {
      asked += 1;
      return 'key';
    });
    const first = keyOf('2026-11-10', 'redis');
    expect(keyOf('2026-11-10', 'redis')).toBe(first);
    keyOf('2026-11-10', 'monitor');
    keyOf('2026-11-10', 'redis');
    expect(asked).toBe(2);
    expect(keyOf('2026-11-11', 'redis').equals(first)).toBe(false);
    expect(asked).toBe(3);
  });

  it('has all headers, with a region and a token only if given', () => {
    const call = {
      host: '127.0.0.1:8080',
      service: 'redis',
      action: 'DescribeInstances',
      version: '2018-04-12',
      region: null,
      timestamp: 1551113065,
      body: '{}',
      language: 'en-US',
    };
    const signer = { secretId: 'AKID', keyOf: signingKeys(() => 'key'), token: () => null };
    const bare = signedHeaders(call, signer);
    expect(bare).toMatchObject({
      Host: '127.0.0.1:8080',
      'Content-Type': 'application/json; charset=utf-8',
      'X-TC-Action': 'DescribeInstances',
      'X-TC-Version': '2018-04-12',
      'X-TC-Timestamp': '1551113065',
      'X-TC-Language': 'en-US',
      'X-TC-RequestClient': 'refit',
    });
    expect(bare.Authorization).toContain('SignedHeaders=content-type;host;x-tc-action');
    expect(Object.keys(bare)).not.toContain('X-TC-Region');
    expect(Object.keys(bare)).not.toContain('X-TC-Token');
    const full = signedHeaders({ ...call, region: 'ap-guangzhou' }, { ...signer, token: () => 'token' });
    expect(full).toMatchObject({ 'X-TC-Region': 'ap-guangzhou', 'X-TC-Token': 'token' });
  });
});
