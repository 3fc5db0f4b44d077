/**
 * The findings that follow from a plan alone. Its file does not hold them, because anyone can seal a file again. Planning
 * and reading compute them here. The file holds the others: they depend on the fleet, on prices or on the written plan.
 */
import { iso } from '../../clock.ts';
import { message } from '../../messages/messages.ts';
import type { Finding, Message, Precondition, Step, UnsealedPlan } from '../../model.ts';
import { planAgain, shellQuote } from '../../next-command.ts';
import { createFinding } from '../../rules/check.ts';
import { DAY, HOUR, SECOND } from '../../units.ts';
import { VISIBLE_WITHIN } from '../order-visibility.ts';
import { bySeverity, summarize } from '../plan-findings.ts';
import { shrinksSize } from '../plan-from-run.ts';
import { totalSoak } from '../waves/waves.ts';
import { writtenWindows } from '../windows/describe-windows.ts';
import { durationToCover, nextStart, USUAL_VALIDITY } from '../windows/next-start.ts';
import { secondsToFit } from '../windows/window-findings.ts';

/** Findings about the whole plan, by code. */
const OF_PLAN: Readonly<Record<string, (plan: UnsealedPlan) => Message | null>> = {
  'Refit.FromRun': fromRun,
  'Refit.WindowsOfRun': windowsOfRun,
  'Refit.InventoryOld': inventoryOld,
  'Refit.ShortPatience': shortPatience,
  'Refit.FinishByTooSoon': finishByTooSoon,
  'Refit.WindowTooShort': windowTooShort,
  'Refit.ExpiresEarly': expiresEarly,
  'Refit.SoakLast': soakLast,
  'Refit.SpreadUntagged': spreadUntagged,
  'Refit.InWindows': startTogether,
  'Refit.TerraformReverts': terraformReverts,
};

/** Findings about single steps, by code. */
const OF_STEPS: Readonly<Record<string, (step: Step) => Message | null>> = {
  'FailedOperation.SystemError': ({ instance, needs }) =>
    needs === null ? null : message('rule.tail-lock', { id: instance }),
  'Refit.PriceEstimated': ({ instance, change, quote }) =>
    quote?.estimated ? message('price.estimated', { id: instance, dimension: change.dimension }) : null,
};

/** Whether all findings of this code follow from a plan alone. */
export function isOwnFinding(code: string): boolean {
  return Object.hasOwn(OF_PLAN, code) || Object.hasOwn(OF_STEPS, code);
}

/** Adds the findings that follow from a plan to those that do not. Pure, and linear in its steps. */
export function withOwnFindings<Given extends UnsealedPlan>(plan: Given): Given {
  const ofPlan = Object.entries(OF_PLAN).flatMap(([code, judge]): Finding[] => {
    const found = judge(plan);
    return found === null ? [] : [createFinding(code, found)];
  });
  const ofSteps = Object.entries(OF_STEPS).flatMap(([code, judge]) =>
    plan.steps.flatMap((step): Finding[] => {
      const found = judge(step);
      return found === null ? [] : [createFinding(code, found, step.instance, step.location)];
    }),
  );
  return { ...plan, findings: bySeverity([...ofPlan, ...plan.findings, ...summarize(ofSteps)]) };
}

/** From which run the plan comes. */
function fromRun({ source, preconditions, unchanged, blocked }: UnsealedPlan): Message | null {
  if (source === undefined) return null;
  const { kind, run, digest, head } = source;
  return message('from-run.origin', {
    ...{ kind, run, digest, head },
    targets: preconditions.length + unchanged.length + blocked.length,
    shrinks: preconditions.some(shrinksSize),
    command: `refit audit verify ${shellQuote(run)} --head ${head}`,
  });
}

/** A plan from a run keeps to the windows of that run. */
function windowsOfRun({ source, windows }: UnsealedPlan): Message | null {
  if (source === undefined || windows === undefined) return null;
  return message('from-run.windows-kept', {
    windows: writtenWindows(windows),
    calendars: windows.calendars.map(({ file, knownUntil }) => ({ file, knownUntil })),
    command: planAgain({ file: '', source: { ...source, ignoresWindows: true } }, 'SAVED'),
  });
}

