/** `refit audit events RUN`: the journal as CloudEvents, one JSON line for each entry. */
import { writeOutput } from '../../../operations/named-files.ts';
import { cloudEventsOf } from '../../../operations/runs/read-run.ts';
import { onRun } from '../../with-run.ts';

export const auditEvents = onRun(async (run, { out }, terminal) => {
  const { lines, tornBytes } = await cloudEventsOf(run);
  if (out === undefined) await terminal.out(lines);
  else await writeOutput(out, lines);
  if (tornBytes > 0)
    terminal.hint(`the journal ends with an incomplete entry of ${tornBytes} bytes, which is not an event`);
  return 0;
});
