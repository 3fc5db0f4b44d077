/** Writes a first plan for what somebody selected elsewhere, such as on the page of the fleet. */
import type { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import { isTargetId } from '../../model.ts';
import { createPlanText } from '../../plan/parse/plan-text.ts';
import { readYaml } from '../../plan/parse/read-yaml.ts';

/** What was selected, as texts that nobody has checked. */
export interface Selected {
  /** The region of the plan; null: the author fills it in. */
  readonly region: string | null;
  /** The credentials profile of the instances; null: `default`. */
  readonly profile: string | null;
  readonly ids: readonly string[];
  /** A selector as YAML; null: none. */
  readonly select: string | null;
}

/** Characters of a selector, and ids, that a first plan takes. */
const LONGEST_SELECTOR = 64_000;
const MOST_IDS = 10_000;

/**
 * A plan with one target, which grows what is selected by a quarter. The texts cannot become other keys of the plan.
 * @param name of the plan. @throws RefitError `usage` for a text that is no selector, id or region.
 */
export function selectorPlan({ region, profile, ids, select }: Selected, name: string): string {
  if (region !== null && !REGION.test(region)) throw refusal('region');
  if (profile !== null && !/^[\w.-]{1,64}$/.test(profile)) throw refusal('profile');
  if (ids.length > MOST_IDS || !ids.every(isTargetId)) throw refusal('list of instance ids');
  const written = select === null ? { tags: { env: 'prod' } } : selectorFrom(select);
  const selector = ids.length > 0 ? { ids } : written;
  const defaults = {
    region: region ?? regionOf(selector) ?? 'ap-guangzhou',
    ...(profile === null ? {} : { profile }),
  };
  const lines = [
    'version: 1',
    `name: ${name}`,
    '# change: CHG-20481      # the change ticket, shown in every report',
    '# owner: dba-oncall      # who is responsible',
    `defaults: ${flow(defaults)}`,
    'targets:',
    `  - select: ${flow(selector)}`,
    '    memoryPerShard: { grow: 25%, roundTo: sold } # or an absolute size, such as 8GB',
    'guards:',
    '  shrink: deny           # allow: permits smaller sizes',
    'waves:',
    '  - { name: canary, take: 1, soak: 10m }',
    '  - { name: rest, take: rest }',
    'execution:',
    '  inFlight: 20           # resizes in progress at the same time',
    '  haltWhen: { failed: "> 2", unknown: "> 0" }',
  ];
  return `${lines.join('\n')}\n`;
}

const REGION = /^[a-z]{2}(-[a-z][a-z0-9]*)+$/;

/** The first region of a selector; null: it has none. */
function regionOf(selector: object): string | null {
  const { regions } = selector as { readonly regions?: unknown };
  const first: unknown = Array.isArray(regions) ? regions[0] : null;
  return typeof first === 'string' && REGION.test(first) ? first : null;
}

/** @throws RefitError `usage` */
function selectorFrom(text: string): object {
  if (text.length > LONGEST_SELECTOR) throw refusal('selector');
  const { tree, findings } = readYaml(createPlanText(text, 'selector'));
  const value = tree?.value;
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap || findings.some(({ severity }) => severity === 'error')) throw refusal('selector');
  return value;
}

const refusal = (what: string): RefitError =>
  refitError('usage', message('error.bad-selector', { part: what }));

/** A value as YAML on one line. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${plain(key)}: ${flow(one)}`)
      .join(', ')} }`;
  return typeof value === 'string' ? plain(value) : JSON.stringify(value ?? null);
}

/** A text that no reader of YAML can take for something else needs no quotes. */
function plain(text: string): string {
  const isSafe = /^[a-z][\w]*(-[\w.]+)*$/i.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return isSafe ? text : JSON.stringify(text);
}
