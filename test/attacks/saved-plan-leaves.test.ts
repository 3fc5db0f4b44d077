/**
 * Every part of a saved plan with all features is changed, removed and doubled, and the plan sealed again. Each such plan is
 * refused, or its review differs, or the part is in the table below with the reason why nobody needs to see it.
 */
import { expect, it } from 'vitest';
import { RefitError } from '../../src/errors.ts';
import type { SavedPlan } from '../../src/model.ts';
import { readSavedPlan } from '../../src/plan/saved/read-saved-plan.ts';
import { renderReview } from '../../src/report/review/render-review.ts';
import { mutationsOf, type Path } from './mutations.ts';
import { type Forged, reseal } from './reseal.ts';
import { RICH, RICH_TEXT } from './rich-plan.ts';

/** Parts that the text of a review does not show, because they change nothing that a run does. */
const HARMLESS: Readonly<Record<string, string>> = {
  'steps.*.quote.readAt': 'when a price was read; the price is shown',
  'steps.*.location.line': 'where the author wrote it; the file is shown',
  'steps.*.location.column': 'where the author wrote it',
  'preconditions.*.zone': 'no order names it; the zones of nodes are shown',
  'preconditions.*.used.total': 'why the size was chosen',
  'preconditions.*.used.fullestShard': 'why the size was chosen',
  'preconditions.*.used.source': 'why the size was chosen',
  'preconditions.*.used.readAt': 'why the size was chosen',
  'unchanged.*.instance': 'nothing is ordered for it; the number is shown',
  'unchanged.*.region': 'nothing is ordered for it',
  'unchanged.*.reason.params.size.memoryPerShard': 'nothing is ordered for it',
  'unchanged.*.reason.params.size.shards': 'nothing is ordered for it',
  'unchanged.*.reason.params.size.replicas': 'nothing is ordered for it',
  'blocked.*.region': 'nothing is ordered for it; the instance is shown',
  ...Object.fromEntries(
    ['memoryPerShard', 'shards', 'replicas'].flatMap((dimension) => [
      [`forecast.durations.of.${dimension}.samples`, 'an input of the forecast; the forecast is shown'],
      [`forecast.durations.of.${dimension}.seconds.*`, 'an input of the forecast; the forecast is shown'],
    ]),
  ),
  'forecast.durations.pauses.samples': 'an input of the forecast; the forecast is shown',
  'forecast.durations.pauses.seconds.*': 'an input of the forecast; the forecast is shown',
};

/** The review as text, with everything, without the digest: it differs for every change. */
function shown(saved: SavedPlan): string {
  const plan = { ...saved, digest: RICH.digest };
  const findings = [...plan.blocked.flatMap(({ findings }) => findings), ...plan.findings];
  const review = { verdict: 'ready', plan, findings, next: null } as const;
  return renderReview(review, 'text', { color: false, width: 400, all: true });
}

const USUAL = shown(RICH);

function fateOf(text: string): 'refused' | 'shown' | 'hidden' {
  try {
    return shown(readSavedPlan(text)) === USUAL ? 'hidden' : 'shown';
  } catch (error) {
    if (!(error instanceof RefitError)) throw error;
    return 'refused';
  }
}

/** `steps.*.location.line`: the path without the numbers of list items. */
function kindOf(path: Path): string {
  return path.map((key) => (typeof key === 'number' ? '*' : key)).join('.');
}

it('refuses or shows every change of a saved plan, except those in the table', () => {
  const { digest: _, ...plan } = JSON.parse(RICH_TEXT) as Forged;
  const hidden = new Map<string, string[]>();
  const fates = { refused: 0, shown: 0, hidden: 0 };
  for (const { path, what, apply } of mutationsOf(plan)) {
    const fate = fateOf(reseal(RICH_TEXT, apply));
    fates[fate] += 1;
    if (fate === 'hidden') hidden.set(kindOf(path), [...(hidden.get(kindOf(path)) ?? []), what]);
  }
  expect(
    [...hidden.keys()]
      .filter((kind) => !(kind in HARMLESS))
      .map((kind) => `${kind}: ${hidden.get(kind)!.join(' | ')}`),
  ).toEqual([]);
  expect(Object.keys(HARMLESS).filter((kind) => !hidden.has(kind))).toEqual([]);
  expect(fates.refused).toBeGreaterThan(500);
});
