/** `refit recommend --explain INSTANCE`: shows where each number of the advice for an instance comes from. */
import type { Explanation } from '../../../recommend/explain.ts';
import { renderExplanation } from '../../../report/recommend/render-explanation.ts';
import type { RecommendationFormat } from '../../../report/recommend/render-recommendations.ts';
import type { Options } from '../../options.ts';
import { emit } from '../../output.ts';
import { wordsFrom } from '../../page-language.ts';
import type { Terminal } from '../../terminal.ts';

/** Prints an explanation in the formats of the command. */
export async function showExplanation(
  explanation: Explanation,
  options: Options,
  terminal: Terminal,
): Promise<void> {
  const words = await wordsFrom(options);
  await emit<RecommendationFormat>(terminal, options, (format, screen) =>
    renderExplanation(explanation, format, { ...screen, words }),
  );
}
