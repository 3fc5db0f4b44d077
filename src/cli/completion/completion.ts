/** `refit completion SHELL`: prints the completion script for a shell. */
import { ALL_FAULTS, SIGNATURES } from '../../operations/known-names.ts';
import { allRules } from '../../rules/check.ts';
import type { CommandCode } from '../command-row.ts';
import { bashCompletion } from './completion-bash.ts';
import { fishCompletion } from './completion-fish.ts';
import { completionTree, type ProgramTable } from './completion-tree.ts';
import { zshCompletion } from './completion-zsh.ts';
import { storedRunIds } from './run-ids.ts';

/** The script generator of each shell. */
const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export function completionOf(table: ProgramTable): CommandCode<[string]> {
  return async ([shell], options, terminal) => {
    if (options.runIds) {
      for (const id of await storedRunIds(options, terminal)) await terminal.out(`${id}\n`);
      return 0;
    }
    const tree = completionTree(table, knownWords());
    await terminal.out(SHELLS[shell as keyof typeof SHELLS](tree));
    return 0;
  };
}

/** The words of completions that are not in the table of commands. */
export function knownWords(): Parameters<typeof completionTree>[1] {
  return {
    codes: [...new Set(allRules().map(({ code }) => code))].sort(),
    faults: ALL_FAULTS.map(({ name }) => name),
    signatures: SIGNATURES,
  };
}
