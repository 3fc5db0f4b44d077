import { describe, expect, it } from 'vitest';
import { hostFor, type Product } from '../../src/cloud/hosts.ts';
import { RefitError } from '../../src/errors.ts';

describe('the host of a request', () => {
  it.each<[Product, string, string | null, string]>([
    ['redis', 'ap-guangzhou', null, 'https://redis.tencentcloudapi.com'],
    ['monitor', 'ap-shanghai', null, 'https://monitor.tencentcloudapi.com'],
    ['billing', 'na-siliconvalley', null, 'https://billing.tencentcloudapi.com'],
    // Finance zones are islands.
    ['redis', 'ap-shanghai-fsi', null, 'https://redis.ap-shanghai-fsi.tencentcloudapi.com'],
    ['monitor', 'ap-shenzhen-fsi', null, 'https://monitor.ap-shenzhen-fsi.tencentcloudapi.com'],
    // One base URL for every product.
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
    ['no URL', 'redis.tencentcloudapi.com'],
    ['nothing', ''],
  ])('is refused for an endpoint with %s', (_, endpoint) => {
    const error = failureOf(() => hostFor('redis', 'ap-guangzhou', endpoint));
    expect(error).toMatchObject({ code: 'usage', exitCode: 64 });
    expect(error.mend).toContain('--endpoint');
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
  ])('is never made of %j, which is no region code', (region) => {
    expect(failureOf(() => hostFor('redis', region, null)).code).toBe('usage');
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
