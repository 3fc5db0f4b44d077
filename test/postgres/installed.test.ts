import { expect, it } from 'vitest';
import { POSTGRES_PROGRAMS } from './server.ts';

it.runIf(process.env.REFIT_REQUIRE_ALL === '1')('PostgreSQL is installed for the tests of its store', () => {
  expect(POSTGRES_PROGRAMS, 'apt-get install postgresql').not.toBeNull();
});
