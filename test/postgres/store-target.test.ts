/** Which database a URL, a service file and the variables mean, and which of them Refit refuses. Needs no server. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { RefitError } from '../../src/errors.ts';
import { resolveStore, type StoreTarget } from '../../src/store/postgres/store-target.ts';

const folder = mkdtempSync(join(tmpdir(), 'refit-target-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  chmodSync(path, 0o600);
  return path;
}

const services = file(
  'pg_service.conf',
  '# comment\n[refit]\nhost=db.example\nport=6432\nuser=worker\ndbname=runs\npassword=Secret1\napplication_name=x\n\n' +
    '[local]\nhost=localhost\n[refit]\nhost=second.example\n[plain]\nhost=db.example\nsslmode=disable\n[odd]\nhots=x\n',
);
const ca = file('ca.pem', 'PEM');

type Found = Partial<Omit<StoreTarget, 'password' | 'tls'>> & {
  password?: string | null;
  tls?: object | null;
};

describe('the database of a store', () => {
  const cases: [url: string, env: Record<string, string>, found: Found][] = [
    [
      'postgres://refit:Secret1@db.example/runs',
      {},
      {
        ...{ host: 'db.example', port: 5432, user: 'refit', database: 'runs', password: 'Secret1' },
        ...{ place: 'postgres://refit@db.example/runs', tls: { ca: null, cert: null } },
      },
    ],
    [
      'postgresql://refit:S%40word@db.example:6432/runs?sslmode=verify-full&sslrootcert=CA',
      {},
      {
        port: 6432,
        password: 'S@word',
        place: 'postgres://refit@db.example:6432/runs',
        tls: { ca: 'PEM', cert: null },
      },
    ],
    ['postgres://refit@127.0.0.1/runs', {}, { host: '127.0.0.1', password: null, tls: null }],
    ['postgres://refit@[::1]/runs', {}, { host: '::1', tls: null, place: 'postgres://refit@[::1]/runs' }],
    ['postgres://refit@localhost/runs?sslmode=require', {}, { tls: { ca: null, cert: null } }],
    [
      'postgres:///runs?host=/var/run/postgresql',
      { USER: 'li' },
      {
        host: '/var/run/postgresql',
        user: 'li',
        tls: null,
        place: 'postgres://li@%2Fvar%2Frun%2Fpostgresql/runs',
      },
    ],
    ['postgres://%2Fvar%2Frun/runs', { USER: 'li' }, { host: '/var/run', tls: null }],
    [
      'postgres://',
      { PGHOST: 'db.example', PGUSER: 'wei', PGDATABASE: 'runs', PGPASSWORD: 'Secret1', PGSSLROOTCERT: ca },
      {
        host: 'db.example',
        user: 'wei',
        database: 'runs',
        password: 'Secret1',
        tls: { ca: 'PEM', cert: null },
      },
    ],
    [
      'postgres://',
      { USER: 'li' },
      { host: 'localhost', user: 'li', database: 'li', password: null, tls: null },
    ],
    [
      'postgres:///?service=refit',
      { PGSERVICEFILE: services, PGUSER: 'other', PGHOST: 'other.example' },
      {
        ...{ host: 'db.example', port: 6432, user: 'worker', database: 'runs', password: 'Secret1' },
        place: 'postgres://worker@db.example:6432/runs',
      },
    ],
    ['postgres:///mine?service=refit', { PGSERVICEFILE: services }, { database: 'mine', user: 'worker' }],
    [
      'postgres://',
      { PGSERVICEFILE: services, PGSERVICE: 'local', USER: 'li' },
      { host: 'localhost', user: 'li' },
    ],
  ];
  it.each(cases)('%s with %j', async (url, env, found) => {
    const target = await resolveStore(url.replace('=CA', `=${ca}`), env);
    const { password, tls, ...rest } = target;
    const shown = { ...rest, password: password(), tls: tls && { ca: tls.ca, cert: tls.cert } };
    expect(shown).toMatchObject(found);
    expect(inspect(target, { depth: 9 }) + JSON.stringify(target)).not.toMatch(/Secret1|S@word/);
  });

  const refused: [url: string, env: Record<string, string>, message: string, fix: string][] = [
    ['mysql://db.example/runs', {}, 'not the URL of a PostgreSQL database', 'example: --store postgres://'],
    ['postgres://refit:Secret1#x@db:x/y', {}, '--store: the URL cannot be read', '%XX'],
    ['postgres://refit:Secret1@one,two/runs', {}, 'several hosts', 'one name'],
    [
      'postgres://refit:Secret1@db.example:1/runs?sslmod=x',
      {},
      'unknown parameter "sslmod"',
      'did you mean sslmode?',
    ],
    ['postgres://refit:Secret1@db.example/r?port=0', {}, 'the port is not a number', 'example: 5432'],
    ['postgres://db.example/r?sslmode=off', {}, 'unknown sslmode "off"', 'sslmode=verify-full'],
    ...['disable', 'allow', 'prefer', 'require', 'verify-ca', 'no-verify'].map(
      (mode): [string, Record<string, string>, string, string] => [
        `postgres://refit:Secret1@db.example/runs?sslmode=${mode}`,
        {},
        `sslmode=${mode} does not prove that db.example is the server`,
        'sslmode=verify-full, with sslrootcert=FILE',
      ],
    ),
    [
      'postgres://db.example/runs',
      { PGSSLMODE: 'prefer' },
      'sslmode=prefer does not prove',
      'sslmode=verify-full',
    ],
    ['postgres://10.0.0.1/runs?sslmode=disable', {}, 'does not prove that 10.0.0.1', 'verify-full'],
    ['postgres://localhost.example/runs?sslmode=disable', {}, 'does not prove', 'verify-full'],
    [
      'postgres:///?service=plain',
      { PGSERVICEFILE: services },
      'sslmode=disable does not prove',
      'verify-full',
    ],
    [
      'postgres:///?service=absent',
      { PGSERVICEFILE: services },
      'no service "absent" in',
      'add it: [absent]',
    ],
    [
      'postgres:///?service=odd',
      { PGSERVICEFILE: services },
      'unknown parameter "hots"',
      'did you mean host?',
    ],
    [
      'postgres://db.example/r?sslrootcert=/nowhere/ca',
      {},
      'the certificate /nowhere/ca cannot be read',
      'ls',
    ],
    [
      'postgres:///?service=x',
      { PGSERVICEFILE: file('bad', 'host\n') },
      ':1: this line is no section',
      'example:',
    ],
  ];
  it.each(refused)('%s with %j: refused', async (url, env, message, fix) => {
    const error = await resolveStore(url, env).then(
      () => expect.unreachable('no error'),
      (thrown) => thrown as RefitError,
    );
    expect(error).toBeInstanceOf(RefitError);
    expect(error.message).toContain(message);
    expect(error.fix).toContain(fix);
    expect(`${error.message} ${error.fix}`).not.toContain('Secret1');
  });

  it('a service file that others can write is refused: it decides who gets the password', async () => {
    const open = file('open.conf', '[refit]\nhost=db.example\n');
    chmodSync(open, 0o666);
    await expect(resolveStore('postgres:///?service=refit', { PGSERVICEFILE: open })).rejects.toMatchObject({
      code: 'file-refused',
    });
  });

  it('the next command names the store only if the variable does not', async () => {
    const url = 'postgres://refit:Secret1@db.example/runs';
    expect((await resolveStore(url, {})).option).toBe(' --store postgres://refit@db.example/runs');
    expect((await resolveStore(url, {}, 'REFIT_STORE')).option).toBe('');
  });
});
