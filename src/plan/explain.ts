/** Questions a reviewer asks: what does this code mean, and why is this instance treated as it is? */

import { formatMemory, formatSize, formatValue, upTo } from '../messages/en/format-size.ts';
import { render } from '../messages/messages.ts';
import type { Instance, InstanceNode, Inventory, Plan, PlanTarget } from '../model.ts';
import { allRules, ruleOf } from '../rules/check.ts';
import { factsOf, type Rule } from '../rules/facts.ts';
import { indexOffers } from '../rules/is-sold.ts';
import { type Draft, draftPlan } from './make-plan.ts';
import { closest } from './parse/closest-word.ts';
import { matcher } from './resolve/match-selector.ts';
import { profileOf, regionsOf } from './resolve/scopes.ts';

/** A rule on one page; null for a code that no rule has: see `nearestCode`. Letters' case does not count. */
export function explainCode(code: string): string | null {
  const rule = ruleOf(code) ?? allRules().find((one) => one.code.toLowerCase() === code.toLowerCase());
  return rule ? page(rule) : null;
}

/** The code most likely meant, also by its last part alone (`SaleOut`); null where none is near. */
export function nearestCode(code: string): string | null {
  const codes = allRules().map((rule) => rule.code);
  const last = (text: string) => text.slice(text.lastIndexOf('.') + 1);
  const whole = closest(code, codes);
  if (whole !== null) return whole;
  const part = closest(last(code), codes.map(last));
  return part === null ? null : (codes.find((one) => last(one) === part) ?? null);
}

const SAID_OF: Readonly<Record<Rule['appliesTo'], string>> = {
  step: 'a step, before it is ordered',
  plan: 'a target or the whole plan',
  text: "the plan's text",
  run: 'a step of a run',
};

function page(rule: Rule): string {
  return [
    `${rule.code} (${rule.severity})`,
    rule.sentence,
    `  looks at  ${rule.looksAt}`,
    `  said of   ${SAID_OF[rule.appliesTo]}`,
    `  fix       ${rule.fix}`,
    `  source    ${rule.source}, read ${rule.readOn}`,
    '',
  ].join('\n');
}

/**
 * An instance in words: what it is, what is sold for it and, given a plan, which target reaches it or which condition
 * fails, what it becomes, what blocks it. Names and tags are shown with control characters spelt out.
 */
export function explainInstance(id: string, inventory: Inventory, plan: Plan | null): string {
  const found = inventory.instances.filter((one) => one.id === id);
  const lines = found.flatMap((instance) => [...describe(instance, inventory)]);
  if (found.length === 0) {
    const where = inventory.scopes.map(({ region, profile }) => `${region} as ${profile}`).join(', ');
    lines.push(`${id} is not in the inventory of ${inventory.readAt}, which covers ${where || 'no region'}`);
  }
  if (plan !== null)
    lines.push(...inPlan(id, found, plan, draftPlan(plan, inventory, Date.parse(inventory.readAt))));
  return `${lines.map(visible).join('\n')}\n`;
}

function describe(instance: Instance, inventory: Inventory): string[] {
  const { used } = instance;
  const offer = indexOffers(inventory.catalogue)(instance);
  const tags = Object.entries(instance.tags).map(([key, value]) => `${key}=${value}`);
  return [
    `${instance.id} "${instance.name}"`,
    `  is        ${instance.status}, ${instance.edition}, ${instance.billing}, ${instance.zone}${instance.nodes.length > 0 ? ' and other zones' : ''}, profile ${instance.profile}`,
    `  size      ${formatSize(instance.size)}`,
    used === null
      ? '  used      not read'
      : `  used      ${used.total}MB${used.fullestShard === null ? '' : `, ${upTo(used.fullestShard)}MB in the fullest shard`} (${used.source}, ${used.readAt})`,
    ...(instance.nodes.length > 0 ? [`  nodes     ${instance.nodes.map(formatNode).join(', ')}`] : []),
    ...(tags.length > 0 ? [`  tags      ${tags.join(', ')}`] : []),
    ...(instance.task === null ? [] : [`  task      ${instance.task}`]),
    ...(instance.unpaidOrder === null ? [] : [`  unpaid    order ${instance.unpaidOrder}`]),
    ...(offer === 'unknown'
      ? ['  sold      not known']
      : offer === null
        ? [`  sold      nothing for ${instance.edition} in ${instance.zone}, ${instance.billing}`]
        : [
            `  sold      memoryPerShard ${offer.memoryPerShard.map(formatMemory).join(', ')}`,
            `            shards ${offer.shards.join(', ')}`,
            `            replicas ${offer.replicas.join(', ')}`,
            ...(offer.soldOut || offer.zoneSoldOut ? ['            sold out: nothing may grow'] : []),
          ]),
    ...changeable(instance),
  ];
}

