/** The report for a spreadsheet: one record a step, then the targets that never became one and who signed. Amounts are plain numbers. */
import type { Report, Size } from '../model.ts';
import { csvRecord } from './escape.ts';
import { between, hours, nodes } from './quantities.ts';
import { signatureInWords } from './report-text.ts';

const HEADER = [
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
];

export function reportCsv(report: Report): string {
  const records: (readonly (string | number | null)[])[] = [HEADER];
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
    records.push(HEADER.map((column) => (told as Readonly<Record<string, string>>)[column] ?? null));
  }
  if (!report.rehearsal) return records.map(csvRecord).join('');
  // In front, so that no row of it can be taken for what was done.
  return records.map((record, at) => csvRecord([at === 0 ? 'rehearsal' : 'REHEARSAL', ...record])).join('');
}

function sizeCells(size: Size | null): (number | null)[] {
  return size ? [size.memoryPerShard, size.shards, size.replicas] : [null, null, null];
}

function other(instance: string, region: string, outcome: string, code: string | null, what: string) {
  const told: Readonly<Record<string, string | null>> = { instance, region, outcome, code, what };
  return HEADER.map((column) => told[column] ?? null);
}
