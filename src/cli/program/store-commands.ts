/** The commands for the administrator of a store. */
import { type CommandRow, rowsOf } from '../command-row.ts';
import { argument, option, RUN, RUN_EXAMPLE, STORE, TEXT_OR_JSON } from './shared-options.ts';

const STORE_EXAMPLE = 'postgres://refit@db.example/refit';

export const STORE_COMMANDS: readonly CommandRow[] = rowsOf({
  'store migrate': {
    summary: 'make the schema of a PostgreSQL store, or upgrade it',
    options: [STORE, TEXT_OR_JSON],
    examples: [`refit store migrate --store ${STORE_EXAMPLE}`],
    load: async () => (await import('../commands/store/migrate.ts')).storeMigrate,
  },
  'store rebuild': {
    summary: 'make the jobs of all runs of a store again',
    options: [STORE, TEXT_OR_JSON],
    examples: [`refit store rebuild --store ${STORE_EXAMPLE}`],
    load: async () => (await import('../commands/store/rebuild.ts')).storeRebuild,
  },
  'store check': {
    summary: 'check schema, identity, roles, rights and clock of a store',
    options: [STORE, TEXT_OR_JSON],
    examples: [`refit store check --store ${STORE_EXAMPLE}`],
    load: async () => (await import('../commands/store/check.ts')).storeCheck,
  },
  'store export': {
    summary: 'write a run of the store as a run directory',
    arguments: [RUN],
    options: [
      STORE,
      option('-o, --out <folder>', 'new or empty folder', { completes: { kind: 'folders' } }),
      TEXT_OR_JSON,
    ],
    examples: [`refit store export latest --store ${STORE_EXAMPLE} -o runs/copy`],
    load: async () => (await import('../commands/store/move.ts')).storeExport,
  },
  'store import': {
    summary: 'hand the run of a folder over to the store',
    arguments: [argument('<folder>', 'run directory of a stopped or ended run', { kind: 'runs' })],
    options: [STORE, TEXT_OR_JSON],
    examples: [`refit store import ${RUN_EXAMPLE} --store ${STORE_EXAMPLE}`],
    load: async () => (await import('../commands/store/move.ts')).storeImport,
  },
  'store prune': {
    summary: 'remove journals of ended runs; their heads stay',
    options: [
      STORE,
      option('--older-than <duration>', 'runs that ended longer ago, such as 180d'),
      option('--keep-failed', 'keep runs that did not exit with 0'),
      TEXT_OR_JSON,
    ],
    examples: [`refit store prune --store ${STORE_EXAMPLE} --older-than 180d --keep-failed`],
    load: async () => (await import('../commands/store/prune.ts')).storePrune,
  },
  'store restored': {
    summary: 'announce that the database was restored from a backup',
    options: [STORE, option('--reason <text>', 'what happened, for the record'), TEXT_OR_JSON],
    examples: [`refit store restored --store ${STORE_EXAMPLE} --reason disk-of-db-1-failed`],
    load: async () => (await import('../commands/store/restored.ts')).storeRestored,
  },
});
