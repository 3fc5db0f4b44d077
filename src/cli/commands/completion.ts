/** `refit completion SHELL`: a script by which a shell completes what is typed after `refit`. */
import { SIGNATURES } from '../../cloud/signing/signature.ts';
import { allRules } from '../../rules/check.ts';
import { ALL_FAULTS } from '../../simulator/world/faults.ts';
import { bashCompletion } from '../completion/completion-bash.ts';
import { fishCompletion } from '../completion/completion-fish.ts';
import { type CommandDefinition, completionTree, withFormats } from '../completion/completion-tree.ts';
import { zshCompletion } from '../completion/completion-zsh.ts';
import type { Terminal } from '../terminal.ts';

/** Each shell with what makes its script. */
const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export async function completion(
  shell: string,
  program: CommandDefinition,
  terminal: Terminal,
): Promise<number> {
  const known = {
    codes: [...new Set(allRules().map(({ code }) => code))].sort(),
    faults: ALL_FAULTS.map(({ name }) => name),
    signatures: SIGNATURES,
  };
  const tree = withFormats(completionTree(program, known));
  await terminal.out(SHELLS[shell as keyof typeof SHELLS](tree));
  return 0;
}
