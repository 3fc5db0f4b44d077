/** The facts of a run, the same in every format. */

import type { Fact } from '../../messages/en/page/frame.ts';
import { between } from '../../messages/en/quantities.ts';
import { english, type Words } from '../../messages/words.ts';
import type { MaintenanceWindow, PolicyUsed, Report, ReportSignature } from '../../model.ts';
import { describePolicy } from '../describe-policy.ts';
import { describeOutcomes } from '../verdict.ts';
import { describeAdoption } from './adoptions.ts';
import { countBills } from './bills.ts';

/** The facts as name and value; formats leave out empty values. */
export function factsOf(report: Report, words: Words = english): Fact[] {
  const { plan, run, memory, money } = report;
  const { report: say, show } = words;
  const took = between(run.startedAt, run.endedAt);
  return [
    ['approvals', describeApprovals(report, words)],
    ['plan', say.planFact(plan.digest.slice(0, 8), plan.file, plan.sealedAt)],
    ['started', run.startedAt === null ? '' : show.instant(run.startedAt)],
    ['ended', run.endedAt === null ? '' : say.endedFact(run.endedAt, took ?? 0)],
    ['rests', run.resting === undefined ? '' : say.restsFact(run.resting.until, run.resting.reason)],
    ['processes', run.starts > 1 ? say.startsFact(run.starts) : ''],
    ['operator', run.user === null ? '' : say.operatorFact(run.user, String(run.host))],
    ['identity', describeIdentities(report, words)],
    ['version', describeVersions(report)],
    ['policy', describePolicies(report, words)],
    ['confirmed', describeConfirmation(report, words)],
    ['adopted', show.join((run.adoptions ?? []).map((one) => describeAdoption(one, words)))],
    ['endpoint', run.endpoint ?? ''],
    ['maintenance', show.windows(windowsOf(report))],
    ['outcomes', describeOutcomes(report.totals, [], words)],
    ['memory', say.memoryFact(memory.before, memory.planned, memory.now)],
    ['cost', describeQuotes(money, words)],
    ['billed', describeBills(report, words)],
    ['calls', describeCalls(report, words)],
  ];
}

/** `the plan 1f0c2ab9 by wei, jun; wave tenth by li`. Only signatures approve; the table has each with its key. */
function describeApprovals({ run, rehearsal }: Report, words: Words): string {
  if (rehearsal !== undefined || run.startedAt === null) return '';
  const { report: say, show } = words;
  const signers = Map.groupBy(run.signatures ?? [], (one) => describeSigned(one, words));
  const signed = [...signers].map(([what, own]) =>
    say.signedBy(
      what,
      own.map(({ by }) => by),
    ),
  );
  return signed.length === 0 ? say.noSignature : show.join(signed);
}

/** `by root at the prompt, 2026-01-05 02:00:00 UTC`: who started the run, which is no approval. */
function describeConfirmation({ run: { confirmed } }: Report, { report: say }: Words): string {
  return confirmed === null ? '' : say.confirmedBy(confirmed.by, confirmed.how, confirmed.at);
}

/** `the plan`, `wave tenth`, `the plan, for the policy`. */
export function describeSigned(
  { wave, for: reason }: Pick<ReportSignature, 'wave' | 'for'>,
  { report: say }: Words = english,
): string {
  const what = wave === null ? say.signedPlan : say.signedWave(wave);
  return reason === 'policy' ? say.forPolicy(what) : what;
}

/** `account 100012345678, user 100098765432 (qcs::…)` for each identity, with its profile if there are several. */
function describeIdentities({ run }: Report, { report: say, show }: Words): string {
  const all = run.identities ?? [];
  const several = new Set(all.map(({ profile }) => profile)).size > 1;
  const identities = all.map(({ profile, identity, reason }) => {
    const text = identity
      ? say.identity(identity.account, identity.user, show.join([identity.type, identity.arn], ', '))
      : say.identityUnknown(reason ?? '');
    return several ? say.ofProfile(profile, text) : text;
  });
  return show.join([...new Set(identities)]);
}

/** The versions of Refit that worked on the run, each once. */
function describeVersions({ run }: Report): string {
  const versions = [...new Set(run.processes.map(({ version }) => version))];
  return versions.length === 0 ? '' : `refit ${versions.join(', ')}`;
}

/** `1f0c2ab9 from /etc/refit/policy.yaml` for each policy that a process kept to; `none` without one. */
function describePolicies({ run, rehearsal }: Report, words: Words): string {
  if (rehearsal !== undefined) return '';
  return words.show.join([...new Set(policiesOf(run).map((policy) => describePolicy(policy, words)))]);
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
function describeQuotes({ quoted, verified }: Report['money'], { report: say }: Words): string {
  return quoted.length === 0 && verified.length === 0 ? '' : say.quotedFact(quoted, verified);
}

/** `¥412.00 once for 1 order (as quoted), 2 orders by the hour`; empty where nothing was priced or billed. */
function describeBills({ money, steps }: Report, { report: say }: Words): string {
  if (money.shares.length === 0) return '';
  const ordered = steps.filter(
    ({ acceptedAt, bill, billed }) => acceptedAt !== null || bill !== null || billed,
  );
  return say.billedFact(money.billed, countBills(ordered));
}

function describeCalls(report: Report, { report: say }: Words): string {
  const calls = Object.entries(report.calls);
  if (calls.length === 0) return '';
  const refused = calls.reduce((sum, [, { refusedByLimit }]) => sum + refusedByLimit, 0);
  return say.callsFact(
    calls.map(([action, { count }]) => [action, count] as const),
    refused,
  );
}
