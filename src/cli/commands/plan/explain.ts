/** `refit explain CODE|INSTANCE [PLAN]`: explains a rule, or why an instance is blocked, selected or not selected. */
import { RefitError } from '../../../errors.ts';
import type { Plan } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { readInventoryFile } from '../../../operations/fleet/read-inventory-file.ts';
import { readInput } from '../../../operations/named-files.ts';
import { readToExplain } from '../../../operations/plans/read-to-explain.ts';
import { historyOf } from '../../../operations/plans/read-use.ts';
import { explainCode, explainInstance, nearestCode } from '../../../plan/explain.ts';
import { decodePlan } from '../../../plan/parse/decode-plan.ts';
import { parsePlan } from '../../../plan/parse/parse-plan.ts';
import { withDefaults } from '../../../plan/resolve/scopes.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import type { CommandCode } from '../../command-row.ts';
import { findingsText } from '../../findings.ts';
import { type Options, regionFrom, regionsFrom } from '../../options.ts';
import { readProvider } from '../../read-provider.ts';
import type { Terminal } from '../../terminal.ts';

export const explain: CommandCode<[string, ...string[]]> = async ([subject, planFile], options, terminal) => {
  if (!/^crs-/i.test(subject)) {
    await terminal.out(ruleText(subject));
    return 0;
  }
  const plan = planFile === undefined ? null : await readPlan(planFile, options, terminal);
  const { profile = null } = options;
  const { env, clock } = terminal;
  const history = historyOf({ store: options.store, env }, options.endpoint);
  const regions = plan === null ? regionsFrom(options) : null;
  const reading = { regions, profile, clock, history };
  const { inventory, use } = options.inventory
    ? await readToExplain(subject, plan, await readInventoryFile(options.inventory), reading)
    : await readProvider(options, terminal, (reader, { onNotice }) =>
        readToExplain(subject, plan, reader, { ...reading, onNotice }),
      );
  await terminal.out(explainInstance(subject, inventory, plan, use));
  return 0;
};

/** @throws RefitError `usage` if no rule has the code. */
function ruleText(code: string): string {
  const text = explainCode(code);
  if (text !== null) return text;
  const near = nearestCode(code);
  throw new RefitError(
    'usage',
    `no rule has the code ${escapeControls(code)}`,
    near
      ? `refit explain ${near}`
      : 'use a code, such as refit explain ResourceUnavailable.SaleOut, or an instance id',
  );
}

async function readPlan(file: string, options: Options, terminal: Terminal): Promise<Plan> {
  const { text, findings } = decodePlan(await readInput(file, 'plan'), file);
  const parsed = text === null ? { plan: null, findings } : parsePlan(text, file);
  if (!parsed.plan) {
    terminal.err(`${findingsText(parsed.findings, terminal.color.err)}\n`);
    throw new RefitError(
      'plan-invalid',
      `${escapeControls(file)} is not a valid plan`,
      `refit validate ${escapeControls(shellQuote(file))}`,
    );
  }
  return withDefaults(parsed.plan, { region: regionFrom(options), profile: options.profile ?? null });
}
