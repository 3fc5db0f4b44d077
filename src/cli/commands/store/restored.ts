/** `refit store restored`: announces that the database was restored from a backup. */
import { userName } from '../../../operations/machine.ts';
import { announceRestoredStore } from '../../../operations/store-admin.ts';
import type { CommandCode } from '../../command-row.ts';
import { print } from '../../output.ts';
import { demandStore } from './demand-store.ts';

/** @returns 0. */
export const storeRestored: CommandCode<[]> = async (_args, options, terminal) => {
  const target = await demandStore(options, terminal);
  const reason = options.reason ?? 'announced by a person';
  const { generation, runs } = await announceRestoredStore(target, { reason, by: userName() });
  await print(terminal, options, {
    text: () =>
      [
        `store       ${target.place}`,
        `generation  ${generation}`,
        `runs        ${runs} have not ended: each reads every open step before it orders`,
        `next        refit runs${target.option}`,
        '',
      ].join('\n'),
    json: { store: target.place, generation, runs },
    indent: 2,
  });
  return 0;
};
