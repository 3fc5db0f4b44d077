import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createHttp } from '../../../src/cloud/network/http.ts';
import { TransportError } from '../../../src/cloud/network/transport.ts';

/** A server on loopback that counts connections and requests, and a transport to it. */
async function rig(answer: RequestListener) {
  const seen = { connections: 0, requests: [] as IncomingMessage[], bytes: 0 };
  const server = createServer((request, response) => {
    seen.requests.push(request);
    answer(request, response);
  });
  server.on('connection', (socket) => {
    seen.connections += 1;
    socket.on('data', (chunk) => {
      seen.bytes += chunk.length;
    });
  });
  const origin = await listen(server);
  const transport = createHttp();
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await transport.close();
  });
  const send = (goAhead?: () => boolean, timeout = 5000) =>
    transport.send({
      origin,
      headers: { 'X-TC-Action': 'Test' },
      body: '{"a":1}',
      timeout,
      ...(goAhead ? { goAhead } : {}),
    });
  return { seen, send, origin };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function failureOf(sending: Promise<unknown>): Promise<TransportError> {
  const error = await sending.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(TransportError);
  return error as TransportError;
}

const ok: RequestListener = (request, response) => {
  request.resume().on('end', () => {
    response.setHeader('content-type', 'application/json').end('{"ok":true}');
  });
};

describe('a request', () => {
  it('is a POST to / with its headers and body, and returns status, type and text', async () => {
    let body = '';
    const { send, seen } = await rig((request, response) => {
      request.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      request.on('end', () => response.setHeader('content-type', 'application/json').end('{"name":"快手"}'));
    });
    expect(await send()).toEqual({
      status: 200,
      contentType: 'application/json',
      body: '{"name":"快手"}',
      date: expect.stringMatching(/ GMT$/),
    });
    expect(seen.requests[0]).toMatchObject({ method: 'POST', url: '/', headers: { 'x-tc-action': 'Test' } });
    expect(body).toBe('{"a":1}');
  });

  it('returns status 500 after one try', async () => {
    const { send, seen } = await rig((_, response) => response.writeHead(500).end('oops'));
    expect(await send()).toMatchObject({ status: 500, body: 'oops' });
    expect(seen.requests).toHaveLength(1);
  });

  it('does not follow a redirect', async () => {
    const { send, seen } = await rig((_, response) =>
      response.writeHead(307, { location: '/elsewhere' }).end(),
    );
    expect(await send()).toMatchObject({ status: 307 });
    expect(seen.requests).toHaveLength(1);
  });

  it('reuses the connections of earlier requests', async () => {
    const { send, seen } = await rig(ok);
    for (let i = 0; i < 20; i++) await send();
    // Two, because a connection is free only a moment after its answer arrives.
    expect(seen.connections).toBeLessThanOrEqual(2);
    expect(seen.requests).toHaveLength(20);
  });

  it('does not wait behind another request on one connection', async () => {
    let waiting: (() => void) | null = null;
    const { send, seen } = await rig((_, response) => {
      if (seen.requests.length === 1) waiting = () => response.end('{}');
      else response.end('{}');
    });
    const slow = send();
    while (!waiting) await new Promise((resolve) => setImmediate(resolve));
    await send();
    (waiting as () => void)();
    await slow;
    expect(seen.connections).toBe(2);
  });
});

describe('the guard', () => {
  it('is called once after connecting, and false means that no byte leaves', async () => {
    const { send, seen } = await rig(ok);
    let asked = 0;
    const error = await failureOf(
      send(() => {
        asked += 1;
        return false;
      }),
    );
    expect(error.sent).toBe(false);
    expect(asked).toBe(1);
    await systemClock.sleep(50);
    expect(seen.connections).toBe(1);
    expect(seen.bytes).toBe(0);
    expect(seen.requests).toHaveLength(0);
  });

  it('keeps the connection open when it returns false, so the next request does not connect again', async () => {
    const { send, seen } = await rig(ok);
    for (let i = 0; i < 3; i++) expect((await failureOf(send(() => false))).sent).toBe(false);
    expect(await send(() => true)).toMatchObject({ status: 200 });
    expect(seen.connections).toBe(1);
    expect(seen.requests).toHaveLength(1);
  });

  it('stops the request when it throws', async () => {
    const { send, seen } = await rig(ok);
    const error = await failureOf(
      send(() => {
        throw new Error('broken guard');
      }),
    );
    expect(error.sent).toBe(false);
    expect(seen.bytes).toBe(0);
  });

  it('is not called without a server', async () => {
    const { origin } = await closedPort();
    let asked = 0;
    const transport = createHttp();
    const error = await failureOf(
      transport.send({ origin, headers: {}, body: '{}', timeout: 5000, goAhead: () => ++asked > 0 }),
    );
    await transport.close();
    expect(error).toMatchObject({ sent: false, message: expect.stringContaining('ECONNREFUSED') });
    expect(asked).toBe(0);
  });
});

