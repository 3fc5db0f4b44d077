import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cutConnections, dump, type PostgresServer, restore, sql, startPostgres } from './server.ts';
import { freshDatabase, withPostgres } from './shared.ts';

withPostgres('the PostgreSQL of the tests', () => {
  let own: PostgresServer;
  beforeAll(async () => {
    own = await startPostgres();
  });
  afterAll(() => own?.stop());

  it('gives databases that do not see each other', async () => {
    const [one, other] = [await freshDatabase(), await freshDatabase()];
    await sql(one, 'CREATE TABLE mine (n int)');
    await expect(sql(other, 'SELECT * FROM mine')).rejects.toThrow('does not exist');
  });

  it.each(['crash', 'restart'] as const)(
    '%s: comes back on the same port with what was committed',
    async (how) => {
      const url = await own.createDatabase();
      await sql(url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)');
      await own[how]();
      expect(await sql(url, 'SELECT n FROM kept')).toEqual(['7']);
    },
  );

  it('restores a dump over the database, and so loses what came after it', async () => {
    const url = await own.createDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'refit-dump-'));
    await sql(url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
    await dump(url, join(folder, 'dump'));
    await sql(url, 'INSERT INTO kept VALUES (2)');
    await restore(url, join(folder, 'dump'));
    expect(await sql(url, 'SELECT n FROM kept')).toEqual(['1']);
    expect(await cutConnections(url)).toBe(0);
    rmSync(folder, { recursive: true });
  });
});
