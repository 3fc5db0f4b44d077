import { hostname } from 'node:os';
import { systemClock } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { isFinished } from '../journal/replay.ts';
import type { ControlCommand, Operator } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { applyAgain } from '../run/apply-again.ts';
import type { ControlAnswer } from '../run/control/control.ts';
import { sendControlCommand } from '../run/control/control-client.ts';
import { readRun } from '../store/folder/run-directory.ts';
import { userName } from './machine.ts';
import { liveHolder } from './read-run.ts';

/**
 * Tells the live process of a run something: to pause, to go on, to drain, to leave, to go slower.
 * @returns whether it was done, and what happens now or why not. Either way it is on record in the run's journal.
 * @throws RefitError `usage` where no process carries the run out, `run-silent` where it does not answer.
 */
export async function controlRun(
  directory: string,
  command: ControlCommand,
  by: Operator = { user: userName(), host: hostname(), pid: process.pid },
): Promise<ControlAnswer> {
  const answer = await sendControlCommand(directory, command, by, systemClock);
  if (answer !== null) return answer;
  const run = await readRun(directory);
  if (isFinished(run.state)) {
    throw new RefitError(
      'usage',
      `${directory}: the run has ended`,
      `refit report ${shellQuote(run.directory)}`,
    );
  }
  const holder = await liveHolder(run.directory);
  if (holder !== null) {
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
