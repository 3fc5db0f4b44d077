/** `refit audit export RUN`: one archive with everything that a third party needs to check a run. */
import { shellQuote } from '../../../next-command.ts';
import { exportRun } from '../../../operations/audit/export-run.ts';
import { stateDirectoryOf } from '../../../operations/machine.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import type { CommandCode } from '../../command-row.ts';
import { print } from '../../output.ts';

export const auditExport: CommandCode<[string]> = async ([directory], options, terminal) => {
  const { file, files, head, entries, tornBytes, signatures } = await exportRun(
    directory,
    options.out,
    stateDirectoryOf(terminal.env),
  );
  await print(terminal, options, {
    text: () => `${escapeControls(file)}\n`,
    json: { file, head, entries, files },
    indent: 2,
  });
  terminal.hint(`${files.length} files, ${entries} entries, journal head ${head}`);
  if (tornBytes > 0)
    terminal.hint(
      `the journal ends with an incomplete entry of ${tornBytes} bytes, which is not in the archive`,
    );
  if (signatures === 0)
    terminal.hint(
      `send the head separately, or sign it first: refit audit sign ${shellQuote(directory)} --key FILE`,
    );
  return 0;
};
