/** The server that all test files share. A test makes its own databases there, and its own server to crash it. */
import { describe, inject } from 'vitest';
import { copyStore, makeStore, urlFor } from './make-store.ts';
import { createDatabase, type ServerAddress, sql } from './server.ts';

export { connectTo } from './make-store.ts';

/** `describe` for tests that need PostgreSQL: skipped where it is not installed. `installed.test.ts` demands it. */
export const withPostgres = describe.skipIf(inject('postgres') === null);

/** The shared server. Only for tests in `withPostgres`. */
export function sharedServer(): ServerAddress {
  return inject('postgres')!;
}

/** Creates an empty database on the shared server. @returns its URL, as the superuser. */
export function freshDatabase(): Promise<string> {
  return createDatabase(sharedServer());
}

/** The roles of a store, and a user with none of them. */
export type Login = 'auditor' | 'submitter' | 'scheduler' | 'worker' | 'operator' | 'nobody';

/** The URL of a store for a login role that has one of Refit's roles only. Tests of a worker's code should use it. */
export async function loginAs(url: string, who: Login): Promise<string> {
  const name = `refit_login_${who}`;
  const grant = who === 'nobody' ? '' : `GRANT refit_${who} TO ${name};`;
  await sql(
    url,
    `DO $$ BEGIN CREATE ROLE ${name} LOGIN PASSWORD 'login'; ${grant}
     EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
  );
  return urlFor(url, name, 'login');
}

/** Creates a database with the schema of a store. @returns its URL, as the superuser. */
export async function freshStore(server?: ServerAddress): Promise<string> {
  return await (server === undefined ? copyStore(sharedServer()) : makeStore(server));
}
