/** Answers of `refit explain`: what a code means, and what a plan does with an instance. */

import { closest } from '../closest-word.ts';
import { textOfCode } from '../messages/codes.ts';
import { formatMemory, formatValue, upTo } from '../messages/en/format-size.ts';
import { editionText, memory, size } from '../messages/en/quantities.ts';
import { message, render, textOf } from '../messages/messages.ts';
import type { FleetUse, Instance, InstanceNode, Inventory, Message, Plan, PlanTarget } from '../model.ts';
import { allRules, ruleOf } from '../rules/check.ts';
import { factsOf, type Rule } from '../rules/facts.ts';
import { indexOffers } from '../rules/is-sold.ts';
import { escapeControls } from '../text.ts';
import { type Draft, draftPlan } from './make-plan.ts';
import { isUnknownUse, matcher, NO_USE } from './resolve/match-selector.ts';
import { profileOf, regionsOf } from './resolve/scopes.ts';

/** One page about a code, in any letter case; null for an unknown code, see `nearestCode`. */
export function explainCode(code: string): string | null {
  const rule = ruleOf(code) ?? allRules().find((one) => one.code.toLowerCase() === code.toLowerCase());
  return rule ? page(rule) : null;
}

/** The known code nearest to a text; null if none is near. The text may be only the last part (`SaleOut`). */
export function nearestCode(code: string): string | null {
  const codes = allRules().map((rule) => rule.code);
  const last = (text: string) => text.slice(text.lastIndexOf('.') + 1);
  const whole = closest(code, codes);
  if (whole !== null) return whole;
  const part = closest(last(code), codes.map(last));
  return part === null ? null : (codes.find((one) => last(one) === part) ?? null);
}

const APPLIES_TO: Readonly<Record<Rule['appliesTo'], string>> = {
  step: 'a step, before it is ordered',
  plan: 'a target or the whole plan',
  text: "the plan's text",
  run: 'a step of a run',
};

function page(rule: Rule): string {
  const { meaning, checks, fix } = textOfCode(rule.code);
  return [
    `${rule.code} (${rule.severity})`,
    meaning,
    `  checks      ${checks}`,
    `  applies to  ${APPLIES_TO[rule.appliesTo]}`,
    `  fix         ${fix}`,
    `  source      ${rule.source}, read ${rule.readOn}`,
    '',
  ].join('\n');
}

/**
 * Explains an instance: its state and the sizes sold for it. Given a plan, it also shows which targets reach it and why
 * the others do not, its new size, and what blocks it. Control characters in names and tags are escaped.
 * @param use figures of the history of use, for plans that select or size by it.
 */
export function explainInstance(
  id: string,
  inventory: Inventory,
  plan: Plan | null,
  use: FleetUse = NO_USE,
): string {
  const found = inventory.instances.filter((one) => one.id === id);
  const lines = found.flatMap((instance) => [...describe(instance, inventory)]);
  if (found.length === 0) {
    const where = inventory.scopes.map(({ region, profile }) => `${region} as ${profile}`).join(', ');
    lines.push(`${id} is not in the inventory of ${inventory.readAt}, which covers ${where || 'no region'}`);
    const near = closest(
      id,
      inventory.instances.map((one) => one.id),
      2,
    );
    if (near !== null) lines.push(`  did you mean ${near}? refit explain ${near}`);
  }
  if (plan !== null) {
    const draft = draftPlan(plan, inventory, Date.parse(inventory.readAt), [], use);
    lines.push(...inPlan(id, found, { plan, draft, use }));
  }
  return `${lines.map(escapeControls).join('\n')}\n`;
}

function describe(instance: Instance, inventory: Inventory): string[] {
  const { used } = instance;
  const offer = indexOffers(inventory.catalogue)(instance);
  const tags = Object.entries(instance.tags).map(([key, value]) => `${key}=${value}`);
  return [
    `${instance.id} "${instance.name}"`,
    `  is        ${instance.status}, ${editionText(instance)}, ${instance.billing}, ${instance.zone}${instance.nodes.length > 0 ? ' and other zones' : ''}, profile ${instance.profile}`,
    `  size      ${size(instance.size)}`,
    used === null
      ? '  used      not read'
      : `  used      ${memory(used.total)}${used.fullestShard === null ? '' : `, ${memory(upTo(used.fullestShard))} in the fullest shard`} (${used.source}, ${used.readAt})`,
    ...(instance.nodes.length > 0 ? [`  nodes     ${instance.nodes.map(formatNode).join(', ')}`] : []),
    ...(tags.length > 0 ? [`  tags      ${tags.join(', ')}`] : []),
    ...(instance.task === null ? [] : [`  task      ${instance.task}`]),
    ...(instance.unpaidOrder === null ? [] : [`  unpaid    order ${instance.unpaidOrder}`]),
    ...(offer === 'unknown'
      ? ['  sold      unknown']
      : offer === null
        ? [`  sold      nothing for ${editionText(instance)} in ${instance.zone}, ${instance.billing}`]
        : [
            `  sold      memoryPerShard ${offer.memoryPerShard.map(formatMemory).join(', ')}`,
            `            shards ${offer.shards.join(', ')}`,
            `            replicas ${offer.replicas.join(', ')}`,
            ...(offer.soldOut || offer.zoneSoldOut ? ['            sold out: no instance can grow'] : []),
          ]),
    ...changeable(instance),
  ];
}

