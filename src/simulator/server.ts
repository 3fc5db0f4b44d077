/**
 * The HTTP or HTTPS server of the simulator on loopback. The pure function `http` (gateway/http.ts) makes the answers.
 *
 * Tests and benchmarks read two more paths as JSON. They need no signature and answer loopback clients only:
 *
 *   GET /_refit/counts   arrivals by second and action, orders by instance
 *   GET /_refit/state    the real state of instances, orders and tasks
 */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { http, type WireAnswer } from './gateway/http.ts';
import { advance, counts, type World, type WorldCounts } from './world/world.ts';
import { worldState } from './world/world-state.ts';

/** A certificate and its private key, as PEM. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

/** Above the provider's own limit, so that the client sees the provider's refusal. */
const MAX_BODY_BYTES = 11 * 1024 * 1024;

const HOST = '127.0.0.1';

/**
 * Starts the server.
 * @param port 0 for a free port
 * @param tls the certificate for HTTPS; undefined: plain HTTP
 * @throws RefitError `usage` if it cannot listen on the port
 */
export async function startServer(
  world: World,
  clock: Clock,
  port: number,
  tls: ServerCertificate | undefined,
) {
  const connections = { keepAliveTimeout: 75_000, noDelay: true };
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > MAX_BODY_BYTES) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      if (request.url?.startsWith('/_refit/')) return answerInspection(world, request, response, clock.now());
      const { method = 'GET', url = '/' } = request;
      const headers = request.headers as Readonly<Record<string, string | undefined>>;
      const answer = http(world, { method, url, headers, body }, clock.now());
      if (answer.delay > 0) void clock.sleep(answer.delay).then(() => send(answer, request, response));
      else send(answer, request, response);
    });
    request.on('error', () => {});
  };
  const server = tls
    ? createTlsServer({ ...connections, ...tls }, listener)
    : createServer(connections, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new RefitError(
          'usage',
          `cannot listen on ${HOST}:${port}: ${cause.message}`,
          'use another --port, or --port 0 for a free port',
          { cause },
        ),
      ),
    );
    server.listen(port, HOST, resolve);
  });
  const actual = (server.address() as AddressInfo).port;
  return {
    url: `${tls ? 'https' : 'http'}://${HOST}:${actual}`,
    port: actual,
    /** Closes all connections and stops listening. */
    close: (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    counts: (): WorldCounts => counts(world),
  };
}

function send(answer: WireAnswer, request: IncomingMessage, response: ServerResponse): void {
  if (answer.kind !== 'answered') {
    request.socket.resetAndDestroy();
    return;
  }
  const { status, headers, body } = answer;
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

function answerInspection(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  now: number,
): void {
  const loopback = /^(::1|(::ffff:)?127\.)/.test(request.socket.remoteAddress ?? '');
  const path = request.url?.split('?')[0];
  advance(world, now);
  const read = loopback ? INSPECTIONS[path ?? ''] : undefined;
  const body = JSON.stringify(read ? read(world, now) : { error: 'not found' });
  const headers = { 'Content-Type': 'application/json' };
  send({ kind: 'answered', status: read ? 200 : 404, headers, body, delay: 0 }, request, response);
}

const INSPECTIONS: Readonly<Record<string, (world: World, now: number) => unknown>> = {
  '/_refit/counts': counts,
  '/_refit/state': worldState,
};
