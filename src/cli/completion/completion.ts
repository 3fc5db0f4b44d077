/** `refit completion SHELL`: prints the completion script for a shell. */
import type { CommandCode } from '../command-row.ts';
import { SCRIPTS } from './scripts.ts';

export const completion: CommandCode<[string]> = async ([shell], _options, terminal) => {
  await terminal.out(SCRIPTS[shell as keyof typeof SCRIPTS]);
  return 0;
};
