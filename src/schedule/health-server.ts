/**
 * Health and metrics over HTTP, on loopback only, because they are not for other machines. Each connection carries one
 * request. Slow or silent clients lose their connections to new ones, so they cannot make the health probe fail.
 */

import { createServer, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { duration } from '../messages/en/quantities.ts';
import { MINUTE, SECOND } from '../units.ts';
import { metricsText } from './metrics.ts';
import type { SchedulerStatus } from './scheduler.ts';

/** Milliseconds without a round after which the loop counts as stuck. */
const STUCK_AFTER = MINUTE;

/** Limits of one client. A probe needs 200 bytes and a millisecond. */
const MAX_HEADER_BYTES = 4096;
const MAX_HEADERS = 40;
const REQUEST_MS = 5 * SECOND;
/** Connections at the same time. A further one replaces the oldest. */
const MAX_CONNECTIONS = 64;

/**
 * Whether the Host header names this machine: an address, or `localhost`. A web page cannot send an address that is not
 * its own, so this refuses pages whose name was changed to lead here (DNS rebinding).
 */
export function isOwnHost(host: string | undefined): boolean {
  return /^(localhost|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?$/i.test(host ?? '');
}

/** Parses `127.0.0.1:9464` into host and port. @throws RefitError `usage` if it is not a loopback address. */
export function loopbackFrom(text: string): { readonly host: string; readonly port: number } {
  const match = /^(127(?:\.\d{1,3}){3}|localhost|\[::1\]):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    const reason = /^(:?\d{1,5})$/.test(text)
      ? 'it names no host'
      : 'it is not a loopback address with a port';
    throw new RefitError(
      'usage',
      `--listen ${text}: ${reason}`,
      `--listen 127.0.0.1:${/(\d{1,5})$/.exec(text)?.[1] ?? 9464}   (for access from other machines, put a proxy in front)`,
    );
  }
  return { host: match[1]!.replace(/[[\]]/g, ''), port };
}

/** Why a scheduler is not healthy, as text; null if it is. A draining one is healthy, so that no monitor kills it. */
function healthProblem(
  { lastRoundAt, draining }: SchedulerStatus,
  monotonic: number,
  since: number,
): string | null {
  if (draining) return null;
  const quiet = monotonic - (lastRoundAt ?? since);
  return quiet > STUCK_AFTER ? `the loop made no round for ${duration(quiet)}` : null;
}

/** Why a scheduler starts nothing at the moment; null if it is ready. */
function readinessProblem({ view, folderError, draining }: SchedulerStatus): string | null {
  if (draining) return 'draining: nothing new starts';
  if (folderError !== null) return folderError;
  return view === null ? 'the folder is not read yet' : null;
}

/** Starts the server. @returns `url`: `http://127.0.0.1:9464`. @throws RefitError `usage` if the port is not available. */
export async function openHealthServer(options: {
  readonly host: string;
  readonly port: number;
  readonly status: () => SchedulerStatus;
  readonly clock: Clock;
  readonly version: string;
}) {
  const { host, port, status, clock, version } = options;
  const since = clock.monotonic();
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: SECOND,
    keepAlive: false,
  };
  const server = createServer(limits, (request, response) => {
    const path = (request.url ?? '').replace(/\?.*$/s, '');
    const respond = (problem: string | null) =>
      answer(response, problem === null ? 200 : 503, `${problem ?? 'ok'}\n`);
    if (!isOwnHost(request.headers.host))
      return answer(response, 421, 'the Host header must be an address or localhost\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'use GET\n');
    switch (path) {
      case '/healthz':
        return respond(healthProblem(status(), clock.monotonic(), since));
      case '/readyz':
        return respond(readinessProblem(status()));
      case '/metrics':
        return answer(
          response,
          200,
          metricsText(status(), clock.now(), version),
          'text/plain; version=0.0.4; charset=utf-8',
        );
      default:
        return answer(response, 404, '/healthz, /readyz or /metrics\n');
    }
  });
  server.maxHeadersCount = MAX_HEADERS;
  server.maxRequestsPerSocket = 1;
  server.timeout = REQUEST_MS;
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    // The oldest is the slowest: a complete request is answered in the tick that reads it.
    const [oldest] = connections;
    if (oldest && connections.size >= MAX_CONNECTIONS) {
      connections.delete(oldest);
      oldest.destroy();
    }
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.on('clientError', (_, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new RefitError(
          'usage',
          `--listen ${host}:${port}: ${error.code === 'EADDRINUSE' ? 'another process uses this port' : error.message}`,
          '--listen 127.0.0.1:0   takes a free port; the first output line shows it',
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  server.on('error', () => undefined);
  const bound = server.address() as { readonly port: number };
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound.port}`,
    async close(): Promise<void> {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(
  response: ServerResponse,
  status: number,
  body: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', connection: 'close' });
  response.end(body);
}
