/** The server that all test files share. A test makes its own databases there, and its own server to crash it. */
import { describe, inject } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/store/postgres/database.ts';
import { migrate } from '../../src/store/postgres/migrate.ts';
import { resolveStore } from '../../src/store/postgres/store-target.ts';
import { createDatabase, type ServerAddress } from './server.ts';

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

/** Connects to a database as code of the store does. The test closes it. */
export async function connectTo(url: string, options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const target = await resolveStore(url, {});
  return await openDatabase(target, { clock: systemClock, application: 'refit test', ...options });
}

/** Creates a database with the schema of a store. @returns its URL, as the superuser. */
export async function freshStore(server: ServerAddress = sharedServer()): Promise<string> {
  const url = await createDatabase(server);
  const database = await connectTo(url);
  await migrate(database, '0.0.0-test').finally(() => database.close());
  return url;
}
