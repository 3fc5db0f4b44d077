/** `refit validate PLAN...`: checks plan files and sizing files offline, without credentials. */
import { EXIT_PLAN_INVALID } from '../../../errors.ts';
import type { Finding } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { readInput } from '../../../operations/named-files.ts';
import { checkPlan } from '../../../operations/plans/check-plan.ts';
import { isSizingFile } from '../../../operations/plans/other-yaml.ts';
import { escapeControls, json } from '../../../report/document/escape.ts';
import type { ReviewFormat } from '../../../report/review/render-review.ts';
import type { CommandCode } from '../../command-row.ts';
import { findingsText } from '../../findings.ts';
import { type Options, withConnectionOptions } from '../../options.ts';
import { emit } from '../../output.ts';

interface Result {
  readonly file: string;
  readonly valid: boolean;
  readonly findings: readonly Finding[];
}

/** Loaded only if the user asks for one of its formats, so that the usual check stays fast. */
async function renderer(options: Options) {
  const formats = [options.format, ...options.write.map(({ format }) => format)];
  if (formats.every((format) => format === 'text' || format === 'json')) return () => '';
  const { renderReview } = await import('../../../report/review/render-review.ts');
  const { createTextReview } = await import('../../../report/review/review-targets.ts');
  return (format: ReviewFormat, file: string, findings: readonly Finding[], next: string) =>
    renderReview(createTextReview(file, findings, next), format, {
      color: false,
      width: 100,
      all: false,
      elsewhere: next,
    });
}

function resultText({ file, valid, findings }: Result, color: boolean): string {
  const details = findings.length > 0 ? `${findingsText(findings, color)}\n` : '';
  if (valid) return `${details}${escapeControls(file)}: valid\n`;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return `${details}${escapeControls(file)}: invalid, ${errors} ${errors === 1 ? 'error' : 'errors'}\n`;
}

/** Loaded only for sizing files. */
async function sizingCheck() {
  return (await import('../../../operations/recommend/read-sizing.ts')).checkSizingFile;
}

/** What to type with a valid file. */
function nextOf(file: string, sizings: ReadonlySet<string>): string {
  return sizings.has(file)
    ? `refit recommend --sizing ${shellQuote(file)}`
    : `refit plan ${shellQuote(file)} -o saved-plan.json`;
}

export const validate: CommandCode<string[]> = async (files, options, terminal) => {
  const results: Result[] = [];
  const sizings = new Set<string>();
  for (const file of files) {
    const bytes = await readInput(file, 'plan');
    const isSizing = isSizingFile(bytes);
    const check = isSizing ? await sizingCheck() : checkPlan;
    const { findings } = await check(bytes, file, terminal);
    const valid = !findings.some(({ severity }) => severity === 'error');
    results.push({ file, valid, findings });
    if (isSizing) sizings.add(file);
  }
  const invalid = results.filter(({ valid }) => !valid);
  // The finding about another kind of file has the next command.
  const isOther = invalid.some(({ findings }) =>
    findings.some((one) => one.messageId === 'typed.other-file'),
  );
  const next =
    invalid.length > 0
      ? `refit validate ${invalid.map(({ file }) => shellQuote(file)).join(' ')}`
      : withConnectionOptions(nextOf(results[0]!.file, sizings), options);
  const render = await renderer(options);
  const all = results.flatMap(({ findings }) => findings);
  await emit<ReviewFormat>(terminal, options, (format, where) => {
    if (format === 'json') return json({ results });
    if (format === 'text') return results.map((result) => resultText(result, where.color)).join('');
    return render(format, files.join(' '), all, next);
  });
  if (options.format !== 'json' && !isOther)
    terminal.hint(`next: ${invalid.length > 0 ? 'fix these errors, then ' : ''}${escapeControls(next)}`);
  return invalid.length > 0 ? EXIT_PLAN_INVALID : 0;
};
