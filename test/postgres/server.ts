/**
 * A real PostgreSQL for tests: on loopback, with a folder of its own, and gone with the process that started it. Many
 * databases share one server. As root, the server runs as the user `postgres`.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, type CustomTypesConfig, type QueryArrayResult } from 'pg';
import { systemClock } from '../../src/clock.ts';

/** The folder of `initdb` and its like, of the newest version that is installed; null without PostgreSQL. */
export const POSTGRES_PROGRAMS: string | null = findPrograms();

/** Where a test finds a server that runs already. It holds a password. */
export interface ServerAddress {
  readonly port: number;
  /** Of the superuser `postgres`. */
  readonly password: string;
}

export interface ServerOptions {
  /** Whether commits wait for the disk. Default: no, because these tests crash processes, not machines. */
  readonly fsync?: boolean;
  /** More settings, such as `max_connections`. A value is quoted here. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Files for the data folder by name, such as a certificate. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface PostgresServer extends ServerAddress {
  /** Creates an empty database. @returns its URL, as the superuser. */
  createDatabase(): Promise<string>;
  /** Kills every process of the server. Nothing is written and clients get no notice. */
  kill(): Promise<void>;
  /** Starts the server after `kill` or `shutDown`, on the same port. It answers when this resolves. */
  start(): Promise<void>;
  /** Ends the server gracefully; open transactions are rolled back. */
  shutDown(): Promise<void>;
  /** `kill`, then `start`. */
  crash(): Promise<void>;
  /** `shutDown`, then `start`. */
  restart(): Promise<void>;
  /** Stops the server for good and removes its folder. */
  stop(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const run = promisify(execFile);

/** Starts a server. @throws Error without an installed PostgreSQL, or with the server's log if it does not start. */
export async function startPostgres(options: ServerOptions = {}): Promise<PostgresServer> {
  const owner = unprivileged();
  const folder = await mkdtemp(join(tmpdir(), 'refit-postgres-'));
  if (owner.uid !== undefined) await chown(folder, owner.uid, owner.gid!);
  const watch = removeWithThisProcess(folder, owner);
  const data = join(folder, 'data');
  const password = randomBytes(12).toString('hex');
  await writeFile(join(folder, 'password'), password, { mode: 0o600 });
  if (owner.uid !== undefined) await chown(join(folder, 'password'), owner.uid, owner.gid!);
  await run(
    program('initdb'),
    [
      ...['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', join(folder, 'password'), '-N'],
      ...['-E', 'UTF8', '--locale=C'],
    ],
    { ...owner, cwd: folder },
  );
  for (const [name, text] of Object.entries(options.files ?? {})) {
    await writeFile(join(data, name), text);
    await chmod(join(data, name), 0o600);
    if (owner.uid !== undefined) await chown(join(data, name), owner.uid, owner.gid!);
  }
  const port = await freePort();
  let child: ChildProcess | null = null;
  let log = '';

  const start = async (): Promise<void> => {
    await rm(join(data, 'postmaster.pid'), { force: true });
    log = '';
    child = spawn(program('postgres'), argumentsOf(data, port, options), {
      ...owner,
      cwd: folder,
      // Not in the group of the terminal: Ctrl-C ends the tests, and they end the server.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr!.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString('utf8')).slice(-20_000);
    });
    child.unref();
    await answers(data, () => {
      if (child?.exitCode !== null) throw new Error(`PostgreSQL did not start:\n${log}`);
    });
  };
  const end = async (signal: 'SIGINT' | 'SIGKILL'): Promise<void> => {
    const ending = child;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    // Without this the process could end while it waits.
    ending.ref();
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    // Stopped first, so that it starts no process that the list lacks.
    if (signal === 'SIGKILL') killIfAlive(ending.pid!, 'SIGSTOP');
    const processes = signal === 'SIGKILL' ? await processesBelow(ending.pid!) : [ending.pid!];
    for (const pid of processes) killIfAlive(pid, signal);
    await gone;
    // The next server refuses to start while a process of the last one holds its shared memory.
    while (processes.some(isAlive)) await systemClock.sleep(10);
    child = null;
  };
  const server: PostgresServer = {
    port,
    password,
    createDatabase: () => createDatabase(server),
    kill: () => end('SIGKILL'),
    start,
    shutDown: () => end('SIGINT'),
    async crash() {
      await end('SIGKILL');
      await start();
    },
    async restart() {
      await end('SIGINT');
      await start();
    },
    async stop() {
      await end('SIGINT');
      watch.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
  await start();
  return server;
}

/** The URL of a database as the superuser, or as another user of the server. */
export function urlOf(
  server: ServerAddress,
  database: string,
  user = 'postgres',
  password = server.password,
): string {
  return `postgres://${user}:${password}@${LOOPBACK}:${server.port}/${database}`;
}

let databases = 0;

/** A name that no other database of a server has. */
export function newDatabaseName(): string {
  return `t${process.pid}_${++databases}_${randomBytes(3).toString('hex')}`;
}

/** Creates a database on a running server: empty, or a copy of a template. @returns its URL, as the superuser. */
export async function createDatabase(
  server: ServerAddress,
  name: string = newDatabaseName(),
  template?: string,
): Promise<string> {
  await sql(
    urlOf(server, 'postgres'),
    `CREATE DATABASE ${name}${template === undefined ? '' : ` TEMPLATE ${template}`}`,
  );
  return urlOf(server, name);
}

/** Its types lack two methods. */
type Session = Client & Readonly<Record<'ref' | 'unref', () => void>>;

/** Sessions that wait for the next statement. A process for each statement would take most of the time of a test. */
let idle: readonly { readonly url: string; readonly client: Session }[] = [];
/** The server allows 200 sessions, and many files of tests share a process. */
const MOST_IDLE = 10;

/**
 * Runs statements with the bare driver, without the code under test. They have a session of their own, unless it is one
 * statement. @returns rows as `psql -At` prints them: values separated by `|`.
 */
export async function sql(url: string, statements: string): Promise<string[]> {
  const client = idle.findLast((one) => one.url === url)?.client ?? (await connect(url));
  forget(client);
  client.ref();
  let isClean = false;
  try {
    const results = [await client.query({ text: statements, rowMode: 'array' })].flat() as QueryArrayResult[];
    isClean = !statements.includes(';');
    return results.flatMap(({ rows }) => rows.map((row) => row.map((value) => value ?? '').join('|')));
  } finally {
    if (isClean) keep(url, client);
    else await client.end().catch(() => undefined);
  }
}

async function connect(url: string): Promise<Session> {
  const asText = { getTypeParser: () => (value: unknown) => value };
  const client = new Client({ connectionString: url, types: asText as CustomTypesConfig }) as Session;
  // A cut connection is not used again.
  client.on('error', () => forget(client));
  await client.connect();
  return client;
}

function keep(url: string, client: Session): void {
  // A session that waits keeps no process alive.
  client.unref();
  idle = [...idle, { url, client }];
  const [oldest] = idle;
  if (idle.length <= MOST_IDLE || oldest === undefined) return;
  forget(oldest.client);
  void oldest.client.end().catch(() => undefined);
}

function forget(client: Session): void {
  idle = idle.filter((one) => one.client !== client);
}

/** Dumps one database as PostgreSQL's own archive into a file. */
export async function dump(url: string, file: string): Promise<void> {
  await run(program('pg_dump'), ['-Fc', '-f', file, '-d', url]);
}

/** Replaces one database by a dump: it cuts every connection, drops the database, creates it and restores. */
export async function restore(url: string, file: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const other = new URL(url);
  other.pathname = '/postgres';
  await sql(other.href, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await sql(other.href, `CREATE DATABASE ${name}`);
  await run(program('pg_restore'), ['--exit-on-error', '-d', url, file]);
}

/** Cuts every other connection to a database, as a network or an administrator would. @returns how many. */
export async function cutConnections(url: string): Promise<number> {
  const cut = await sql(
    url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
  );
  return cut.length;
}

function argumentsOf(data: string, port: number, { fsync = false, settings = {} }: ServerOptions): string[] {
  const all = {
    port: String(port),
    listen_addresses: LOOPBACK,
    unix_socket_directories: '',
    shared_buffers: '64MB',
    max_connections: '200',
    fsync: fsync ? 'on' : 'off',
    // Without the disk, a crash of the processes alone loses nothing: pages are in the cache of the system.
    full_page_writes: fsync ? 'on' : 'off',
    ...settings,
  };
  return ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** Resolves when the server accepts connections. `postmaster.pid` says so in its eighth line. */
async function answers(data: string, demandAlive: () => void): Promise<void> {
  for (;;) {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (lines[7]?.trim() === 'ready') return;
    demandAlive();
    await systemClock.sleep(10);
  }
}

/**
 * A process that ends the server and removes its folder when this process ends, however it ends: the pipe to it closes.
 */
function removeWithThisProcess(folder: string, owner: { uid?: number; gid?: number }): ChildProcess {
  const script = 'cat >/dev/null; kill -QUIT "$(head -n 1 "$1/data/postmaster.pid")"; sleep 1; rm -rf "$1"';
  const watch = spawn('/bin/sh', ['-c', script, 'watch', folder], {
    ...owner,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watch.unref();
  (watch.stdin as unknown as { unref(): void }).unref();
  return watch;
}

/** The user for the server: `postgres` if this one is root, which PostgreSQL refuses; else this one. */
function unprivileged(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const number = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: number('-u'), gid: number('-g') };
}

function findPrograms(): string | null {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).filter((name) => /^\d+$/.test(name)) : [];
  const [newest] = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'))
    .filter((folder) => existsSync(join(folder, 'initdb')));
  return newest ?? null;
}

/** The path of one of PostgreSQL's programs, such as `pgbench`. @throws Error without an installed PostgreSQL. */
export function program(name: string): string {
  if (POSTGRES_PROGRAMS === null) throw new Error('PostgreSQL is not installed: apt-get install postgresql');
  return join(POSTGRES_PROGRAMS, name);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const listener = createServer();
    listener.once('error', reject);
    listener.listen(0, LOOPBACK, () => {
      const { port } = listener.address() as { port: number };
      listener.close(() => resolve(port));
    });
  });
}

/** A process and its children, by the kernel's own list. */
async function processesBelow(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return [pid, ...children.split(' ').filter(Boolean).map(Number)];
}

function killIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** False also for a process that has ended and that nobody has waited for. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}
