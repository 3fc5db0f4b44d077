/** The carrier of a watched folder. Its scheduler has a lock, so nobody else decides. */
import type { ScheduleCarrier } from './carrier.ts';
import type { FolderView } from './decide.ts';
import { type AttemptPorts, runAttempt } from './run-attempt.ts';
import type { ScheduleLog } from './schedule-log-file.ts';

export interface FolderCarrierPorts
  extends Omit<AttemptPorts, 'append' | 'planLog' | 'drain' | 'onChild' | 'log'> {
  readonly scheduleLog: ScheduleLog;
  readonly readFolder: () => Promise<FolderView>;
  readonly dropRequest: (id: string) => Promise<void>;
  readonly log: (plan: string, text: string) => void;
}

const NOBODY: ReadonlySet<string> = new Set();

/** Creates the carrier of a folder, for the holder of its lock. */
export function createFolderCarrier(ports: FolderCarrierPorts): ScheduleCarrier {
  const { scheduleLog, clock } = ports;
  return {
    read: async () => ({
      view: await ports.readFolder(),
      now: clock.now(),
      elsewhere: NOBODY,
      others: NOBODY,
      runs: new Map(),
    }),
    state: () => scheduleLog.state(),
    append: (event) => scheduleLog.append(event).then(() => true),
    record: (event) => scheduleLog.append(event),
    dropRequest: ports.dropRequest,
    attempt: (start, control) =>
      runAttempt(start, {
        ...ports,
        ...control,
        append: (event) => scheduleLog.append(event),
        planLog: (plan) => scheduleLog.state().plans.get(plan) ?? null,
      }),
  };
}
