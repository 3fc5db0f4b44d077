/**
 * Dry runs of the console, in words of one language. Planning a large inventory takes seconds and some hundred megabytes, so it
 * has a thread of its own: everybody else goes on meanwhile.
 */
import { judgeApprovals } from '../../approval/judge-approvals.ts';
import { RefitError } from '../../errors.ts';
import type { LanguageName } from '../../messages/language-names.ts';
import type { Approvals, PlanReview } from '../../model.ts';
import { shellQuote } from '../../next-command.ts';
import { parsePlan } from '../../plan/parse/parse-plan.ts';
import { approvalsByPolicy } from '../../policy/judge-policy.ts';
import { escapeControls } from '../../text.ts';
import { MINUTE } from '../../units.ts';
import { inThread } from '../in-thread.ts';
import { SMALL_TEXT } from '../plans/parse-apart.ts';
import {
  type DryRun,
  type DryRunResult,
  dryRunInFolder,
  type FolderOptions,
  type FolderPlanning,
  faultsOf,
  optionsOf,
  type PlannedFleet,
  type RunChanges,
} from '../plans/plan-in-folder.ts';
import { type NeededApproval, type PlanFacts, planFacts } from './plan-facts.ts';
import { type ShownFinding, type ShownReview, showFindings, showReview } from './show-review.ts';

/** A dry run in one language. */
export interface ShownDryRun {
  /** null: the text is no valid plan. */
  readonly review: ShownReview | null;
  readonly findings: readonly ShownFinding[];
  /** null: nothing was planned. */
  readonly facts: PlanFacts | null;
  /** The newest of `changes` that concerns the inventory; null: none does. */
  readonly changedSince: Omit<RunChanges, 'instances'> | null;
}

/** What the thread gets. */
export interface ThreadDryRun {
  readonly request: DryRun & { readonly inventory: string };
  readonly planning: Omit<FolderOptions, 'clock' | 'readNamed'>;
  /** The path of the folder. */
  readonly folder: string;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  readonly language: LanguageName;
}

/** Bytes of an inventory that is planned here: less than a tenth of a second. */
export const SMALL_INVENTORY = 1_000_000;

/** 100,000 instances take four seconds and 400 MB. */
const LONGEST = MINUTE;
const MOST_MEMORY = 1_024;

/**
 * Plans a text as `dryRunInFolder` does, and says the result in a language.
 * @param signal ends the work. @throws RefitError `usage` if a large inventory takes too long; or as `dryRunInFolder` does.
 */
export async function showDryRun(
  planning: FolderPlanning,
  request: DryRun,
  language: LanguageName,
  signal: AbortSignal,
): Promise<ShownDryRun> {
  const { folder, connection } = planning;
  const { inventory, user } = request;
  const now = connection.clock.now();
  const isLarge =
    inventory !== null &&
    (await folder.files()).some(({ name, bytes }) => name === inventory && bytes > SMALL_INVENTORY);
  const said = { text: request.text, changes: request.changes, language, now };
  if (!isLarge) return await inWordsOf(await dryRunInFolder(planning, request, signal), said);
  const unplanned = await faultsOf(folder, request);
  if (unplanned !== null) return await inWordsOf(unplanned, said);
  const { readNamed: _, clock: __, ...options } = await optionsOf(planning, user);
  const data: ThreadDryRun = {
    ...{ request: { ...request, inventory }, planning: options },
    ...{ folder: folder.path, now, language },
  };
  return await inThread<ShownDryRun>({
    ...{ file: 'reviews/dry-run-worker', data, signal },
    ...{ longest: LONGEST, memory: MOST_MEMORY, tooMuch: () => tooMuch(request.name, inventory) },
  });
}

/** The result of a dry run in a language. @param said the text of the plan, and `now` for the timeline. */
export async function inWordsOf(
  { review, findings, fleet }: DryRunResult,
  said: Pick<DryRun, 'text' | 'changes'> & { readonly language: LanguageName; readonly now: number },
): Promise<ShownDryRun> {
  const { text, language, now, changes = [] } = said;
  const names = review && fleet && namesIn(fleet, review);
  return {
    review: review && (await showReview(review, { language, now, names, isTrial: true })),
    findings: await showFindings(findings, language),
    facts: review && fleet && factsOf(review, fleet, text),
    changedSince: review && newestChange(changes, review),
  };
}

function newestChange(
  changes: readonly RunChanges[],
  { plan: { preconditions, unchanged, blocked } }: PlanReview,
): ShownDryRun['changedSince'] {
  if (changes.length === 0) return null;
  const ids = new Set([...preconditions, ...unchanged, ...blocked].map(({ instance }) => instance));
  const found = changes.find((one) => one.instances.some((id) => ids.has(id)));
  return found === undefined ? null : { run: found.run, plan: escapeControls(found.plan), at: found.at };
}

/** The names of the instances that the plan itself does not name. */
function namesIn(
  { instances }: PlannedFleet,
  { plan: { unchanged, blocked }, findings }: PlanReview,
): ReadonlyMap<string, string> {
  const ids = new Set([...unchanged, ...blocked, ...findings].map(({ instance }) => instance));
  return new Map(instances.flatMap(({ id, name }) => (ids.has(id) ? [[id, name] as const] : [])));
}

function factsOf(review: PlanReview, { policy, subject }: PlannedFleet, text: string): PlanFacts {
  const { plan } = review;
  const { approvals: own, waves } = plan;
  const missing = (given: Approvals) =>
    judgeApprovals({ digest: '', waves, approvals: given }, null, [], subject.now).missing;
  const ask = (given: Approvals, wave: string | null, rule: string | null): NeededApproval => ({
    ...{ wave: wave && escapeControls(wave), rule: rule && escapeControls(rule), need: given.need, have: 0 },
    names: missing(given).map(escapeControls),
  });
  const byPolicy = approvalsByPolicy(policy, subject);
  return planFacts({
    review,
    nameIn: targetNames(text),
    approvals: [
      ...(own === undefined ? [] : [ask(own, null, null)]),
      ...byPolicy.map(({ approvals, rule: { location } }) =>
        ask(approvals, null, `${location.file}:${location.line}`),
      ),
      ...waves.flatMap(({ name, approval }) =>
        approval === undefined || own === undefined ? [] : [ask(own, name, null)],
      ),
    ],
  });
}

/** The globs of names of the targets of a plan, by their lines. A large plan names its instances one by one. */
function targetNames(text: string): (line: number) => string | undefined {
  if (text.length > SMALL_TEXT) return () => undefined;
  const targets = parsePlan(text, '').plan?.targets ?? [];
  const names = new Map(
    targets.flatMap(({ location, match }) =>
      match.kind === 'select' && match.select.name !== null
        ? [[location.line, match.select.name] as const]
        : [],
    ),
  );
  return (line) => names.get(line);
}

const tooMuch = (name: string, inventory: string): RefitError =>
  new RefitError(
    'usage',
    `${name}: planning ${inventory} takes longer, or more memory, than the console allows`,
    `refit plan ${shellQuote(name)} --inventory ${shellQuote(inventory)}`,
  );
