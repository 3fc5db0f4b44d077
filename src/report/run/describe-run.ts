/** The facts of a run, the same in every format. */

import * as show from '../../messages/en/quantities.ts';
import {
  BILLS,
  type Bill,
  type MaintenanceWindow,
  type PolicyUsed,
  type Report,
  type ReportSignature,
} from '../../model.ts';
import { describePolicy } from '../describe-policy.ts';
import { describeOutcomes } from '../verdict.ts';
import { describeAdoption } from './adoptions.ts';

/** The facts as name and value; formats leave out empty values. */
export function factsOf(report: Report): [string, string][] {
  const { plan, run, memory, money } = report;
  const took = show.between(run.startedAt, run.endedAt);
  return [
    ['approvals', describeApprovals(report)],
    ['plan', `${plan.digest.slice(0, 8)} of ${plan.file}, sealed ${show.instant(plan.sealedAt)}`],
    ['started', run.startedAt === null ? '' : show.instant(run.startedAt)],
    ['ended', run.endedAt === null ? '' : `${show.instant(run.endedAt)}, after ${show.duration(took ?? 0)}`],
    [
      'rests',
      run.resting === undefined ? '' : `until ${show.instant(run.resting.until)}: ${run.resting.reason}`,
    ],
    ['processes', run.starts > 1 ? `${show.count(run.starts)} (${describeResumes(run.starts - 1)})` : ''],
    ['operator', run.user === null ? '' : `${run.user} on ${run.host}`],
    ['identity', describeIdentities(report)],
    ['version', describeVersions(report)],
    ['policy', describePolicies(report)],
    ['confirmed', describeConfirmation(report)],
    ['adopted', (run.adoptions ?? []).map(describeAdoption).join('; ')],
    ['endpoint', run.endpoint ?? ''],
    ['maintenance', show.windows(windowsOf(report))],
    ['outcomes', describeOutcomes(report.totals)],
    [
      'memory',
      `${show.memory(memory.before)} before, ${show.memory(memory.planned)} planned, ${show.memory(memory.now)} now`,
    ],
    ['cost', describeQuotes(money)],
    ['billed', describeBills(money)],
    ['calls', describeCalls(report)],
  ];
}

/** `the plan 1f0c2ab9 by wei, jun; wave tenth by li`. Only signatures approve; the table has each with its key. */
function describeApprovals({ run, rehearsal }: Report): string {
  if (rehearsal !== undefined || run.startedAt === null) return '';
  const signers = Map.groupBy(run.signatures ?? [], (one) => describeSigned(one));
  const signed = [...signers].map(([what, own]) => `${what} by ${own.map(({ by }) => by).join(', ')}`);
  return signed.length === 0 ? 'no signature was required' : signed.join('; ');
}

/** `by root at the prompt, 2026-01-05 02:00:00 UTC`: who started the run, which is no approval. */
function describeConfirmation({ run: { confirmed } }: Report): string {
  if (confirmed === null) return '';
  const how = confirmed.how === 'prompt' ? 'at the prompt' : `with --${confirmed.how}`;
  return `by ${confirmed.by} ${how}, ${show.instant(confirmed.at)}`;
}

/** `the plan`, `wave tenth`, `the plan, for the policy`. */
export function describeSigned({ wave, for: reason }: Pick<ReportSignature, 'wave' | 'for'>): string {
  const what = wave === null ? 'the plan' : `wave ${wave}`;
  return reason === 'policy' ? `${what}, for the policy` : what;
}

/** `resumed once`, `resumed twice`, `resumed 3 times`. */
function describeResumes(times: number): string {
  return `resumed ${['once', 'twice'][times - 1] ?? `${show.count(times)} times`}`;
}

/** `account 100012345678, user 100098765432 (qcs::…)` for each identity, with its profile if there are several. */
function describeIdentities({ run }: Report): string {
  const all = run.identities ?? [];
  const several = new Set(all.map(({ profile }) => profile)).size > 1;
  const identities = all.map(({ profile, identity, reason }) => {
    const text = identity
      ? `account ${identity.account}, user ${identity.user} (${show.join([identity.type, identity.arn], ', ')})`
      : `unknown: ${reason ?? ''}`;
    return several ? `${profile}: ${text}` : text;
  });
  return [...new Set(identities)].join('; ');
}

/** The versions of Refit that worked on the run, each once. */
function describeVersions({ run }: Report): string {
  const versions = [...new Set(run.processes.map(({ version }) => version))];
  return versions.length === 0 ? '' : `refit ${versions.join(', ')}`;
}

/** `1f0c2ab9 from /etc/refit/policy.yaml` for each policy that a process kept to; `none` without one. */
function describePolicies({ run, rehearsal }: Report): string {
  if (rehearsal !== undefined) return '';
  return [...new Set(policiesOf(run).map(describePolicy))].join('; ');
}

/** The policies of the processes that carried out the run; null for a process without one. */
export function policiesOf({ processes }: Report['run']): (PolicyUsed | null)[] {
  return processes.flatMap(({ purpose, policy }) => (purpose === undefined ? [policy] : []));
}

/** The maintenance window of each instance whose changes waited for it. */
function windowsOf({ steps }: Report): MaintenanceWindow[] {
  const windows = new Map(steps.map(({ instance, window }) => [instance, window]));
  return [...windows.values()].filter((window) => window !== undefined);
}

/** `quoted +¥412.00 once; of this for verified steps +¥100.00 once`; empty where the plan was not priced. */
function describeQuotes({ quoted, verified }: Report['money']): string {
  if (quoted.length === 0 && verified.length === 0) return '';
  return `quoted ${show.quotes(quoted)}; of this for verified steps ${verified.length === 0 ? 'nothing' : show.quotes(verified)}`;
}

const BILL_WORDS: Readonly<Record<Bill, string>> = {
  'as-quoted': 'as quoted',
  differs: 'different from the quote',
  'not-read': 'not read',
  'not-quoted': 'not quoted',
  'by-the-hour': 'billed by the hour',
};

/** `¥412.00 once; 1 as quoted, 2 billed by the hour`; empty where nothing was priced or billed. */
function describeBills({ billed, bills, shares }: Report['money']): string {
  if (shares.length === 0) return '';
  const counts = BILLS.filter((bill) => bills[bill] > 0).map(
    (bill) => `${show.count(bills[bill])} ${BILL_WORDS[bill]}`,
  );
  const sums = billed.length === 0 ? '' : `${show.amounts(billed)} once`;
  return show.join([sums, counts.join(', ')]);
}

function describeCalls(report: Report): string {
  const calls = Object.entries(report.calls);
  if (calls.length === 0) return '';
  const refused = calls.reduce((sum, [, { refusedByLimit }]) => sum + refusedByLimit, 0);
  const counts = calls.map(([action, { count }]) => `${show.count(count)} ${action}`).join(', ');
  return `${counts}; ${refused === 0 ? 'none' : show.count(refused)} refused by the request limit`;
}
