/** `refit store migrate`: makes the schema of a store, or brings it up to date. */
import { type Migrated, migrateStore } from '../../../operations/store-admin.ts';
import type { CommandCode } from '../../command-row.ts';
import { print } from '../../output.ts';
import { demandStore } from './demand-store.ts';

/** @returns 0, also if there is nothing to do. */
export const storeMigrate: CommandCode<[]> = async (_args, options, terminal) => {
  const target = await demandStore(options, terminal);
  const migrated = await migrateStore(target);
  const json = {
    store: target.place,
    applied: migrated.applied.map(({ number, name }) => ({ number, name })),
    jobs: migrated.jobs,
    roles: migrated.roles,
    repaired: migrated.repaired,
  };
  const check = `refit store check${target.option}`;
  await print(terminal, options, { text: () => describe(target.place, migrated, check), json, indent: 2 });
  return 0;
};

function describe(place: string, { applied, jobs, roles, repaired }: Migrated, check: string): string {
  const { from, to } = jobs;
  return [
    `store    ${place}`,
    ...applied.map(({ number, name }) => `applied  ${number} ${name}`),
    ...(applied.length === 0 ? ['schema   up to date'] : []),
    `jobs     ${from === to ? 'up to date' : from === null ? `created, version ${to}` : `version ${from} became ${to}`}`,
    `roles    ${roles.length === 0 ? 'up to date' : `created: ${roles.join(', ')}`}`,
    ...repaired.map((name) => `repaired ${name}`),
    `next     ${check}`,
    '',
  ].join('\n');
}
