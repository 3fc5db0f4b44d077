/** Shows a saved plan to the person who approves or applies it, and asks. */
import { given } from '../given.ts';
import type { Policy, SavedPlan } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { declineFindings, declinesOf } from '../operations/approvals/decline-plan.ts';
import { renderReview } from '../operations/render.ts';
import { readPlanners } from '../operations/sign-plan.ts';
import { policyInForce } from '../policy/describe-policy.ts';
import { escapeControls } from '../report/document/escape.ts';
import type { Terminal } from './terminal.ts';

/**
 * Writes the review with all effects, the policy in force and the whole digest to stderr.
 * @param file the path of the saved plan, or the run that has it. @param from what people signed or declined; default: the file.
 */
export async function showPlan(
  saved: SavedPlan,
  file: string,
  policy: Policy,
  terminal: Terminal,
  from: Parameters<typeof readPlanners>[1] = file,
): Promise<void> {
  const { plannedBy, notes } = await readPlanners(saved, from, policy);
  for (const note of notes) terminal.err(`warning: ${escapeControls(note)}\n`);
  const judged = await declinesOf(saved, from);
  const { declines } = judged;
  const review = {
    verdict: saved.steps.length === 0 ? ('no-change' as const) : ('ready' as const),
    plan: saved,
    findings: [
      ...declineFindings(judged),
      ...saved.blocked.flatMap(({ findings }) => findings),
      ...saved.findings,
    ],
    next: null,
    policy: policyInForce(policy),
    ...given({ plannedBy, declines }),
  };
  const { color, errWidth } = terminal;
  terminal.err(renderReview(review, 'text', { color: color.err, width: errWidth(), all: false }));
  terminal.err(`  every step: ${escapeControls(`refit show ${shellQuote(file)} --all`)}\n`);
}

/** Asks for a yes. Only the whole word counts. */
export async function askYes(terminal: Terminal, question: string): Promise<boolean> {
  const answer = await terminal.ask(`\n${escapeControls(question)} Only "yes" is accepted: `);
  return answer?.trim() === 'yes';
}
