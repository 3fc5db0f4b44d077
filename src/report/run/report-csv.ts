/** The report for a spreadsheet: one record a step, then the targets that never became one and who signed. Amounts are plain numbers. */
import { type Report, type ReportStep, type Size, STEP_WAITS } from '../../model.ts';
import { csvRecord } from '../document/escape.ts';
import { between, hours, nodes } from '../quantities.ts';
import { attemptInWords } from './account-in-words.ts';
import { signatureInWords } from './report-text.ts';

/** The columns, in the order in which they stand where nobody chooses. */
export const CSV_COLUMNS: readonly string[] = [
  'step',
  'instance',
  'name',
  'region',
  'profile',
  'edition',
  'wave',
  'dimension',
  'from',
  'to',
  'before_memory_per_shard_mb',
  'before_shards',
  'before_replicas',
  'after_memory_per_shard_mb',
  'after_shards',
  'after_replicas',
  'found_memory_per_shard_mb',
  'found_shards',
  'found_replicas',
  'outcome',
  'code',
  'what',
  'orders',
  'request_ids',
  'attempts',
  'started_at',
  'accepted_at',
  'ended_at',
  'seconds',
  'quote',
  'quote_currency',
  'quote_basis',
  'billed',
  'billed_currency',
  'quote_reckoned',
  'bill',
  'billed_difference',
  'nodes',
  'window',
  'began_at',
  'warning',
  'because',
  'seen_at',
  'seen_memory_per_shard_mb',
  'seen_shards',
  'seen_replicas',
  ...STEP_WAITS.map((reason) => `waited_${reason}_seconds`),
  'attempts_in_words',
];

/** @param columns those that are wanted, in their order, each one of `CSV_COLUMNS`; absent: all. */
export function reportCsv(
  report: Report,
  { columns = CSV_COLUMNS }: { columns?: readonly string[] } = {},
): string {
  const chosen = columns.map((column) => CSV_COLUMNS.indexOf(column));
  const records: (readonly (string | number | null)[])[] = [CSV_COLUMNS];
  for (const step of report.steps) {
    const took = between(step.startedAt, step.endedAt);
    records.push([
      step.id,
      step.instance,
      step.name,
      step.region,
      step.profile,
      step.edition,
      step.wave,
      step.dimension,
      step.from,
      step.to,
      ...sizeCells(step.before),
      ...sizeCells(step.after),
      ...sizeCells(step.found),
      step.outcome,
      step.code,
      step.what,
      step.orders.join(' '),
      step.requestIds.join(' '),
      step.attempts,
      step.startedAt,
      step.acceptedAt,
      step.endedAt,
      took === null ? null : took / 1000,
      step.quote?.amount ?? null,
      step.quote?.currency ?? null,
      step.quote?.basis ?? null,
      step.billed?.amount ?? null,
      step.billed?.currency ?? null,
      step.quote ? (step.quote.reckoned ? 'yes' : 'no') : null,
      step.bill,
      step.difference,
      nodes(step.nodes) || null,
      step.window ? hours(step.window) : null,
      step.beganAt ?? null,
      step.warning ?? null,
      step.because ?? null,
      step.seen?.at ?? null,
      ...sizeCells(step.seen?.size ?? null),
      ...waitCells(step),
      step.asked.map(attemptInWords).join(' | ') || null,
    ]);
  }
  for (const { instance, region, findings } of report.blocked) {
    const codes = [...new Set(findings.map(({ code }) => code))].join(' ');
    records.push(other(instance, region, 'blocked', codes, findings.map(({ what }) => what).join(' ')));
  }
  for (const { instance, region, why } of report.unchanged) {
    records.push(other(instance, region, 'unchanged', null, why));
  }
  for (const one of report.run.signatures ?? []) {
    const told = { wave: one.wave ?? '', outcome: 'signed', code: one.key, what: signatureInWords(one) };
    records.push(CSV_COLUMNS.map((column) => (told as Readonly<Record<string, string>>)[column] ?? null));
  }
  const rows = records.map((record) => chosen.map((at) => record[at] ?? null));
  if (!report.rehearsal) return rows.map(csvRecord).join('');
  // In front, so that no row of it can be taken for what was done.
  return rows.map((row, at) => csvRecord([at === 0 ? 'rehearsal' : 'REHEARSAL', ...row])).join('');
}

function waitCells({ waits }: ReportStep): (number | null)[] {
  return STEP_WAITS.map((reason) => {
    const wait = waits.find((one) => one.for === reason);
    return wait === undefined ? null : wait.ms / 1000;
  });
}

function sizeCells(size: Size | null): (number | null)[] {
  return size ? [size.memoryPerShard, size.shards, size.replicas] : [null, null, null];
}

function other(instance: string, region: string, outcome: string, code: string | null, what: string) {
  const told: Readonly<Record<string, string | null>> = { instance, region, outcome, code, what };
  return CSV_COLUMNS.map((column) => told[column] ?? null);
}
