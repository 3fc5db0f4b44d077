/** The words of the console in English, a file for each area. Messages of findings and journals are in `messages/en/`. */
import { actions } from './en/actions.ts';
import { audit } from './en/audit.ts';
import { due } from './en/due.ts';
import { fleet } from './en/fleet.ts';
import { frame } from './en/frame.ts';
import { overview } from './en/overview.ts';
import { people } from './en/people.ts';
import { plans } from './en/plans.ts';
import { refusals } from './en/refusals.ts';
import { review } from './en/review.ts';
import { runs } from './en/runs.ts';
import { schedule } from './en/schedule.ts';
import { signIn } from './en/sign-in.ts';

export const en = {
  ...actions,
  ...audit,
  ...due,
  ...fleet,
  ...frame,
  ...overview,
  ...people,
  ...plans,
  ...refusals,
  ...review,
  ...runs,
  ...schedule,
  ...signIn,
} as const;

export type WordId = keyof typeof en;
