/**
 * A plan as CSV: a record for each step, finding, unchanged target and effect. Plan-wide findings, effects and the rules of
 * the policy are last.
 */

import * as show from '../../messages/en/quantities.ts';
import { textOf } from '../../messages/messages.ts';
import type { Finding, Review } from '../../model.ts';
import { monthOf, termsOf } from '../../plan/price/monthly.ts';
import { rollbacksOf } from '../../plan/rollbacks.ts';
import { csvRecord } from '../document/escape.ts';
import { locationOf } from '../finding-columns.ts';
import { describeEffect, effectsOfReview, policyRows } from './review-effects.ts';
import { planOf, reviewedTargets } from './review-targets.ts';

const HEADER = [
  'state',
  'instance',
  'name',
  'region',
  'profile',
  'edition',
  'wave',
  'step',
  'needs',
  'dimension',
  'from',
  'to',
  'memory_per_shard_mb_after',
  'shards_after',
  'replicas_after',
  'quote',
  'quote_currency',
  'quote_basis',
  'severity',
  'code',
  'message',
  'fix',
  'location',
  'quote_estimated',
  'nodes',
  'window',
  'example',
  'group',
  'rollback',
  'rollback_reason',
  'month',
] as const;

const NO_STEPS = { steps: [], preconditions: [] };

type Row = Partial<Record<(typeof HEADER)[number], string | number | null | undefined>>;

export function reviewCsv(review: Review): string {
  const rows: Row[] = [];
  const { preconditions, waves } = planOf(review) ?? { preconditions: [], waves: [] };
  const rollbacks = new Map(rollbacksOf(planOf(review) ?? NO_STEPS).map((one) => [one.step, one]));
  const terms = termsOf(preconditions);
  const known = new Map(preconditions.map((one) => [one.instance, one]));
  for (const { instance, name, region, state, steps, findings, reason } of reviewedTargets(review)) {
    const { window, group } = known.get(instance) ?? {};
    for (const step of steps) {
      const { verdict, reason: why = null } = rollbacks.get(step.id) ?? {};
      rows.push({
        state,
        instance,
        name,
        region,
        profile: step.profile,
        edition: step.edition,
        wave: waves[step.wave]?.name ?? '',
        step: step.id,
        needs: step.needs,
        dimension: step.change.dimension,
        from: step.change.from,
        to: step.change.to,
        memory_per_shard_mb_after: step.after.memoryPerShard,
        shards_after: step.after.shards,
        replicas_after: step.after.replicas,
        quote: step.quote?.amount,
        quote_currency: step.quote?.currency,
        quote_basis: step.quote?.basis,
        quote_estimated: step.quote ? (step.quote.estimated ? 'yes' : 'no') : null,
        message: reason,
        nodes: show.nodes(step.nodes),
        window: window && show.hours(window),
        group,
        month: monthOf(step, terms)?.amount,
        rollback: verdict,
        rollback_reason: why && textOf(why),
      });
    }
    if (state === 'unchanged' && findings.length === 0)
      rows.push({ state, instance, name, region, message: reason });
    for (const finding of findings)
      rows.push({ ...rowOf(finding), state: state === 'change' ? 'finding' : state, instance, name, region });
  }
  for (const finding of review.findings) if (finding.instance === null) rows.push(rowOf(finding));
  for (const effect of effectsOfReview(review)) {
    const { kind, after, text } = describeEffect(effect, review);
    const scope = effect.kind === 'orders' ? { region: effect.region, profile: effect.profile } : {};
    rows.push({ state: 'effect', code: kind, wave: after, ...scope, message: text });
  }
  for (const { kind, text } of policyRows(review))
    rows.push({ state: kind, code: review.policy?.digest, message: text });
  return [HEADER, ...rows.map((row) => HEADER.map((column) => row[column]))].map(csvRecord).join('');
}

function rowOf(finding: Finding): Row {
  const { severity, code, message, fix, example } = finding;
  return { state: 'finding', severity, code, message, fix, example, location: locationOf(finding) };
}
