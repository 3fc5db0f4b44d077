/**
 * Writes recommendations as a plan, with a comment for each target. Names of instances are text from outside: they appear
 * only in comments, on one line each, without control characters.
 */
import { formatMemory } from '../messages/en/format-size.ts';
import { counted, memory, money, size as sizeText } from '../messages/en/quantities.ts';
import { textOf } from '../messages/messages.ts';
import {
  DIMENSIONS,
  isTargetId,
  type Recommendation,
  type Recommendations,
  type Size,
  VERDICTS,
} from '../model.ts';
import { escapeControls } from '../text.ts';
import { DAY } from '../units.ts';

export interface AdvisedPlan {
  /** The name of the plan: letters, digits and hyphens. */
  readonly name: string;
  /** The path of the schema for editors; null: none. */
  readonly schema: string | null;
  /** The next command. */
  readonly next: string;
}

/** A part of the targets, which is a wave of its own. */
interface Group {
  readonly name: string;
  readonly title: string;
  readonly takes: (one: Recommendation) => boolean;
}

/** In the order in which they are carried out: what makes room first, what takes it last. */
const GROUPS: readonly Group[] = [
  { name: 'grow', title: 'memory that will be too small', takes: ({ verdict }) => verdict === 'grow' },
  {
    name: 'reshape',
    title: 'more shards or replicas are needed',
    takes: ({ verdict, billedMemory }) => verdict === 'reshape' && billedMemory >= 0,
  },
  { name: 'shrink', title: 'less holds what is needed', takes: ({ billedMemory }) => billedMemory < 0 },
];

/** Columns of a comment, and the most characters of a name in it. */
const [WIDTH, NAME] = [118, 60];

/** @returns the text of a valid plan; null if no recommendation changes an instance. */
export function toPlan(result: Recommendations, { name, schema, next }: AdvisedPlan): string | null {
  const changes = changesOf(result.recommendations);
  const [first] = changes;
  if (first === undefined) return null;
  const region = mostCommon(changes.map((one) => one.region));
  const profile = mostCommon(changes.map((one) => one.profile));
  const groups = GROUPS.map((group) => ({ ...group, members: changes.filter(group.takes) })).filter(
    ({ members }) => members.length > 0,
  );
  const defaults = [`region: ${region}`, ...(profile === 'default' ? [] : [`profile: ${profile}`])];
  return `${[
    ...(schema === null ? [] : [`# yaml-language-server: $schema=${schema}`]),
    ...header(result, changes, next),
    'version: 1',
    `name: ${name}`,
    '# change: CHG-20481      # the change ticket, shown in every report',
    '# owner: dba-oncall      # who is responsible',
    `defaults: { ${defaults.join(', ')} }`,
    'targets:',
    ...groups.flatMap(({ name: group, title, members }) => [
      `  # ${group}, ${counted(members.length, 'instance')}: ${title}`,
      ...members.flatMap((one) => target(one, result, { region, profile })),
    ]),
    ...guards(changes),
    ...waves(groups),
  ].join('\n')}\n`;
}

/** What changes, once for each instance, although several profiles may see it. */
function changesOf(recommendations: readonly Recommendation[]): Recommendation[] {
  const byId = new Map<string, Recommendation>();
  for (const one of recommendations)
    if (one.advised !== null && isPlannable(one) && !byId.has(one.instance)) byId.set(one.instance, one);
  return [...byId.values()];
}

/** Whether a plan can name it: a provider may answer with an id or a region that no plan takes. */
function isPlannable({ instance, region, profile }: Recommendation): boolean {
  return (
    isTargetId(instance) &&
    /^[a-z]{2}(-[a-z][a-z0-9]*)+$/.test(region) &&
    /^[A-Za-z0-9_.-]{1,64}$/.test(profile)
  );
}

function header(
  { at, sizing, recommendations }: Recommendations,
  changes: readonly Recommendation[],
  next: string,
): string[] {
  const rest = VERDICTS.flatMap((verdict) => {
    const count = recommendations.filter((one) => one.verdict === verdict && one.advised === null).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
  const by = sizing === null ? 'the default rules' : escapeControls(sizing);
  return [
    `Made by refit recommend at ${at}, by ${by}.`,
    `${counted(changes.length, 'instance')} of ${recommendations.length} would change: ${described(changes)}.`,
    ...(rest.length === 0 ? [] : [`Not in this plan: ${rest.join(', ')}.`]),
    'Remove the targets that you do not want, then run:',
  ]
    .flatMap((line) => comment(line, '#'))
    .concat(`#   ${escapeControls(next)}`);
}

