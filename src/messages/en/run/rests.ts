/** What a run that rests waits for, in English. */
import type { Message } from '../../../model.ts';
import type { Say } from '../../text.ts';

export const rests = {
  'rest.soak': ({ wave }: { wave: string }): string => `the soak after wave ${wave}`,
  'rest.metric': ({ wave, metric }: { wave: string; metric: string }): string =>
    `the period after wave ${wave} whose ${metric} its gate judges`,
  'rest.paused': ({ since, by }: { since: string; by: string }): string =>
    `paused since ${since} by ${by}; refit continue RUN continues it`,
  'rest.approval': ({ wave, missing }: { wave: string; missing: readonly Message[] }, say: Say): string =>
    `wave ${wave} waits for its approval: ${missing.map((one) => say(one)).join('; ')}`,
  'rest.window': (): string => 'all changes in flight wait for the maintenance windows of their instances',
  'rest.handed-over': (): string => 'its worker stops, and another one goes on',
};

/** How a run goes on that no process carries out, in English. */
export const wakes = {
  'wake.starts': (): string => 'it has not started yet',
  'wake.died': (): string => 'its last process died, or handed it over',
  'wake.aborted': (): string => 'an operator aborted it; refit apply RUN resumes it',
  'wake.window': ({ at }: { at: string }): string => `the next window opens at ${at}`,
  'wake.no-window': (): string => 'no window opens within a year',
  'wake.expires': ({ at }: { at: string }): string =>
    `the saved plan expires at ${at}, before a window opens: make a new plan`,
  'wake.not-approved': (): string => 'it lacks approvals, or a person declines it: refit show RUN',
  'wake.unknown': (): string => 'steps are open or unknown; refit apply RUN resumes it',
  'wake.reconciled': (): string => 'a person reconciled it; refit apply RUN resumes it',
  'wake.failed': ({ code, at }: { code: string; at: string }): string =>
    `its process failed (${code}), and another one tries at ${at}`,
  'wake.dies': ({ starts }: { starts: number }): string =>
    `${starts} processes in a row ended without getting any further (too little memory, or a crash), so each further start waits longer`,
  'wake.refused': ({ code }: { code: string }): string =>
    `its process was refused (${code}); after the cause is removed, refit apply RUN resumes it`,
};
