/** `refit diff SAVED SAVED`: shows what changed between two saved plans. Reads only these and the policy. */
import { EXIT_CHANGES, RefitError } from '../../../errors.ts';
import type { SavedPlan } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { readPolicy } from '../../../operations/read-policy.ts';
import { withNamedPlan } from '../../../operations/runs/open-plan.ts';
import { policyInForce } from '../../../policy/describe-policy.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import { diffPlans } from '../../../report/plan-diff/plan-diff.ts';
import { type PlanDiffFormat, renderPlanDiff } from '../../../report/plan-diff/render-plan-diff.ts';
import type { CommandCode } from '../../command-row.ts';
import { type Options, storeOption, withConnectionOptions } from '../../options.ts';
import { emit } from '../../output.ts';
import { planChoice } from '../../plan-inputs.ts';
import type { Terminal } from '../../terminal.ts';

/** @returns 0; with `--detailed-exitcode` 2 if the plans differ. */
export const diff: CommandCode<[string, string]> = async ([from, to], options, terminal) => {
  const policy = await readPolicy({ env: terminal.env, named: options.policy ?? null });
  const found = {
    ...diffPlans(await readPlan(from, options, terminal), await readPlan(to, options, terminal)),
    policy: policyInForce(policy),
  };
  await emit<PlanDiffFormat>(terminal, options, (format, where) =>
    renderPlanDiff(found, format, {
      ...where,
      all: options.all ?? false,
      elsewhere: withConnectionOptions(
        `refit diff ${shellQuote(from)} ${shellQuote(to)}${storeOption(options.store)} --all`,
        options,
      ),
    }),
  );
  return options.detailedExitcode && !found.same ? EXIT_CHANGES : 0;
};

/** @throws RefitError as `readSavedPlan` does, with the file name, because there are two files. */
async function readPlan(file: string, options: Options, terminal: Terminal): Promise<SavedPlan> {
  try {
    return await withNamedPlan(file, planChoice(options, terminal), async ({ saved }) => saved);
  } catch (error) {
    // An error about an unreadable file already names it.
    if (!(error instanceof RefitError) || error.code === 'usage') throw error;
    throw new RefitError(error.code, `${escapeControls(file)}: ${error.message}`, error.fix, {
      cause: error,
    });
  }
}
