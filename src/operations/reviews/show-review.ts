/**
 * A review as plain data in one language, for pages that draw it themselves. It has the very tables and facts of the other
 * formats. Texts are sanitized.
 */
import type { LanguageName } from '../../messages/language-names.ts';
import { loadWords } from '../../messages/languages.ts';
import type { Words } from '../../messages/words.ts';
import type { Finding, Review, Severity, UnsealedPlan } from '../../model.ts';
import { type PlanTimeline, timelineOf } from '../../plan/forecast/timeline.ts';
import { dueTimes } from '../../plan/windows/due-times.ts';
import { sanitize } from '../../report/document/escape.ts';
import { firstRows, type Table } from '../../report/document/table.ts';
import { inWords } from '../../report/finding-words.ts';
import { factsOfReview } from '../../report/review/review-facts.ts';
import { withRemarks } from '../../report/review/review-remarks.ts';
import { planOf, reviewedTargets, titleOf } from '../../report/review/review-targets.ts';
import { changesTable, effectsTable, moneyTable } from '../../report/review/tables.ts';
import { unchangedTable } from '../../report/run/tables.ts';
import { unchangedTargets } from '../../report/unchanged.ts';
import { verdictOfReview } from '../../report/verdict.ts';
import { escapeControls } from '../../text.ts';
import { type PageTable, pageTable } from './page-tables.ts';

/** A review in one language. */
export interface ShownReview {
  readonly verdict: Review['verdict'];
  /** `word` and `sentence` say it; the tone only sets a colour. */
  readonly tone: 'good' | 'warn' | 'bad' | 'open';
  readonly word: string;
  readonly sentence: string;
  readonly name: string;
  /** Change ticket and owner, where the plan has them. */
  readonly about: readonly string[];
  /** null: the plan is not sealed. */
  readonly digest: string | null;
  /** ISO 8601 UTC; null: the plan is not sealed. */
  readonly sealedAt: string | null;
  readonly expiresAt: string | null;
  readonly facts: readonly { readonly id: string; readonly name: string; readonly text: string }[];
  readonly findings: readonly ShownFinding[];
  /** How many findings there are in all. */
  readonly found: number;
  /** How many targets are left out. Their errors are among the findings. */
  readonly leftOut: number;
  /** The names of instances by their ids, as far as they are known. */
  readonly names: Readonly<Record<string, string>>;
  /** Without empty tables. */
  readonly effects: ShownTable | null;
  readonly money: ShownTable | null;
  readonly changes: ShownTable | null;
  readonly unchanged: ShownTable | null;
  /** null: nothing is ordered. */
  readonly timeline: PlanTimeline | null;
}

/** A finding in one language. */
export interface ShownFinding {
  readonly code: string;
  readonly severity: Severity;
  /** In the language. */
  readonly severityName: string;
  readonly message: string;
  readonly fix: string | null;
  readonly example: string | null;
  readonly instance: string | null;
  /** From 1; null: it is about no place in the text of the plan. */
  readonly line: number | null;
  readonly column: number | null;
  readonly excerpt: string | null;
}

/** A table in one language, perhaps without its last rows. */
export interface ShownTable extends PageTable {
  /** How many rows there are in all. */
  readonly of: number;
}

/** Columns that say again what the change says. A review of a saved plan has room for them. */
const WIDE = ['edition', 'before', 'after', 'why'] as const;

/** Rows of a table, and findings, that a page gets unless it asks for more. */
const MOST = 500;

/**
 * @param most rows of a table, and findings. @param names of instances that the plan does not name.
 * @param isTrial nothing is saved, so nothing expires.
 * @param now milliseconds since 1970 UTC. The timeline begins then, or when the plan is due.
 */
export async function showReview(
  review: Review,
  options: {
    readonly language: LanguageName;
    readonly now: number;
    readonly most?: number;
    readonly names?: ReadonlyMap<string, string> | null;
    readonly isTrial?: boolean;
  },
): Promise<ShownReview> {
  const { language, now, most = MOST, isTrial = false } = options;
  const words = await loadWords(language);
  const { next: _, ...raw } = withRemarks(review);
  const said = {
    ...raw,
    next: null,
    findings: raw.findings.map((finding) => inWords(finding, words)),
  } as Review;
  const safe = sanitize(said);
  const plan = planOf(safe);
  const targets = reviewedTargets(safe, words);
  const { name, about, digest } = titleOf(safe);
  const { word, sentence, tone } = verdictOfReview(safe, words);
  const table = (made: Table | null) => made && showTable(made, most);
  return {
    ...{ verdict: review.verdict, tone, word, sentence, name, digest },
    about: about.filter((one) => one !== null),
    sealedAt: digest === null ? null : (plan?.sealedAt ?? null),
    expiresAt: digest === null ? null : (plan?.expiresAt ?? null),
    facts: factsOfReview(safe, targets, words).flatMap(([id, text]) =>
      text === '' ? [] : [{ id, name: words.facts[id], text }],
    ),
    findings: safe.findings.slice(0, most).map((one) => showFinding(one, words)),
    found: safe.findings.length,
    leftOut: targets.filter(({ state }) => state === 'blocked').length,
    names: namesOf(raw as Review, options.names ?? new Map()),
    effects: plan && table(effectsTable(said, words, isTrial ? ['expiry'] : [])),
    money: plan && table(moneyTable(plan, plan.priceShares ?? [], words)),
    changes: plan && table(changesTable(plan, targets, plan.steps, { without: WIDE }, words)),
    unchanged: plan && table(unchangedTable(unchangedTargets(plan, words), words)),
    timeline: plan && timelineOf(plan, startOf(plan, now)),
  };
}

/** When a plan is due that a scheduler applies; now, if it is not on schedule. */
function startOf({ schedule }: Pick<UnsealedPlan, 'schedule'>, now: number): number {
  return (schedule && dueTimes(schedule.when).after(now)) ?? now;
}

/** Of the instances that rows of the review are about, besides its changes. */
function namesOf(review: Review, others: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  const { unchanged = [], blocked = [], preconditions = [] } = planOf(review) ?? {};
  const ids = new Set([...unchanged, ...blocked, ...review.findings].map(({ instance }) => instance));
  const own = preconditions.map(({ instance, name }) => [instance, name] as const);
  const known = [...own, ...others].filter(([id, name]) => name !== '' && ids.has(id));
  return Object.fromEntries(known.map(([id, name]) => [escapeControls(id), escapeControls(name)]));
}

/** Findings in a language, for pages. @param findings as `parsePlan` makes them. */
export async function showFindings(
  findings: readonly Finding[],
  language: LanguageName,
  most = MOST,
): Promise<readonly ShownFinding[]> {
  const words = await loadWords(language);
  return findings.slice(0, most).map((one) => showFinding(sanitize(inWords(one, words)), words));
}

function showFinding(finding: Finding, words: Words): ShownFinding {
  const { code, severity, message, fix, example, instance, location, excerpt } = finding;
  return {
    ...{ code, severity, message, fix, example, instance, excerpt },
    severityName: words.names.severity[severity],
    line: location?.line ?? null,
    column: location?.column ?? null,
  };
}

/** null: the table has no rows. */
function showTable(table: Table, most: number): ShownTable | null {
  const of = table.rows.length;
  return of === 0 ? null : { ...pageTable({ ...table, rows: firstRows(table, most) }, table.words), of };
}
