/** `refit audit events RUN`: the journal as CloudEvents, one JSON line an entry. */
import { writeOutput } from '../../../operations/named-files.ts';
import { cloudEventsOf } from '../../../operations/read-run.ts';
import type { CommandCode } from '../../command-row.ts';

export const auditEvents: CommandCode<[string]> = async ([directory], { out }, terminal) => {
  const { lines, tornBytes } = await cloudEventsOf(directory);
  if (out === undefined) await terminal.out(lines);
  else await writeOutput(out, lines);
  if (tornBytes > 0)
    terminal.hint(`the last ${tornBytes} bytes of the journal are a torn entry and are no event`);
  return 0;
};
