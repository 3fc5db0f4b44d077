/**
 * A plan to begin from, as YAML: every instance with the size it has, so that it changes nothing until somebody edits
 * it. Names come from whoever named the instances: they stand in comments alone, one line each, made visible.
 */

import { formatMemory } from '../../../messages/en/format-size.ts';
import { EDITIONS, type Instance, type Size } from '../../../model.ts';
import { clip } from '../../../report/document/columns.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import { counted, size } from '../../../report/quantities.ts';
import type { Skipped, StateReading } from './terraform-state.ts';

export interface StarterPlan {
  readonly instances: readonly Instance[];
  /** Where the sizes are from, in words: `the live fleet, read at 2026-01-05T02:00:00.000Z`. */
  readonly source: string;
  /** The sizes are of an earlier time, and the fleet may have others by now. */
  readonly mayBeOutdated: boolean;
  /** The schema, as an editor finds it from the plan. */
  readonly schema: string;
  readonly profile: string | null;
  /** What the plan is called: letters, digits and hyphens. */
  readonly name: string;
  /** What to type next. */
  readonly next: string;
}

/** Cells of a name in a comment. */
const NAME = 40;

/** @returns the text of a plan that is valid, with at least one instance. */
export function starterPlan(plan: StarterPlan): string {
  const regions = Map.groupBy(plan.instances, ({ region }) => region);
  const usual = [...regions].sort((a, b) => b[1].length - a[1].length)[0]![0];
  const defaults = [`region: ${usual}`, ...(plan.profile === null ? [] : [`profile: ${plan.profile}`])];
  const lines = [
    `# yaml-language-server: $schema=${plan.schema}`,
    `# ${counted(plan.instances.length, 'instance')} from ${escapeControls(plan.source)}.`,
    plan.mayBeOutdated
      ? '# Each has the size that stands there. Where the fleet has changed since, this plan would change it back.'
      : '# Each has the size it has now, so this plan changes nothing yet.',
    '# Edit the sizes, take out the lines of what is to stay as it is, then:',
    `#   ${escapeControls(plan.next)}`,
    'version: 1',
    `name: ${plan.name}`,
    '# change: CHG-20481      # the change ticket: it stands in every report',
    '# owner: dba-oncall      # who answers for it',
    `defaults: { ${defaults.join(', ')} }`,
    'targets:',
    ...[...regions].flatMap(([region, instances]) => [
      `  # ${region}: ${counted(instances.length, 'instance')}`,
      ...targets(instances, region === usual),
    ]),
    'guards:',
    '  shrink: deny           # allow: sizes may become smaller',
    '  # targets: "<= 40%"    # of the inventory: how many may change',
    '  # cost: "<= 20000 CNY" # of the provider\'s own quotes',
    '# waves:                 # the next begins when every step of the one before is settled',
    '#   - { name: canary, take: 1, soak: 30m }',
    '#   - { name: rest, take: rest }',
    'execution:',
    '  inFlight: 20           # resizes under way at once',
    '  haltWhen: { failed: "> 2", unknown: "> 0" }',
  ];
  return `${lines.join('\n')}\n`;
}

/** What no plan can have as a target, with the reason; the rest in the order of a plan. */
export function plannable(instances: readonly Instance[]): StateReading {
  const skipped: Skipped[] = [];
  const kept: Instance[] = [];
  for (const one of instances) {
    const reason = skipReason(one);
    if (reason === null) kept.push(one);
    else
      skipped.push({ subject: `${escapeControls(one.id)} ${clip(escapeControls(one.name), NAME)}`.trim(), reason });
  }
  const order = ({ region, name, id }: Instance) => `${region}\0${name}\0${id}`;
  return { instances: kept.sort((a, b) => (order(a) < order(b) ? -1 : 1)), skipped };
}

function skipReason({ id, edition, type, status, region }: Instance): string | null {
  if (!/^crs-[a-z0-9]{8,32}$/.test(id)) return 'its id is none that a plan can name';
  if (!/^[a-z]{2}(-[a-z][a-z0-9]*)+$/.test(region))
    return `its region ${escapeControls(region)} is none that a plan can name`;
  if (edition === 'unrecognised') return `its type ${type} is newer than this program`;
  if (status === 'running' || status === 'processing') return null;
  return `it is ${status}, and no order is taken for it`;
}

/** The targets of one region, their comments under each other. */
function targets(instances: readonly Instance[], isUsual: boolean): string[] {
  const written = instances.map((one) => target(one, isUsual));
  const width = Math.max(...written.map(({ length }) => length));
  return instances.map((one, at) => `${written[at]!.padEnd(width)} # ${describeInstance(one)}`);
}

function target({ id, region, edition, size: has }: Instance, isUsual: boolean): string {
  const keys = [
    `instance: ${id}`,
    ...(isUsual ? [] : [`region: ${region}`]),
    ...dimensionsOf(edition).map((dimension) => `${dimension}: ${formatDimension(dimension, has)}`),
  ];
  return `  - { ${keys.join(', ')} }`;
}

function describeInstance({ name, zone, edition, size: has }: Instance): string {
  const facts = [`now ${size(has)}`, clip(escapeControls(name), NAME), edition, escapeControls(zone)];
  return facts.filter((fact) => fact !== '').join(', ');
}

/** What an order can change of the edition. */
function dimensionsOf(edition: Instance['edition']): readonly (keyof Size)[] {
  return EDITIONS.find(({ name }) => name === edition)?.dimensions ?? ['memoryPerShard'];
}

function formatDimension(dimension: keyof Size, has: Size): string {
  return dimension === 'memoryPerShard' ? formatMemory(has.memoryPerShard) : String(has[dimension]);
}
