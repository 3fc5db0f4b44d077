/** Says on stderr that the store does not vouch for a run that a command shows. */
import { textOf } from '../messages/messages.ts';
import type { Message } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import type { RunReader } from '../operations/runs/read-run.ts';
import { escapeControls } from '../report/document/escape.ts';
import { type Options, withConnectionOptions } from './options.ts';
import type { Terminal } from './terminal.ts';

/** @param reason why the store does not vouch for it; null: it does. Also printed with `-q`. */
export function noteTrust(
  reason: Message | null,
  { kind, name }: Pick<RunReader, 'kind' | 'name'>,
  options: Options,
  terminal: Terminal,
): void {
  if (reason === null) return;
  if (reason.id === 'trust.restored') {
    const apply = withConnectionOptions(`refit apply ${shellQuote(name)}`, options);
    terminal.err(
      escapeControls(`not vouched for: ${textOf(reason)}. ${apply} reads every open step before it orders\n`),
    );
    return;
  }
  const verify = withConnectionOptions(`refit audit verify ${shellQuote(name)} --signers FILE`, options);
  const place = kind === 'folder' ? 'folder' : 'database';
  terminal.err(
    escapeControls(
      `not vouched for: ${textOf(reason)}. Anybody who can write the ${place} can have made it. To prove who made it: ${verify}`,
    ).concat('\n'),
  );
}
