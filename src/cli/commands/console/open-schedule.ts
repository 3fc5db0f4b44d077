/** Opens the schedule that the console shows: that of the database, else that of the folder of plans. */
import { hostname } from 'node:os';
import type { PlanFolder } from '../../../operations/plans/plan-folder.ts';
import { databaseOf } from '../../../operations/runs/store-choice.ts';
import type { ScheduleAccess } from '../../../schedule/schedule-access.ts';
import type { Options } from '../../options.ts';
import type { Terminal } from '../../terminal.ts';

/** @returns null without a database and a folder. @throws RefitError `store-unreachable` */
export async function openSchedule(
  { store }: Options,
  { env, clock }: Terminal,
  plans: PlanFolder | null,
): Promise<{ readonly access: ScheduleAccess; close(): Promise<void> } | null> {
  const host = hostname();
  if (databaseOf({ store, env }) !== null) {
    const [{ storeFrom }, { openStored }, { createStoreAccess }] = await Promise.all([
      import('../../../operations/runs/store-from.ts'),
      import('../../../operations/runs/open-stored.ts'),
      import('../../../schedule/store/store-access.ts'),
    ]);
    const target = (await storeFrom({ store, env }))!;
    const opened = await openStored(target, { clock, purpose: 'schedule' });
    const access = createStoreAccess(opened.database, { clock, host, place: target.place });
    return { access, close: () => opened.close() };
  }
  if (plans === null) return null;
  const { createFolderAccess } = await import('../../../schedule/schedule-access.ts');
  // An inventory can be large, and is no plan.
  const names = async () =>
    new Set((await plans.files()).filter(({ kind }) => kind !== 'inventory').map(({ name }) => name));
  const access = createFolderAccess(plans.path, { clock, host, pid: process.pid, viewing: { names } });
  return { access, close: async () => undefined };
}
