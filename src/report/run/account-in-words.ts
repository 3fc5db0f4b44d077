/** Whose keys, which attempts, which waits: what an auditor asks beyond the outcome, in words. */
import {
  type Report,
  type ReportAttempt,
  type ReportStep,
  type RunWait,
  STEP_WAITS,
  type StepWait,
} from '../../model.ts';
import * as show from '../quantities.ts';

/** `account 100012345678, user 100098765432 (qcs::…)`, once for each identity; profiles are named where there are several. */
export function callersInWords({ run }: Report): string {
  const callers = run.callers ?? [];
  const several = new Set(callers.map(({ profile }) => profile)).size > 1;
  const told = callers.map(({ profile, caller, why }) => {
    const who =
      caller === null
        ? `not told: ${why ?? ''}`
        : `account ${caller.account}, user ${caller.user} (${[caller.type, caller.arn].filter((part) => part !== '').join(', ')})`;
    return several ? `${profile}: ${who}` : who;
  });
  return [...new Set(told)].join('; ');
}

/** The versions that carried the run out, each once. */
export function versionsInWords({ run }: Report): string {
  const versions = [...new Set(run.processes.map(({ version }) => version))];
  return versions.length === 0 ? '' : `refit ${versions.join(', ')}`;
}

/** What a step can wait for, as people read it. */
export const WAIT_WORDS: Readonly<Record<StepWait['for'], string>> = {
  sending: 'its order to leave and be answered',
  limit: 'the request limit',
  busy: 'something else under way on the instance',
  settling: 'what became of an attempt without an answer',
  window: 'its maintenance window',
  change: 'the change itself',
};

/** What a whole run can wait for, as people read it. */
export const RUN_WAIT_WORDS: Readonly<Record<RunWait['for'], string>> = {
  paused: 'paused',
  soak: 'soak',
  'no-process': 'nobody carried it out',
};

/** One reason to wait, over all steps. */
export interface WaitSum {
  readonly for: StepWait['for'];
  readonly steps: number;
  readonly times: number;
  /** Milliseconds: in all, and of the step that waited longest. */
  readonly ms: number;
  readonly longest: number;
}

/** The waits of all steps by reason; reasons for which none waited a millisecond are left out. */
export function waitSums(steps: readonly ReportStep[]): WaitSum[] {
  return STEP_WAITS.flatMap((reason) => {
    const waits = steps.flatMap((step) => step.waits.filter((wait) => wait.for === reason && wait.ms > 0));
    if (waits.length === 0) return [];
    return [
      {
        for: reason,
        steps: waits.length,
        times: waits.reduce((sum, { times }) => sum + times, 0),
        ms: waits.reduce((sum, { ms }) => sum + ms, 0),
        longest: waits.reduce((most, { ms }) => Math.max(most, ms), 0),
      },
    ];
  });
}

/** How long a wait of the run lasted; null where it lasts. */
export function lasted({ from, to }: RunWait): number | null {
  return show.between(from, to);
}

/** `limit 400 ms, busy 2 m 3 s`: what held a step up beside the change itself; empty where nothing did for a second. */
export function heldUpBy({ waits }: ReportStep): string {
  return waits
    .filter((wait) => wait.for !== 'change' && wait.ms >= 1000)
    .map((wait) => `${wait.for} ${show.duration(wait.ms)}`)
    .join(', ');
}

/** Steps of which it must be told how they were asked for: more than once, or without a plain answer. */
export function askedOtherwise(report: Report): ReportStep[] {
  return report.steps.filter(({ asked }) =>
    asked.some(
      (one, at) =>
        at > 0 || one.settled !== undefined || one.answer === 'no-answer' || one.answer === 'none-yet',
    ),
  );
}

/** `attempt 1, 02:05:01: refused, FailedOperation.SystemError: instance is locked` */
export function attemptInWords(one: ReportAttempt): string {
  const said = [one.code, one.what].filter((part) => part !== null && part !== '').join(': ');
  const settled =
    one.settled === undefined
      ? ''
      : `; settled ${show.timeOfDay(one.settled.at)}: ${one.settled.landed ? 'had landed' : 'had not landed'}, ${one.settled.evidence}`;
  return `attempt ${one.attempt}, ${show.timeOfDay(one.sentAt ?? one.at)}: ${ANSWERS[one.answer]}${said === '' ? '' : `, ${said}`}${one.order === null ? '' : `, order ${one.order}`}${settled}`;
}

const ANSWERS: Readonly<Record<ReportAttempt['answer'], string>> = {
  accepted: 'accepted',
  refused: 'refused',
  'no-answer': 'no answer',
  'not-sent': 'nothing was sent',
  'none-yet': 'no answer on record',
};
