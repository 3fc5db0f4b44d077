/** `refit diff SAVED SAVED`: shows what changed between two saved plans. Reads only these files and the policy. */
import { EXIT_CHANGES, RefitError } from '../../../errors.ts';
import type { SavedPlan } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { readPolicy } from '../../../operations/read-policy.ts';
import { policyInForce } from '../../../policy/describe-policy.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import { diffPlans } from '../../../report/plan-diff/plan-diff.ts';
import { type PlanDiffFormat, renderPlanDiff } from '../../../report/plan-diff/render-plan-diff.ts';
import type { CommandCode } from '../../command-row.ts';
import { withConnectionOptions } from '../../options.ts';
import { emit } from '../../output.ts';
import { readSavedPlanFile } from '../../plan-inputs.ts';

/** @returns 0; with `--detailed-exitcode` 2 if the plans differ. */
export const diff: CommandCode<[string, string]> = async ([from, to], options, terminal) => {
  const policy = await readPolicy({ env: terminal.env, named: options.policy ?? null });
  const found = {
    ...diffPlans(await readPlan(from), await readPlan(to)),
    policy: policyInForce(policy),
  };
  await emit<PlanDiffFormat>(terminal, options, (format, where) =>
    renderPlanDiff(found, format, {
      ...where,
      all: options.all ?? false,
      elsewhere: withConnectionOptions(`refit diff ${shellQuote(from)} ${shellQuote(to)} --all`, options),
    }),
  );
  return options.detailedExitcode && !found.same ? EXIT_CHANGES : 0;
};

/** @throws RefitError as `readSavedPlan` does, with the file name, because there are two files. */
async function readPlan(file: string): Promise<SavedPlan> {
  try {
    return await readSavedPlanFile(file);
  } catch (error) {
    // An error about an unreadable file already names it.
    if (!(error instanceof RefitError) || error.code === 'usage') throw error;
    throw new RefitError(error.code, `${escapeControls(file)}: ${error.message}`, error.fix, {
      cause: error,
    });
  }
}
