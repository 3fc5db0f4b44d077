/** Whether a plan says what it costs. */
import type { Finding, UnsealedPlan } from '../../model.ts';

/**
 * - `none`: the plan orders nothing.
 * - `known`: at least one step has a price.
 * - `not-asked`: nobody asked for prices.
 * - `not-known`: somebody asked, and no price came; findings say why.
 */
export type CostState = 'none' | 'known' | 'not-asked' | 'not-known';

/** The findings that a plan has only if somebody asked for prices. */
const ASKED: ReadonlySet<string> = new Set(['Refit.PriceOffline', 'Refit.PriceRefused', 'Refit.CostUnknown']);

/** @param findings of the plan, and those of its review. */
export function costStateOf(
  { steps, prices }: Pick<UnsealedPlan, 'steps' | 'prices'>,
  findings: readonly Pick<Finding, 'code'>[],
): CostState {
  if (steps.length === 0) return 'none';
  if (prices.length > 0) return 'known';
  return findings.some(({ code }) => ASKED.has(code)) ? 'not-known' : 'not-asked';
}

/** The codes that say why no price came, each once. */
export function whyNotKnown(findings: readonly Pick<Finding, 'code'>[]): readonly string[] {
  return [...new Set(findings.map(({ code }) => code).filter((code) => ASKED.has(code)))];
}
