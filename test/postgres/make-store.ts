/** Makes databases with the schema of a store. Imports nothing of the test runner, so that its setup can use it. */
import { systemClock } from '../../src/clock.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/store/postgres/database.ts';
import { migrate } from '../../src/store/postgres/migrate.ts';
import { resolveStore } from '../../src/store/postgres/store-target.ts';
import { createDatabase, newDatabaseName, type ServerAddress, sql, urlOf } from './server.ts';

const TEMPLATE = 'store_template';

/** Connects to a database as code of the store does. The test closes it. */
export async function connectTo(url: string, options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const target = await resolveStore(url, {});
  return await openDatabase(target, { clock: systemClock, application: 'refit test', ...options });
}

/** Creates a database and migrates it. @returns its URL, as the superuser. */
export async function makeStore(server: ServerAddress, name = newDatabaseName()): Promise<string> {
  const url = await createDatabase(server, name);
  const database = await connectTo(url);
  await migrate(database, '0.0.0-test').finally(() => database.close());
  return url;
}

/** Makes the store that `copyStore` copies. Nobody connects to it after that. */
export async function makeStoreTemplate(server: ServerAddress): Promise<void> {
  await makeStore(server, TEMPLATE);
}

/** Creates a store on a server with a template, several times faster than by migrations. It has an id of its own. */
export async function copyStore(server: ServerAddress): Promise<string> {
  const url = await createDatabase(server, newDatabaseName(), TEMPLATE);
  await sql(url, 'UPDATE refit.store SET id = gen_random_uuid(), created_at = clock_timestamp()');
  return url;
}

/** The same database for another user. */
export function urlFor(url: string, user: string, password: string): string {
  const { port, pathname } = new URL(url);
  return urlOf({ port: Number(port), password }, pathname.slice(1), user);
}
