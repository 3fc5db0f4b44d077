/** A console over HTTP for tests. Unless a test gives another store, it has no run. */
import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join, relative } from 'node:path';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { ROLES } from '../../src/console/api/roles.ts';
import type { SessionInfo } from '../../src/console/api/session.ts';
import { createRecord } from '../../src/console/server/record/record.ts';
import { createRunFeeds } from '../../src/console/server/run-feed.ts';
import { type Console, type ConsoleOptions, startConsole } from '../../src/console/server/start-server.ts';
import { RefitError } from '../../src/errors.ts';
import type { RunsOfStore } from '../../src/store/ports.ts';

const NO_RUNS: RunsOfStore = {
  kind: 'folder',
  find: (typed) => Promise.reject(new RefitError('usage', `no run matches ${typed}`, 'refit runs')),
  list: async () => ({ runs: [], more: 0 }),
  signaturesOf: () => null,
  close: async () => undefined,
};
const PAGES = new Map([
  ['index.html', Buffer.from('<!doctype html><title>Refit</title>')],
  ['assets/main-1.js', Buffer.from('"use strict";'.repeat(100))],
]);

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

export interface SentRequest {
  readonly headers?: NodeJS.Dict<string>;
  readonly body?: string;
}

/** A running console, and what people and attackers do with it. */
export interface TestConsole {
  readonly server: Console;
  readonly port: number;
  /** Faults of the console itself. */
  readonly faults: readonly unknown[];
  /** Sends a request as it is given, also one that no browser would send. */
  send(method: string, path: string, request?: SentRequest): Promise<Answer>;
  /** The headers of a page of this console. */
  ownHeaders(): NodeJS.Dict<string>;
  /** Signs a person in. `headers` are those of the session. */
  signIn(
    roles: readonly (typeof ROLES)[number][],
    name?: string,
  ): Promise<{
    readonly headers: NodeJS.Dict<string>;
    readonly token: string;
    readonly setCookie: string;
  }>;
  close(): Promise<void>;
}

/**
 * The clock of the system, which a test moves. Sleeping takes real time.
 * @param start what it says first, milliseconds since 1970 UTC.
 */
export function movableClock(start: number = systemClock.now()): Clock & { move(ms: number): void } {
  let by = start - systemClock.now();
  return {
    ...systemClock,
    now: () => systemClock.now() + by,
    monotonic: () => systemClock.monotonic() + by,
    move(ms) {
      by += ms;
    },
  };
}

/** The pages as the build made them. @param built the folder that has `dist`. */
export async function pagesOf(built: string): Promise<ReadonlyMap<string, Buffer>> {
  const folder = join(built, 'dist/console-pages');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return new Map(
    await Promise.all(files.map(async (file) => [relative(folder, file), await readFile(file)] as const)),
  );
}

/** Starts a console on a free port. @param options instead of those of an empty console. */
export async function startTestConsole(options: Partial<ConsoleOptions> = {}): Promise<TestConsole> {
  const faults: unknown[] = [];
  const feeds = createRunFeeds(systemClock);
  let tokens = 0;
  const { runs = NO_RUNS, plans = null, clock = systemClock } = options;
  const record = options.record ?? createRecord({ clock, runs, plans, schedule: null });
  const server = await startConsole({
    ...{ clock, runs, feeds, record, host: 'ops-1', pid: 1, url: null, pages: PAGES },
    listen: { option: '--listen', host: '127.0.0.1', port: 0 },
    ...{ store: 'runs', version: '0.0.0-test', random: () => `token-${tokens++}` },
    plans,
    starter: { start: async () => null, goOn: async () => undefined },
    provider: { connection: { env: {} }, profile: null, regions: null, policy: null },
    onFault: (error) => faults.push(error),
    ...options,
  });
  const port = Number(new URL(server.origin).port);
  const ownHeaders = () => ({ origin: server.origin, 'content-type': 'application/json' });
  const send: TestConsole['send'] = (method, path, { headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port, method, path, headers: { host: `localhost:${port}`, ...headers } },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (piece: string) => {
            text += piece;
          });
          const answered = () =>
            resolve({ status: response.statusCode!, headers: response.headers, body: text });
          response.on('end', answered);
          // Events go on until somebody leaves.
          if (/event-stream/.test(response.headers['content-type'] ?? ''))
            response.once('data', () => {
              answered();
              response.destroy();
            });
        },
      );
      sent.on('error', reject).end(body);
    });
  return {
    ...{ server, port, faults, send, ownHeaders },
    async signIn(roles, name = 'wei') {
      const token = new URL(server.loginLink({ name, roles })).hash.slice('#login='.length);
      const login = await send('POST', '/api/login', {
        headers: ownHeaders(),
        body: JSON.stringify({ token }),
      });
      if (login.status !== 200) throw new Error(`the login answered ${login.status}: ${login.body}`);
      const setCookie = String(login.headers['set-cookie']);
      const { csrf } = JSON.parse(login.body) as SessionInfo;
      const headers = { ...ownHeaders(), cookie: setCookie.split(';')[0]!, 'x-refit-csrf': csrf };
      return { headers, token, setCookie };
    },
    async close() {
      feeds.close();
      record.close();
      await server.close();
    },
  };
}