describe('the error says whether the request left', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['the server resets after reading it', (socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['the server closes after reading it', (socket) => socket.once('data', () => socket.end())],
    [
      'the answer breaks off',
      (socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"Response"')),
    ],
    ['the answer is not HTTP', (socket) => socket.once('data', () => socket.end('hello\r\n\r\n'))],
  ])('yes when %s, and Refit does not send it again', async (_, behave) => {
    let connections = 0;
    const server = createTcpServer((socket) => {
      connections += 1;
      socket.on('error', () => {});
      behave(socket);
    });
    const origin = await listen(server);
    const transport = createHttp();
    onTestFinished(() => {
      server.close();
    });
    const error = await failureOf(
      transport.send({ origin, headers: {}, body: '{}', timeout: 5000, goAhead: () => true }),
    );
    await transport.close();
    expect(error.sent).toBe(true);
    expect(connections).toBe(1);
  });

  it('yes when the time-out comes after sending', async () => {
    const { send, seen } = await rig(() => {});
    const error = await failureOf(send(() => true, 60));
    expect(error).toMatchObject({ sent: true, message: expect.stringContaining('no answer within 60 ms') });
    expect(seen.requests).toHaveLength(1);
  });

  it('no when the time-out comes before the connection, and nothing leaves later', async () => {
    // A TLS handshake that the server never answers.
    let plain = 0;
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        if (chunk.includes('POST')) plain += 1;
      });
    });
    const origin = (await listen(server)).replace('http:', 'https:');
    onTestFinished(() => {
      server.close();
    });
    let asked = 0;
    const transport = createHttp({ connectTimeout: 300 });
    const error = await failureOf(
      transport.send({ origin, headers: {}, body: '{}', timeout: 60, goAhead: () => ++asked > 0 }),
    );
    expect(error).toMatchObject({ sent: false, message: expect.stringContaining(', and no connection') });
    await transport.close();
    expect(asked).toBe(0);
    expect(plain).toBe(0);
  });

  it('no when the connection comes after the time-out', async () => {
    const { origin, seen } = await rig(ok);
    // A clock on which all time passes immediately.
    const transport = createHttp({ clock: { ...systemClock, sleep: async () => {} } });
    let asked = 0;
    const error = await failureOf(
      transport.send({ origin, headers: {}, body: '{}', timeout: 5000, goAhead: () => ++asked > 0 }),
    );
    expect(error.sent).toBe(false);
    while (seen.connections === 0) await systemClock.sleep(5);
    await systemClock.sleep(30);
    await transport.close();
    expect(asked).toBe(0);
    expect(seen.bytes).toBe(0);
  });

  it('no for a body above the limit', async () => {
    const { origin, seen } = await rig(ok);
    const transport = createHttp();
    const error = await failureOf(
      transport.send({ origin, headers: {}, body: 'x'.repeat(10 * 1024 * 1024 + 1), timeout: 5000 }),
    );
    await transport.close();
    expect(error.sent).toBe(false);
    expect(seen.connections).toBe(0);
  });
});

async function closedPort(): Promise<{ origin: string }> {
  const server = createTcpServer();
  const origin = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return { origin };
}

describe('a request to an address that is not the provider’s', () => {
  it('is a POST to its path with its query', async () => {
    const { seen, origin } = await rig(ok);
    const transport = createHttp();
    onTestFinished(() => transport.close());
    const request = { origin, path: '/hooks/refit?team=dba', headers: {}, body: '{}', timeout: 5000 };
    expect(await transport.send(request)).toMatchObject({ status: 200 });
    expect(seen.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /hooks/refit?team=dba',
    ]);
  });

  it('ends when its signal is aborted, before or after sending', async () => {
    const over = new AbortController();
    const { seen, origin } = await rig(() => over.abort());
    const transport = createHttp();
    onTestFinished(() => transport.close());
    const request = { origin, path: '/', headers: {}, body: '{}', timeout: 60_000, signal: over.signal };
    expect((await failureOf(transport.send(request))).message).toBe('Refit cancelled the request');
    expect((await failureOf(transport.send(request))).sent).toBe(false);
    expect(seen.requests).toHaveLength(1);
  });
});
