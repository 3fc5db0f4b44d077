/** What a review says, as plain data in one language: the same facts and tables as `refit show --format html`. */
import type { Words } from '../../messages/words.ts';
import {
  type Finding,
  remedyOf,
  type SavedPlan,
  type SealedReview,
  type Severity,
  totalMemory,
} from '../../model.ts';
import { inWords } from '../../report/finding-words.ts';
import { describeRolloutOptions } from '../../report/review/describe-rollout.ts';
import { factsOfReview } from '../../report/review/review-facts.ts';
import { withRemarks } from '../../report/review/review-remarks.ts';
import { reviewedTargets } from '../../report/review/review-targets.ts';
import { changesTable, effectsTable, moneyTable } from '../../report/review/tables.ts';
import { unchangedTable } from '../../report/run/tables.ts';
import { unchangedTargets } from '../../report/unchanged.ts';
import { verdictOfReview } from '../../report/verdict.ts';
import { escapeControls } from '../../text.ts';
import { type PageTable, pageTable } from './page-tables.ts';

/** A review in one language. No text in it hides a character; times are ISO 8601 UTC. */
export interface ReviewPage {
  /** The tone only sets a colour. */
  readonly verdict: {
    readonly tone: 'good' | 'warn' | 'bad' | 'open';
    readonly word: string;
    readonly sentence: string;
  };
  /** Facts with a value, by their ids, in the order of reports. */
  readonly facts: readonly { readonly id: string; readonly label: string; readonly text: string }[];
  /** MB of all instances that change, replicas included, before and after. */
  readonly memory: { readonly before: number; readonly after: number };
  readonly effects: PageTable;
  readonly money: PageTable;
  readonly changes: PageTable;
  readonly unchanged: PageTable;
  /** Errors first. */
  readonly findings: readonly PageFinding[];
  /** Targets that are left out, with what is in the way. */
  readonly blocked: readonly {
    readonly instance: string;
    readonly region: string;
    readonly findings: readonly PageFinding[];
  }[];
  readonly waves: readonly PlannedWave[];
  /** The first window in which a run can start; null: at any time. */
  readonly window: {
    readonly opens: string | null;
    readonly closes: string | null;
    readonly fits: boolean;
  } | null;
  /** Seconds from the start to the end, with soaks and closed windows; null: not estimated. */
  readonly likely: { readonly p50: number; readonly p90: number } | null;
}

export interface PageFinding {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** The fix or an example, with the word that says which; null: neither. */
  readonly remedy: { readonly label: string; readonly text: string } | null;
  readonly instance: string | null;
  /** `grow.yaml:12`; null: it is about no line. */
  readonly at: string | null;
}

/** A wave of the timeline. */
export interface PlannedWave {
  readonly name: string;
  readonly steps: number;
  readonly needsApproval: boolean;
  /** Soak, gate and thresholds in words; empty: none. */
  readonly options: string;
  /** Seconds from the start of the run to the end of the wave; null: not estimated. */
  readonly p50: number | null;
  readonly p90: number | null;
}

/** @param words the language. */
export function reviewPage(given: SealedReview, words: Words): ReviewPage {
  const review = withRemarks(given);
  const { plan } = review;
  const targets = reviewedTargets(review, words);
  const { word, sentence, tone } = verdictOfReview(review, words);
  const sum = (sizes: readonly Parameters<typeof totalMemory>[0][]) =>
    sizes.reduce((total, size) => total + totalMemory(size), 0);
  const { window, time } = plan.forecast;
  return {
    verdict: { tone, word, sentence: escapeControls(sentence) },
    facts: factsOfReview(review, targets, words).flatMap(([id, text]) =>
      text === '' ? [] : [{ id, label: words.facts[id], text: escapeControls(text) }],
    ),
    memory: {
      before: sum(plan.preconditions.map(({ size }) => size)),
      after: sum(plan.preconditions.map(({ target }) => target)),
    },
    effects: pageTable(effectsTable(review, words), words),
    money: pageTable(moneyTable(plan, plan.priceShares ?? [], words), words),
    changes: pageTable(changesTable(plan, targets, plan.steps, {}, words), words),
    unchanged: pageTable(unchangedTable(unchangedTargets(plan, words), words), words),
    findings: review.findings.map((finding) => pageFinding(finding, words)),
    blocked: plan.blocked.map(({ instance, region, findings }) => ({
      ...{ instance: escapeControls(instance), region: escapeControls(region) },
      findings: findings.map((finding) => pageFinding(finding, words)),
    })),
    waves: wavesOf(plan, words),
    window: window === undefined ? null : { opens: window.opens, closes: window.closes, fits: window.fits },
    likely: time === undefined ? null : { p50: time.total.p50, p90: time.total.p90 },
  };
}

function pageFinding(found: Finding, words: Words): PageFinding {
  const { code, severity, message, instance, location, ...rest } = inWords(found, words);
  const remedy = remedyOf(rest);
  return {
    ...{ code: escapeControls(code), severity, message: escapeControls(message) },
    remedy: remedy && { label: remedy.label, text: escapeControls(remedy.text) },
    instance: instance && escapeControls(instance),
    at: location && escapeControls(`${location.file}:${location.line}`),
  };
}

function wavesOf(plan: SavedPlan, words: Words): PlannedWave[] {
  const times = new Map(plan.forecast.time?.waves.map((one) => [one.name, one]));
  return plan.waves.map((wave) => ({
    name: escapeControls(wave.name),
    steps: wave.steps.length,
    needsApproval: wave.approval !== undefined,
    options: escapeControls(describeRolloutOptions(plan, wave, words)),
    p50: times.get(wave.name)?.p50 ?? null,
    p90: times.get(wave.name)?.p90 ?? null,
  }));
}
