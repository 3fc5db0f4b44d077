/** `refit recommend`: says which instances should change, by the history of use. It orders nothing. */
import { iso } from '../../../clock.ts';
import { EXIT_PLAN_INVALID, RefitError } from '../../../errors.ts';
import { textOf } from '../../../messages/messages.ts';
import type { Message, Recommendations } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { readInventoryFile } from '../../../operations/fleet/read-inventory-file.ts';
import { STDIO, writeOutput } from '../../../operations/named-files.ts';
import { explainAdvice } from '../../../operations/recommend/explain-instance.ts';
import { readSizing } from '../../../operations/recommend/read-sizing.ts';
import {
  type AdviceOptions,
  recommend as advise,
  readSelected,
} from '../../../operations/recommend/recommend.ts';
import { openUsage, usageProvider } from '../../../operations/usage/open-usage.ts';
import { toPlan } from '../../../recommend/to-plan.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import {
  type AdviceFormat,
  renderRecommendations,
} from '../../../report/recommend/render-recommendations.ts';
import type { CommandCode } from '../../command-row.ts';
import { findingsText } from '../../findings.ts';
import { type Options, regionsFrom, wholeFrom, withConnectionOptions } from '../../options.ts';
import { emit } from '../../output.ts';
import { wordsFrom } from '../../page-language.ts';
import { progressBar } from '../../progress-bar.ts';
import { readProvider } from '../../read-provider.ts';
import type { Terminal } from '../../terminal.ts';
import { mustNotExist, schemaFrom } from '../fleet/plan-file.ts';
import { selectFrom } from '../fleet/select-from.ts';
import { backtestDaysFrom, mustHold, replay, showBacktest } from './backtest.ts';
import { showExplanation } from './explain-advice.ts';

/** @returns 0; 65 if the sizing file is not valid. */
export const recommend: CommandCode<[]> = async (_args, options, terminal) => {
  mustHaveFormats(options);
  const { env, clock } = terminal;
  const { out, force } = options;
  const days = backtestDaysFrom(options);
  const wanted = {
    isSelected: selectFrom(options.select ?? []),
    ...{ regions: regionsFrom(options), profile: options.profile ?? null },
    maxCalls: wholeFrom('--max-calls', options.maxCalls) ?? null,
    price: options.price ?? false,
  };
  const { sizing, findings } = await readSizing(options.sizing);
  if (findings.length > 0) terminal.err(`${findingsText(findings, terminal.color.err)}\n`);
  if (sizing === null) return EXIT_PLAN_INVALID;
  if (out !== undefined && out !== STDIO && force !== true) await mustNotExist(out, 'refit recommend');
  const store = await openUsage({ store: options.store, env, clock });
  try {
    const known = { sizing, store, clock, provider: usageProvider(options.endpoint, env) };
    const asked = { ...wanted, ...known };
    if (options.explain !== undefined) {
      const { inventory } = await fromFleet(asked, readSelected, options, terminal);
      await showExplanation(await explainAdvice(inventory, options.explain, known), options, terminal);
      return 0;
    }
    if (days !== null && out === undefined) {
      const { inventory, notes } = await fromFleet(asked, readSelected, options, terminal);
      printNotes(notes, terminal);
      await showBacktest(await replay({ ...known, inventory }, days, terminal), options, terminal);
      return 0;
    }
    const { recommendations, inventory, notes } = await fromFleet(asked, advise, options, terminal);
    printNotes(notes, terminal);
    const isDemanded = out !== undefined && sizing.mustHold.length > 0;
    const backtest =
      days === null && !isDemanded ? null : await replay({ ...known, inventory }, days, terminal);
    // With -o -, stdout is the plan.
    if (out !== STDIO)
      await (days !== null && backtest !== null
        ? showBacktest(backtest, options, terminal)
        : show(recommendations, options, terminal));
    if (backtest !== null) mustHold(backtest, options);
    await writePlan(recommendations, options, terminal);
    return 0;
  } finally {
    await store.close();
  }
};

/** Explanations and backtests have no findings. @throws RefitError `usage` */
function mustHaveFormats({ explain, backtest, format, write }: Options): void {
  const what = explain === undefined ? (backtest === undefined ? null : '--backtest') : '--explain';
  const other = [format, ...write.map((one) => one.format)].find((one) => /^(junit|sarif|github)$/.test(one));
  if (what !== null && other !== undefined)
    throw new RefitError(
      'usage',
      `${what} has no format "${other}"`,
      'use text, json, markdown, html or csv',
    );
}

function printNotes(notes: readonly Message[], terminal: Terminal): void {
  for (const note of notes) terminal.err(`${escapeControls(textOf(note))}\n`);
}

/** Does something with the live fleet, or with that of an inventory file. */
async function fromFleet<T>(
  wanted: Omit<AdviceOptions, 'from'>,
  use: (options: AdviceOptions) => Promise<T>,
  options: Options,
  terminal: Terminal,
): Promise<T> {
  if (options.inventory === undefined)
    return readProvider(options, terminal, (reader, listeners) =>
      use({ ...wanted, from: reader, ...listeners }),
    );
  const inventory = await readInventoryFile(options.inventory);
  const bar = progressBar(terminal);
  try {
    return await use({ ...wanted, from: { inventory }, onProgress: bar.show });
  } finally {
    bar.clear();
  }
}

async function show(result: Recommendations, options: Options, terminal: Terminal): Promise<void> {
  const command = withConnectionOptions('refit recommend --explain INSTANCE', options);
  const where = { all: options.all ?? false, command, words: await wordsFrom(options) };
  await emit<AdviceFormat>(terminal, options, (format, screen) =>
    renderRecommendations(result, format, { ...screen, ...where }),
  );
}

function hintAtPlan(result: Recommendations, options: Options, terminal: Terminal): void {
  if (options.format !== 'text' || result.recommendations.every(({ advised }) => advised === null)) return;
  const sizing = options.sizing === undefined ? '' : ` --sizing ${shellQuote(options.sizing)}`;
  terminal.hint(`next: ${withConnectionOptions(`refit recommend${sizing} -o rightsizing.yaml`, options)}`);
}

/** Writes the plan of `-o`, if anything should change. */
async function writePlan(result: Recommendations, options: Options, terminal: Terminal): Promise<void> {
  const { out } = options;
  if (out === undefined) {
    hintAtPlan(result, options, terminal);
    return;
  }
  const file = out === STDIO ? 'plan.yaml' : out;
  // The plan has regions and profiles.
  const { region: _, profile: _profile, ...reached } = options;
  const next = withConnectionOptions(`refit plan ${shellQuote(file)} --price -o saved-plan.json`, reached);
  const name = `rightsizing-${iso(terminal.clock.now()).slice(0, 10)}`;
  const text = toPlan(result, { name, schema: await schemaFrom(file), next });
  if (text === null) {
    terminal.hint('no plan was written: no instance should change');
    return;
  }
  await writeOutput(out, text);
  terminal.hint(`wrote ${out === STDIO ? 'stdout' : escapeControls(out)}`);
  terminal.hint(`next: read it and remove what you do not want, then ${next}`);
}
