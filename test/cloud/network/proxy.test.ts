/** Proxies and private certificates, with a real proxy and a real TLS server on loopback. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createHttp } from '../../../src/cloud/network/http.ts';
import { proxyFromEnvironment } from '../../../src/cloud/network/proxy.ts';
import { TransportError } from '../../../src/cloud/network/transport.ts';
import { type Certificates, HAS_OPENSSL, makeCertificates } from '../tls.ts';

describe('the proxy of the environment', () => {
  it.each<[string, Record<string, string>, string | null, string]>([
    ['is null without variables', {}, null, ''],
    ['is null for empty variables', { HTTPS_PROXY: '', https_proxy: '' }, null, ''],
    ['is read in upper case', { HTTPS_PROXY: 'http://p:3128' }, 'http://p:3128', ''],
    [
      'is read in lower case first',
      { HTTPS_PROXY: 'http://p:1', https_proxy: 'http://q:2' },
      'http://q:2',
      '',
    ],
    ['is that of http if https has none', { HTTP_PROXY: 'http://p:3128' }, 'http://p:3128', ''],
    [
      'is that of https before that of http',
      { http_proxy: 'http://p:1', HTTPS_PROXY: 'http://q:2' },
      'http://q:2',
      '',
    ],
    ['is that of all schemes if https has none', { ALL_PROXY: 'http://p:3128' }, 'http://p:3128', ''],
    [
      'is that of https before that of all',
      { ALL_PROXY: 'http://p:1', HTTPS_PROXY: 'http://q:2' },
      'http://q:2',
      '',
    ],
    [
      'is that of all before that of http',
      { http_proxy: 'http://p:1', all_proxy: 'http://q:2' },
      'http://q:2',
      '',
    ],
    [
      'is the upper-case one beside an empty lower-case one',
      { https_proxy: '', HTTPS_PROXY: 'http://p:1' },
      'http://p:1',
      '',
    ],
    ['may be SOCKS that looks names up', { ALL_PROXY: 'socks5h://p:1080' }, 'socks5h://p:1080', ''],
    ['is http without a scheme', { HTTPS_PROXY: 'proxy.corp:3128' }, 'http://proxy.corp:3128', ''],
    ['may use TLS', { HTTPS_PROXY: 'https://p' }, 'https://p', ''],
    ['has exceptions', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'a.test' }, 'http://p:1', 'a.test'],
    [
      'has exceptions in lower case first',
      { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'a.test', no_proxy: '.b.test' },
      'http://p:1',
      '.b.test',
    ],
    [
      'has the exceptions in upper case beside an empty lower-case variable',
      { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'a.test', no_proxy: '' },
      'http://p:1',
      'a.test',
    ],
    ['is shown without its password', { HTTPS_PROXY: 'http://me:hush-hush@p:3128' }, 'http://p:3128', ''],
  ])('%s', (_, env, shown, except) => {
    const found = proxyFromEnvironment(env);
    expect(found?.urlWithoutPassword ?? null).toBe(shown);
    expect(found?.except ?? '').toBe(except);
  });

  it.each(['http://me:hush-hush@:x', 'ftp://me:hush-hush@p', 'http://me:hush-hush%@p', 'http://'])(
    'is refused if malformed, without a quote: %s',
    (text) => {
      let error: unknown;
      try {
        proxyFromEnvironment({ HTTPS_PROXY: text });
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: 'usage', fix: expect.stringContaining('HTTPS_PROXY') });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hush-hush');
    },
  );
});

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

interface ProxyWorld {
  readonly port: number;
  /** The requests to the proxy: `CONNECT host:port` or a request line. */
  readonly asked: string[];
  readonly authorizations: (string | undefined)[];
  /** Number of bytes of the encrypted traffic. */
  bytes(): number;
  /** When the last tunnel was open, by this process's clock. */
  upAt(): number;
}

