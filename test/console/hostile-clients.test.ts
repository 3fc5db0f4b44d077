/** Hostile clients of the console: many streams, raw HTTP, other methods, and roles that were taken away. */

import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { EventStream } from '../../src/console/server/event-stream.ts';
import { MOST_STREAMS } from '../../src/console/server/limits.ts';
import type { RunFeeds } from '../../src/console/server/run-feed.ts';
import type { RunReader, RunsOfStore } from '../../src/store/ports.ts';
import { startTestConsole } from './test-console.ts';

const START = 'GET /api/runs HTTP/1.1\r\nHost: localhost';

async function start() {
  const streams = new Set<EventStream>();
  const feeds: RunFeeds = {
    whole: () => Promise.reject(new Error('not in this test')),
    async watch(_, __, open) {
      const stream = open();
      streams.add(stream);
      stream.on('close', () => streams.delete(stream));
      stream.write('id: 1\nevent: run\ndata: null\n\n');
    },
    close: () => undefined,
  };
  const runs: RunsOfStore = {
    ...{ kind: 'folder', signaturesOf: () => null, close: async () => undefined },
    find: async () => ({ id: 'r1', name: 'r1' }) as RunReader,
    list: async () => ({ runs: [], more: 0 }),
  };
  const at = await startTestConsole({ clock: systemClock, feeds, runs });
  onTestFinished(() => at.close());
  /** Opens a stream. @returns its status, its text so far, and whether it has ended. */
  const watch = (headers: NodeJS.Dict<string>) => {
    const seen = { status: 0, text: '', isOver: false, retryAfter: '' };
    const opened = new Promise<typeof seen>((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: at.port,
          path: '/api/runs/r1/events',
          headers: { host: `localhost:${at.port}`, ...headers },
        },
        (response) => {
          seen.status = response.statusCode!;
          seen.retryAfter = String(response.headers['retry-after'] ?? '');
          response.on('data', (piece) => {
            seen.text += String(piece);
          });
          response.on('close', () => {
            seen.isOver = true;
          });
          resolve(seen);
        },
      );
      sent.on('error', reject).end();
      onTestFinished(() => void sent.destroy());
    });
    return opened;
  };
  return { at, streams, watch };
}

const until = async (what: () => boolean) => {
  while (!what()) await systemClock.sleep(5);
};

describe('streams of events', () => {
  it(`are at most ${MOST_STREAMS} for one session, and others go on`, async () => {
    const { at, watch } = await start();
    const { headers } = await at.signIn(['viewer']);
    for (let nth = 0; nth < MOST_STREAMS; nth++) expect((await watch(headers)).status).toBe(200);
    expect(await watch(headers)).toMatchObject({ status: 429, retryAfter: '10' });
    const other = await at.signIn(['viewer']);
    expect((await watch(other.headers)).status).toBe(200);
    expect((await at.send('GET', '/api/runs', { headers })).status).toBe(200);
  });

  it('of 1,000 clients that do not read leave the server able to answer, and a good client gets its events', async () => {
    const { at, streams, watch } = await start();
    const people = await Promise.all(
      Array.from({ length: 1_000 / MOST_STREAMS }, () => at.signIn(['viewer'])),
    );
    const before = process.memoryUsage().heapUsed;
    await Promise.all(
      people.flatMap(({ headers }) =>
        Array.from({ length: MOST_STREAMS }, async () => {
          const text = Object.entries({ ...headers, host: `localhost:${at.port}` }).map(
            ([name, value]) => `${name}: ${value}\r\n`,
          );
          const socket = connect(at.port, '127.0.0.1').on('error', () => undefined);
          socket.pause().write(`GET /api/runs/r1/events HTTP/1.1\r\n${text.join('')}\r\n`);
          onTestFinished(() => void socket.destroy());
        }),
      ),
    );
    await until(() => streams.size === 1_000);
    const { headers } = await at.signIn(['viewer']);
    const good = await watch(headers);
    for (const stream of streams) stream.write(`id: 2\nevent: steps\ndata: ${'x'.repeat(1_000)}\n\n`);
    await until(() => good.text.includes('id: 2'));
    expect((await at.send('GET', '/api/runs', { headers })).status).toBe(200);
    // The bytes of the connections themselves: some kilobytes each.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200 * 1_024 * 1_024);
  });

  it('end when the session does, and when an admin ends it', async () => {
    const { at, watch } = await start();
    const [{ headers }, admin] = [await at.signIn(['viewer']), await at.signIn(['admin'])];
    const stream = await watch(headers);
    const { body } = await at.send('GET', '/api/people', admin);
    const { signedIn } = JSON.parse(body) as { signedIn: { id: string; roles: string[]; isYou: boolean }[] };
    const { id } = signedIn.find(({ isYou }) => !isYou)!;
    const ended = await at.send('POST', '/api/people/sign-out', { ...admin, body: JSON.stringify({ id }) });
    expect(ended.status, ended.body).toBe(200);
    await until(() => stream.isOver);
    expect((await at.send('GET', '/api/runs', { headers })).status).toBe(401);
  });
});

