/** `refit report RUN`: prints the audit report at any time, even after a crash. */

import { setFlagsFromString } from 'node:v8';
import { closest } from '../../../closest-word.ts';
import { RefitError } from '../../../errors.ts';
import { given } from '../../../given.ts';
import type { Report } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { writeOutput } from '../../../operations/named-files.ts';
import { renderReport } from '../../../operations/render.ts';
import { reportRun } from '../../../operations/runs/read-run.ts';
import type { ReportFormat } from '../../../report/run/render-report.ts';
import { CSV_COLUMNS } from '../../../report/run/report-csv.ts';
import { terraformTable, terraformVariables } from '../../../report/run/report-terraform.ts';
import { escapeControls } from '../../../text.ts';
import { noteTrust } from '../../note-trust.ts';
import { type Options, withConnectionOptions } from '../../options.ts';
import { emit } from '../../output.ts';
import { wordsFrom } from '../../page-language.ts';
import { onRun, placeInCommands } from '../../with-run.ts';

export const report = onRun(async (run, options, terminal) => {
  // Young objects would take 100 MB while a large run is read.
  setFlagsFromString('--semi-space-growth-factor=1');
  const { name } = run;
  const columns = columnsFrom(options);
  const words = await wordsFrom(options);
  const made = await reportRun(run, words);
  const forTerraform = options.write.filter(({ format }) => format === TERRAFORM);
  for (const { path } of forTerraform) await writeOutput(path, terraformText(made.report, name, path));
  const write = options.write.filter((one) => !forTerraform.includes(one));
  await emit<ReportFormat>(terminal, { format: options.format, write }, (format, where) =>
    renderReport(format === 'html' ? made.page : made.report, format, {
      ...where,
      ...placeInCommands(run, options),
      ...given({ columns }),
      words,
    }),
  );
  noteTrust(made.notTrusted, run, options, terminal);
  if (made.isCutOff) {
    const verify = withConnectionOptions(`refit audit verify ${shellQuote(name)}`, options);
    terminal.err(`journal entries are missing that an earlier report contained; next: ${verify}\n`);
  }
  if (made.tornBytes > 0)
    terminal.hint(
      `the journal ends with an incomplete entry of ${made.tornBytes} bytes, which is not in this report`,
    );
  return 0;
});

/** The format of `--write` that is for Terraform only. */
const TERRAFORM = 'terraform';

/** The sizes for Terraform: JSON for a file name that ends so, else a table. @throws RefitError `usage` */
function terraformText(report: Report, directory: string, path: string): string {
  if (!report.steps.some(({ terraform }) => terraform !== undefined)) {
    const problem = `${escapeControls(directory)}: the plan of this run names no Terraform state with its instances`;
    throw new RefitError('usage', problem, 'terraform: state.json   in the plan, before refit plan');
  }
  return path.endsWith('.json') ? terraformVariables(report) : terraformTable(report);
}

/** The requested columns of CSV; null means all. @throws RefitError `usage` */
function columnsFrom({ columns, format, write }: Options): string[] | null {
  if (columns === undefined) return null;
  if (format !== 'csv' && !write.some((one) => one.format === 'csv')) {
    throw new RefitError('usage', '--columns applies only to CSV', 'add --format csv');
  }
  const chosen = columns.split(',').map((one) => one.trim());
  for (const one of chosen) {
    if (CSV_COLUMNS.includes(one)) continue;
    throw new RefitError(
      'usage',
      `--columns ${columns}: unknown column "${one}"`,
      `${closest(one, CSV_COLUMNS) ?? 'step,outcome,orders'}   (all columns: ${CSV_COLUMNS.join(',')})`,
    );
  }
  return chosen;
}
