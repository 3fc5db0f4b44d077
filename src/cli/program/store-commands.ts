/** The commands for the administrator of a store. */
import { type CommandRow, commandsIn } from '../command-row.ts';
import { STORE, TEXT_OR_JSON } from './shared-options.ts';

const STORE_EXAMPLE = 'postgres://refit@db.example/refit';

export const STORE_COMMANDS: readonly CommandRow[] = commandsIn('Store:', {
  'store migrate': {
    summary: 'make the schema of a PostgreSQL store, or upgrade it',
    options: [STORE, TEXT_OR_JSON],
    examples: [`refit store migrate --store ${STORE_EXAMPLE}`],
    load: async () => (await import('../commands/store/migrate.ts')).storeMigrate,
  },
  'store check': {
    summary: 'check schema, identity, roles, rights and clock of a store',
    options: [STORE, TEXT_OR_JSON],
    examples: [`refit store check --store ${STORE_EXAMPLE}`],
    load: async () => (await import('../commands/store/check.ts')).storeCheck,
  },
});
