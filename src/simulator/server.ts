/**
 * The simulator on loopback: node:http, or node:https where there is a certificate, around the pure wire half. Beside
 * the provider's `/` it answers, unsigned and to loopback alone, `GET /_refit/counts` (arrivals by second and action,
 * orders by instance) and `GET /_refit/state` (the truth about instances, orders and tasks), both JSON, for tests and
 * benchmarks.
 */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { http, type WireAnswer } from './gateway/http.ts';
import { advance, counts, type World, type WorldCounts } from './world/world.ts';
import { worldState } from './world/world-state.ts';

export interface ServerOptions {
  readonly world: World;
  /** 0 takes a free one. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly clock: Clock;
  /** Serves https alone; both as PEM text. */
  readonly tls?: ServerCertificate;
}

/** A certificate with its private key, PEM. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface RunningServer {
  /** `http://127.0.0.1:PORT`, or `https:` */
  readonly url: string;
  readonly port: number;
  /** Ends all connections and stops listening. */
  close(): Promise<void>;
  counts(): WorldCounts;
}

/** Somewhat above what the provider allows, so that its own refusal is the one that is seen. */
const GREATEST_BODY = 11 * 1024 * 1024;

/** @throws RefitError `usage` where the port cannot be listened on */
export async function startServer({
  world,
  port,
  host = '127.0.0.1',
  clock,
  tls,
}: ServerOptions): Promise<RunningServer> {
  const connections = { keepAliveTimeout: 75_000, noDelay: true };
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > GREATEST_BODY) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      if (request.url?.startsWith('/_refit/')) return look(world, request, response, clock.now());
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
          `cannot listen on ${host}:${port}: ${cause.message}`,
          'another --port, or --port 0 for a free one',
          { cause },
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  const actual = (server.address() as AddressInfo).port;
  return {
    url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    port: actual,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    counts: () => counts(world),
  };
}

function send(answer: WireAnswer, request: IncomingMessage, response: ServerResponse): void {
  if (answer.kind !== 'answered') {
    request.socket.resetAndDestroy();
    return;
  }
  write(response, answer.status, answer.headers, answer.body);
}

function write(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

function look(world: World, request: IncomingMessage, response: ServerResponse, now: number): void {
  const loopback = /^(::1|(::ffff:)?127\.)/.test(request.socket.remoteAddress ?? '');
  const path = request.url?.split('?')[0];
  advance(world, now);
  const read = loopback ? LOOKS[path ?? ''] : undefined;
  const body = JSON.stringify(read ? read(world) : { error: 'not found' });
  write(response, read ? 200 : 404, { 'Content-Type': 'application/json' }, body);
}

const LOOKS: Readonly<Record<string, (world: World) => unknown>> = {
  '/_refit/counts': counts,
  '/_refit/state': worldState,
};
