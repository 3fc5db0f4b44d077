/** Turns the review of a saved plan into what the console shows to one person. */
import { RefitError } from '../../errors.ts';
import { loadWords } from '../../messages/languages.ts';
import { textOf } from '../../messages/messages.ts';
import { faultOf } from '../../messages/refit-error.ts';
import type { Words } from '../../messages/words.ts';
import type { Decline, Policy, SavedPlan } from '../../model.ts';
import { endpointOption, shellQuote } from '../../next-command.ts';
import type { ApprovalState } from '../../operations/approvals/approval-state.ts';
import { longestApproval } from '../../operations/approvals/keep-approval.ts';
import { listPasskeyApprovers, preparePasskeyApproval } from '../../operations/approvals/passkey-approval.ts';
import { readPolicy } from '../../operations/read-policy.ts';
import type { OpenedPlan } from '../../operations/reviews/open-review.ts';
import { reviewPage } from '../../operations/reviews/review-page.ts';
import { reviewSavedPlan } from '../../operations/reviews/review-saved-plan.ts';
import { escapeControls } from '../../text.ts';
import { HOUR } from '../../units.ts';
import { type ApprovalView, type DeclineView, type ReviewAnswer, shownReview } from '../api/reviews.ts';
import type { Person } from '../api/session.ts';
import type { RunningConsole } from './context.ts';
import { fleetOf } from './fleet-cache.ts';

/** A saved plan that a person looks at. */
export interface Reviewed extends OpenedPlan {
  /** The id of the run whose plan it is; null: a file. */
  readonly run: string | null;
  /** Whose approvals the journal has, by the index of a wave; null for the plan. */
  readonly onRecord: (wave: number | null) => string | null;
}

/** The policy as it is now, as for `refit apply`. */
export function policyOf({ provider }: RunningConsole): Promise<Policy> {
  return readPolicy({ env: provider.connection.env, named: provider.policy });
}

/** @param language of tables and sentences. @param shown what the page shows already, as `shownReview` names it. */
export async function reviewView(
  reviewed: Reviewed,
  context: RunningConsole,
  { person, language, shown }: { person: Person; language: 'en' | 'zh'; shown?: unknown },
): Promise<ReviewAnswer> {
  const { plan, file, run } = reviewed;
  const { saved } = plan;
  const words = await loadWords(language);
  const policy = await policyOf(context);
  const { env, endpoint = null } = context.provider.connection;
  const now = context.clock.now();
  const found = await reviewSavedPlan(plan, file, { now, policy, env, endpoint });
  const approvals = await Promise.all(
    found.approvals.map((one) => approvalView(one, reviewed, context, { person, policy, words })),
  );
  const isApply = found.review.next?.startsWith('refit apply ') === true;
  const { stage } = found;
  const isShown = shown === shownReview({ plan: saved, stage });
  return {
    plan: {
      name: escapeControls(saved.name),
      change: saved.change && escapeControls(saved.change),
      owner: saved.owner && escapeControls(saved.owner),
      from: escapeControls(saved.file),
      fromHere: await nameInFolder(saved.file, context),
      digest: saved.digest,
      sealedAt: saved.sealedAt,
      expiresAt: saved.expiresAt,
    },
    file: escapeControls(file),
    run,
    page: isShown
      ? null
      : await reviewPage(found.review, { language, now, names: await namesOf(saved, context) }),
    stage,
    next: nextOf(found.review.next, isApply ? endpointOption(endpoint) : ''),
    approvals,
    declines: found.declines.declines.map((one) => declineView(one, person)),
    damaged: found.declines.damaged.map(({ file: from, reason }) =>
      escapeControls(`${from}: ${textOf(reason, words.sentences)}`),
    ),
    plannedBy: (found.review.plannedBy ?? []).map((one) => ({ ...one, name: escapeControls(one.name) })),
    notes: found.notes.map(escapeControls),
    mostHours: Math.floor(longestApproval(policy) / HOUR),
  };
}

/** The name of a written plan in the folder of plans; null: the folder does not have it. */
async function nameInFolder(file: string, { plans }: RunningConsole): Promise<string | null> {
  const name = file.replace(/^.*\//s, '');
  const files = (await plans?.files()) ?? [];
  return files.some((one) => one.name === name) ? name : null;
}

/** How long a review waits for names, milliseconds. */
const NAMES_WAIT = 500;

/** Names of instances for which the plan orders nothing, from the fleet that the console knows: the plan does not have them. */
async function namesOf(
  { unchanged, blocked }: Pick<SavedPlan, 'unchanged' | 'blocked'>,
  context: RunningConsole,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Set([...unchanged, ...blocked].map(({ instance }) => instance));
  const fleet = fleetOf(context);
  if (ids.size > 0) {
    await fleet.readFirst();
    await Promise.race([fleet.settled(), context.clock.sleep(NAMES_WAIT)]);
  }
  return fleet.state().reading?.query.namesOf(ids) ?? new Map();
}

/** This console is where people approve, so it needs no command for that. */
function nextOf(command: string | null, more: string): string | null {
  return command === null || command.startsWith('refit serve') ? null : escapeControls(command + more);
}

async function approvalView(
  state: ApprovalState,
  { plan, file, onRecord }: Reviewed,
  context: RunningConsole,
  { person, policy, words }: { readonly person: Person; readonly policy: Policy; readonly words: Words },
): Promise<ApprovalView> {
  const { wave, lists, isEnough, rejected } = state;
  const at = plan.saved.waves.findIndex(({ name }) => name === wave);
  return {
    ...{ wave, isEnough, recordedBy: onRecord(wave === null ? null : at) },
    lists: lists.map((list) => ({ ...list, rule: list.rule && escapeControls(list.rule) })),
    rejected: rejected.map(({ file: from, reason }) => ({
      file: escapeControls(from),
      reason: escapeControls(textOf(reason, words.sentences)),
    })),
    command: `refit approve ${shellQuote(file)}${wave === null ? '' : ` --wave ${shellQuote(wave)}`}`,
    you: await mayApproveHere({ plan, file, wave }, context, { person, policy }),
  };
}

/** Whether a person can approve here: what asking for the text would say. */
async function mayApproveHere(
  { plan, file, wave }: OpenedPlan & Pick<ApprovalState, 'wave'>,
  { clock, address }: RunningConsole,
  { person, policy }: { readonly person: Person; readonly policy: Policy },
): Promise<ApprovalView['you']> {
  try {
    const asked = {
      ...{ by: person.name, wave: wave ?? undefined, expires: HOUR, now: clock.now() },
      ...{ policy, address: address() },
    };
    await preparePasskeyApproval(plan, file, asked);
    const all = await listPasskeyApprovers(plan, file, asked);
    const own = all.filter(({ name }) => name === person.name);
    return { may: true, passkeys: own.map(({ fingerprint }) => fingerprint) };
  } catch (error) {
    if (!(error instanceof RefitError)) throw error;
    return { may: false, ...faultOf(error) };
  }
}

function declineView(decline: Decline, { name }: Person): DeclineView {
  const { withdrawn, fingerprint, by } = decline;
  return { ...decline, isYours: withdrawn === null && fingerprint === null && by === name };
}