/** The memory and the money of changes. */
function described(changes: readonly Recommendation[]): string {
  const added = changes.reduce((sum, { billedMemory }) => sum + billedMemory, 0);
  return `${added < 0 ? `${memory(-added)} less` : added > 0 ? `${memory(added)} more` : 'the same'} billed memory`;
}

function target(
  one: Recommendation,
  { rules }: Recommendations,
  defaults: { readonly region: string; readonly profile: string },
): string[] {
  const { instance, name, region, profile, current, verdict, reason, monthly, billedMemory } = one;
  const advised = one.advised!;
  const shown = [...escapeControls(name)];
  const label = shown.length > NAME ? `${shown.slice(0, NAME - 1).join('')}…` : shown.join('');
  const keys = [
    `instance: ${instance}`,
    ...(region === defaults.region ? [] : [`region: ${region}`]),
    ...(profile === defaults.profile ? [] : [`profile: ${profile}`]),
    ...DIMENSIONS.filter((dimension) => advised[dimension] !== current[dimension]).map(
      (dimension) => `${dimension}: ${sizeValue(dimension, advised)}`,
    ),
  ];
  const cost = monthly === null ? '' : `, ${moneyText(monthly)}`;
  return [
    ...comment(`${label === '' ? instance : label}: ${sizeText(current)} -> ${sizeText(advised)}`, '  #'),
    ...comment(`${verdict}: ${escapeControls(textOf(reason))}`, '  #  '),
    ...comment(`${evidenceText(one, rules.over / DAY)}`, '  #  '),
    ...comment(
      `${billedMemory < 0 ? 'saves' : 'adds'} ${memory(Math.abs(billedMemory))} of billed memory${cost}`,
      '  #  ',
    ),
    `  - { ${keys.join(', ')} }`,
  ];
}

function sizeValue(dimension: keyof Size, size: Size): string {
  return dimension === 'memoryPerShard' ? formatMemory(size.memoryPerShard) : String(size[dimension]);
}

/** What the advice was made from, in one line. */
function evidenceText({ evidence, current, confidence }: Recommendation, days: number): string {
  const { hours, memory: used } = evidence;
  const share = (mb: number): string => `${decimal((100 * mb) / current.memoryPerShard)}%`;
  return [
    `${hours.found} of ${hours.of} hours of ${Math.round(days)} days`,
    ...(used === null
      ? []
      : [
          `peak ${share(used.peak.value)} at ${new Date(used.peak.at).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
          ...(used.trend >= 0.1 ? [`trend ${decimal(used.trend)} MB a day`] : []),
        ]),
    ...(confidence === null ? [] : [`confidence ${confidence.level}`]),
  ].join('; ');
}

/** With at most one decimal. */
function decimal(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function moneyText({ amount, source }: NonNullable<Recommendation['monthly']>): string {
  const { amount: value, currency } = amount;
  const text = `${money(Math.abs(value), currency)} a month ${value < 0 ? 'less' : 'more'}`;
  if (source === 'provider') return text;
  return `about ${text} (${source === 'sizing-file' ? 'by price.perGigabyteMonth' : 'from the hourly price of the new size'})`;
}

function guards(changes: readonly Recommendation[]): string[] {
  const smaller = changes.filter(
    ({ advised, current }) =>
      advised!.memoryPerShard < current.memoryPerShard || advised!.shards < current.shards,
  ).length;
  if (smaller === 0) return [];
  return [
    'guards:',
    `  shrink: allow # ${counted(smaller, 'target')} above ${smaller === 1 ? 'gets' : 'get'} smaller; the provider still demands 1.3 times the memory in use`,
  ];
}

function waves(groups: readonly (Group & { readonly members: readonly Recommendation[] })[]): string[] {
  if (groups.length < 2) return [];
  return [
    'waves: # a wave starts when every step of the one before has ended',
    ...groups.map(
      ({ name, members }, at) =>
        `  - { name: ${name}, take: ${at === groups.length - 1 ? 'rest' : members.length} }`,
    ),
  ];
}

/** A text as lines of a comment, broken between words. */
function comment(text: string, prefix: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > WIDTH - prefix.length) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => `${prefix} ${one}`);
}

/** The value that occurs most; the first one of several. */
function mostCommon(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}
