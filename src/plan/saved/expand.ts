/** Turns the stored form of a saved plan into the plan in memory: computes everything that the file leaves out. */
import { given, pick } from '../../given.ts';
import type {
  Finding,
  Forecast,
  Precondition,
  SavedPlan,
  SourceLocation,
  Spread,
  Step,
} from '../../model.ts';
import { sumPrices } from '../../money.ts';
import { createFinding } from '../../rules/check.ts';
import { ASSUMED_DURATIONS } from '../forecast/durations.ts';
import { forecastPlan } from '../forecast/forecast.ts';
import { sharesOf } from '../price/price-shares.ts';
import { stepId } from '../price/price-steps.ts';
import { groupOf } from '../waves/spread.ts';
import { withOwnFindings } from './own-findings.ts';
import type { StoredFinding, StoredLocation, StoredPlan, StoredPrecondition } from './stored-plan.ts';

/**
 * The saved plan of a stored form without contradictions. Pure, and linear in its steps.
 * @param known the forecast of the same plan, if the caller has it; else it is computed.
 */
export function expand(stored: StoredPlan, digest: string, known?: Forecast): SavedPlan {
  const steps = expandSteps(stored);
  const preconditions = expandPreconditions(stored, steps);
  const idsOf = stored.waves.map((): string[] => []);
  for (const { id, wave } of steps) idsOf[wave]!.push(id);
  const waves = stored.waves.map(({ name, ...options }, at) => ({ name, steps: idsOf[at]!, ...options }));
  return withOwnFindings({
    ...pick(stored, 'format'),
    digest,
    ...pick(stored, 'name', 'change', 'owner', 'file', 'sealedAt', 'expiresAt', 'finishBy'),
    ...pick(stored, 'inventory', 'execution', 'approvals', 'spread', 'windows', 'schedule'),
    waves,
    steps,
    preconditions,
    unchanged: stored.unchanged,
    blocked: stored.blocked.map(({ instance, region, findings }) => ({
      instance,
      region,
      findings: findings.map((one) => expandFinding({ ...one, instance }, stored.file)),
    })),
    findings: stored.findings.map((one) => blocksNothing(expandFinding(one, stored.file))),
    prices: sumPrices(steps),
    ...given({ priceShares: sharesOf(steps, waves) }),
    forecast: known ?? expandForecast(stored, { steps, waves, preconditions }),
    ...pick(stored, 'source', 'hooks', 'notify'),
  });
}

/** Whether the group of an instance comes from a tag, which only the stored form knows. */
export function hasOwnGroups(spread: Spread | undefined): boolean {
  return spread?.by.startsWith('tags.') ?? false;
}

/** The steps of an instance follow each other, and the preconditions are in the same order. */
function expandSteps({ steps, preconditions, file }: StoredPlan): Step[] {
  const locationOf = createLocations(file);
  let at = -1;
  let earlier: Step | null = null;
  return steps.map((stored): Step => {
    const { instance, change, after, wave, nodes, quote } = stored;
    if (earlier?.instance !== instance) {
      earlier = null;
      at += 1;
    }
    const { region, profile, edition, size } = preconditions[at]!;
    const step: Step = {
      id: stepId(instance, change),
      instance,
      region,
      profile,
      edition,
      change,
      ...(nodes === undefined ? null : { nodes }),
      before: earlier?.after ?? size,
      after,
      needs: earlier?.id ?? null,
      wave,
      location: locationOf(stored.location),
      quote,
    };
    earlier = step;
    return step;
  });
}

function expandPreconditions(
  { preconditions, spread, inventory }: StoredPlan,
  steps: readonly Step[],
): Precondition[] {
  const lasts = steps.filter(({ instance }, at) => steps[at + 1]?.instance !== instance);
  const groupIn = (one: StoredPrecondition) =>
    spread === undefined || hasOwnGroups(spread)
      ? (one.group ?? null)
      : groupOf(spread, { ...one, tags: {} });
  return preconditions.map((one, at): Precondition => {
    const { group: _, ...stored } = one;
    const target = lasts[at]!.after;
    return { ...stored, target, ...given({ group: groupIn(one) }), readAt: inventory.readAt };
  });
}

function expandFinding(
  { code, messageId, params, instance, location }: StoredFinding,
  file: string,
): Finding {
  return createFinding(code, { id: messageId, params }, instance, expandLocation(location, file));
}

/** A finding of a sealed plan. The code of an error is a warning there: `onBlocked: skip` passed over it. */
function blocksNothing(finding: Finding): Finding {
  return finding.severity === 'error' ? { ...finding, severity: 'warning' } : finding;
}

/** Expands locations. Most steps have the location of the step before, and share it. */
function createLocations(file: string): (location: StoredLocation | null) => SourceLocation | null {
  let last: SourceLocation | null = null;
  return (location) => {
    if (location === null) return null;
    const { line, column } = location;
    if (last?.line !== line || last.column !== column || last.file !== (location.file ?? file))
      last = expandLocation(location, file);
    return last;
  };
}

function expandLocation(location: StoredLocation | null, planFile: string): SourceLocation | null {
  if (location === null) return null;
  const { file = planFile, line, column } = location;
  return { file, line, column };
}

function expandForecast(
  { execution, spread, windows, sealedAt, forecast }: StoredPlan,
  plan: Pick<SavedPlan, 'steps' | 'waves' | 'preconditions'>,
): Forecast {
  const { durations = ASSUMED_DURATIONS, monitorCalls = 0 } = forecast;
  const more = given({ spread, windows });
  return forecastPlan({ ...plan, execution, ...more }, Date.parse(sealedAt), { durations, monitorCalls });
}
