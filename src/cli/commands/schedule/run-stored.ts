/** `refit schedule run --store [DIR]`: fires the plans of a store, and those of a folder, on any number of hosts. */
import { join, resolve } from 'node:path';
import { RefitError } from '../../../errors.ts';
import { given } from '../../../given.ts';
import { connect } from '../../../operations/connect.ts';
import { stateDirectoryOf } from '../../../operations/machine.ts';
import { serveSchedule } from '../../../operations/runs/schedule-store.ts';
import type { StoreTarget } from '../../../operations/runs/store-from.ts';
import { createPlannerCheck } from '../../../operations/sign-plan.ts';
import { thisProgram } from '../../../operations/this-program.ts';
import { allowsPrivateAddresses } from '../../../policy/tighten.ts';
import { createLauncher } from '../../../schedule/lock-folder.ts';
import type { SchedulerPorts } from '../../../schedule/scheduler.ts';
import { createAttemptFolders } from '../../../schedule/store/attempt-folder.ts';
import { createStoreCarrier } from '../../../schedule/store/store-carrier.ts';
import { watchFolder } from '../../../schedule/watched-folder.ts';
import { connectionOf, type Options } from '../../options.ts';
import { warnOfProxy } from '../../read-provider.ts';
import type { Terminal } from '../../terminal.ts';
import { flagsOf, processPorts, type SchedulerProcess, serveScheduler } from './scheduler-process.ts';

/** @param folder a folder whose plans are due, too; null: none. */
export async function scheduleRunInStore(
  target: StoreTarget,
  folder: string | null,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  if (options.runs !== undefined)
    throw new RefitError('usage', '--runs is for folders: a store keeps the occurrences', 'remove --runs');
  const watched = {
    text: folder === null ? `the store ${target.place}` : `the store ${target.place} and ${folder}`,
    json: { store: target.place, folder: folder === null ? null : resolve(folder) },
  };
  return await serveScheduler(watched, options, terminal, (self, use) =>
    withPorts({ target, folder }, options, terminal, self, use),
  );
}

async function withPorts(
  { target, folder }: { readonly target: StoreTarget; readonly folder: string | null },
  options: Options,
  terminal: Terminal,
  self: SchedulerProcess,
  use: (ports: SchedulerPorts) => Promise<number>,
): Promise<number> {
  const { clock, env } = terminal;
  const stateDirectory = stateDirectoryOf(env);
  const policy = options.policy ?? null;
  const ports = processPorts(options, terminal, self);
  const whyNotPlan = await createPlannerCheck(options, { env, named: policy });
  const root = join(stateDirectory, 'schedule');
  const plans = folder === null ? null : watchFolder(folder, root);
  // A folder that cannot be read is a wrong command line.
  await plans?.read();
  warnOfProxy(terminal);
  const served = await serveSchedule(target, {
    ...{ clock, env, policy, stateDirectory },
    folder: folder === null ? null : resolve(folder),
    allowHooks: options.allowHooks ?? false,
    onNotice: (text) => ports.log(null, text),
    connect: (own) =>
      connect({
        planAddresses: { private: allowsPrivateAddresses(own) },
        ...connectionOf(options, terminal),
      }),
  });
  try {
    const { id, schedule, offer, submit, totalsOf } = served;
    const carrier = createStoreCarrier({
      ...{ clock, offer, submit, totalsOf, whyNotPlan },
      store: schedule,
      by: { user: ports.by.user, host: ports.by.host },
      folder: plans && { ...plans, pathOf: (name) => join(resolve(folder!), name) },
      flags: flagsOf(options),
      launch: createLauncher(thisProgram(), env),
      createFolder: createAttemptFolders(stateDirectory, id, clock),
      onEntry: ports.onEntry,
      // The history of use, for plans that ask for it. Other users of the machine can see arguments.
      environmentOf: (plan) => ({
        ...self.traces?.environment(plan),
        ...given({ REFIT_STORE: options.store }),
      }),
    });
    return await use({ ...ports, carrier });
  } finally {
    if (!self.signals.leave.aborted) await served.close();
  }
}
