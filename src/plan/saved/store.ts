/** Turns a saved plan in memory into its stored form. */
import { given, pick } from '../../given.ts';
import type { Finding, SourceLocation, Step, UnsealedPlan } from '../../model.ts';
import { rolloutOptionsOf } from '../waves/waves.ts';
import { hasOwnGroups } from './expand.ts';
import { isOwnFinding } from './own-findings.ts';
import type { StoredFinding, StoredLocation, StoredPlan } from './stored-plan.ts';

/** Leaves out everything that `expand` computes. Pure. */
export function store(plan: UnsealedPlan): StoredPlan {
  const { waves, steps, preconditions, unchanged, blocked, findings, forecast } = plan;
  const at = (location: SourceLocation | null) => storeLocation(location, plan.file);
  return {
    ...pick(plan, 'format', 'name', 'change', 'owner', 'file', 'sealedAt', 'expiresAt', 'finishBy'),
    ...pick(plan, 'inventory', 'execution', 'approvals', 'spread', 'schedule', 'windows'),
    ...pick(plan, 'source', 'hooks', 'notify'),
    waves: waves.map((wave) => ({ name: wave.name, ...rolloutOptionsOf(wave) })),
    steps: steps.map((step: Step) => ({
      ...pick(step, 'instance', 'change', 'nodes', 'after', 'wave'),
      location: at(step.location),
      quote: step.quote,
    })),
    preconditions: preconditions.map(({ target: _, readAt: __, group, ...one }) => ({
      ...one,
      ...given({ group: hasOwnGroups(plan.spread) ? group : null }),
    })),
    unchanged,
    blocked: blocked.map(({ instance, region, findings: own }) => ({
      instance,
      region,
      findings: own.map((finding) => {
        const { instance: _, ...stored } = storeFinding(finding, plan.file);
        return stored;
      }),
    })),
    findings: findings
      .filter(({ code }) => !isOwnFinding(code))
      .map((finding) => storeFinding(finding, plan.file)),
    forecast: given({ durations: forecast.time?.durations, monitorCalls: forecast.monitorCalls }),
  };
}

function storeFinding(finding: Finding, file: string): StoredFinding {
  return {
    ...pick(finding, 'code', 'messageId', 'params', 'instance'),
    location: storeLocation(finding.location, file),
  };
}

function storeLocation(location: SourceLocation | null, planFile: string): StoredLocation | null {
  if (location === null) return null;
  const { file, line, column } = location;
  return file === planFile ? { line, column } : { file, line, column };
}
