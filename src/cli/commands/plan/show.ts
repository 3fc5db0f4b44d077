/** `refit show SAVED`: shows a saved plan again; with `--live` compares it with the live fleet. Reads only. */
import { given } from '../../../given.ts';
import { message } from '../../../messages/messages.ts';
import type { Finding, SavedPlan } from '../../../model.ts';
import { nextCommand, planAgain, shellQuote } from '../../../next-command.ts';
import { declineFindings, declinesOf, withdrawalNotes } from '../../../operations/approvals/decline-plan.ts';
import { findDrift } from '../../../operations/plans/plan-fleet.ts';
import { savedSubject } from '../../../operations/policy-subject.ts';
import { readPolicy } from '../../../operations/read-policy.ts';
import { type NamedPlan, withNamedPlan } from '../../../operations/runs/open-plan.ts';
import { readPlanners } from '../../../operations/sign-plan.ts';
import { policyInForce } from '../../../policy/describe-policy.ts';
import { judgePolicy } from '../../../policy/judge-policy.ts';
import { policyFindings } from '../../../policy/policy-findings.ts';
import { nextByPolicy } from '../../../policy/review-policy.ts';
import { createFinding } from '../../../rules/check.ts';
import { escapeControls } from '../../../text.ts';
import type { CommandCode } from '../../command-row.ts';
import { emitReview } from '../../emit-review.ts';
import { type Options, withConnectionOptions } from '../../options.ts';
import { wordsFrom } from '../../page-language.ts';
import { planChoice } from '../../plan-inputs.ts';
import { readProvider } from '../../read-provider.ts';
import type { Terminal } from '../../terminal.ts';

export const show: CommandCode<[string]> = async ([file], options, terminal) => {
  // Before anything is read: a wrong language must not cost a read of the fleet.
  await wordsFrom(options);
  const choice = planChoice(options, terminal);
  return await withNamedPlan(file, choice, (named) => showNamed(named, file, options, terminal));
};

async function showNamed(
  { saved: plan, signatures }: NamedPlan,
  file: string,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  const { env, clock } = terminal;
  const policy = await readPolicy({ env, named: options.policy ?? null });
  const verdict = plan.steps.length === 0 ? 'no-change' : 'ready';
  const again = planAgain(plan, file);
  const expired: Finding[] = [];
  if (Date.parse(plan.expiresAt) < terminal.clock.now()) {
    const finding = createFinding(
      'Refit.Expired',
      message('saved-plan.expired', { expiresAt: plan.expiresAt, command: again }),
    );
    expired.push(finding);
    terminal.hint(`${finding.message}; next: ${withConnectionOptions(again, options)}`);
  }
  const drifted = options.live ? await readDrift(plan, file, options, terminal) : [];
  const blocked = plan.blocked.flatMap(({ findings }) => findings);
  const subject = await savedSubject(plan, signatures, {
    now: clock.now(),
    env,
    endpoint: options.endpoint ?? null,
  });
  const judged = verdict === 'ready' ? policyFindings(judgePolicy(policy, subject)) : [];
  const judgedDeclines = await declinesOf(plan, signatures);
  const declined = declineFindings(judgedDeclines);
  const { declines } = judgedDeclines;
  const findings = [...blocked, ...declined, ...expired, ...drifted, ...judged, ...plan.findings];
  const next =
    expired.length > 0 && verdict === 'ready'
      ? again
      : declined.length > 0
        ? null
        : (nextByPolicy(judged, file) ?? nextCommand(verdict, plan, file, findings));
  const { plannedBy, notes } = await readPlanners(plan, signatures, policy);
  for (const note of [...notes, ...withdrawalNotes(judgedDeclines)])
    terminal.err(`warning: ${escapeControls(note)}\n`);
  await emitReview(
    { verdict, plan, findings, next, policy: policyInForce(policy), ...given({ plannedBy, declines }) },
    options,
    terminal,
    withConnectionOptions(`refit show ${shellQuote(file)} --all`, options),
  );
  return 0;
}

/** A finding for each instance that has changed since the plan. */
async function readDrift(plan: SavedPlan, file: string, options: Options, terminal: Terminal) {
  const drifted = await readProvider(options, terminal, (from) =>
    findDrift(plan, file, { from, clock: terminal.clock }),
  );
  if (drifted.length === 0) terminal.hint('read the fleet again: no instance has changed since the plan');
  return drifted;
}
