/**
 * A small HTTP server for health probes and metrics. Each connection carries one request. Slow or silent clients lose their
 * connections to new ones, so they cannot make a health probe fail.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { messageOf, RefitError } from '../errors.ts';
import { escapeControls } from '../text.ts';
import { SECOND } from '../units.ts';
import { isLoopbackAddress, type ListenAddress } from './listen-address.ts';

/** Limits of one client. A probe needs 200 bytes and a millisecond. */
const MAX_HEADER_BYTES = 4096;
const MAX_HEADERS = 40;
const REQUEST_MS = 5 * SECOND;
/** Connections at the same time. A further one replaces the oldest. */
const MAX_CONNECTIONS = 64;

/** What a path answers. */
export interface RouteAnswer {
  /** Default: 200. */
  readonly status?: number;
  readonly body: string;
  /** Default: plain text. */
  readonly type?: string;
}

/** The paths that a server answers. */
export type Routes = Readonly<Record<string, () => RouteAnswer>>;

export interface Listener {
  /** `http://127.0.0.1:9464` */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Whether the Host header names this machine: an address, or `localhost`. A web page cannot send an address that is not
 * its own, so this refuses pages whose name was changed to lead here (DNS rebinding).
 */
function isOwnHost(host: string | undefined): boolean {
  return /^(localhost|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?$/i.test(host ?? '');
}

/**
 * Starts the server. At a loopback address it answers only requests to an address or `localhost`. At another address it
 * answers every name, because monitors use the names of services.
 * @throws RefitError `usage` if the port is not available.
 */
export async function openListener(address: ListenAddress, routes: Routes): Promise<Listener> {
  const { option, host, port } = address;
  const checksHost = isLoopbackAddress(address);
  const notFound = { status: 404, body: `${Object.keys(routes).join(' or ')}\n` };
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: SECOND,
    keepAlive: false,
  };
  const server = createServer(limits, (request, response) => {
    const path = (request.url ?? '').replace(/\?.*$/s, '');
    if (checksHost && !isOwnHost(request.headers.host))
      return answer(response, { status: 421, body: 'the Host header must be an address or localhost\n' });
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return answer(response, { status: 405, body: 'use GET\n' });
    const route = Object.hasOwn(routes, path) ? routes[path]! : null;
    answer(response, route === null ? notFound : answerOf(route));
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
          `${option} ${host}:${port}: ${error.code === 'EADDRINUSE' ? 'another process uses this port' : error.message}`,
          `${option} 127.0.0.1:0   takes a free port; the first output line shows it`,
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  server.on('error', () => undefined);
  const bound = server.address() as { readonly port: number };
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound.port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The answer of a route. A fault of it must not end the process. */
function answerOf(route: () => RouteAnswer): RouteAnswer {
  try {
    return route();
  } catch (error) {
    return { status: 500, body: `${escapeControls(messageOf(error))}\n` };
  }
}

function answer(
  response: ServerResponse,
  { status = 200, body, type = 'text/plain; charset=utf-8' }: RouteAnswer,
): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', connection: 'close' });
  response.end(body);
}
