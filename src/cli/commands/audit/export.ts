/** `refit audit export RUN`: one archive with everything that a third party needs to check a run. */
import { shellQuote } from '../../../next-command.ts';
import { exportRun } from '../../../operations/audit/export-run.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import { withConnectionOptions } from '../../options.ts';
import { print } from '../../output.ts';
import { onRun } from '../../with-run.ts';

export const auditExport = onRun(async (run, options, terminal) => {
  const { file, files, head, entries, tornBytes, signatures } = await exportRun(run, options.out);
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
  const sign = withConnectionOptions(`refit audit sign ${shellQuote(run.name)} --key FILE`, options);
  if (signatures === 0) terminal.hint(`send the head separately, or sign it first: ${sign}`);
  return 0;
});
