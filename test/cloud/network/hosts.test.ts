import { describe, expect, it } from 'vitest';
import {
  accountHost,
  endpointFromEnvironment,
  hostFor,
  type Product,
} from '../../../src/cloud/network/hosts.ts';
import { RefitError } from '../../../src/errors.ts';

describe('the host of a request', () => {
  it.each<[Product, string, string | null, string]>([
    ['redis', 'ap-guangzhou', null, 'https://redis.tencentcloudapi.com'],
    ['monitor', 'ap-shanghai', null, 'https://monitor.tencentcloudapi.com'],
    ['billing', 'na-siliconvalley', null, 'https://billing.tencentcloudapi.com'],
    // Finance zones have their own hosts.
    ['redis', 'ap-shanghai-fsi', null, 'https://redis.ap-shanghai-fsi.tencentcloudapi.com'],
    ['monitor', 'ap-shenzhen-fsi', null, 'https://monitor.ap-shenzhen-fsi.tencentcloudapi.com'],
    // A host of the provider means all its products.
    [
      'billing',
      'ap-guangzhou',
      'https://redis.ap-guangzhou.tencentcloudapi.com',
      'https://billing.ap-guangzhou.tencentcloudapi.com',
    ],
    [
      'redis',
      'ap-shanghai',
      'https://redis.ap-guangzhou.tencentcloudapi.com',
      'https://redis.ap-guangzhou.tencentcloudapi.com',
    ],
    ['monitor', 'ap-guangzhou', 'https://redis.tencentcloudapi.com', 'https://monitor.tencentcloudapi.com'],
    ['redis', 'ap-singapore', 'https://intl.tencentcloudapi.com', 'https://redis.intl.tencentcloudapi.com'],
    [
      'billing',
      'ap-singapore',
      'https://redis.intl.tencentcloudapi.com',
      'https://billing.intl.tencentcloudapi.com',
    ],
    [
      'sts',
      'ap-guangzhou',
      'https://internal.tencentcloudapi.com',
      'https://sts.internal.tencentcloudapi.com',
    ],
    ['redis', 'ap-guangzhou', 'https://tencentcloudapi.com.cn', 'https://redis.tencentcloudapi.com.cn'],
    [
      'redis',
      'ap-shanghai-fsi',
      'https://internal.tencentcloudapi.com',
      'https://redis.ap-shanghai-fsi.internal.tencentcloudapi.com',
    ],
    // The front end of one finance zone serves another.
    [
      'redis',
      'ap-shanghai-fsi',
      'https://redis.ap-shenzhen-fsi.tencentcloudapi.com',
      'https://redis.ap-shenzhen-fsi.tencentcloudapi.com',
    ],
    // A name that only ends like the provider's domain is a host of the user.
    ['redis', 'ap-guangzhou', 'https://eviltencentcloudapi.com', 'https://eviltencentcloudapi.com'],
    // A base URL of the user serves every product.
    ['redis', 'ap-guangzhou', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['billing', 'ap-shanghai-fsi', 'http://localhost:8080/', 'http://localhost:8080'],
    ['redis', 'ap-guangzhou', 'http://[::1]:8080', 'http://[::1]:8080'],
    ['redis', 'ap-guangzhou', 'http://2130706433:80', 'http://127.0.0.1'],
    [
      'redis',
      'ap-guangzhou',
      'https://redis.internal.tencentcloudapi.com',
      'https://redis.internal.tencentcloudapi.com',
    ],
  ])('of %s in %s with endpoint %s is %s', (product, region, endpoint, origin) => {
    expect(hostFor(product, region, endpoint)).toEqual({ origin, host: origin.replace(/^https?:\/\//, '') });
  });

  it.each([
    ['plain http to another machine', 'http://example.com'],
    ['plain http to a name that begins like loopback', 'http://127.0.0.1.example.com'],
    ['plain http to a name that begins like localhost', 'http://localhost.example.com'],
    ['another scheme', 'ftp://127.0.0.1'],
    ['a file', 'file:///etc/passwd'],
    ['a user name', 'https://me:hunter2secret@example.com'],
    ['a path', 'https://example.com/v1'],
    ['a query', 'https://example.com/?x=1'],
    ['text that is not a URL', 'redis.tencentcloudapi.com'],
    ['nothing', ''],
  ])('is refused for an endpoint with %s', (_, endpoint) => {
    const error = failureOf(() => hostFor('redis', 'ap-guangzhou', endpoint));
    expect(error).toMatchObject({ code: 'usage', exitCode: 64 });
    expect(error.fix).toContain('--endpoint');
    expect(error.message).not.toContain('hunter2secret');
  });

  it.each([
    'evil.com/x-fsi',
    'evil.com#-fsi',
    'a@evil.com-fsi',
    'ap-guangzhou.evil',
    '',
    'ap',
    'AP-GUANGZHOU',
    'ap-g\nx',
  ])('is never made from %j, which is not a region code', (region) => {
    expect(failureOf(() => hostFor('redis', region, null)).code).toBe('usage');
  });
});

describe('finance zones', () => {
  const redis = (place: string) => `https://redis.${place}.tencentcloudapi.com`;
  it.each([
    ['a finance zone', 'ap-shanghai-fsi', 'a front end outside', redis('ap-shanghai')],
    ['another region', 'ap-shanghai', 'a front end of a finance zone', redis('ap-shanghai-fsi')],
  ])('a request for %s (%s) never goes to %s', (_, region, __, endpoint) => {
    for (const product of ['redis', 'monitor', 'billing', 'region', 'sts'] as const) {
      const error = failureOf(() => hostFor(product, region, endpoint));
      expect(error).toMatchObject({ code: 'usage', fix: expect.stringContaining('remove --endpoint') });
    }
  });

  it.each([null, 'https://tencentcloudapi.com', 'https://redis.internal.tencentcloudapi.com'])(
    'each region uses its own kind of host with endpoint %s',
    (endpoint) => {
      for (const zone of ['ap-shanghai-fsi', 'ap-shenzhen-fsi', 'ap-beijing-fsi'])
        expect(hostFor('redis', zone, endpoint).host).toContain(`redis.${zone}.`);
      expect(hostFor('redis', 'ap-shanghai', endpoint).host).not.toContain('-fsi');
    },
  );

  it('calls of the account go to the region of the endpoint', () => {
    expect(accountHost('sts', redis('ap-shanghai-fsi')).origin).toBe(
      'https://sts.ap-shanghai-fsi.tencentcloudapi.com',
    );
    expect(accountHost('sts', null).origin).toBe('https://sts.tencentcloudapi.com');
    expect(accountHost('sts', 'https://cloud.example').origin).toBe('https://cloud.example');
  });
});

describe('a root domain from the environment', () => {
  it.each([
    [{}, null],
    [{ TENCENTCLOUD_DOMAIN: '' }, null],
    [{ TENCENTCLOUD_DOMAIN: 'intl.tencentcloudapi.com' }, 'https://redis.intl.tencentcloudapi.com'],
    [
      { TENCENTCLOUD_ROOT_DOMAIN: 'internal.tencentcloudapi.com' },
      'https://redis.internal.tencentcloudapi.com',
    ],
    [{ TENCENTCLOUD_DOMAIN: 'TencentCloudAPI.com' }, 'https://redis.tencentcloudapi.com'],
  ])('%j leads to %s', (env, origin) => {
    const endpoint = endpointFromEnvironment(env);
    expect(endpoint === null ? null : hostFor('redis', 'ap-guangzhou', endpoint).origin).toBe(origin);
  });

  it.each([
    'evil.example',
    'tencentcloudapi.com.evil.example',
    'eviltencentcloudapi.com',
    'https://tencentcloudapi.com',
    'a@b',
  ])('%s is refused: a variable must not send signed requests to another host', (domain) => {
    const error = failureOf(() => endpointFromEnvironment({ TENCENTCLOUD_DOMAIN: domain }));
    expect(error).toMatchObject({ code: 'usage', fix: expect.stringContaining('--endpoint') });
  });
});

function failureOf(act: () => unknown): RefitError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(RefitError);
    return error as RefitError;
  }
  throw new Error('nothing was thrown');
}
