/**
 * Remarks for the reviewer about instances that shrink, rollbacks, highest costs, short stock and several steps.
 * They come from the review alone. They are findings, so that every format shows them at their location in the plan file.
 * No remark blocks.
 */
import { message, render } from '../../messages/messages.ts';
import {
  type Finding,
  type Message,
  type Review,
  type Step,
  totalMemory,
  type UnsealedPlan,
} from '../../model.ts';
import { planAgain } from '../../next-command.ts';
import { countRollbacks, type Rollback, type RollbackVerdict, rollbacksOf } from '../../plan/rollbacks.ts';
import { planOf } from './review-targets.ts';

/** How many of the steps with the highest cost get a remark. */
const HIGHEST = 3;
/** How many instances a remark names. */
const NAMED = 3;
/** The codes of targets that are sold out. */
const SOLD_OUT: readonly string[] = ['ResourceUnavailable.SaleOut', 'ResourceInsufficient'];

/** Adds the remarks to the findings of a review. Errors come first, then warnings, then notes, each with remarks first. */
export function withRemarks<R extends Review>(review: R): R {
  const plan = planOf(review);
  if (plan === null) return review;
  const all = [...remarksOf(plan, review.findings), ...review.findings];
  const findings = (['error', 'warning', 'note'] as const).flatMap((severity) =>
    all.filter((finding) => finding.severity === severity),
  );
  return { ...review, findings };
}

function remarksOf(plan: UnsealedPlan, findings: readonly Finding[]): Finding[] {
  return [
    ...shrinking(plan),
    ...noWayBack(plan),
    ...stockShort(plan, findings),
    ...highestCost(plan),
    ...severalSteps(plan),
  ];
}

function shrinking({ preconditions, steps }: UnsealedPlan): Finding[] {
  const stepsOf = Map.groupBy(steps, ({ instance }) => instance);
  return preconditions
    .filter(({ size, target }) => totalMemory(target) < totalMemory(size) || target.replicas < size.replicas)
    .map(({ instance: id, size: from, target: to, used = null }) => {
      const less = totalMemory(from) - totalMemory(to);
      const text = message('review.shrinks', { id, from, to, less, used });
      return remark('Refit.Shrinks', 'warning', text, stepsOf.get(id)?.[0], id);
    });
}

/** The instances that could not go back to their size before the run, or for which it is not known. */
function noWayBack(plan: UnsealedPlan): Finding[] {
  const rollbacks = rollbacksOf(plan);
  const { instances, refused, unknown } = countRollbacks(rollbacks);
  const firstOf = (verdict: RollbackVerdict) => rollbacks.find((one) => one.verdict === verdict);
  const stepOf = (one?: Rollback) => plan.steps.find(({ id }) => id === one?.step);
  const first = firstOf('refused');
  const found: Finding[] = [];
  if (first !== undefined) {
    const { instance, reason } = first;
    const counts = { refused, instances, waves: plan.waves.length };
    const text = message('rollback.sum-refused', { ...counts, first: instance, reason: reason! });
    found.push(remark('Refit.RollbackRefused', 'warning', text, stepOf(first)));
  }
  if (unknown > 0) {
    const open = firstOf('unknown');
    const fullest = open?.reason?.params.fullest === true;
    const command =
      plan.inventory.source === 'live'
        ? `${planAgain(plan, 'SAVED')} --used`
        : 'refit inventory --used -o fleet.json';
    const text = message('rollback.sum-unknown', { unknown, instances, fullest, command });
    found.push(remark('Refit.RollbackUnknown', 'note', text, stepOf(open)));
  }
  return found;
}

/** Regions in which something is sold out and other steps still need memory. */
function stockShort(plan: UnsealedPlan, findings: readonly Finding[]): Finding[] {
  const regions = new Map(plan.blocked.map(({ instance, region }) => [instance, region]));
  const short = new Map<string, number>();
  const counted = new Set<string>();
  for (const { code, instance } of [...findings, ...plan.blocked.flatMap((target) => target.findings)]) {
    if (instance === null || counted.has(instance) || !SOLD_OUT.includes(code)) continue;
    counted.add(instance);
    const region = regions.get(instance);
    if (region !== undefined) short.set(region, (short.get(region) ?? 0) + 1);
  }
  const { readAt } = plan.inventory;
  return [...short].flatMap(([region, blocked]) => {
    const growing = plan.steps.filter(
      (step) => step.region === region && totalMemory(step.after) > totalMemory(step.before),
    );
    if (growing.length === 0) return [];
    const text = message('review.stock-short', { region, blocked, growing: growing.length, readAt });
    return [remark('Refit.StockShort', 'warning', text, growing[0])];
  });
}

function highestCost(plan: UnsealedPlan): Finding[] {
  const priced = plan.steps.flatMap((step) => (step.quote === null ? [] : [{ step, quote: step.quote }]));
  if (priced.length < 2) return [];
  const paid = priced.filter(({ quote }) => quote.amount > 0);
  // A single payment and an hourly price cannot be compared: single payments come first.
  const kind = (paid.find(({ quote }) => quote.basis === 'once') ?? paid[0])?.quote;
  if (kind === undefined) return [];
  const own = paid.filter(({ quote }) => quote.basis === kind.basis && quote.currency === kind.currency);
  const sum = own.reduce((total, { quote }) => total + quote.amount, 0);
  return own
    .sort((a, b) => b.quote.amount - a.quote.amount)
    .slice(0, Math.min(HIGHEST, Math.ceil(priced.length / 3)))
    .map(({ step, quote }) => {
      const { instance: id, change, after, nodes = null } = step;
      const share = Math.round((quote.amount / sum) * 100);
      const text = message('review.highest-cost', { id, change, after, nodes, quote, share });
      return remark('Refit.HighestCost', 'note', text, step, id);
    });
}

function severalSteps({ steps }: UnsealedPlan): Finding[] {
  const many = [...Map.groupBy(steps, ({ instance }) => instance)].filter(([, own]) => own.length > 1);
  if (many.length === 0) return [];
  const first = many.slice(0, NAMED).map(([instance]) => instance);
  const text = message('review.several-steps', { instances: many.length, first });
  return [remark('Refit.SeveralSteps', 'note', text, many[0]![1][0])];
}

function remark(
  code: string,
  severity: 'warning' | 'note',
  text: Message,
  step: Step | undefined,
  instance: string | null = null,
): Finding {
  return {
    code,
    severity,
    ...render(text),
    location: step?.location ?? null,
    excerpt: null,
    instance,
    messageId: text.id,
    params: text.params,
  };
}
