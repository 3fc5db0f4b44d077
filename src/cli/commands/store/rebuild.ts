/** `refit store rebuild`: makes the jobs of all runs again. */
import { rebuildStore } from '../../../operations/store-admin.ts';
import type { CommandCode } from '../../command-row.ts';
import { print } from '../../output.ts';
import { demandStore } from './demand-store.ts';

/** @returns 0, also if no job was missing. */
export const storeRebuild: CommandCode<[]> = async (_args, options, terminal) => {
  const target = await demandStore(options, terminal);
  const made = await rebuildStore(target);
  await print(terminal, options, {
    text: () => `store    ${target.place}\njobs     ${made === 0 ? 'none was missing' : `${made} made`}\n`,
    json: { store: target.place, made },
    indent: 2,
  });
  return 0;
};
