/** The review of a sealed plan for its page: `showReview` with all rows, and what reviewers compare. */
import type { LanguageName } from '../../messages/language-names.ts';
import { loadWords } from '../../messages/languages.ts';
import type { Words } from '../../messages/words.ts';
import { type SavedPlan, type SealedReview, type Size, totalMemory } from '../../model.ts';
import { type CostState, costStateOf } from '../../plan/price/cost-state.ts';
import { monthlyOf, termsOf } from '../../plan/price/monthly.ts';
import { inWords } from '../../report/finding-words.ts';
import { describeRolloutOptions } from '../../report/review/describe-rollout.ts';
import { escapeControls } from '../../text.ts';
import { type ShownReview, showReview } from './show-review.ts';

/** A review in one language, with every row. */
export interface ReviewPage extends ShownReview {
  /** MB of all instances that change, replicas included, before and after. */
  readonly memory: { readonly before: number; readonly after: number };
  /** Targets that are left out, and why. */
  readonly blocked: readonly {
    readonly instance: string;
    readonly region: string;
    readonly reasons: readonly {
      readonly code: string;
      readonly message: string;
      readonly fix: string | null;
    }[];
  }[];
  readonly waves: readonly PlannedWave[];
  /** Whether the fact `cost` has a price, and if not, why. */
  readonly cost: CostState;
  /** What the fact `by month` says: whole prices after the run, or what a month costs more. */
  readonly month: { readonly isWhole: boolean; readonly isIncrease: boolean };
}

/** What the plan says about a wave. */
export interface PlannedWave {
  readonly name: string;
  readonly steps: number;
  readonly needsApproval: boolean;
  /** Soak, gate and thresholds in words; empty: none. */
  readonly options: string;
}

/** More rows than any plan has. */
const ALL = 1_000_000;

/**
 * @param options.now of the timeline, milliseconds since 1970 UTC. @param options.names of instances that the plan does not name:
 * those that it leaves out, or that are right already.
 */
export async function reviewPage(
  review: SealedReview,
  options: {
    readonly language: LanguageName;
    readonly now: number;
    readonly names?: ReadonlyMap<string, string>;
  },
): Promise<ReviewPage> {
  const { plan } = review;
  const words = await loadWords(options.language);
  const { costs } = monthlyOf(plan.steps, termsOf(plan.preconditions));
  const sum = (sizes: readonly Size[]) => sizes.reduce((total, size) => total + totalMemory(size), 0);
  return {
    ...(await showReview(review, { ...options, most: ALL })),
    memory: {
      before: sum(plan.preconditions.map(({ size }) => size)),
      after: sum(plan.preconditions.map(({ target }) => target)),
    },
    blocked: plan.blocked.map(({ instance, region, findings }) => ({
      instance: escapeControls(instance),
      region: escapeControls(region),
      reasons: findings
        .map((finding) => inWords(finding, words))
        .map(({ code, message, fix }) => ({
          code: escapeControls(code),
          message: escapeControls(message),
          fix: fix && escapeControls(fix),
        })),
    })),
    waves: wavesOf(plan, words),
    cost: costStateOf(plan, review.findings),
    month: {
      isWhole: costs.some(({ after }) => after !== null),
      isIncrease: costs.some(({ more }) => more !== null),
    },
  };
}

function wavesOf(plan: SavedPlan, words: Words): PlannedWave[] {
  return plan.waves.map((wave) => ({
    name: escapeControls(wave.name),
    steps: wave.steps.length,
    needsApproval: wave.approval !== undefined,
    options: escapeControls(describeRolloutOptions(plan, wave, words)),
  }));
}
