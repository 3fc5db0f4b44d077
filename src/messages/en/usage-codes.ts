/** Refit's codes about the history of use, explained in English. */
import type { CodeText } from '../code-text.ts';

export const usageCodes = {
  'Refit.UsageUnknown': {
    meaning:
      'A selector or a size of the plan asks for the use of an instance, and fewer than 90% of the hours have a value in the history of use.',
    checks: 'the hours of the history that the key over names, up to now',
    fix: 'refit usage collect, then plan again; or a shorter over',
  },
  'Refit.Advice': {
    meaning:
      'By the history of use, another size fits the instance better, or something stands in the way of one.',
    checks: 'the history of use, by the rules of the sizing file',
    fix: 'refit recommend --explain INSTANCE shows every number; refit recommend -o PLAN makes a plan',
  },
  'Refit.NoReplicaReads': {
    meaning:
      'The plan sizes replicas by CPU, and the replicas of the instance serve no reads. More of them would not help.',
    checks: 'whether the instance reads from its replicas',
    fix: 'size shards instead, or let the instance read from its replicas first',
  },
} satisfies Record<string, CodeText>;
