import { hostname } from 'node:os';
import { type Clock, systemClock } from '../../clock.ts';
import { given } from '../../given.ts';
import { isFinished } from '../../journal/replay.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { ControlCommand, Operator } from '../../model.ts';
import { shellQuote } from '../../next-command.ts';
import { formatApplyCommand } from '../../run/apply-again.ts';
import { sendControlCommand } from '../../run/control/ask-run.ts';
import type { ControlAnswer } from '../../run/control/control.ts';
import { mustBeTrusted } from '../../run/judge-adoption.ts';
import type { RunReader } from '../../store/ports.ts';
import { userName } from '../machine.ts';
import { readerAt } from './open-runs.ts';

/** Who sends a control command, and from where. */
export interface ControlOptions {
  /** Default: the user of the operating system, from this process. */
  readonly by?: Operator;
  /** The state that must know a run directory; default: from the environment. */
  readonly stateDirectory?: string;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
}

/** Milliseconds that a process of this host gets to listen after it has claimed its run, and how often to try. */
const LISTENS_WITHIN = 3_000;
const TRY_EVERY = 50;

const OWN = (): Operator => ({ user: userName(), host: hostname(), pid: process.pid });

/**
 * Sends a control command to the live process of a run: pause, continue, drain, abort or set.
 * @param target the run, or its directory.
 * @returns whether the process accepted the command, and why. The journal records both cases.
 * @throws RefitError `run-unknown` or `journal-broken` if the store does not vouch for the run, `usage` if the run has no
 * process, `run-silent` if the process does not answer.
 */
export async function controlRun(
  target: RunReader | string,
  command: ControlCommand,
  { by = OWN(), stateDirectory, clock = systemClock }: ControlOptions = {},
): Promise<ControlAnswer> {
  const reader = typeof target === 'string' ? readerAt(target, given({ stateDirectory })) : target;
  const { name } = reader;
  if (!(await reader.isKnown()))
    mustBeTrusted(await reader.read(), `refit ${command.kind} ${shellQuote(name)}`, false);
  const answer = await sendOnceItListens(reader, command, by, clock);
  if (answer !== null) return answer;
  const run = await reader.read();
  if (isFinished(run.state)) {
    throw refitError(
      'usage',
      message('error.run-ended', { name, command: `refit report ${shellQuote(run.name)}` }),
    );
  }
  const holder = await reader.holder();
  if (holder !== null) {
    const { pid, host } = holder;
    throw refitError('usage', message('error.no-socket', { name, pid, host, isHere: host === hostname() }));
  }
  throw refitError('usage', message('error.no-process', { name, command: formatApplyCommand(run) }));
}

/** A process claims its run before it listens: a command that comes between waits for it. */
async function sendOnceItListens(
  reader: RunReader,
  command: ControlCommand,
  by: Operator,
  clock: Clock,
): Promise<ControlAnswer | null> {
  for (let waited = 0; ; waited += TRY_EVERY) {
    const answer = await sendControlCommand(reader, command, by);
    if (answer !== null || waited >= LISTENS_WITHIN) return answer;
    if ((await reader.holder())?.host !== hostname()) return null;
    await clock.sleep(TRY_EVERY);
  }
}
