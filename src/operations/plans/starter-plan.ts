/**
 * Writes a first plan as YAML: every instance with its current size, so that it changes nothing yet. Instance names are
 * text from outside: they appear only in comments, on one line each, without control characters.
 */

import { formatMemory } from '../../messages/en/format-size.ts';
import { counted, editionText, size } from '../../messages/en/quantities.ts';
import { type Dimension, EDITIONS, type Instance, isTargetId, type Size } from '../../model.ts';
import type { Skipped, StateReading } from '../../plan/parse/terraform-state.ts';
import { clip } from '../../report/document/columns.ts';
import { escapeControls } from '../../report/document/escape.ts';

export interface StarterPlan {
  readonly instances: readonly Instance[];
  /** The source of the sizes, as text: `the live fleet, read at 2026-01-05T02:00:00.000Z`. */
  readonly source: string;
  /** The sizes are old, and the fleet may have changed since. */
  readonly mayBeOutdated: boolean;
  /** The path of the schema for editors; null: the editor of the console has it. */
  readonly schema: string | null;
  readonly profile: string | null;
  /** The name of the plan: letters, digits and hyphens. */
  readonly name: string;
  /** The counts that the source does not have, by instance. */
  readonly missing?: StateReading['missing'];
  /** The Terraform state that describes the instances, from the folder of the plan; absent: none. */
  readonly terraform?: string;
  /** The next command; null: there is a button. */
  readonly next: string | null;
}

/** The most cells of a name in a comment. */
const NAME = 40;

/** @returns the text of a plan that is valid, with at least one instance. */
export function starterPlan(plan: StarterPlan): string {
  const regions = Map.groupBy(plan.instances, ({ region }) => region);
  const mainRegion = [...regions].sort((a, b) => b[1].length - a[1].length)[0]![0];
  const defaults = [`region: ${mainRegion}`, ...(plan.profile === null ? [] : [`profile: ${plan.profile}`])];
  const lines = [
    ...(plan.schema === null ? [] : [`# yaml-language-server: $schema=${plan.schema}`]),
    `# ${counted(plan.instances.length, 'instance')} from ${escapeControls(plan.source)}.`,
    plan.mayBeOutdated
      ? '# Each has the size from there. If the fleet has changed since, this plan would change it back.'
      : '# Each has its current size, so this plan changes nothing yet.',
    ...(plan.next === null
      ? ['# Edit the sizes, and remove the lines of instances to keep.']
      : [
          '# Edit the sizes, remove the lines of instances to keep, then run:',
          `#   ${escapeControls(plan.next)}`,
        ]),
    'version: 1',
    `name: ${plan.name}`,
    '# change: CHG-20481      # the change ticket, shown in every report',
    '# owner: dba-oncall      # who is responsible',
    `defaults: { ${defaults.join(', ')} }`,
    ...(plan.terraform === undefined
      ? []
      : [
          `terraform: ${JSON.stringify(plan.terraform)} # reviews warn that the next terraform apply reverts the changes`,
        ]),
    'targets:',
    ...[...regions].flatMap(([region, instances]) => [
      `  # ${region}: ${counted(instances.length, 'instance')}`,
      ...targets(instances, region === mainRegion, plan.missing),
    ]),
    'guards:',
    '  shrink: deny           # allow: permits smaller sizes',
    '  # targets: "<= 40%"    # the share of the inventory that may change',
    '  # cost: "<= 20000 CNY" # the sum of the provider\'s quotes',
    '# waves:                 # a wave starts when every step of the previous wave has ended',
    '#   - { name: canary, take: 1, soak: 30m }',
    '#   - { name: rest, take: rest }',
    'execution:',
    '  inFlight: 20           # resizes in progress at the same time',
    '  haltWhen: { failed: "> 2", unknown: "> 0" }',
  ];
  return `${lines.join('\n')}\n`;
}

/** Separates instances that a plan cannot have as targets. The others are sorted. */
export function plannable(instances: readonly Instance[]): StateReading {
  const skipped: Skipped[] = [];
  const kept: Instance[] = [];
  for (const one of instances) {
    const reason = skipReason(one);
    if (reason === null) kept.push(one);
    else
      skipped.push({
        subject: `${escapeControls(one.id)} ${clip(escapeControls(one.name), NAME)}`.trim(),
        reason,
      });
  }
  const order = ({ region, name, id }: Instance) => `${region}\0${name}\0${id}`;
  return { instances: kept.sort((a, b) => (order(a) < order(b) ? -1 : 1)), skipped };
}

function skipReason({ id, edition, type, status, region }: Instance): string | null {
  if (!isTargetId(id)) return 'its id is not valid in a plan';
  if (!/^[a-z]{2}(-[a-z][a-z0-9]*)+$/.test(region))
    return `its region ${escapeControls(region)} is not valid in a plan`;
  if (edition === 'unrecognised') return `it is ${editionText({ edition, type })} to this version of refit`;
  if (status === 'running' || status === 'processing') return null;
  return `it is ${status}, and the provider accepts no order for it`;
}

/** The targets of one region, with aligned comments. */
function targets(
  instances: readonly Instance[],
  isMainRegion: boolean,
  missing: StarterPlan['missing'],
): string[] {
  const missingOf = ({ id }: Instance) => missing?.get(id) ?? [];
  const written = instances.map((one) => target(one, isMainRegion, missingOf(one)));
  const width = Math.max(...written.map(({ length }) => length));
  return instances.map(
    (one, at) => `${written[at]!.padEnd(width)} # ${describeInstance(one, missingOf(one))}`,
  );
}

function target(
  { id, region, edition, size: current }: Instance,
  isMainRegion: boolean,
  missing: readonly Dimension[],
): string {
  const keys = [
    `instance: ${id}`,
    ...(isMainRegion ? [] : [`region: ${region}`]),
    ...dimensionsOf(edition)
      .filter((dimension) => !missing.includes(dimension))
      .map((dimension) => `${dimension}: ${formatDimension(dimension, current)}`),
  ];
  return `  - { ${keys.join(', ')} }`;
}

function describeInstance(
  { name, zone, edition, size: current }: Instance,
  missing: readonly Dimension[],
): string {
  // A count that nobody knows is left out, as in the target.
  const known = { ...current };
  if (missing.includes('shards')) known.shards = 1;
  if (missing.includes('replicas')) known.replicas = 0;
  const unknown = missing.length === 0 ? '' : `${missing.join(' and ')} not in the state`;
  const facts = [
    `now ${size(known)}`,
    unknown,
    clip(escapeControls(name), NAME),
    edition,
    escapeControls(zone),
  ];
  return facts.filter((fact) => fact !== '').join(', ');
}

/** The dimensions that an order can change for this edition. */
function dimensionsOf(edition: Instance['edition']): readonly (keyof Size)[] {
  return EDITIONS.find(({ name }) => name === edition)?.dimensions ?? ['memoryPerShard'];
}

function formatDimension(dimension: keyof Size, current: Size): string {
  return dimension === 'memoryPerShard' ? formatMemory(current.memoryPerShard) : String(current[dimension]);
}