/** Opens a CONNECT proxy to one port of this machine. With another `status` it answers with that. */
async function openProxy(target: number, status = 200, delay = 0): Promise<ProxyWorld> {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  let bytes = 0;
  let upAt = Number.NaN;
  const sockets = new Set<Socket>();
  const server = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end('{"by":"proxy"}');
  });
  server.on('connect', (request, client: Socket) => {
    asked.push(`CONNECT ${request.url}`);
    authorizations.push(request.headers['proxy-authorization']);
    sockets.add(client);
    client.on('error', () => {});
    if (status !== 200) return void client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const far = connect(target, '127.0.0.1', () => {
      setTimeout(() => {
        upAt = performance.now();
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        client.on('data', (chunk) => {
          bytes += chunk.length;
        });
        client.pipe(far).pipe(client);
      }, delay);
    });
    far.on('error', () => client.destroy());
    sockets.add(far);
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { port, asked, authorizations, bytes: () => bytes, upAt: () => upAt };
}

describe.skipIf(!HAS_OPENSSL && process.env.REFIT_REQUIRE_ALL !== '1')(
  'over TLS (needs the openssl command)',
  () => {
    let tls: Certificates;
    beforeAll(() => {
      tls = makeCertificates(['DNS:redis.sim.test', 'DNS:localhost', 'IP:127.0.0.1']);
    });
    afterAll(() => tls?.remove());

    async function openServer() {
      const seen: string[] = [];
      const server = createHttpsServer({ key: tls.key, cert: tls.cert }, (request, response) => {
        seen.push(`${request.method} ${request.url} ${request.headers.host}`);
        request
          .resume()
          .on('end', () => response.setHeader('content-type', 'application/json').end('{"by":"far end"}'));
      });
      server.on('tlsClientError', () => {});
      const port = await listen(server);
      onTestFinished(() => {
        server.closeAllConnections();
        server.close();
      });
      return { port, seen };
    }

    function transportTo(
      proxy: ProxyWorld | null,
      env: Record<string, string> = {},
      ca: string | null = tls.ca,
    ) {
      const settings = proxyFromEnvironment({
        ...(proxy ? { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` } : {}),
        ...env,
      });
      const transport = createHttp({ proxy: settings, connectTimeout: 5000, ...(ca === null ? {} : { ca }) });
      onTestFinished(() => transport.close());
      return (origin: string, goAhead?: () => boolean, timeout = 5000) =>
        transport.send({
          origin,
          headers: { Host: new URL(origin).host },
          body: '{}',
          timeout,
          ...(goAhead ? { goAhead } : {}),
        });
    }

    it('a request to another machine goes through the tunnel, encrypted to the server', async () => {
      const far = await openServer();
      const proxy = await openProxy(far.port);
      const send = transportTo(proxy);
      expect(await send('https://redis.sim.test')).toMatchObject({ status: 200, body: '{"by":"far end"}' });
      expect(proxy.asked).toEqual(['CONNECT redis.sim.test:443']);
      expect(far.seen).toEqual(['POST / redis.sim.test']);
    });

    it('the next request reuses the tunnel', async () => {
      const far = await openServer();
      const proxy = await openProxy(far.port);
      const send = transportTo(proxy);
      for (let i = 0; i < 5; i++) await send('https://redis.sim.test');
      expect(proxy.asked.length).toBeLessThanOrEqual(2);
      expect(far.seen).toHaveLength(5);
    });

    it('user and password reach only the proxy', async () => {
      const far = await openServer();
      const proxy = await openProxy(far.port);
      const send = transportTo(null, { HTTPS_PROXY: `http://me:hush%21@127.0.0.1:${proxy.port}` });
      await send('https://redis.sim.test');
      expect(proxy.authorizations).toEqual([`Basic ${Buffer.from('me:hush!').toString('base64')}`]);
    });

    it.each(['redis.sim.test', '.sim.test', 'sim.test', '*', 'other.test,redis.sim.test:443'])(
      'a host in NO_PROXY=%s does not use the proxy',
      async (except) => {
        const far = await openServer();
        const proxy = await openProxy(far.port);
        const send = transportTo(proxy, { NO_PROXY: except });
        // The name does not exist, so a request without a proxy reaches nothing.
        await expect(send('https://redis.sim.test')).rejects.toMatchObject({ sent: false });
        expect(proxy.asked).toEqual([]);
      },
    );

    it('loopback never uses the proxy, by any name', async () => {
      const far = await openServer();
      const proxy = await openProxy(far.port);
      const send = transportTo(proxy, { NO_PROXY: 'elsewhere.test' });
      for (const host of ['127.0.0.1', 'localhost'])
        expect(await send(`https://${host}:${far.port}`)).toMatchObject({ body: '{"by":"far end"}' });
      expect(proxy.asked).toEqual([]);
    });

    it('the guard is called once when the tunnel is open, and true sends the request', async () => {
      const far = await openServer();
      const proxy = await openProxy(far.port, 200, 60);
      const send = transportTo(proxy);
      const askedAt: number[] = [];
      const seenThen: number[] = [];
      await send('https://redis.sim.test', () => {
        askedAt.push(performance.now());
        seenThen.push(far.seen.length);
        return true;
      });
      expect(askedAt).toHaveLength(1);
      expect(askedAt[0]!).toBeGreaterThan(proxy.upAt());
      expect(seenThen).toEqual([0]);
      expect(far.seen).toHaveLength(1);
    });

    it('false means that no byte of the request goes through the tunnel, which stays open', async () => {
      const far = await openServer();
      const proxy = await openProxy(far.port);
      const send = transportTo(proxy);
      for (let i = 0; i < 3; i++) {
        await expect(send('https://redis.sim.test', () => false)).rejects.toMatchObject({ sent: false });
      }
      const handshake = proxy.bytes();
      expect(far.seen).toEqual([]);
      expect(await send('https://redis.sim.test', () => true)).toMatchObject({ status: 200 });
      expect(proxy.asked).toHaveLength(1);
      expect(proxy.bytes()).toBeGreaterThan(handshake);
    });

    it.each([403, 407, 502])(
      'a proxy answers %d: nothing left, and the guard was not called',
      async (status) => {
        const far = await openServer();
        const proxy = await openProxy(far.port, status);
        const send = transportTo(null, { HTTPS_PROXY: `http://me:hush-hush@127.0.0.1:${proxy.port}` });
        let asked = 0;
        const error = await send('https://redis.sim.test', () => ++asked > 0).catch(
          (thrown: unknown) => thrown,
        );
        expect(error).toBeInstanceOf(TransportError);
        expect(error).toMatchObject({ sent: false, message: expect.stringContaining(String(status)) });
        expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/hush-hush|Basic /);
        expect([asked, far.seen]).toEqual([0, []]);
      },
    );

    it('a missing proxy fails soon, and nothing left', async () => {
      const send = transportTo(null, { HTTPS_PROXY: 'http://me:hush-hush@127.0.0.1:9' });
      const began = performance.now();
      const error = await send('https://redis.sim.test').catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ sent: false, message: expect.stringContaining('ECONNREFUSED') });
      expect(performance.now() - began).toBeLessThan(3000);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hush-hush');
    });

    it('Refit sends nothing to a server with an unknown certificate, with or without a proxy', async () => {
      const far = await openServer();
      const proxy = await openProxy(far.port);
      for (const [send, origin] of [
        [transportTo(proxy, {}, null), 'https://redis.sim.test'],
        [transportTo(null, {}, null), `https://localhost:${far.port}`],
      ] as const) {
        const error = await send(origin).catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({
          sent: false,
          message: expect.stringMatching(/certificate|SELF_SIGNED|VERIFY/),
        });
      }
      expect(far.seen).toEqual([]);
    });

    it('Refit sends nothing to a server with another name in its certificate', async () => {
      const far = await openServer();
      const proxy = await openProxy(far.port);
      const error = await transportTo(proxy)('https://elsewhere.test').catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ sent: false });
      expect(far.seen).toEqual([]);
    });

    it.each([
      ['trusted', true],
      ['not trusted without it', false],
    ])('a private authority in NODE_EXTRA_CA_CERTS is %s', async (_, named) => {
      const far = await openServer();
      const script = [
        `import { createHttp } from ${JSON.stringify(new URL('../../../src/cloud/network/http.ts', import.meta.url).href)};`,
        `const transport = createHttp();`,
        `const request = { origin: 'https://localhost:${far.port}', headers: {}, body: '{}', timeout: 5000 };`,
        `const answer = await transport.send(request).catch((error) => ({ body: 'sent ' + error.sent }));`,
        `process.stdout.write(answer.body);`,
        `await transport.close();`,
      ].join('\n');
      const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
        env: { PATH: process.env.PATH, ...(named ? { NODE_EXTRA_CA_CERTS: tls.caFile } : {}) },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      await once(child, 'close');
      expect(said).toBe(named ? '{"by":"far end"}' : 'sent false');
    });
  },
);

