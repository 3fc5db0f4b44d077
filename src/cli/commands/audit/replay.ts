/** `refit audit replay RUN`: renders the reports again from saved plan and journal, and compares them byte by byte. */
import { exitCodeOf } from '../../../errors.ts';
import { replayReports } from '../../../operations/audit/replay-reports.ts';
import { VERSION } from '../../../version.ts';
import type { CommandCode } from '../../command-row.ts';
import { print } from '../../output.ts';

export const auditReplay: CommandCode<[string]> = async ([directory], options, terminal) => {
  const { same, versions, reports, entries: all } = await replayReports(directory);
  await print(terminal, options, {
    json: { same, version: VERSION, versions, reports },
    indent: 2,
    text: () => {
      const lines = reports.map(
        ({ file, entries, what }) =>
          `${file.padEnd(11)}  ${what}${entries === null ? '' : `, from ${entries} of ${all} entries`}\n`,
      );
      const verdict = same
        ? 'replayed: saved plan and journal give these reports'
        : 'NOT THE SAME: these reports are not what saved plan and journal give';
      return `${lines.join('')}${verdict}\n`;
    },
  });
  if (!same && versions.some((version) => version !== VERSION))
    terminal.hint(
      `the run was written by refit ${versions.join(', ')}, and this is ${VERSION}: replay it with that`,
    );
  return same ? 0 : exitCodeOf('journal-broken');
};
