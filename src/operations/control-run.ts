import { hostname } from 'node:os';
import { systemClock } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { isFinished } from '../journal/replay.ts';
import type { ControlCommand, Operator } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { formatApplyCommand } from '../run/apply-again.ts';
import { sendControlCommand } from '../run/control/ask-run.ts';
import type { ControlAnswer } from '../run/control/control.ts';
import { mustBeTrusted } from '../run/judge-adoption.ts';
import { askRunProcess } from '../store/folder/control-client.ts';
import { findKnownRun, realPathOf } from '../store/folder/known-runs.ts';
import { readRun, readRunPlan, readRunSnapshot } from '../store/folder/run-directory.ts';
import { stateDirectoryOf, userName } from './machine.ts';
import { liveHolder } from './read-run.ts';

/** Who sends a control command, and from where. */
export interface ControlOptions {
  /** Default: the user of the operating system, from this process. */
  readonly by?: Operator;
  /** The state that must know the run; default: from the environment. */
  readonly stateDirectory?: string;
}

const OWN = (): Operator => ({ user: userName(), host: hostname(), pid: process.pid });

/**
 * Sends a control command to the live process of a run: pause, continue, drain, abort or set.
 * @returns whether the process accepted the command, and why. The journal records both cases.
 * @throws RefitError `run-unknown` or `journal-broken` if this user's state does not vouch for the run, `usage` if the run
 * has no process, `run-silent` if the process does not answer.
 */
export async function controlRun(
  directory: string,
  command: ControlCommand,
  { by = OWN(), stateDirectory = stateDirectoryOf(process.env) }: ControlOptions = {},
): Promise<ControlAnswer> {
  await mustBeOurs(directory, command, stateDirectory);
  const answer = await sendControlCommand(
    { name: directory, ask: (line) => askRunProcess(directory, line, systemClock) },
    command,
    by,
  );
  if (answer !== null) return answer;
  const run = await readRun(directory);
  if (isFinished(run.state)) {
    throw new RefitError('usage', `${directory}: the run has ended`, `refit report ${shellQuote(run.name)}`);
  }
  const holder = await liveHolder(run.name);
  if (holder !== null) {
    const { pid, host } = holder;
    throw new RefitError(
      'usage',
      `${directory}: the run belongs to process ${pid} on ${host}, which has no control socket on this machine`,
      host === hostname() ? `drain it with a signal: kill ${pid}` : `run the same command on ${host}`,
    );
  }
  throw new RefitError(
    'usage',
    `${directory}: the run has no live process`,
    `${formatApplyCommand(run)}   resumes the run`,
  );
}

/** Somebody else's run directory may have a socket that answers anything. */
async function mustBeOurs(
  directory: string,
  { kind }: ControlCommand,
  stateDirectory: string,
): Promise<void> {
  const known = await findKnownRun(stateDirectory, (await readRunPlan(directory)).digest);
  if (known?.directory === (await realPathOf(directory))) return;
  const run = await readRunSnapshot(directory, stateDirectory);
  mustBeTrusted(run, `refit ${kind} ${shellQuote(directory)}`, false);
}
