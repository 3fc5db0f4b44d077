/** Which figures of the history of use a plan needs. */
import { type Plan, questionKey, type Select, type UseQuestion } from '../../model.ts';

/** Every question of a plan once, in the order of its targets. Empty: the plan needs no history. */
export function useQuestionsOf({ targets }: Pick<Plan, 'targets'>): readonly UseQuestion[] {
  const asked = targets.flatMap(({ match, requested }): readonly UseQuestion[] => {
    const selects: readonly Select[] = match.kind === 'select' ? [match.select, ...match.exclude] : [];
    const sizes = Object.values(requested).flatMap((one) => (one.kind === 'by-use' ? [one.question] : []));
    return [...selects.flatMap(({ use = [] }) => use), ...sizes];
  });
  const questions = asked.map(({ of, statistic, over }) => ({ of, statistic, over }));
  return [...new Map(questions.map((one) => [questionKey(one), one])).values()];
}
