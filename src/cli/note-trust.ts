/** Says on stderr that this user's state does not vouch for a run that a command shows. */
import { textOf } from '../messages/messages.ts';
import type { Message } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { escapeControls } from '../report/document/escape.ts';
import type { Terminal } from './terminal.ts';

/** @param reason why the state does not vouch for it; null: it does. Also printed with `-q`. */
export function noteTrust(reason: Message | null, directory: string, terminal: Terminal): void {
  if (reason === null) return;
  const verify = `refit audit verify ${shellQuote(directory)} --signers FILE`;
  terminal.err(
    escapeControls(
      `not vouched for: ${textOf(reason)}. Anybody who can write the folder can have made it. To prove who made it: ${verify}`,
    ).concat('\n'),
  );
}
