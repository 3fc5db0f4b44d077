/**
 * Connections to the PostgreSQL of a store: the only file that imports `pg`. Its answers are bounded in bytes and time,
 * and its errors have place, reason and fix. Numbers of 64 bits come as numbers, instants as milliseconds since 1970.
 */
import { Socket } from 'node:net';
import type pg from 'pg';
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import { SECOND } from '../../units.ts';
import { createListener, type ListenConnection, type OnNotify, type Subscription } from './listener.ts';
import { connectError, isConnectionLost, storeError } from './store-error.ts';
import type { StoreTarget } from './store-target.ts';

/**
 * A statement for what runs many times a second: each connection parses and plans it once. That is half of the work of an
 * append for the server. Its result must keep its types as long as workers of this version live.
 */
export interface Prepared {
  /** Unique in Refit. */
  readonly name: string;
  readonly text: string;
}

/** What runs statements: the pool, or one transaction. */
export interface Queries {
  /** Runs one statement, or several without values. @returns the rows of all. @throws RefitError `store-unreachable`; an error of SQL as it is. */
  query<Row extends object>(sql: string | Prepared, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Runs one statement. @returns how many rows it changed. @throws as `query` does. */
  execute(sql: string | Prepared, values?: readonly unknown[]): Promise<number>;
  /** Runs several statements without values. @throws as `query` does. */
  script(sql: string): Promise<void>;
}

/** The database of a store. */
export interface Database extends Queries {
  readonly target: StoreTarget;
  /** Such as 150018. */
  readonly serverVersion: number;
  /**
   * Runs `work` in one transaction: committed when it resolves, rolled back when it throws. If the connection is lost at
   * the commit, nobody knows whether it happened: `isConnectionLost` is true for that error.
   */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** Runs `work` on one connection, for what belongs to a session, such as advisory locks. */
  session<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** Calls `onNotify` for each notification of a channel, on a connection that is made again by itself. */
  listen(channel: string, onNotify: OnNotify): Subscription;
  /** Runs a statement on each connection that listens: for what a session holds, such as an advisory lock. */
  keep(sql: string): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly clock: Clock;
  /** The name of the connections on the server: `refit 0.1.0 worker`. */
  readonly application: string;
  /** Connections at the same time, besides the one that listens. Default: 4. */
  readonly connections?: number;
  /** Longest time of a statement, milliseconds. Default: 30 s. */
  readonly statementTimeout?: number;
  /** Longest time to connect, milliseconds. Default: 10 s. */
  readonly connectTimeout?: number;
  /** Largest answer of a statement, bytes. Default: 256 MB. */
  readonly largestAnswer?: number;
  /** Checks each new connection before anybody uses it. Throws if it is not usable. */
  readonly onConnect?: (queries: Queries) => Promise<void>;
  /** Receives how long each statement took, also one that failed, in milliseconds. It must not throw. */
  readonly onRequest?: (ms: number) => void;
}

/** The oldest server that Refit uses: `server_version_num` of PostgreSQL 13. */
const OLDEST_SERVER = 130_000;
const LARGEST_ANSWER = 256 * 1_024 * 1_024;
/** A server that does not even report its own timeout is given up this much later, milliseconds. */
const GRACE = 10 * SECOND;
/** A connection that nobody uses is closed after this time, milliseconds. */
const IDLE = 60 * SECOND;

/** The first statement of each connection: its settings, and whether the server is one that Refit uses. */
const HELLO = `SELECT current_setting('server_version_num')::int AS version, pg_is_in_recovery() AS standby,
  set_config('search_path', 'pg_catalog', false),
  set_config('timezone', 'UTC', false),
  set_config('statement_timeout', $1, false),
  set_config('lock_timeout', $1, false),
  set_config('idle_in_transaction_session_timeout', '60000', false),
  set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'
    ELSE current_setting('synchronous_commit') END, false)`;

/**
 * Connects to the database of a store.
 * @throws RefitError `store-unreachable`: no server, a refused user, no database, a standby, or a server that is too old.
 */
export async function openDatabase(target: StoreTarget, options: DatabaseOptions): Promise<Database> {
  const { Pool, Client } = (await import('pg')).default;
  const limits = limitsOf(options);
  const config = configOf(target, options, limits);
  let serverVersion = 0;
  const greet = async (client: pg.ClientBase): Promise<void> => {
    // A connection that breaks while somebody holds it says so at the next statement.
    client.on('error', () => undefined);
    bound(client, limits.answer);
    serverVersion = await hello(client, target, limits.statement);
    await options.onConnect?.(queriesOf(client, target, options));
  };
  const pool = new Pool({ ...config, max: options.connections ?? 4, onConnect: greet });
  pool.on('error', () => undefined);

  const session = async <T>(work: (queries: Queries, client: pg.ClientBase) => Promise<T>): Promise<T> => {
    let client: pg.PoolClient;
    try {
      client = await pool.connect();
    } catch (error) {
      throw connectError(error, target);
    }
    let failure: unknown = null;
    try {
      return await work(queriesOf(client, target, options), client);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      client.release(isConnectionLost(failure));
    }
  };
  const listener = createListener(async () => {
    const client = new Client(config);
    try {
      await client.connect();
      await greet(client);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    return listenConnectionOf(client);
  }, options.clock);

  const database: Database = {
    target,
    get serverVersion() {
      return serverVersion;
    },
    query: (sql, values) => session((queries) => queries.query(sql, values)),
    execute: (sql, values) => session((queries) => queries.execute(sql, values)),
    script: (sql) => session((queries) => queries.script(sql)),
    session: (work) => session((queries) => work(queries)),
    transaction: (work) => session((queries) => inTransaction(queries, work)),
    listen: (channel, onNotify) => listener.listen(channel, onNotify),
    keep: (sql) => listener.keep(sql),
    async close() {
      await Promise.all([listener.close(), pool.end()]);
    },
  };
  try {
    await database.query('SELECT 1');
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

interface Limits {
  readonly statement: number;
  readonly connect: number;
  readonly answer: number;
}

function limitsOf({ statementTimeout, connectTimeout, largestAnswer }: DatabaseOptions): Limits {
  return {
    statement: statementTimeout ?? 30 * SECOND,
    connect: connectTimeout ?? 10 * SECOND,
    answer: largestAnswer ?? LARGEST_ANSWER,
  };
}

/** Everything is given, so that `pg` takes nothing from the environment by itself, except `~/.pgpass`. */
function configOf(target: StoreTarget, { application }: DatabaseOptions, limits: Limits): pg.PoolConfig {
  const password = target.password();
  return {
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.user,
    ...(password === null ? {} : { password }),
    ssl: target.tls === null ? false : tlsOf(target.tls),
    application_name: application,
    connectionTimeoutMillis: limits.connect,
    query_timeout: limits.statement + GRACE,
    idleTimeoutMillis: IDLE,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10 * SECOND,
    types: { getTypeParser },
    // Without TLS anybody on this machine may answer: what comes before the connection is made is bounded, too.
    stream: () => (target.tls === null ? boundedSocket(limits.answer) : new Socket()),
  };
}

function tlsOf({ ca, cert, key }: NonNullable<StoreTarget['tls']>): object {
  const secret = key();
  return {
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(secret === null ? {} : { key: secret }),
  };
}

/** Object identifiers of PostgreSQL's types. Source: its catalogue pg_type. */
const [BIGINT, TIMESTAMP, JSON_TEXT, JSONB, BOOLEAN, TEXT_LIST] = [20, 1184, 114, 3802, 16, 1009];
const INTEGERS: readonly number[] = [21, 23, 26, 700, 701];

/** Turns the text of a value into ours. A type that is not in the list stays text. */
function getTypeParser(type: number): (text: string) => unknown {
  if (INTEGERS.includes(type)) return Number;
  switch (type) {
    case BIGINT:
      return safeInteger;
    case TIMESTAMP:
      return (text) => Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
    case JSON_TEXT:
    case JSONB:
      return (text) => JSON.parse(text);
    case BOOLEAN:
      return (text) => text === 't';
    case TEXT_LIST:
      return textList;
    default:
      return (text) => text;
  }
}

function safeInteger(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new Error(`internal error: the store has the number ${text}`);
  return number;
}

/** `{retail,"a,b"}`: the form of a list of texts. */
function textList(text: string): string[] {
  return [...text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain! : quoted.replace(/\\(.)/g, '$1'),
  );
}

/** @returns the version of the server. @throws RefitError for a server that Refit does not use. */
async function hello(client: pg.ClientBase, target: StoreTarget, timeout: number): Promise<number> {
  const { rows } = await client.query<{ version: number; standby: boolean }>(HELLO, [String(timeout)]);
  const { version, standby } = rows[0]!;
  const refuse = (reason: string, fix: string) =>
    new RefitError('store-unreachable', `the store ${target.place} cannot be used: ${reason}`, fix);
  if (version < OLDEST_SERVER)
    throw refuse(
      `its server is PostgreSQL ${Math.floor(version / 10_000)}, and Refit needs 13 or newer`,
      'upgrade the server',
    );
  if (standby)
    throw refuse('its server is a standby, which accepts no changes', 'use the name of the primary');
  return version;
}

function queriesOf(
  client: pg.ClientBase,
  target: StoreTarget,
  { clock, onRequest }: Pick<DatabaseOptions, 'clock' | 'onRequest'>,
): Queries {
  const run = async (sql: string | Prepared, values?: readonly unknown[]): Promise<pg.QueryResult> => {
    received.set(client, 0);
    const startedAt = clock.monotonic();
    try {
      const given = values as unknown[] | undefined;
      return await (typeof sql === 'string'
        ? client.query(sql, given)
        : client.query({ ...sql, values: given ?? [] }));
    } catch (error) {
      throw storeError(error, target);
    } finally {
      onRequest?.(clock.monotonic() - startedAt);
    }
  };
  return {
    query: async <Row>(sql: string | Prepared, values?: readonly unknown[]) => {
      // Several statements without values give several results.
      const results: readonly pg.QueryResult[] = [await run(sql, values)].flat();
      return results.flatMap(({ rows }) => rows) as Row[];
    },
    execute: async (sql, values) => (await run(sql, values)).rowCount ?? 0,
    script: async (sql) => void (await run(sql)),
  };
}

async function inTransaction<T>(queries: Queries, work: (queries: Queries) => Promise<T>): Promise<T> {
  await queries.script('BEGIN');
  let result: T;
  try {
    result = await work(queries);
  } catch (error) {
    await queries.script('ROLLBACK').catch(() => undefined);
    throw error;
  }
  await queries.script('COMMIT');
  return result;
}

function listenConnectionOf(client: pg.Client): ListenConnection {
  return {
    run: async (sql) => {
      received.set(client, 0);
      await client.query(sql);
    },
    onNotification: (handler) =>
      client.on('notification', ({ channel, payload }) => handler(channel, payload ?? '')),
    lost: new Promise((resolve) => {
      client.on('error', () => resolve());
      client.on('end', () => resolve());
    }),
    end: () => client.end(),
  };
}

/** Bytes that came over a connection since its last statement began. */
const received = new WeakMap<object, number>();

/** Cuts a connection whose server answers one statement with more bytes than that. */
function bound(client: pg.ClientBase, most: number): void {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection;
  received.set(client, 0);
  greeted.get(stream)?.();
  stream.on('data', (chunk: Buffer) => {
    const bytes = received.get(client)! + chunk.length;
    received.set(client, bytes);
    if (bytes > most) stream.destroy(new Error('answer too large'));
  });
}

/** A socket that is cut if the server sends that much before it has accepted the user. */
function boundedSocket(most: number): Socket {
  const socket = new Socket();
  let bytes = 0;
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > most) socket.destroy(new Error('answer too large'));
  };
  socket.on('data', count);
  greeted.set(socket, () => socket.off('data', count));
  return socket;
}

/** Ends the counting of `boundedSocket`. */
const greeted = new WeakMap<Socket, () => void>();
