/** `refit audit events RUN`: the journal as CloudEvents, one JSON line for each entry. */
import { writeOutput } from '../../../operations/named-files.ts';
import { cloudEventsOf } from '../../../operations/read-run.ts';
import type { CommandCode } from '../../command-row.ts';

export const auditEvents: CommandCode<[string]> = async ([directory], { out }, terminal) => {
  const { lines, tornBytes } = await cloudEventsOf(directory);
  if (out === undefined) await terminal.out(lines);
  else await writeOutput(out, lines);
  if (tornBytes > 0)
    terminal.hint(`the journal ends with an incomplete entry of ${tornBytes} bytes, which is not an event`);
  return 0;
};
