// Attacks on the health and metrics listener of the scheduler, with real sockets.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openHealthServer } from '../../src/schedule/health-server.ts';
import type { SchedulerStatus } from '../../src/schedule/scheduler.ts';
import { listenAddressFrom } from '../../src/telemetry/listen-address.ts';
import { openListener } from '../../src/telemetry/listener.ts';

const status = (): SchedulerStatus =>
  ({ lastRoundAt: null, draining: true, view: null, readError: null }) as unknown as SchedulerStatus;

async function listener() {
  const server = await openHealthServer({
    address: { option: '--listen', host: '127.0.0.1', port: 0 },
    status,
    families: () => [],
    clock: systemClock,
  });
  onTestFinished(() => server.close());
  return { url: server.url, port: Number(new URL(server.url).port) };
}

async function client(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

/** All bytes until the server closes. */
async function answerTo(port: number, text: string): Promise<string> {
  const socket = await client(port, text);
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    answer += chunk;
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

const request = (host: string, method = 'GET', more = '') =>
  `${method} /healthz HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;

describe('the health probe', () => {
  it.each([64, 300])('succeeds beside %i clients that send one byte of a header and wait', async (count) => {
    const { url, port } = await listener();
    for (let n = 0; n < count; n++) await client(port, 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ');
    for (let n = 0; n < 3; n++) expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('succeeds beside 64 clients that send an endless body and read no answer', async () => {
    const { url, port } = await listener();
    const head = request('127.0.0.1', 'POST', 'Transfer-Encoding: chunked\r\n');
    for (let n = 0; n < 64; n++) (await client(port, `${head}1\r\nx\r\n`)).pause();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});

describe('the Host header', () => {
  it.each(['127.0.0.1:9464', 'localhost', '[::1]:9464', '10.1.2.3:9465'])('%s is answered', async (host) => {
    const { port } = await listener();
    expect(await answerTo(port, request(host))).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each([
    'evil.example.com',
    '127.0.0.1.evil.example.com:9464',
    'localhost.evil.example',
    '',
    'a@127.0.0.1',
  ])('%j of a rebound name gets nothing but 421', async (host) => {
    const { port } = await listener();
    const answer = await answerTo(port, request(host));
    expect(answer).toMatch(/^HTTP\/1\.1 421 /);
    expect(answer).not.toContain('refit_');
  });
});

describe('a request', () => {
  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])('with %s gets 405', async (method) => {
    const { port } = await listener();
    expect(await answerTo(port, request('localhost', method, 'Content-Length: 0\r\n'))).toMatch(
      /^HTTP\/1\.1 405 /,
    );
  });

  it.each([
    ['with a header of 64 KB', `X: ${'x'.repeat(65_536)}\r\n`],
    ['that names two bodies', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'],
  ])('%s ends without an answer', async (_, more) => {
    const { port } = await listener();
    expect(await answerTo(port, request('localhost', 'GET', more))).not.toContain(' 200 ');
  });

  it('is the only one of its connection', async () => {
    const { port } = await listener();
    const answer = await answerTo(port, request('localhost').repeat(100));
    expect(answer.match(/HTTP\/1\.1 200 /g)).toHaveLength(1);
  });
});

describe('an address that other machines reach', () => {
  const open = (host: string) =>
    openListener({ option: '--metrics', host, port: 0 }, { '/metrics': () => ({ body: 'refit_up 1\n' }) });

  it('answers every name of the service, with /metrics alone', async () => {
    const server = await open('0.0.0.0');
    onTestFinished(() => server.close());
    const port = Number(new URL(server.url).port);
    const get = (path: string) =>
      answerTo(port, `GET ${path} HTTP/1.1\r\nHost: refit.monitoring.svc:9464\r\n\r\n`);
    expect(await get('/metrics')).toMatch(/^HTTP\/1\.1 200 [\s\S]*\nrefit_up 1\n/);
    for (const path of ['/', '/healthz', '/toString', '/__proto__', '/metrics/'])
      expect(await get(path), path).toMatch(/^HTTP\/1\.1 404 [\s\S]*\n\/metrics\n/);
  });

  it('a fault of a route is an answer, and not the end of the process', async () => {
    const fail = () => {
      throw new Error('broken \u001b[31m');
    };
    const server = await openListener(
      { option: '--metrics', host: '127.0.0.1', port: 0 },
      { '/metrics': fail },
    );
    onTestFinished(() => server.close());
    const answer = await fetch(`${server.url}/metrics`);
    expect([answer.status, await answer.text()]).toEqual([500, 'broken \\x1b[31m\n']);
  });

  it.each<[text: string, reach: 'loopback' | 'any', host: string | null]>([
    ['127.0.0.1:9464', 'loopback', '127.0.0.1'],
    ['[::1]:1', 'loopback', '::1'],
    ['localhost:0', 'any', 'localhost'],
    ['0.0.0.0:9464', 'any', '0.0.0.0'],
    ['[::]:9464', 'any', '::'],
    ['0.0.0.0:9464', 'loopback', null],
    ['9464', 'any', null],
    [':9464', 'any', null],
    ['127.0.0.1:65536', 'any', null],
    ['example.com:9464', 'any', null],
    ['127.0.0.1:9464/x', 'any', null],
  ])('%s is taken for %s: %s', (text, reach, host) => {
    if (host === null) expect(() => listenAddressFrom('--metrics', text, reach)).toThrow(/--metrics/);
    else expect(listenAddressFrom('--metrics', text, reach)).toMatchObject({ host });
  });
});
