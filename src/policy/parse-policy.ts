/** Parses the text of a policy file: YAML, schema, and every check that needs no plan. */

import { namesOf } from '../approval/check-approvers.ts';
import { looksLikePasskey } from '../approval/passkey/passkey.ts';
import { validatePolicy } from '../generated/validators.js';
import { given } from '../given.ts';
import { message } from '../messages/messages.ts';
import type {
  Finding,
  Policy,
  PolicyAmount,
  PolicyCondition,
  PolicyDemand,
  PolicyList,
  PolicyRule,
} from '../model.ts';
import { checkWindows } from '../plan/parse/check-times.ts';
import { parseSettings } from '../plan/parse/parse-settings.ts';
import type { PlanText } from '../plan/parse/plan-text.ts';
import {
  assertParsed,
  parseComparison,
  parseCost,
  parseDuration,
  parseOptional,
} from '../plan/parse/quantity.ts';
import { readApprovers } from '../plan/parse/read-approvers.ts';
import type { Path, YamlTree } from '../plan/parse/read-yaml.ts';

/** The smallest policy, as an example. */
const MINIMAL_POLICY = ['version: 1', 'limit:', '  instances: 50'].join('\n');

const POLICY = { whole: 'policy', versions: [1], example: MINIMAL_POLICY, validate: validatePolicy } as const;

/** Reads a file that a policy names. @returns its path for messages, and its text; null if it cannot be read. */
export type ReadBeside = (from: string) => Promise<{ readonly file: string; readonly text: string | null }>;

/**
 * Never throws on any text, if `readBeside` does not.
 * @param file the path of the policy, for locations.
 * @returns all findings; the policy is null if one of them is an error, because half a policy would permit too much.
 */
export async function parsePolicy(
  text: string,
  file: string,
  readBeside: ReadBeside,
): Promise<{ readonly policy: Policy | null; readonly findings: readonly Finding[] }> {
  const { source, read, findings } = parseSettings<WrittenPolicy>(text, file, POLICY);
  if (read === null) return { policy: null, findings };
  const { written, tree } = read;
  checkWindows({ ...written.require?.windows }, (path, finding, { key = false } = {}) => {
    const at = ['require', ...path];
    const span = key ? tree.keyAt(at) : tree.valueAt(at);
    findings.push(source.finding({ code: 'Refit.BadValue', message: finding }, span));
  });
  const rules = await rulesOf(written, tree, source, readBeside, findings);
  if (findings.some(({ severity }) => severity === 'error')) return { policy: null, findings };
  return { policy: { files: [file], rules }, findings };
}

/** A policy that the schema accepts. */
interface WrittenPolicy {
  readonly require?: {
    readonly approvals?: readonly WrittenApproval[];
    readonly windows?: {
      readonly timezone: string;
      readonly allow?: readonly string[];
      readonly freeze?: readonly string[];
    };
    readonly plannedBy?: { readonly need?: number; readonly from: string };
    readonly maxAge?: string;
  };
  readonly allow?: Readonly<Partial<Record<PolicyList | 'hookEnvironment', readonly string[]>>> & {
    readonly privateAddresses?: boolean;
  };
  readonly limit?: Readonly<Partial<Record<PolicyAmount, number | string>>> & { readonly cost?: string };
}

interface WrittenApproval {
  readonly need: number;
  readonly from: string;
  readonly when?: {
    readonly regions?: readonly string[];
    readonly tags?: Readonly<Record<string, string | readonly string[]>>;
    readonly instances?: string;
    readonly cost?: string;
    readonly shrink?: true;
  };
}

const LISTS: readonly PolicyList[] = ['profiles', 'regions', 'endpoints', 'hooks', 'hosts'];
const AMOUNTS: readonly PolicyAmount[] = [
  'instances',
  'requestsPerSecond',
  'inFlight',
  'inFlightInRegion',
  'planExpiry',
  'approvalExpiry',
];

