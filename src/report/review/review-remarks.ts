/**
 * What a reviewer must have seen beside what the rules say: what gets smaller, what costs most, where stock is short,
 * which instances need several steps. Reckoned from the review alone, and told as findings, so that every format has
 * them at their place of the plan file. None of it blocks.
 */
import {
  type Finding,
  type Precondition,
  type Review,
  type Step,
  totalMemory,
  type UnsealedPlan,
} from '../../model.ts';
import * as show from '../quantities.ts';
import { planOf } from './review-targets.ts';

/** How many of the dearest steps are pointed out, at the most. */
const DEAREST = 3;
/** Ids that a sentence names before it counts. */
const NAMED = 3;
/** What a target is blocked with that is sold out. */
const SOLD_OUT: readonly string[] = ['ResourceUnavailable.SaleOut', 'ResourceInsufficient'];

/** The review with the remarks among its findings: those that block first, then warnings and notes, each led by the remarks. */
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
  return [...shrinking(plan), ...stockShort(plan, findings), ...highestCost(plan), ...severalSteps(plan)];
}

function shrinking({ preconditions, steps }: UnsealedPlan): Finding[] {
  const stepsOf = Map.groupBy(steps, ({ instance }) => instance);
  return preconditions
    .filter(({ size, target }) => totalMemory(target) < totalMemory(size) || target.replicas < size.replicas)
    .map(({ instance, size, target, used }) => {
      const less = totalMemory(size) - totalMemory(target);
      const parts = [
        `${instance} gets smaller: ${show.size(size)} → ${show.size(target)}`,
        less > 0 && `${show.memory(less)} less, replicas included`,
        used && `${inUse(used)}, read ${show.instant(used.readAt)}`,
      ];
      return remark('Refit.Shrinks', 'warning', {
        message: show.join(parts),
        fix: `ask its owner, or leave it out: exclude: [${instance}]; guards: { shrink: deny } refuses every reduction`,
        step: stepsOf.get(instance)?.[0],
        instance,
      });
    });
}

function inUse({ total, fullestShard }: NonNullable<Precondition['used']>): string {
  const shard =
    fullestShard === null || fullestShard === total
      ? ''
      : `, ${whole(fullestShard)} of it in the fullest shard`;
  return `${whole(total)} in use${shard}`;
}

/** Memory in use is a reading, not a size: up to a whole MB, as the rules round it. */
function whole(mb: number): string {
  return show.memory(Math.ceil(mb));
}

/** A region in which something was sold out when it was read, and where other steps still take memory. */
function stockShort(plan: UnsealedPlan, findings: readonly Finding[]): Finding[] {
  const regions = new Map(plan.blocked.map(({ instance, region }) => [instance, region]));
  const short = new Map<string, number>();
  const told = new Set<string>();
  for (const { code, instance } of [...findings, ...plan.blocked.flatMap((target) => target.findings)]) {
    if (instance === null || told.has(instance) || !SOLD_OUT.includes(code)) continue;
    told.add(instance);
    const region = regions.get(instance);
    if (region !== undefined) short.set(region, (short.get(region) ?? 0) + 1);
  }
  return [...short].flatMap(([region, blocked]) => {
    const growing = plan.steps.filter(
      (step) => step.region === region && totalMemory(step.after) > totalMemory(step.before),
    );
    if (growing.length === 0) return [];
    const message = `${region}: ${show.counted(blocked, 'target')} blocked as sold out, and ${show.counted(
      growing.length,
      'other step',
    )} there ${growing.length === 1 ? 'takes' : 'take'} memory; stock is as read ${show.instant(plan.inventory.readAt)}, and nothing is reserved before its order`;
    return [
      remark('Refit.StockShort', 'warning', {
        message,
        fix: 'apply soon, or a first wave of what must not be without: a step that finds no stock is refused and the rest goes on',
        step: growing[0],
        instance: null,
      }),
    ];
  });
}

function highestCost(plan: UnsealedPlan): Finding[] {
  const priced = plan.steps.flatMap((step) => (step.quote === null ? [] : [{ step, quote: step.quote }]));
  if (priced.length < 2) return [];
  const paid = priced.filter(({ quote }) => quote.amount > 0);
  // What is paid at once and what is paid by the hour cannot be held against each other: at once goes first.
  const kind = (paid.find(({ quote }) => quote.basis === 'once') ?? paid[0])?.quote;
  if (kind === undefined) return [];
  const own = paid.filter(({ quote }) => quote.basis === kind.basis && quote.currency === kind.currency);
  const sum = own.reduce((total, { quote }) => total + quote.amount, 0);
  return own
    .sort((a, b) => b.quote.amount - a.quote.amount)
    .slice(0, Math.min(DEAREST, Math.ceil(priced.length / 3)))
    .map(({ step, quote }) => {
      const share = Math.round((quote.amount / sum) * 100);
      const of =
        share < 1 ? '' : `, ${share} % of what is paid ${kind.basis === 'once' ? 'now' : 'by the hour'}`;
      return remark('Refit.Dearest', 'note', {
        message: `${step.instance}: ${show.change(step.change, step.after, step.nodes)} costs ${show.quote(quote)}${of}`,
        fix: `a smaller size, or exclude: [${step.instance}]`,
        step,
        instance: step.instance,
      });
    });
}

function severalSteps({ steps }: UnsealedPlan): Finding[] {
  const many = [...Map.groupBy(steps, ({ instance }) => instance)].filter(([, own]) => own.length > 1);
  if (many.length === 0) return [];
  const named = many.slice(0, NAMED).map(([instance]) => instance);
  const others = many.length - named.length;
  const list = others === 0 ? named.join(', ') : `${named.join(', ')} and ${show.count(others)} more`;
  const message = `${show.counted(many.length, 'instance')} in several steps: ${list}; between two steps the instance has a size that is neither the old nor the new one, and where the second is refused it stays at that`;
  return [
    remark('Refit.SeveralSteps', 'note', {
      message,
      fix: 'nothing to do where every size between is acceptable; else one dimension now and the other in a later plan',
      step: many[0]![1][0],
      instance: null,
    }),
  ];
}

function remark(
  code: string,
  severity: 'warning' | 'note',
  {
    message,
    fix,
    step,
    instance,
  }: Pick<Finding, 'message' | 'fix' | 'instance'> & { step: Step | undefined },
): Finding {
  return {
    code,
    severity,
    message,
    fix,
    example: null,
    location: step?.location ?? null,
    excerpt: null,
    instance,
    messageId: '',
    params: {},
  };
}
