/** `refit audit replay RUN`: renders the reports again and compares them byte by byte. */
import { exitCodeOf } from '../../../errors.ts';
import { replayReports } from '../../../operations/audit/replay-reports.ts';
import { VERSION } from '../../../version.ts';
import { print } from '../../output.ts';
import { onRun } from '../../with-run.ts';

export const auditReplay = onRun(async (run, options, terminal) => {
  const { same, versions, reports, entries: all } = await replayReports(run);
  await print(terminal, options, {
    json: { same, version: VERSION, versions, reports },
    indent: 2,
    text: () => {
      const lines = reports.map(
        ({ file, entries, message }) =>
          `${file.padEnd(11)}  ${message}${entries === null ? '' : `, from ${entries} of ${all} entries`}\n`,
      );
      const verdict = same
        ? 'replayed: saved plan and journal produce exactly these reports'
        : 'DIFFERENT: saved plan and journal produce other reports';
      return `${lines.join('')}${verdict}\n`;
    },
  });
  if (!same && versions.some((version) => version !== VERSION))
    terminal.hint(
      `refit ${versions.join(', ')} wrote this run, and this is refit ${VERSION}: replay it with the version that wrote it`,
    );
  return same ? 0 : exitCodeOf('journal-broken');
});
