/** The facts of a run in the words of every format: who, when, with which keys, and how much. */
import { BILLS, type Bill, type MaintenanceWindow, type Report } from '../../model.ts';
import * as show from '../quantities.ts';
import { describeOutcomes } from '../verdict.ts';

/** Name and value of each fact; empty where there is nothing to say. */
export function factsOf(report: Report): [string, string][] {
  const { plan, run, memory, money } = report;
  const { approved } = run;
  const took = show.between(run.startedAt, run.endedAt);
  return [
    ['plan', `${plan.digest.slice(0, 8)} of ${plan.file}, sealed ${show.instant(plan.sealedAt)}`],
    ['began', run.startedAt === null ? '' : show.instant(run.startedAt)],
    ['ended', run.endedAt === null ? '' : `${show.instant(run.endedAt)}, after ${show.duration(took ?? 0)}`],
    ['taken up', run.starts > 1 ? `${show.counted(run.starts, 'time')}: it was resumed` : ''],
    ['by', run.user === null ? '' : `${run.user} on ${run.host}`],
    ['keys', describeIdentities(report)],
    ['with', describeVersions(report)],
    ['approved', approved ? `by ${approved.by}, ${show.instant(approved.at)} (${approved.how})` : ''],
    ['endpoint', run.endpoint ?? ''],
    ['windows', show.windows(windowsOf(report))],
    ['outcomes', describeOutcomes(report.totals)],
    [
      'memory',
      `${show.memory(memory.before)} before, ${show.memory(memory.planned)} planned, ${show.memory(memory.now)} now`,
    ],
    ['money', describeQuotes(money)],
    ['billed', describeBills(money)],
    ['calls', describeCalls(report)],
  ];
}

/** `account 100012345678, user 100098765432 (qcs::…)`, once for each identity; profiles are named where there are several. */
function describeIdentities({ run }: Report): string {
  const callers = run.identities ?? [];
  const several = new Set(callers.map(({ profile }) => profile)).size > 1;
  const told = callers.map(({ profile, identity: caller, reason: why }) => {
    const who = caller
      ? `account ${caller.account}, user ${caller.user} (${show.join([caller.type, caller.arn], ', ')})`
      : `not told: ${why ?? ''}`;
    return several ? `${profile}: ${who}` : who;
  });
  return [...new Set(told)].join('; ');
}

/** The versions that carried the run out, each once. */
function describeVersions({ run }: Report): string {
  const versions = [...new Set(run.processes.map(({ version }) => version))];
  return versions.length === 0 ? '' : `refit ${versions.join(', ')}`;
}

/** The window of each instance whose changes were to wait for it. */
function windowsOf({ steps }: Report): MaintenanceWindow[] {
  const windows = new Map(steps.map(({ instance, window }) => [instance, window]));
  return [...windows.values()].filter((window) => window !== undefined);
}

/** `+¥412.00 now quoted; +¥100.00 now verified`; empty where the plan was not priced. */
function describeQuotes({ quoted, verified }: Report['money']): string {
  if (quoted.length === 0 && verified.length === 0) return '';
  return `${show.quotes(quoted)} quoted; ${verified.length === 0 ? 'nothing' : show.quotes(verified)} verified`;
}

const BILL_WORDS: Readonly<Record<Bill, string>> = {
  'as-quoted': 'as quoted',
  differs: 'otherwise than quoted',
  'not-read': 'not read',
  'not-quoted': 'not quoted',
  'by-the-hour': 'by the hour, nothing at once',
};

/** `¥412.00 at once; 1 as quoted, 2 by the hour, nothing at once`; empty where nothing was priced or billed. */
function describeBills({ billed, bills, shares }: Report['money']): string {
  if (shares.length === 0) return '';
  const counts = BILLS.filter((bill) => bills[bill] > 0).map(
    (bill) => `${show.count(bills[bill])} ${BILL_WORDS[bill]}`,
  );
  const sums = billed.length === 0 ? '' : `${show.amounts(billed)} at once`;
  return show.join([sums, counts.join(', ')]);
}

function describeCalls(report: Report): string {
  const calls = Object.entries(report.calls);
  if (calls.length === 0) return '';
  const refused = calls.reduce((sum, [, { refusedByLimit }]) => sum + refusedByLimit, 0);
  const told = calls.map(([action, { count }]) => `${show.count(count)} ${action}`).join(', ');
  return `${told}; ${refused === 0 ? 'none' : show.count(refused)} refused by limit`;
}
