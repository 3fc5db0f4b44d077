/** `refit audit events RUN`: the journal as CloudEvents, one JSON line an entry. */

import { cloudEventLines } from '../../report/run/cloud-events.ts';
import { readRun } from '../../store/folder/run-directory.ts';
import { writeOutput } from '../files.ts';
import type { GlobalOptions } from '../options.ts';
import type { Terminal } from '../terminal.ts';

export async function auditEvents(
  [directory]: readonly [string],
  options: GlobalOptions & { readonly out?: string },
  terminal: Terminal,
): Promise<number> {
  const { saved, journal } = await readRun(directory);
  const lines = cloudEventLines(saved, journal.entries);
  if (options.out === undefined) await terminal.out(lines);
  else await writeOutput(options.out, lines);
  if (journal.tornBytes > 0 && !terminal.quiet)
    terminal.err(`the last ${journal.tornBytes} bytes of the journal are a torn entry and are no event\n`);
  return 0;
}
