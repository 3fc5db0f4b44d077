/** Codes of Refit's own that the rules do not give: those of a plan's text, and those of a run. For explaining them. */
import type { Rule } from './facts.ts';

export const OTHER_CODES: readonly Rule[] = [
  ...codes('text', 'the plan file, against schemas/plan.schema.json', [
    [
      'Refit.Yaml',
      'The text is not YAML of the plain kind that plans are written in.',
      'correct the marked place',
    ],
    ['Refit.UnknownKey', 'A plan has no such key here.', 'the key that the finding names, or none'],
    ['Refit.DuplicateKey', 'A key is written twice.', 'take one of the two out'],
    ['Refit.MissingKey', 'A key that must be there is missing.', 'add the key that the finding names'],
    ['Refit.BadValue', 'The value is not one that the key takes.', 'a value as the finding shows it'],
    ['Refit.SelectEmpty', 'A selector without a condition.', 'select: { all: true } for everything'],
  ]),
  {
    ...own('plan'),
    code: 'Refit.NotReadable',
    looksAt: 'which reads the identity may make',
    sentence: 'Something that planning would like to know could not be read.',
    mend: 'grant the right to read it, or go on without',
    severity: 'note',
  },
  ...codes('plan', 'the findings of the target', [
    ['Refit.Blocked', 'The target is blocked; its findings say by what.', 'refit explain INSTANCE PLAN'],
  ]),
  ...codes('run', 'what the provider answered and what was read during the run', [
    [
      'Refit.Drifted',
      'The instance was changed after the plan was made: nothing was ordered for it.',
      'refit plan PLAN -o SAVED',
    ],
    [
      'Refit.EarlierStep',
      'An earlier step of the same instance was not verified, so this one was skipped.',
      'refit plan PLAN -o SAVED, when the cause is mended',
    ],
    [
      'Refit.NoAnswer',
      'No usable answer came in the time allowed, and nothing had landed.',
      'refit plan PLAN -o SAVED',
    ],
    [
      'Refit.TaskFailed',
      "The provider's own task for the change failed.",
      'look at the task in the console, then refit plan PLAN -o SAVED',
    ],
    [
      'Refit.OtherNodes',
      'The change ended at its size, and the replicas of the instance are not the ones that were ordered.',
      'look at the instance in the console, then refit plan PLAN -o SAVED',
    ],
    [
      'Refit.OtherSize',
      'The change ended, and the instance has another size than was ordered.',
      'look at the instance in the console, then refit plan PLAN -o SAVED',
    ],
  ]),
];

/** @param told each code with its sentence and its mend. */
function codes(
  saidOf: Rule['saidOf'],
  looksAt: string,
  told: readonly (readonly [code: string, sentence: string, mend: string])[],
): Rule[] {
  return told.map(([code, sentence, mend]) => ({ ...own(saidOf), code, looksAt, sentence, mend }));
}

function own(saidOf: Rule['saidOf']) {
  return { source: "Refit's own", readOn: '2026-11', severity: 'error', saidOf, check: null } as const;
}