describe('raw HTTP', () => {
  const raw = async (text: string): Promise<string> => {
    const { at } = await start();
    return await new Promise((resolve) => {
      let answer = '';
      const socket = connect(at.port, '127.0.0.1', () =>
        socket.end(text.replaceAll('localhost', `localhost:${at.port}`)),
      );
      socket.on('data', (piece) => {
        answer += String(piece);
      });
      socket.on('error', () => undefined).on('close', () => resolve(answer));
    });
  };

  it.each([
    [
      'two lengths',
      'POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 40\r\n\r\n{}',
    ],
    [
      'a length and chunks',
      'POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'an unknown encoding',
      'POST /api/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n',
    ],
    [
      'a length that is no number',
      'POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: +2\r\n\r\n{}',
    ],
    ['a space before the colon', `${START}\r\nCookie : a=b\r\n\r\n`],
    ['a folded header', `${START}\r\nCookie: a=b\r\n c=d\r\n\r\n`],
    ['a bare carriage return', `${START}\r\nX: a\rb\r\n\r\n`],
    ['a header of 32 kB', `${START}\r\nX: ${'x'.repeat(32_000)}\r\n\r\n`],
    ['a zero byte', `${START}\r\nX: a\0b\r\n\r\n`],
    ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('with %s is refused', async (_, text) => {
    expect(await raw(text)).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  it('with two names of hosts shows no page', async () => {
    const answer = await raw(
      'GET / HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 4(00|21) /);
  });

  it('that asks for a WebSocket or a tunnel gets none', async () => {
    const upgrade =
      'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: eA==\r\nSec-WebSocket-Version: 13';
    for (const text of [
      `${START}\r\n${upgrade}\r\n\r\n`,
      'CONNECT example.com:443 HTTP/1.1\r\nHost: localhost\r\n\r\n',
    ])
      expect(await raw(text)).not.toMatch(/ 101 |^HTTP\/1\.1 200/);
  });

  it.each(['TRACE', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'])('%s changes and shows nothing', async (method) => {
    const { at } = await start();
    const { headers } = await at.signIn(['admin']);
    const answer = await at.send(method, '/api/runs/r1/control', { headers, body: '{"command":"abort"}' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify(answer.headers)).not.toMatch(/access-control|"allow"/);
    expect(answer.body).not.toContain(headers.cookie!);
  });

  it('HEAD answers without a body, and changes nothing', async () => {
    const { at } = await start();
    const { headers } = await at.signIn(['admin']);
    expect(await at.send('HEAD', '/api/runs', { headers })).toMatchObject({ body: '' });
    expect((await at.send('HEAD', '/api/runs/r1/control', { headers })).status).toBe(404);
  });
});
