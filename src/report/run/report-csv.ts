/** The report as CSV: steps, then targets without a step, signatures, adoptions and policies. Amounts are plain numbers. */

import { between, hours, instant, nodes } from '../../messages/en/quantities.ts';
import { type Report, type ReportSignature, type ReportStep, type Size, STEP_WAITS } from '../../model.ts';
import { SECOND } from '../../units.ts';
import { describePolicy } from '../describe-policy.ts';
import { describeAttempt } from '../describe-step.ts';
import { csvRecord } from '../document/escape.ts';
import { describeAdoption } from './adoptions.ts';
import { describeSigned, policiesOf } from './describe-run.ts';

type Value = string | number | null;
type ColumnOf<Item> = readonly [name: string, value: (item: Item) => Value | undefined];
type PlainMember = {
  [Key in keyof ReportStep]-?: ReportStep[Key] extends Value | undefined ? Key : never;
}[keyof ReportStep];

const COLUMNS: readonly ColumnOf<ReportStep>[] = [
  ['step', ({ id }) => id],
  ...members('instance', 'name', 'region', 'profile', 'edition', 'wave', 'dimension', 'from', 'to'),
  ...sizeColumns('before', ({ before }) => before),
  ...sizeColumns('after', ({ after }) => after),
  ...sizeColumns('found', ({ readBack }) => readBack),
  ...members('outcome', 'code'),
  ['message', ({ message }) => message],
  ['orders', ({ orders }) => orders.join(' ')],
  ['request_ids', ({ requestIds }) => requestIds.join(' ')],
  ['attempts', ({ attempts }) => attempts],
  ['started_at', ({ startedAt }) => startedAt],
  ['accepted_at', ({ acceptedAt }) => acceptedAt],
  ['ended_at', ({ endedAt }) => endedAt],
  ['seconds', ({ startedAt, endedAt }) => inSeconds(between(startedAt, endedAt))],
  ['quote', ({ quote }) => quote?.amount],
  ['quote_currency', ({ quote }) => quote?.currency],
  ['quote_basis', ({ quote }) => quote?.basis],
  ['billed', ({ billed }) => billed?.amount],
  ['billed_currency', ({ billed }) => billed?.currency],
  ['quote_estimated', ({ quote }) => quote && (quote.estimated ? 'yes' : 'no')],
  ['bill', ({ bill }) => bill],
  ['billed_difference', ({ difference }) => difference],
  ['nodes', (step) => nodes(step.nodes) || null],
  ['window', ({ window }) => window && hours(window)],
  ['began_at', ({ beganAt }) => beganAt],
  ['warning', ({ warning }) => warning],
  ['reason', ({ reason }) => reason],
  ['read_at', ({ readBefore }) => readBefore?.at],
  ...sizeColumns('read', ({ readBefore }) => readBefore?.size ?? null),
  ...STEP_WAITS.map(
    (reason): ColumnOf<ReportStep> => [
      `waited_${reason}_seconds`,
      ({ waits }) => inSeconds(waits.find((wait) => wait.for === reason)?.ms ?? null),
    ],
  ),
  [
    'attempts_text',
    ({ attemptDetails }) => attemptDetails.map((attempt) => describeAttempt(attempt)).join(' | ') || null,
  ],
  ['terraform', ({ terraform }) => terraform],
];

/** The names of all columns in their default order. */
export const CSV_COLUMNS: readonly string[] = COLUMNS.map(([name]) => name);

/** The report as CSV. @param columns names from `CSV_COLUMNS`, in the wanted order; absent: all. */
export function reportCsv(
  report: Report,
  { columns = CSV_COLUMNS }: { columns?: readonly string[] } = {},
): string {
  const chosen = columns.map((name) => COLUMNS[CSV_COLUMNS.indexOf(name)]!);
  const others = [
    ...targetsWithoutStep(report),
    ...signatureRows(report),
    ...adoptionRows(report),
    ...policyRows(report),
  ];
  // The mark is the first column: nobody must take a row for a real change.
  const front = (mark: string) => (report.rehearsal ? [mark] : []);
  return [
    csvRecord([...front('rehearsal'), ...columns]),
    ...report.steps.map((step) => csvRecord([...front('REHEARSAL'), ...chosen.map(([, of]) => of(step))])),
    ...others.map((other) => csvRecord([...front('REHEARSAL'), ...columns.map((name) => other[name])])),
  ].join('');
}

/** A record without a step, by column name. */
type Other = Readonly<Record<string, Value>>;

/** The records of blocked and unchanged targets. */
function targetsWithoutStep({ blocked, unchanged }: Report): Other[] {
  return [
    ...blocked.map(({ instance, region, findings }) => ({
      instance,
      region,
      outcome: 'blocked',
      code: [...new Set(findings.map(({ code }) => code))].join(' '),
      message: findings.map(({ message }) => message).join(' '),
    })),
    ...unchanged.map(({ instance, region, reason }) => ({
      instance,
      region,
      outcome: 'unchanged',
      message: reason,
    })),
  ];
}

function signatureRows({ run }: Report): Other[] {
  return (run.signatures ?? []).map((signature) => ({
    wave: signature.wave ?? '',
    outcome: 'signed',
    code: signature.key,
    message: describeSignature(signature),
  }));
}

function describeSignature(signature: ReportSignature): string {
  const { by, key, issuedAt, expiresAt } = signature;
  const times = `at ${instant(issuedAt)} with ${key}, valid until ${instant(expiresAt)}`;
  return `${by} signed ${describeSigned(signature)} ${times}`;
}

function adoptionRows({ run }: Report): Other[] {
  return (run.adoptions ?? []).map((one) => ({
    outcome: 'adopted',
    message: `adopted ${describeAdoption(one)}`,
  }));
}

/** One record for each policy that a process kept to, and one if a process kept to none. */
function policyRows({ run, rehearsal }: Report): Other[] {
  if (rehearsal !== undefined) return [];
  const used = new Map(policiesOf(run).map((policy) => [policy?.digest ?? null, policy]));
  return [...used.values()].map((policy) => ({
    outcome: 'policy',
    code: policy?.digest ?? '',
    message:
      policy === null ? 'the run kept to no policy' : `the run kept to the policy ${describePolicy(policy)}`,
  }));
}

/** Columns with the names of the members that they show. */
function members(...names: PlainMember[]): ColumnOf<ReportStep>[] {
  return names.map((name) => [name, (step) => step[name]]);
}

function sizeColumns(when: string, size: (step: ReportStep) => Size | null): ColumnOf<ReportStep>[] {
  return [
    [`${when}_memory_per_shard_mb`, (step) => size(step)?.memoryPerShard],
    [`${when}_shards`, (step) => size(step)?.shards],
    [`${when}_replicas`, (step) => size(step)?.replicas],
  ];
}

function inSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / SECOND;
}
