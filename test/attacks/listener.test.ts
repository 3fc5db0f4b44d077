// Attacks on the health and metrics listener of the scheduler, with real sockets.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openHealthServer } from '../../src/schedule/health-server.ts';
import type { SchedulerStatus } from '../../src/schedule/scheduler.ts';

const status = (): SchedulerStatus =>
  ({ lastRoundAt: null, draining: true, view: null, folderError: null }) as unknown as SchedulerStatus;

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