/** What stands against any change of the instance, whatever a plan asks for: the codes in the provider's order. */
const ANY_CHANGE = [
  'ResourceUnavailable.InstanceStatusAbnormal',
  'ResourceUnavailable.InstanceStatusError',
  'Refit.UnknownEdition',
  'FailedOperation.PayFailed',
];

function changeable(instance: Instance): string[] {
  const present = instance.size.memoryPerShard;
  const facts = factsOf(instance, { dimension: 'memoryPerShard', from: present, to: present });
  const against = ANY_CHANGE.flatMap((code) => {
    const rule = ruleOf(code)!;
    const violation = rule.check!(facts);
    if (violation === null) return [];
    const { message, fix } = render(violation);
    return [`  now       blocked, ${code}: ${message}`, `            ${fix ?? rule.fix}`];
  });
  return against.length > 0
    ? against
    : ['  now       may be changed: running, no task under way, no order unpaid'];
}

function formatNode({ id, role, zone }: InstanceNode): string {
  return `${role}${id === null ? '' : ` ${id}`} in ${zone.code}`;
}

function inPlan(id: string, found: readonly Instance[], plan: Plan, draft: Draft): string[] {
  const lines = [`in plan ${plan.name}:`];
  for (const [index, target] of plan.targets.entries()) {
    const where = `target ${index + 1} (${target.location.file}:${target.location.line})`;
    const why = notReached(id, found, plan, target);
    lines.push(why === null ? `  ${where} selects it` : `  ${where} does not: ${why}`);
  }
  const route = draft.routes.find(({ target }) => target.instance.id === id);
  const unchanged = draft.unchanged.find(({ instance }) => instance === id);
  const blocked = draft.blocked.filter(({ instance }) => instance === id);
  if (route) {
    lines.push(`  becomes   ${formatSize(route.target.to)}`);
    if (route.target.reason !== null) lines.push(`            ${route.target.reason}`);
    for (const { change } of route.legs) {
      const { dimension, from, to } = change;
      lines.push(`  step      ${dimension} ${formatValue(dimension, from)} -> ${formatValue(dimension, to)}`);
    }
    if (route.reason !== null) lines.push(`            ${route.reason}`);
    lines.push('  in order  nothing that was read speaks against it');
    for (const { code, message } of route.findings) lines.push(`            ${code}: ${message}`);
  } else if (blocked.length > 0) {
    for (const { code, message, fix, example } of blocked.flatMap(({ findings }) => findings)) {
      const remedy = fix ?? example;
      lines.push(`  blocked   ${code}: ${message}`, ...(remedy === null ? [] : [`            ${remedy}`]));
    }
  } else {
    lines.push(`  unchanged ${unchanged?.reason ?? 'no target selects it'}`);
  }
  return lines;
}

/** Null where the target reaches the instance; else the condition that fails. */
function notReached(id: string, found: readonly Instance[], plan: Plan, target: PlanTarget): string | null {
  const { match } = target;
  if (match.kind === 'instance' && match.instance !== id) return `it names ${match.instance}`;
  const reasons = found.map((instance) => {
    const scope = scopeFails(instance, plan, target);
    if (scope !== null || match.kind === 'instance') return scope;
    const excluded = match.exclude.findIndex((one) => matcher(one)(instance) === null);
    return matcher(match.select)(instance) ?? (excluded < 0 ? null : `exclude ${excluded + 1} takes it out`);
  });
  if (reasons.includes(null)) return null;
  return match.kind === 'instance' ? (reasons[0] ?? null) : (reasons.at(-1) ?? 'it is not in the inventory');
}

function scopeFails(instance: Instance, plan: Plan, target: PlanTarget): string | null {
  const profile = profileOf(plan, target);
  if (instance.profile !== profile) return `profile: it looks as ${profile}, not as ${instance.profile}`;
  const regions = regionsOf(plan, target);
  if (regions === null || regions.includes(instance.region)) return null;
  return `region: it looks in ${regions.join(', ') || 'no region'}, not in ${instance.region}`;
}

// Control, format and line-breaking characters, which could rewrite what a terminal shows.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function visible(line: string): string {
  return line.replace(UNSEEN, (letter) => `\\u{${letter.codePointAt(0)!.toString(16)}}`);
}
