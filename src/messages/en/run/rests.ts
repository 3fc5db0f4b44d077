/** What a run that rests waits for, in English. */
import type { Message } from '../../../model.ts';
import type { Say } from '../../text.ts';

export const rests = {
  'rest.soak': ({ wave }: { wave: string }): string => `the soak after wave ${wave}`,
  'rest.paused': ({ since, by }: { since: string; by: string }): string =>
    `paused since ${since} by ${by}; refit continue RUN continues it`,
  'rest.approval': ({ wave, missing }: { wave: string; missing: readonly Message[] }, say: Say): string =>
    `wave ${wave} waits for its approval: ${missing.map((one) => say(one)).join('; ')}`,
  'rest.window': (): string => 'all changes in flight wait for the maintenance windows of their instances',
  'rest.handed-over': (): string => 'its worker stops, and another one goes on',
};
