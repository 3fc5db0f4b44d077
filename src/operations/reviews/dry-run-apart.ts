/**
 * Dry runs of the console, in words of one language. Planning a large inventory takes seconds and some hundred megabytes, so it
 * has a thread of its own: everybody else goes on meanwhile.
 */
import { RefitError } from '../../errors.ts';
import type { LanguageName } from '../../messages/language-names.ts';
import { shellQuote } from '../../next-command.ts';
import { MINUTE } from '../../units.ts';
import { inThread } from '../in-thread.ts';
import {
  type DryRun,
  type DryRunResult,
  dryRunInFolder,
  type FolderOptions,
  type FolderPlanning,
  faultsOf,
  optionsOf,
} from '../plans/plan-in-folder.ts';
import { type ShownFinding, type ShownReview, showFindings, showReview } from './show-review.ts';

/** A dry run in one language. */
export interface ShownDryRun {
  /** null: the text is no valid plan. */
  readonly review: ShownReview | null;
  readonly findings: readonly ShownFinding[];
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
  if (!isLarge) return await inWordsOf(await dryRunInFolder(planning, request, signal), language, now);
  const unplanned = await faultsOf(folder, request);
  if (unplanned !== null) return await inWordsOf(unplanned, language, now);
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

/** The result of a dry run in a language. @param now of the timeline. */
export async function inWordsOf(
  { review, findings }: DryRunResult,
  language: LanguageName,
  now: number,
): Promise<ShownDryRun> {
  return {
    review: review && (await showReview(review, { language, now })),
    findings: await showFindings(findings, language),
  };
}

const tooMuch = (name: string, inventory: string): RefitError =>
  new RefitError(
    'usage',
    `${name}: planning ${inventory} takes longer, or more memory, than the console allows`,
    `refit plan ${shellQuote(name)} --inventory ${shellQuote(inventory)}`,
  );
