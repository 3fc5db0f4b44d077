/** The words of the console in Simplified Chinese. Messages of findings and journals are in `messages/zh/`. */
import type { WordId } from './en.ts';
import { actions } from './zh/actions.ts';
import { audit } from './zh/audit.ts';
import { due } from './zh/due.ts';
import { fleet } from './zh/fleet.ts';
import { frame } from './zh/frame.ts';
import { overview } from './zh/overview.ts';
import { people } from './zh/people.ts';
import { plans } from './zh/plans.ts';
import { refusals } from './zh/refusals.ts';
import { review } from './zh/review.ts';
import { runs } from './zh/runs.ts';
import { schedule } from './zh/schedule.ts';
import { signIn } from './zh/sign-in.ts';

export const zh: Readonly<Record<WordId, string>> = {
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
};
