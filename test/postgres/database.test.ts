import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { RefitError } from '../../src/errors.ts';
import type { Database, DatabaseOptions } from '../../src/store/postgres/database.ts';
import { isConnectionLost } from '../../src/store/postgres/store-error.ts';
import { cutConnections, type PostgresServer, sql, startPostgres, urlOf } from './server.ts';
import { connectTo, freshDatabase, sharedServer, withPostgres } from './shared.ts';

const opened: Database[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()));
});

async function open(url: string, options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const database = await connectTo(url, options);
  opened.push(database);
  return database;
}

/** The error of a promise. */
async function failing(promise: Promise<unknown>): Promise<Error> {
  return await promise.then(
    () => expect.unreachable('no error'),
    (error) => error,
  );
}

withPostgres('a database of PostgreSQL', () => {
  it('gives numbers, instants, lists and objects as this program uses them', async () => {
    const database = await open(await freshDatabase());
    const at = '2026-11-30T09:15:00.123Z';
    const rows = await database.query(
      `SELECT 9007199254740991::bigint AS big, $1::timestamptz AS at, '{"a":1}'::jsonb AS json, 1.5::float8 AS float,
         ARRAY['retail', 'a "b", c', ''] AS list, '{}'::text[] AS none, true AS yes, NULL AS null, 7 AS small`,
      [at],
    );
    expect(rows).toEqual([
      {
        ...{ big: Number.MAX_SAFE_INTEGER, at: Date.parse(at), json: { a: 1 }, float: 1.5 },
        ...{ list: ['retail', 'a "b", c', ''], none: [], yes: true, null: null, small: 7 },
      },
    ]);
    await expect(database.query('SELECT 9007199254740993::bigint')).rejects.toThrow('9007199254740993');
    expect(database.serverVersion).toBeGreaterThanOrEqual(130_000);
  });

  it('commits what resolves, and rolls back what throws', async () => {
    const database = await open(await freshDatabase());
    await database.script('CREATE TABLE public.t (n int)');
    await database.transaction((queries) => queries.execute('INSERT INTO public.t VALUES (1), (2)'));
    const thrown = new Error('no');
    const failed = database.transaction(async (queries) => {
      await queries.execute('INSERT INTO public.t VALUES (3)');
      throw thrown;
    });
    await expect(failed).rejects.toBe(thrown);
    expect(await database.query('SELECT n FROM public.t ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await database.execute('UPDATE public.t SET n = n + 1')).toBe(2);
  });

  it('sets what it relies on for every connection, whatever the database says', async () => {
    const url = await freshDatabase();
    const name = new URL(url).pathname.slice(1);
    await sql(
      url,
      `ALTER DATABASE ${name} SET search_path = public; ALTER DATABASE ${name} SET timezone = 'Asia/Shanghai';
       ALTER DATABASE ${name} SET synchronous_commit = off`,
    );
    const database = await open(url);
    const settings = ['search_path', 'timezone', 'synchronous_commit', 'application_name'];
    const [row] = await database.query<Record<string, string>>(
      `SELECT ${settings.map((one) => `current_setting('${one}') AS ${one}`).join(', ')}`,
    );
    expect(row).toEqual({
      ...{ search_path: 'pg_catalog', timezone: 'UTC' },
      ...{ synchronous_commit: 'on', application_name: 'refit test' },
    });
  });

  it('says with reason and fix why it cannot connect, and never the password', async () => {
    const server = sharedServer();
    const cases: [url: string, reason: string, fix: string][] = [
      [
        urlOf(server, 'postgres', 'postgres', 'wrong-Secret1'),
        'refuses the password of postgres',
        'PGPASSWORD',
      ],
      [urlOf(server, 'nowhere', 'postgres'), 'there is no database nowhere', 'createdb -h 127.0.0.1'],
      [urlOf(server, 'postgres', 'nobody', 'wrong-Secret1'), 'refuses the password of nobody', 'PGPASSWORD'],
      [`postgres://postgres@127.0.0.1:${server.port}/postgres`, 'demands a password', '~/.pgpass'],
      [
        'postgres://refit:wrong-Secret1@127.0.0.1:1/refit',
        'nothing listens on 127.0.0.1, port 1',
        'pg_isready',
      ],
      ['postgres://refit:wrong-Secret1@refit.invalid/refit', 'the name', 'getent hosts refit.invalid'],
      ['postgres://refit:wrong-Secret1@%2F-nowhere/refit', 'there is no socket', 'correct the folder'],
      [
        `${urlOf(server, 'postgres')}?sslmode=verify-full`,
        '127.0.0.1 does not offer TLS',
        'turn TLS on in the server',
      ],
    ];
    for (const [url, reason, fix] of cases) {
      const error = await failing(open(url));
      expect(error).toBeInstanceOf(RefitError);
      expect(error).toMatchObject({ code: 'store-unreachable' });
      expect(error.message).toContain(reason);
      expect((error as RefitError).fix).toContain(fix);
      const shown = `${error.message} ${(error as RefitError).fix}`;
      expect(shown).not.toContain('wrong-Secret1');
      expect(shown).not.toContain(server.password);
    }
  });

  it('an error of SQL keeps its code, and the connection goes on', async () => {
    const database = await open(await freshDatabase(), { connections: 1 });
    await expect(database.query('SELECT 1/0')).rejects.toMatchObject({ code: '22012' });
    await expect(database.query('SELECT * FROM refit.runs')).rejects.toMatchObject({
      code: 'store-unreachable',
      fix: expect.stringContaining('refit store migrate --store postgres://postgres@127.0.0.1:'),
    });
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('a cut connection is an error of its statement only', async () => {
    const url = await freshDatabase();
    const database = await open(url);
    const slow = failing(database.query('SELECT pg_sleep(60)'));
    while (
      (await sql(url, "SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'")).length === 0
    );
    await cutConnections(url);
    expect(isConnectionLost(await slow)).toBe(true);
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('a statement ends at its limits of time and bytes', async () => {
    const url = await freshDatabase();
    const impatient = await open(url, { statementTimeout: 200 });
    const late = await failing(impatient.query('SELECT pg_sleep(60)'));
    expect(late.message).toContain('a statement took longer than Refit waits');
    expect(isConnectionLost(late)).toBe(false);
    const database = await open(url, { largestAnswer: 1_000_000 });
    const large = await failing(database.query("SELECT repeat('x', 10000000)"));
    expect(large.message).toContain('the answer is larger than Refit accepts');
    expect(await database.query("SELECT length(repeat('x', 900000)) AS n")).toEqual([{ n: 900_000 }]);
  });

  it('checks each new connection before anybody uses it', async () => {
    const url = await freshDatabase();
    let checks = 0;
    const database = await open(url, {
      connections: 1,
      onConnect: async (queries) => {
        await queries.query('SELECT 1');
        if (++checks === 2) throw new RefitError('store-restored', 'another store', 'refit store restored');
      },
    });
    await cutConnections(url);
    // The pool may notice the cut only at the next statement.
    const errors = [await failing(database.query('SELECT 1').then(() => database.query('SELECT 1')))];
    if (isConnectionLost(errors[0])) errors.push(await failing(database.query('SELECT 1')));
    expect(errors.at(-1)).toMatchObject({ code: 'store-restored' });
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

withPostgres('a server that goes away', () => {
  let own: PostgresServer;
  beforeAll(async () => {
    own = await startPostgres();
  });
  afterAll(() => own?.stop());

  it('statements fail while it is away and work when it is back; listening goes on and says what it missed', async () => {
    const url = await own.createDatabase();
    const database = await open(url);
    const heard: (string | null)[] = [];
    database.listen('refit_test', (payload) => heard.push(payload));
    const until = async (length: number) => {
      while (heard.length < length) await systemClock.sleep(10);
    };
    await until(1);
    await database.query("SELECT pg_notify('refit_test', 'first')");
    await until(2);
    await own.kill();
    expect(isConnectionLost(await failing(database.query('SELECT 1')))).toBe(true);
    await own.start();
    await until(3);
    await database
      .query("SELECT pg_notify('refit_test', 'second')")
      .catch(() => database.query("SELECT pg_notify('refit_test', 'second')"));
    await until(4);
    expect(heard).toEqual([null, 'first', null, 'second']);
  });
});

withPostgres('a stranger in place of the server', () => {
  let stranger: Server;
  const sockets = new Set<Socket>();
  let answer: (socket: Socket) => void;
  beforeAll(async () => {
    stranger = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      answer(socket);
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => stranger.close(resolve));
  });

  /** Writes until the other side has enough. */
  const flood = (socket: Socket, bytes: Buffer): void => {
    const write = (): void => {
      while (!socket.destroyed && socket.write(bytes));
    };
    socket.on('drain', write);
    write();
  };
  const cases: Record<string, (socket: Socket) => void> = {
    'says nothing': () => undefined,
    'ends immediately': (socket) => socket.end(),
    'answers with garbage': (socket) => socket.end(Buffer.alloc(2_000, 0x41)),
    'announces a message of 2 GB and sends it': (socket) => {
      socket.write(Buffer.from([0x52, 0x7f, 0xff, 0xff, 0xff]));
      flood(socket, Buffer.alloc(65_536));
    },
    'sends notices without end': (socket) => {
      const notice = Buffer.from('N\0\0\0\x0dM-----\0\0', 'latin1');
      flood(socket, Buffer.concat(Array(5_000).fill(notice)));
    },
  };
  it.each(Object.entries(cases))('%s: an error in bounded time and memory', async (_, act) => {
    answer = act;
    const { port } = stranger.address() as { port: number };
    const before = process.memoryUsage().rss;
    const error = await failing(
      open(`postgres://refit:Secret1@127.0.0.1:${port}/refit`, {
        connectTimeout: 1_000,
        largestAnswer: 2_000_000,
      }),
    );
    expect(error).toMatchObject({ code: 'store-unreachable' });
    expect(error.message).not.toContain('Secret1');
    expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000);
  });
});
