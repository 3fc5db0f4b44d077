/** `refit plan PLAN`: the dry run. Reads only, takes no lock, writes no run state. */
import { EXIT_PLAN_INVALID } from '../../errors.ts';
import { word } from '../../next-command.ts';
import { connectReader } from '../../operations/connect.ts';
import { planFleet } from '../../operations/plan-fleet.ts';
import { renderReview } from '../../operations/render.ts';
import { decodePlan } from '../../plan/parse/decode-plan.ts';
import { visible } from '../../report/document/escape.ts';
import type { ReviewFormat } from '../../report/review/render-review.ts';
import { unplanned } from '../../report/review/unplanned.ts';
import { readInput } from '../files.ts';
import { findingsText } from '../findings.ts';
import { handOver, type ReviewOptions } from '../hand-over.ts';
import { readInventoryFile } from '../inventory-file.ts';
import { connectionOf, type GlobalOptions, regionFrom } from '../options.ts';
import { emit } from '../output.ts';
import { type DurationsOption, pastDurations } from '../past-durations.ts';
import { progressBar } from '../progress-bar.ts';
import type { Terminal } from '../terminal.ts';

export interface PlanCommandOptions extends ReviewOptions, DurationsOption {
  readonly inventory?: string;
  readonly price?: boolean;
}

export async function plan(
  [file]: readonly [string],
  options: PlanCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const region = regionFrom(options);
  const decoded = decodePlan(await readInput(file, 'the plan'), file);
  const profile = options.profile ?? null;
  if (decoded.text === null) return invalid(decoded.findings, options, terminal, file);
  const durations = await pastDurations(options);
  const bar = progressBar(terminal);
  const from = options.inventory
    ? { inventory: await readInventoryFile(options.inventory), source: options.inventory }
    : connectReader(connectionOf(options, terminal));
  const { review, findings } = await planFleet(decoded.text, file, {
    from,
    region,
    profile,
    price: options.price ?? false,
    durations,
    saveAs: options.out ?? null,
    onProgress: bar.show,
    onNotice: (what) => {
      bar.clear();
      terminal.hint(what);
    },
  }).finally(async () => {
    bar.clear();
    if ('close' in from) await from.close();
  });
  if (!review) return invalid(findings, options, terminal, file);
  return handOver(review, options, terminal, file);
}

async function invalid(
  findings: Parameters<typeof findingsText>[0],
  options: GlobalOptions,
  terminal: Terminal,
  file: string,
): Promise<number> {
  const next = `refit validate ${word(file)}`;
  await emit<ReviewFormat>(terminal, options, (format, where) => {
    if (format === 'json') return `${JSON.stringify({ findings }, null, 2)}\n`;
    if (format === 'text') return `${findingsText(findings, where.color)}\n`;
    return renderReview(unplanned(file, findings, next), format, { ...where, elsewhere: next });
  });
  terminal.hint(`next: mend the above, then refit validate ${visible(file)}`);
  return EXIT_PLAN_INVALID;
}