/** One rule for each key. Adds the findings of the files that list people. */
async function rulesOf(
  { require = {}, allow = {}, limit = {} }: WrittenPolicy,
  tree: YamlTree,
  source: PlanText,
  readBeside: ReadBeside,
  findings: Finding[],
): Promise<PolicyRule[]> {
  const rules: PolicyRule[] = [];
  const add = (path: Path, demand: PolicyDemand): void => {
    const key = path.filter((part) => typeof part === 'string').join('.');
    rules.push({ ...demand, key, location: source.locationAt(tree.keyAt(path).offset) });
  };
  const signersOf = async (path: Path, { need = 1, from }: { need?: number; from: string }) => {
    const location = source.locationAt(tree.valueAt([...path, 'from']).offset);
    const beside = await readBeside(from);
    const { approvals, findings: bad } = readApprovers({ need, from, location }, { ...beside, authors: [] });
    findings.push(...bad);
    return { need, from, signers: approvals?.approvers ?? [] };
  };
  const { approvals = [], windows, plannedBy, maxAge } = require;
  for (const [index, written] of approvals.entries()) {
    const path = ['require', 'approvals', index];
    const when = written.when === undefined ? null : conditionOf(written.when);
    add(path, { kind: 'approvals', when, ...(await signersOf(path, written)) });
  }
  if (windows !== undefined) {
    const { timezone, allow: open = [], freeze = [] } = windows;
    const sealed = { timezone, allow: open, freeze, calendars: [], lastStart: 0, atClose: 'drain' } as const;
    add(['require', 'windows'], { kind: 'windows', windows: sealed });
  }
  if (plannedBy !== undefined) {
    const path = ['require', 'plannedBy'];
    const listed = await signersOf(path, plannedBy);
    // A passkey approves, and signs nothing else.
    const signers = listed.signers.filter(({ key }) => !looksLikePasskey(key));
    const { need, from } = listed;
    if (namesOf(signers).length < need && signers.length < listed.signers.length)
      findings.push(
        source.finding(
          {
            code: 'Refit.BadValue',
            message: message('policy.planners-with-passkeys', {
              need,
              from,
              may: namesOf(signers),
            }),
          },
          tree.valueAt([...path, 'from']),
        ),
      );
    add(path, { kind: 'plannedBy', need, from, signers });
  }
  if (maxAge !== undefined)
    add(['require', 'maxAge'], { kind: 'maxAge', most: assertParsed(parseDuration(maxAge)) });
  for (const of of LISTS) {
    const allowed = allow[of];
    if (allowed !== undefined) add(['allow', of], { kind: 'list', of, allowed });
  }
  const { hookEnvironment, privateAddresses = true } = allow;
  if (hookEnvironment !== undefined)
    add(['allow', 'hookEnvironment'], { kind: 'hookEnvironment', allowed: hookEnvironment });
  if (!privateAddresses) add(['allow', 'privateAddresses'], { kind: 'noPrivateAddresses' });
  if (limit.cost !== undefined)
    add(['limit', 'cost'], { kind: 'cost', most: assertParsed(parseCost(limit.cost)) });
  for (const of of AMOUNTS) {
    const written = limit[of];
    if (written === undefined) continue;
    const most = typeof written === 'number' ? written : assertParsed(parseDuration(written));
    add(['limit', of], { kind: 'limit', of, most });
  }
  return rules;
}

function conditionOf({
  regions,
  tags,
  instances,
  cost,
  shrink,
}: NonNullable<WrittenApproval['when']>): PolicyCondition {
  return given({
    regions,
    tags:
      tags &&
      Object.fromEntries(
        Object.entries(tags).map(([key, value]) => [key, typeof value === 'string' ? [value] : value]),
      ),
    instances: parseOptional(instances, parseComparison),
    cost: parseOptional(cost, parseCostCondition),
    shrink,
  });
}

/** `> 1000 CNY` */
function parseCostCondition(text: string): PolicyCondition['cost'] | null {
  const [, operator, amount, currency] = /^(>=?) ?(\d{1,12}(?:\.\d{1,2})?) ([A-Z]{3})$/.exec(text) ?? [];
  if (operator === undefined) return null;
  return { operator: operator as '>' | '>=', amount: Number(amount), currency: currency! };
}