/** The codes that block every change of an instance, in the provider's order. */
const BLOCK_EVERY_CHANGE = [
  'ResourceUnavailable.InstanceStatusAbnormal',
  'ResourceUnavailable.InstanceStatusError',
  'Refit.UnknownEdition',
  'FailedOperation.PayFailed',
];

function changeable(instance: Instance): string[] {
  const present = instance.size.memoryPerShard;
  const facts = factsOf(instance, { dimension: 'memoryPerShard', from: present, to: present });
  const blockers = BLOCK_EVERY_CHANGE.flatMap((code) => {
    const rule = ruleOf(code)!;
    const violation = rule.check!(facts);
    if (violation === null) return [];
    const { message: text, fix } = render(violation);
    return [`  now       blocked, ${code}: ${text}`, `            ${fix ?? textOfCode(rule.code).fix}`];
  });
  return blockers.length > 0
    ? blockers
    : ['  now       can change: running, no task in progress, no unpaid order'];
}

function formatNode({ id, role, zone }: InstanceNode): string {
  return `${role}${id === null ? '' : ` ${id}`} in ${zone.code}`;
}

interface DraftedPlan {
  readonly plan: Plan;
  readonly draft: Draft;
  readonly use: FleetUse;
}

function inPlan(id: string, found: readonly Instance[], { plan, draft, use }: DraftedPlan): string[] {
  const lines = [`in plan ${plan.name}:`];
  for (const [index, target] of plan.targets.entries()) {
    const where = `target ${index + 1} (${target.location.file}:${target.location.line})`;
    const reason = notReached(id, found, { plan, use }, target);
    lines.push(
      reason === null ? `  ${where} selects it` : `  ${where} does not select it: ${textOf(reason)}`,
    );
  }
  const route = draft.routes.find(({ target }) => target.instance.id === id);
  const unchanged = draft.unchanged.find(({ instance }) => instance === id);
  const blocked = draft.blocked.filter(({ instance }) => instance === id);
  if (route) {
    lines.push(`  becomes   ${size(route.target.to)}`);
    if (route.target.reason !== null) lines.push(`            ${textOf(route.target.reason)}`);
    for (const { change } of route.legs) {
      const { dimension, from, to } = change;
      lines.push(`  step      ${dimension} ${formatValue(dimension, from)} -> ${formatValue(dimension, to)}`);
    }
    if (route.reason !== null) lines.push(`            ${textOf(route.reason)}`);
    lines.push('  ready     no blockers found');
    for (const one of route.findings) lines.push(`            ${one.code}: ${one.message}`);
  } else if (blocked.length > 0) {
    for (const { code, message: text, fix, example } of blocked.flatMap(({ findings }) => findings)) {
      const remedy = fix ?? example;
      lines.push(`  blocked   ${code}: ${text}`, ...(remedy === null ? [] : [`            ${remedy}`]));
    }
  } else {
    lines.push(`  unchanged ${unchanged ? textOf(unchanged.reason) : 'no target selects it'}`);
  }
  return lines;
}

/** The condition that keeps a target from reaching the instance; null if the target reaches it. */
function notReached(
  id: string,
  found: readonly Instance[],
  { plan, use }: Pick<DraftedPlan, 'plan' | 'use'>,
  target: PlanTarget,
): Message | null {
  const { match } = target;
  if (match.kind === 'instance' && match.instance !== id)
    return message('selector.names-another', { id: match.instance });
  const reasons = found.map((instance) => {
    const scope = outOfScope(instance, plan, target);
    if (scope !== null || match.kind === 'instance') return scope;
    const excluded = match.exclude.findIndex((one) => {
      const fails = matcher(one, use)(instance);
      return fails === null || isUnknownUse(fails);
    });
    const exclusion = excluded < 0 ? null : message('selector.excluded', { number: excluded + 1 });
    return matcher(match.select, use)(instance) ?? exclusion;
  });
  if (reasons.includes(null)) return null;
  return match.kind === 'instance'
    ? (reasons[0] ?? null)
    : (reasons.at(-1) ?? message('selector.not-in-inventory'));
}

function outOfScope(instance: Instance, plan: Plan, target: PlanTarget): Message | null {
  const profile = profileOf(plan, target);
  if (instance.profile !== profile)
    return message('selector.other-profile', { profile, is: instance.profile });
  const regions = regionsOf(plan, target);
  if (regions === null || regions.includes(instance.region)) return null;
  return message('selector.other-region', { regions, is: instance.region });
}
