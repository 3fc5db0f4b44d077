import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { isFinished } from '../journal/replay.ts';
import type { SteerCommand, Steerer } from '../model.ts';
import { word } from '../next-command.ts';
import { applyAgain } from '../run/apply-again.ts';
import { askToSteer } from '../run/control/control-client.ts';
import type { SteerAnswer } from '../run/control/control-run.ts';
import { isAlive, readHolder } from '../store/folder/lock.ts';
import { RUN_FILES, readRun } from '../store/folder/run-directory.ts';
import { userName } from './machine.ts';

/**
 * Tells the live process of a run something: to pause, to go on, to drain, to leave, to go slower.
 * @returns whether it was done, and what happens now or why not. Either way it is on record in the run's journal.
 * @throws RefitError `usage` where no process carries the run out, `run-silent` where it does not answer.
 */
export async function steerRun(
  directory: string,
  command: SteerCommand,
  by: Steerer = { user: userName(), host: hostname(), pid: process.pid },
): Promise<SteerAnswer> {
  const answer = await askToSteer(directory, command, by, systemClock);
  if (answer !== null) return answer;
  const run = await readRun(directory);
  if (isFinished(run.state)) {
    throw new RefitError('usage', `${directory}: the run has ended`, `refit report ${word(run.directory)}`);
  }
  const holder = await readHolder(join(run.directory, RUN_FILES.lock));
  if (holder !== null && (await isAlive(holder, hostname()))) {
    const { pid, host } = holder;
    throw new RefitError(
      'usage',
      `${directory}: process ${pid} on ${host} carries the run out, and listens at no control socket here`,
      host === hostname() ? `drain it by a signal: kill ${pid}` : `type the same on ${host}`,
    );
  }
  throw new RefitError(
    'usage',
    `${directory}: no process is carrying the run out`,
    `${applyAgain(run)}   takes it up again`,
  );
}
