/** Starts the server that all files of the project `postgres` share, and stops it at the end. */
import type { TestProject } from 'vitest/node';
import { makeStoreTemplate } from './make-store.ts';
import { POSTGRES_PROGRAMS, type ServerAddress, startPostgres } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The shared server; null if PostgreSQL is not installed. */
    readonly postgres: ServerAddress | null;
  }
}

export default async function startOnce(project: TestProject): Promise<() => Promise<void>> {
  const server = POSTGRES_PROGRAMS === null ? null : await startPostgres();
  if (server) await makeStoreTemplate(server);
  project.provide('postgres', server && { port: server.port, password: server.password });
  return async () => server?.stop();
}
