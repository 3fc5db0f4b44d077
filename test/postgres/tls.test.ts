/** TLS to a real server: what is verified, and what is refused. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, startPostgres } from './server.ts';
import { connectTo, withPostgres } from './shared.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

const withTls = hasOpenssl ? withPostgres : describe.skip;

withTls('TLS to the server of a store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'refit-tls-'));
  const path = (name: string) => join(folder, name);
  let server: PostgresServer;
  let url: string;

  /** Makes a certificate for a name, which is its own authority. */
  function makeCertificate(name: string, subjects: string): void {
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-nodes', '-days', '2', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
        ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=${subjects}`],
        ...['-keyout', path(`${name}.key`), '-out', path(`${name}.crt`)],
      ],
      { stdio: 'ignore' },
    );
  }

  beforeAll(async () => {
    makeCertificate('server', 'DNS:localhost,DNS:db.example');
    makeCertificate('other', 'DNS:localhost');
    server = await startPostgres({
      settings: { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' },
      files: {
        'server.crt': readFileSync(path('server.crt'), 'utf8'),
        'server.key': readFileSync(path('server.key'), 'utf8'),
      },
    });
    url = await server.createDatabase();
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  const at = (host: string, query: string) => `${url.replace('127.0.0.1', host)}?${query}`;

  it.each(['verify-full', 'require', 'verify-ca'])(
    'sslmode=%s verifies, also on this machine',
    async (mode) => {
      const database = await connectTo(at('localhost', `sslmode=${mode}&sslrootcert=${path('server.crt')}`));
      const [row] = await database.query<{ ssl: boolean; version: string }>(
        'SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
      );
      expect(row).toEqual({ ssl: true, version: 'TLSv1.3' });
      await database.close();
    },
  );

  const refused: [title: string, host: string, authority: string | null, reason: string, fix: string][] = [
    ['an authority that nobody named', 'localhost', null, 'is not from an authority', 'sslrootcert=FILE'],
    ['another authority', 'localhost', 'other.crt', 'is not from an authority', 'sslrootcert=FILE'],
    [
      'another name',
      '127.0.0.1',
      'server.crt',
      'is not for the name 127.0.0.1',
      'use a name of the certificate',
    ],
  ];
  it.each(refused)('refuses %s', async (_, host, authority, reason, fix) => {
    const query = `sslmode=verify-full${authority === null ? '' : `&sslrootcert=${path(authority)}`}`;
    await expect(connectTo(at(host, query))).rejects.toMatchObject({
      code: 'store-unreachable',
      message: expect.stringContaining(reason),
      fix: expect.stringContaining(fix),
    });
  });

  it('a variable that turns verification off for Node changes nothing', async () => {
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      await expect(connectTo(at('localhost', 'sslmode=verify-full'))).rejects.toMatchObject({
        code: 'store-unreachable',
      });
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  it('refuses a root certificate that is none', async () => {
    writeFileSync(path('text'), 'no certificate\n');
    await expect(
      connectTo(at('localhost', `sslmode=verify-full&sslrootcert=${path('text')}`)),
    ).rejects.toMatchObject({ code: 'store-unreachable' });
  });
});
