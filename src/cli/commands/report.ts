/** `refit report RUN`: the audit report, at any time, also after a crash. */
import { buildReport, REPORT_FORMATS, readRun, renderReport } from '../../index.ts';
import { reportedHead } from '../../run/run-directory.ts';
import type { GlobalOptions } from '../options.ts';
import { checkOutput, emit } from '../output.ts';
import type { Terminal } from '../terminal.ts';

export async function report(directory: string, options: GlobalOptions, terminal: Terminal): Promise<number> {
  checkOutput(options, REPORT_FORMATS);
  const { built, cutOff, tornBytes } = await read(directory);
  await emit(terminal, options, REPORT_FORMATS, (format, where) =>
    renderReport(built, format, { ...where, directory }),
  );
  if (cutOff) {
    terminal.err(
      `entries of the journal are missing, which an earlier report still knew: refit audit verify ${directory}\n`,
    );
  }
  if (tornBytes > 0) {
    terminal.quiet ||
      terminal.err(
        `the last ${tornBytes} bytes of the journal are a torn entry and are not part of this report\n`,
      );
  }
  return 0;
}

/** The report, and what is wrong with its journal: plan and journal themselves are not held while it is rendered. */
async function read(directory: string) {
  const { saved, journal } = await readRun(directory);
  const head = await reportedHead(directory);
  const cutOff =
    head !== null && journal.entries.length > 0 && !journal.entries.some(({ hash }) => hash === head);
  return { built: buildReport(saved, journal.entries), cutOff, tornBytes: journal.tornBytes };
}