describe('plain http', () => {
  it('never uses the proxy: it goes to loopback or to the metadata service of this machine', async () => {
    const seen: string[] = [];
    const server = createHttpServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.end('role');
    });
    const port = await listen(server);
    const proxy = await openProxy(port);
    const transport = createHttp({
      proxy: proxyFromEnvironment({ HTTP_PROXY: `http://127.0.0.1:${proxy.port}` }),
    });
    onTestFinished(async () => {
      await transport.close();
      server.closeAllConnections();
      server.close();
    });
    const page = {
      origin: `http://127.0.0.1:${port}`,
      get: '/latest/x',
      headers: {},
      body: '',
      timeout: 5000,
    };
    expect(await transport.send(page)).toMatchObject({ status: 200, body: 'role' });
    await transport
      .send({ ...page, origin: 'http://metadata.invalid', timeout: 2000 })
      .catch((error: unknown) => expect(error).toMatchObject({ sent: false }));
    expect(seen).toEqual(['GET /latest/x']);
    expect(proxy.asked).toEqual([]);
  });

  it('goes to another machine only as a receiver of traces, and there it never uses the proxy', async () => {
    const address = Object.values(networkInterfaces())
      .flatMap((one = []) => one)
      .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
    // A machine without a network has no other address.
    if (address === undefined) return;
    const server = createHttpServer((_, response) => response.end('{}')).listen(0, address);
    await once(server, 'listening');
    const proxy = await openProxy(1);
    const transport = createHttp({
      proxy: proxyFromEnvironment({ HTTP_PROXY: `http://127.0.0.1:${proxy.port}` }),
    });
    onTestFinished(async () => {
      await transport.close();
      server.closeAllConnections();
      server.close();
    });
    const origin = `http://${address}:${(server.address() as AddressInfo).port}`;
    const request = { origin, path: '/v1/traces', headers: {}, body: '{}', timeout: 5000 };
    await expect(transport.send(request)).rejects.toMatchObject({ sent: false });
    await expect(transport.send({ ...request, reach: 'plan' })).rejects.toMatchObject({ sent: false });
    expect(await transport.send({ ...request, reach: 'collector' })).toMatchObject({ status: 200 });
    expect(proxy.asked).toEqual([]);
  });
});
