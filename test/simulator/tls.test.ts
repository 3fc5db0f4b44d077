/** The simulator over TLS with a new certificate, for the official SDK and for node:https. */
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { Agent, get, request } from 'node:https';
import { isIP } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { RefitError } from '../../src/errors.ts';
import { given } from '../../src/given.ts';
import { type Simulation, simulate } from '../../src/simulator/simulate.ts';
import { makeThrowAwayCa } from '../../src/simulator/throw-away-ca.ts';
import { CONVERSATION_FLEET, converse, EXPECTED } from './sdk-conversation.ts';
import { signed } from './signed-request.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

it.runIf(process.env.REFIT_REQUIRE_ALL === '1')('finds the openssl command that these tests need', () => {
  expect(hasOpenssl, 'apt-get install openssl').toBe(true);
});

let running: Simulation | null = null;
afterEach(async () => {
  await running?.close();
  running = null;
});

const fast = { startLag: [20, 60], duration: [60, 120], lockTail: [40, 80] } as const;

function fetched(url: string, ca: string | undefined): Promise<number | string> {
  return new Promise((resolve) => {
    get(url, ca === undefined ? {} : { ca }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    }).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

describe('the simulator over TLS', () => {
  it.skipIf(!hasOpenssl)(
    'completes the whole conversation of the official SDK, with both signatures',
    async () => {
      const tls = await makeThrowAwayCa();
      for (const signMethod of ['TC3-HMAC-SHA256', 'HmacSHA256'] as const) {
        running = await simulate({ fleet: JSON.stringify(CONVERSATION_FLEET), ...fast, tls }, systemClock);
        expect(running.url).toMatch(/^https:/);
        const agent = new Agent({ ca: tls.cert, keepAlive: true });
        expect(await converse({ ...running, signMethod, agent })).toEqual(EXPECTED);
        agent.destroy();
        await running.close();
      }
    },
  );

  it.skipIf(!hasOpenssl)('is trusted only with its certificate, which is new for each start', async () => {
    const [tls, other] = await Promise.all([makeThrowAwayCa(), makeThrowAwayCa()]);
    running = await simulate({ instances: 0, tls: tls! }, systemClock);
    const url = `${running.url}/_refit/counts`;
    expect(await fetched(url, tls!.cert)).toBe(200);
    expect(await fetched(url.replace('127.0.0.1', 'localhost'), tls!.cert)).toBe(200);
    expect(await fetched(url, undefined)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(await fetched(url, other!.cert)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  const hosts: readonly (readonly [string, boolean])[] = [
    ['127.0.0.1', true],
    ['localhost', true],
    ['redis.tencentcloudapi.com', true],
    ['tag.tencentcloudapi.com', true],
    ['redis.ap-guangzhou.tencentcloudapi.com', true],
    ['redis.intl.tencentcloudapi.com', true],
    ['redis.internal.tencentcloudapi.com', true],
    ['redis.tencentcloudapi.com.cn', true],
    ['redis.tencentcloudapi.cn', true],
    ['tencentcloudapi.com', false],
    ['redis.xx-nowhere.tencentcloudapi.com', false],
    ['cloud.tencent.com', false],
    ['example.com', false],
  ];
  it.skipIf(!hasOpenssl)('has a certificate for loopback and for the provider’s hosts only', async () => {
    const { cert } = await makeThrowAwayCa();
    const read = new X509Certificate(cert);
    const covers = (host: string): boolean =>
      (isIP(host) > 0 ? read.checkIP(host) : read.checkHost(host)) !== undefined;
    expect(hosts.map(([host]) => [host, covers(host)])).toEqual(hosts);
  });

  it.skipIf(!hasOpenssl)('answers a client that a proxy leads from the provider’s host', async () => {
    const tls = await makeThrowAwayCa();
    running = await simulate({ instances: 1, tls }, systemClock);
    const { secretId, secretKey, port } = running;
    const host = 'redis.ap-guangzhou.tencentcloudapi.com';
    const signing = { secretId, secretKey, host };
    const { method, headers, body } = signed('redis.DescribeInstances', {}, systemClock.now(), signing);
    const to = { host: '127.0.0.1', port, servername: host, ca: tls.cert, method, headers: given(headers) };
    const answer = await new Promise<string>((resolve, reject) => {
      const sent = request(to, (response) => resolve(text(response)));
      sent.on('error', reject).end(body);
    });
    expect(JSON.parse(answer).Response.TotalCount).toBe(1);
  });

  it('reports a missing openssl command and the fix', async () => {
    const error = await makeThrowAwayCa('no-such-openssl').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RefitError);
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining('was not found') });
  });
});
