/** What the samples of formats have in common with the test that reads them. */
import { message } from '../../src/messages/messages.ts';
import { SCHEDULE_FORMAT, type ScheduleEvent } from '../../src/schedule/schedule-log.ts';
import { VERSION } from '../../src/version.ts';

/** The moment of the samples: milliseconds since 1970 UTC. */
export const STARTS_AT: number = Date.UTC(2026, 10, 24, 9, 30);

/** The provider of the samples: histories of use are kept for each provider. */
export const ENDPOINT = 'http://127.0.0.1:18421';

/** The fleet, as a fleet file has it. */
export const FLEET = [0, 1, 2, 3].map((at) => ({
  id: `crs-sample0${at}`,
  name: `cart-${at}`,
  edition: 'redis-6.2-standard',
  memoryPerShard: 4096,
}));

const OF = { plan: 'nightly.yaml', due: '2026-11-23T17:30:00.000Z' } as const;

/** A night of a scheduler. */
export const SCHEDULE_EVENTS: readonly ScheduleEvent[] = [
  {
    kind: 'started',
    format: SCHEDULE_FORMAT,
    version: VERSION,
    by: { user: 'dba-oncall', host: 'runner-1', pid: 4242 },
  },
  { kind: 'scheduled', plan: OF.plan, schedule: '30 1 * * Tue Asia/Shanghai' },
  { kind: 'attempt-started', ...OF, reason: 'due', does: 'dry-run', digest: null, entries: 0 },
  { kind: 'ended', ...OF, exitCode: 2, message: message('schedule.entry-stopped', { exitCode: 2 }) },
  { kind: 'stopped', exitCode: 143 },
];
