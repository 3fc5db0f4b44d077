/** `refit plan PLAN`: the dry run. Reads only, takes no lock, writes no run state. */
import { EXIT_BLOCKED, EXIT_CHANGES, EXIT_PLAN_INVALID } from '../../errors.ts';
import { connectReader, encodeSavedPlan, planFleet, REVIEW_FORMATS, renderReview } from '../../index.ts';
import { decodePlan } from '../../plan/decode-plan.ts';
import { visible } from '../../report/escape.ts';
import { readInput, writeOutput } from '../files.ts';
import { findingsText } from '../findings.ts';
import { readInventoryFile } from '../inventory-file.ts';
import { connectionOf, type GlobalOptions, regionFrom, sameWay } from '../options.ts';
import { checkOutput, emit, formatOf } from '../output.ts';
import { progressBar } from '../progress-bar.ts';
import type { Terminal } from '../terminal.ts';

export interface PlanCommandOptions extends GlobalOptions {
  readonly out?: string;
  readonly inventory?: string;
  readonly price?: boolean;
  readonly all?: boolean;
  readonly detailedExitcode?: boolean;
}

export async function plan(file: string, options: PlanCommandOptions, terminal: Terminal): Promise<number> {
  checkOutput(options, REVIEW_FORMATS);
  const region = regionFrom(options);
  const decoded = decodePlan(await readInput(file, 'the plan'), file);
  const profile = options.profile ?? null;
  if (decoded.text === null) return invalid(decoded.findings, options, terminal, file);
  const bar = progressBar(terminal);
  const from = options.inventory
    ? { inventory: await readInventoryFile(options.inventory), source: options.inventory }
    : connectReader(connectionOf(options, terminal));
  const { review, findings } = await planFleet(decoded.text, file, {
    from,
    region,
    profile,
    price: options.price ?? false,
    saveAs: options.out ?? null,
    onProgress: bar.show,
    onNotice: (what) => {
      bar.clear();
      terminal.quiet || terminal.err(`${what}\n`);
    },
  }).finally(async () => {
    bar.clear();
    if ('close' in from) await from.close();
  });
  if (!review) return invalid(findings, options, terminal, file);
  if (review.verdict !== 'blocked' && options.out !== undefined) {
    await writeOutput(options.out, encodeSavedPlan(review.plan), file);
    terminal.quiet || terminal.err(`sealed ${review.plan.digest.slice(0, 8)} into ${visible(options.out)}\n`);
  }
  await emit(terminal, options, REVIEW_FORMATS, (format, where) =>
    renderReview({ ...review, next: review.next === null ? null : sameWay(review.next, options) }, format, {
      ...where,
      all: options.all ?? false,
    }),
  );
  if (review.verdict === 'blocked') return EXIT_BLOCKED;
  return options.detailedExitcode && review.verdict === 'ready' ? EXIT_CHANGES : 0;
}

async function invalid(
  findings: Parameters<typeof findingsText>[0],
  options: GlobalOptions,
  terminal: Terminal,
  file: string,
): Promise<number> {
  if (formatOf(options, REVIEW_FORMATS) === 'json')
    await terminal.out(`${JSON.stringify({ findings }, null, 2)}\n`);
  else await terminal.out(`${findingsText(findings, terminal.color.out)}\n`);
  terminal.quiet || terminal.err(`next: mend the above, then refit validate ${visible(file)}\n`);
  return EXIT_PLAN_INVALID;
}
