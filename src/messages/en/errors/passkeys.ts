/** Why the answer of a browser with a passkey does not count. */
import type { Message } from '../../../model.ts';
import type { Say, Text } from '../../text.ts';

/** What to do if the reason does not say it. */
const OTHERWISE = {
  again: 'approve again: the console makes a new text',
  copied: 'if this repeats, remove the passkey from the list of approvers and register another one',
  declined: 'the author withdraws the decline, or the plan is made again',
};

export const passkeyErrors = {
  'error.not-approved': (
    { reason, otherwise }: { reason: Message; otherwise: keyof typeof OTHERWISE },
    say: Say,
  ): Text => ({ message: `not approved: ${say(reason)}`, fix: say.fix(reason) || OTHERWISE[otherwise] }),
  'answer.other-person': ({ signed, by }: { signed: string; by: string }): Text =>
    `the text is an approval by ${signed}, and this is the session of ${by}`,
  'answer.other-plan': (): Text => 'the text approves another plan or wave than the page shows',
  'answer.late': ({ minutes }: { minutes: number }): Text =>
    `the answer came later than ${minutes} minutes after its text was made`,
  'answer.other-passkey': (): Text => 'another passkey answered than the one that was asked',
  'answer.no-passkey': (): Text => 'the answer is not that of a passkey',
  'answer.no-approval': (): Text => 'the text is not that of an approval',
  'answer.other-key': ({ key, by }: { key: string; by: string }): Text =>
    `${key} is not a passkey of ${by} for this plan`,
  'answer.other-address': ({
    by,
    origins,
    here,
  }: {
    by: string;
    origins: readonly string[];
    here: string;
  }): Text => ({
    message: `the passkey of ${by} approves at ${origins.join(' and ')}, and this console is ${here}`,
    fix: 'approve there, or register a passkey here; the keeper of the list adds its line, and the plan is made again',
  }),
  'answer.used': (): Text => ({
    message: 'this answer was used already: the approval is kept',
    fix: 'nothing is left to do',
  }),
  'answer.stale': (): Text => 'a later approval was signed first by the same passkey',
};
