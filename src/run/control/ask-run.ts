/** Sends requests to the live process of a run, wherever its store lets it be reached. */
import { RefitError } from '../../errors.ts';
import type { ControlCommand, Operator } from '../../model.ts';
import { shellQuote } from '../../next-command.ts';
import type { ControlAnswer, LiveRunStatus } from './control.ts';
import { type ControlRequest, encodeControlRequest } from './control-request.ts';

/** Carries one line to the process of a run, and its answer back; null if no process listens. */
export interface ReachableRun {
  readonly name: string;
  ask(line: string): Promise<string | null>;
}

/** @returns null if no process listens. @throws RefitError `run-silent` if it does not answer. */
export async function askRunStatus(run: ReachableRun): Promise<LiveRunStatus | null> {
  return (await ask(run, { kind: 'status' })) as LiveRunStatus | null;
}

/** @returns null if no process listens. @throws RefitError `run-silent` if it does not answer. */
export async function sendControlCommand(
  run: ReachableRun,
  command: ControlCommand,
  by: Operator,
): Promise<ControlAnswer | null> {
  return (await ask(run, { kind: 'command', command, by })) as ControlAnswer | null;
}

async function ask(run: ReachableRun, request: ControlRequest): Promise<unknown> {
  const text = await run.ask(encodeControlRequest(request));
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new RefitError(
      'run-silent',
      `the process that runs ${run.name} gave an answer that is not JSON`,
      `refit status ${shellQuote(run.name)} shows from the journal whether the run continues`,
    );
  }
}