/** The inventory is older than the plan may get. */
function inventoryOld({ inventory: { readAt }, sealedAt, expiresAt }: UnsealedPlan): Message | null {
  const sealed = Date.parse(sealedAt);
  if (sealed - Date.parse(readAt) <= Date.parse(expiresAt) - sealed) return null;
  return message('plan.inventory-old', { readAt });
}

/** `patience` is so short that Refit could place an order twice. */
function shortPatience({ execution: { patience } }: UnsealedPlan): Message | null {
  return patience >= VISIBLE_WITHIN ? null : message('plan.patience-short', { patience });
}

/** The plan needs, or probably needs, more time than `finishBy` leaves. */
function finishByTooSoon({ finishBy, sealedAt, forecast, waves }: UnsealedPlan): Message | null {
  const left = finishBy === null ? 0 : Date.parse(finishBy) - Date.parse(sealedAt);
  if (left <= 0) return null;
  const seconds = Math.floor(left / SECOND);
  const soak = totalSoak(waves) / SECOND;
  const least = forecast.leastSeconds + soak;
  if (left < least * SECOND) return message('plan.finish-by-too-soon', { least, soaks: soak > 0, seconds });
  const { time } = forecast;
  if (!time || left >= time.total.p50 * SECOND) return null;
  const { basis } = time.durations;
  return message('plan.finish-by-unlikely', { likely: time.total.p50, durations: basis, seconds });
}

/** Not all orders fit into the coming window. */
function windowTooShort({ forecast }: UnsealedPlan): Message | null {
  const { orders, window, time } = forecast;
  if (window === undefined || window.fits) return null;
  const seconds = secondsToFit(forecast);
  return message('window.too-short', { orders, seconds, window: window.local, windows: time?.windows ?? 1 });
}

/** The plan, or an approval with the usual validity, would expire before a run can start. */
function expiresEarly(plan: UnsealedPlan): Message | null {
  const { sealedAt, expiresAt, schedule, approvals } = plan;
  const sealed = Date.parse(sealedAt);
  const start = nextStart(plan, sealed);
  if (start === null) return null;
  if (start > Date.parse(expiresAt)) {
    // Without a schedule, Refit.WindowsClosed refuses the plan.
    if (schedule === undefined) return null;
    const days = Math.ceil((start - sealed) / DAY) + 1;
    return message('saved-plan.expires-before-start', { expiresAt, start: iso(start), days });
  }
  if (approvals === undefined || start <= sealed + USUAL_VALIDITY) return null;
  const expires = durationToCover(start, sealed);
  return message('approval.expires-before-start', {
    hours: USUAL_VALIDITY / HOUR,
    start: iso(start),
    expires,
  });
}

/** A soak after the last wave delays nothing, except for a gate. */
function soakLast({ waves }: UnsealedPlan): Message | null {
  const last = waves.at(-1);
  if (last?.soak === undefined || last.gate !== undefined) return null;
  return message('wave.soak-without-effect', { wave: last.name });
}

/** How many instances a finding names. */
const NAMED = 3;

/** Spread does not limit instances without the tag. */
function spreadUntagged({ spread, preconditions }: UnsealedPlan): Message | null {
  if (spread === undefined) return null;
  const without = preconditions.filter(({ group }) => group === undefined);
  if (without.length === 0) return null;
  return message('spread.tag-missing', {
    tag: spread.by.slice('tags.'.length),
    without: without.length,
    instances: preconditions.length,
    first: without.slice(0, NAMED).map(({ instance }) => instance),
  });
}

/** Terraform still has the sizes before the run in its configuration. */
function terraformReverts({ preconditions }: UnsealedPlan): Message | null {
  const managed = preconditions.filter(({ terraform }) => terraform !== undefined).length;
  return managed === 0 ? null : message('terraform.reverts', { managed, instances: preconditions.length });
}

/** All changes of one maintenance window start together. Refit cannot limit them. */
function startTogether({ execution, preconditions }: UnsealedPlan): Message | null {
  if (execution.switch === 'now' || preconditions.length === 0) return null;
  const spanOf = ({ window }: Precondition) => `${window!.from}-${window!.to}`;
  const windows = [...Map.groupBy(preconditions, spanOf)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, own]) => ({ ...own[0]!.window!, instances: own.length }));
  return message('plan.changes-in-windows', { windows });
}
