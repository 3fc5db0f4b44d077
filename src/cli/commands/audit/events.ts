/** `refit audit events RUN`: the journal as CloudEvents, one JSON line an entry. */
import { writeOutput } from '../../../operations/named-files.ts';
import { cloudEventsOf } from '../../../operations/read-run.ts';
import type { GlobalOptions } from '../../options.ts';
import type { Terminal } from '../../terminal.ts';

export async function auditEvents(
  [directory]: readonly [string],
  { out }: GlobalOptions & { readonly out?: string },
  terminal: Terminal,
): Promise<number> {
  const { lines, tornBytes } = await cloudEventsOf(directory);
  if (out === undefined) await terminal.out(lines);
  else await writeOutput(out, lines);
  if (tornBytes > 0)
    terminal.hint(`the last ${tornBytes} bytes of the journal are a torn entry and are no event`);
  return 0;
}
