/** Health and metrics over HTTP, on loopback alone: what they tell is nobody else's business. */

import { createServer, type ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { duration } from '../report/quantities.ts';
import { MINUTE, SECOND } from '../units.ts';
import { metricsText } from './metrics.ts';
import type { SchedulerStatus } from './scheduler.ts';

/** A loop that has not come round for so long, milliseconds, is stuck. */
const STUCK_AFTER = MINUTE;

/** @returns host and port of `127.0.0.1:9464`. @throws RefitError `usage` where it is no address of loopback. */
export function loopbackFrom(text: string): { readonly host: string; readonly port: number } {
  const match = /^(127(?:\.\d{1,3}){3}|localhost|\[::1\]):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    const said = /^(:?\d{1,5})$/.test(text) ? 'it names no host' : 'it is no address of loopback with a port';
    throw new RefitError(
      'usage',
      `--listen ${text}: ${said}`,
      `--listen 127.0.0.1:${/(\d{1,5})$/.exec(text)?.[1] ?? 9464}   (to be reached from elsewhere, put a proxy before it)`,
    );
  }
  return { host: match[1]!.replace(/[[\]]/g, ''), port };
}

/** What is wrong with a scheduler, in words; null: nothing. One that drains is well: whoever looks must not kill it for that. */
function sickness({ roundAt, draining }: SchedulerStatus, monotonic: number, since: number): string | null {
  if (draining) return null;
  const quiet = monotonic - (roundAt ?? since);
  return quiet > STUCK_AFTER ? `the loop has not come round for ${duration(quiet)}` : null;
}

/** Why a scheduler does not heed due times at the moment; null where it does. */
function unreadiness({ view, blind, draining }: SchedulerStatus): string | null {
  if (draining) return 'it drains: nothing new begins';
  if (blind !== null) return blind;
  return view === null ? 'it has not looked at its folder yet' : null;
}

/** @returns `url`: `http://127.0.0.1:9464`. @throws RefitError `usage` where the port cannot be had. */
export async function openHealthServer(options: {
  readonly host: string;
  readonly port: number;
  readonly standing: () => SchedulerStatus;
  readonly clock: Clock;
  readonly version: string;
}) {
  const { host, port, standing, clock, version } = options;
  const since = clock.monotonic();
  const server = createServer((request, response) => {
    request.resume();
    const path = (request.url ?? '').replace(/\?.*$/s, '');
    const judged = (why: string | null) => answer(response, why === null ? 200 : 503, `${why ?? 'ok'}\n`);
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'GET alone\n');
    switch (path) {
      case '/healthz':
        return judged(sickness(standing(), clock.monotonic(), since));
      case '/readyz':
        return judged(unreadiness(standing()));
      case '/metrics':
        return answer(
          response,
          200,
          metricsText(standing(), clock.now(), version),
          'text/plain; version=0.0.4; charset=utf-8',
        );
      default:
        return answer(response, 404, '/healthz, /readyz or /metrics\n');
    }
  });
  server.requestTimeout = 10 * SECOND;
  server.headersTimeout = 10 * SECOND;
  server.maxConnections = 64;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new RefitError(
          'usage',
          `--listen ${host}:${port}: ${error.code === 'EADDRINUSE' ? 'something else listens there' : error.message}`,
          '--listen 127.0.0.1:0   takes a free port, and the first line tells it',
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
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(body);
}
