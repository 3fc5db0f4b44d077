/** Codes of Refit's own that the rules do not give: those of a plan's text, and those of a run. For explaining them. */
import type { Rule } from './facts.ts';

const TEXT = 'the plan file, against schemas/plan.schema.json';
const RUN = 'what the provider answered and what was read during the run';

export const OTHER_CODES: readonly Rule[] = [
  other(
    'Refit.Yaml',
    'text',
    TEXT,
    'The text is not YAML of the plain kind that plans are written in.',
    'correct the marked place',
  ),
  other(
    'Refit.UnknownKey',
    'text',
    TEXT,
    'A plan has no such key here.',
    'the key that the finding names, or none',
  ),
  other('Refit.DuplicateKey', 'text', TEXT, 'A key is written twice.', 'take one of the two out'),
  other(
    'Refit.MissingKey',
    'text',
    TEXT,
    'A key that must be there is missing.',
    'add the key that the finding names',
  ),
  other(
    'Refit.BadValue',
    'text',
    TEXT,
    'The value is not one that the key takes.',
    'a value as the finding shows it',
  ),
  other(
    'Refit.SelectEmpty',
    'text',
    TEXT,
    'A selector without a condition.',
    'select: { all: true } for everything',
  ),
  other(
    'Refit.NotReadable',
    'plan',
    'which reads the identity may make',
    'Something that planning would like to know could not be read.',
    'grant the right to read it, or go on without',
    'note',
  ),
  other(
    'Refit.Blocked',
    'plan',
    'the findings of the target',
    'The target is blocked; its findings say by what.',
    'refit explain INSTANCE PLAN',
  ),
  other(
    'Refit.Drifted',
    'run',
    RUN,
    'The instance was changed after the plan was made: nothing was ordered for it.',
    'refit plan PLAN -o SAVED',
  ),
  other(
    'Refit.EarlierStep',
    'run',
    RUN,
    'An earlier step of the same instance was not verified, so this one was skipped.',
    'refit plan PLAN -o SAVED, when the cause is mended',
  ),
  other(
    'Refit.NoAnswer',
    'run',
    RUN,
    'No usable answer came in the time allowed, and nothing had landed.',
    'refit plan PLAN -o SAVED',
  ),
  other(
    'Refit.TaskFailed',
    'run',
    RUN,
    "The provider's own task for the change failed.",
    'look at the task in the console, then refit plan PLAN -o SAVED',
  ),
  other(
    'Refit.OtherNodes',
    'run',
    RUN,
    'The change ended at its size, and the replicas of the instance are not the ones that were ordered.',
    'look at the instance in the console, then refit plan PLAN -o SAVED',
  ),
  other(
    'Refit.OtherSize',
    'run',
    RUN,
    'The change ended, and the instance has another size than was ordered.',
    'look at the instance in the console, then refit plan PLAN -o SAVED',
  ),
];

// biome-ignore lint/complexity/useMaxParams: the columns of the table above
function other(
  code: string,
  saidOf: Rule['saidOf'],
  looksAt: string,
  sentence: string,
  mend: string,
  severity: Rule['severity'] = 'error',
): Rule {
  return {
    code,
    looksAt,
    sentence,
    mend,
    source: "Refit's own",
    readOn: '2026-11',
    severity,
    saidOf,
    check: null,
  };
}
