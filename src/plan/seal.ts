/** Seals a saved plan with a digest over its meaning, so that Refit applies exactly what people approved. */
import { approversFault } from '../approval/check-approvers.ts';
import { canonicalDigest } from '../digest.ts';
import { RefitError } from '../errors.ts';
import { validateSavedPlan } from '../generated/validators.js';
import { textOf } from '../messages/messages.ts';
import { SAVED_PLAN_FORMAT, type SavedPlan } from '../model.ts';
import { cronFault } from './windows/due-times.ts';
import { isTimeZone } from './windows/time-zone.ts';
import { parseFreeze, parseWindow } from './windows/window-text.ts';

/** Adds the digest: SHA-256 over the canonical form of everything else. */
export function sealPlan(draft: Omit<SavedPlan, 'digest'>): SavedPlan {
  const { digest: _, ...rest } = draft as SavedPlan;
  return { ...rest, digest: canonicalDigest(rest) };
}

/** The text of a saved plan file: indented JSON and a line feed. */
export function encodeSavedPlan(saved: SavedPlan): string {
  return `${JSON.stringify(saved, null, 2)}\n`;
}

/**
 * Reads a saved plan, with any order of keys and any white space.
 * @throws RefitError `format-unknown` when the text is not a saved plan of this version.
 * @throws RefitError `plan-altered` when somebody changed the plan after it was sealed.
 */
export function readSavedPlan(text: string): SavedPlan {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new RefitError('format-unknown', 'this is not a saved plan: it is not JSON', PLAN_AGAIN, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RefitError('format-unknown', 'this is not a saved plan: it is not a JSON object', PLAN_AGAIN);
  const { format, digest, ...rest } = value as Partial<SavedPlan>;
  if (format !== SAVED_PLAN_FORMAT) {
    const message = `this is not a saved plan of this version: its format is ${describe(format)}, not ${SAVED_PLAN_FORMAT}`;
    throw new RefitError('format-unknown', message, PLAN_AGAIN);
  }
  const found = canonicalDigest({ format, ...rest });
  if (digest !== found) {
    const message = `the saved plan was altered after it was sealed: its digest is ${describe(digest)}, but its content has ${found}`;
    throw new RefitError('plan-altered', message, `restore the approved file, or ${PLAN_AGAIN}`);
  }
  if (!validateSavedPlan(value)) {
    const fault = validateSavedPlan.errors?.[0];
    const message = `the saved plan has a valid digest but not a valid form: ${fault?.instancePath || '/'} ${fault?.message ?? 'is invalid'}`;
    throw new RefitError('format-unknown', message, PLAN_AGAIN);
  }
  const saved = value as SavedPlan;
  const contradiction = contradictionIn(saved);
  if (contradiction !== null)
    throw new RefitError('format-unknown', `the saved plan contradicts itself: ${contradiction}`, PLAN_AGAIN);
  return saved;
}

const PLAN_AGAIN = 'refit plan PLAN -o SAVED';

function describe(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value.slice(0, 80))
    : value === undefined
      ? 'missing'
      : `a ${typeof value}`;
}

/**
 * Checks what the schema cannot. Each step must be in exactly its wave, follow the step that it needs, and have a
 * precondition. Schedule and windows must be valid.
 */
function contradictionIn(saved: SavedPlan): string | null {
  const wave = saved.approvals ? undefined : saved.waves.find(({ approval }) => approval !== undefined);
  if (wave) return `wave ${wave.name} requires an approval, but the plan has no approvers`;
  const people = saved.approvals === undefined ? null : approversFault(saved.approvals);
  if (people) return textOf(people);
  return stepFault(saved) ?? waveFault(saved) ?? scheduleFault(saved) ?? windowFault(saved);
}

function stepFault({ steps, waves, preconditions }: SavedPlan): string | null {
  const seen = new Set<string>();
  const ready = new Set(preconditions.map(({ instance }) => instance));
  for (const { id, needs, instance, wave } of steps) {
    if (seen.has(id)) return `step ${id} occurs twice`;
    if (needs !== null && !seen.has(needs)) return `step ${id} needs ${needs}, which does not come before it`;
    if (!ready.has(instance)) return `step ${id} has no precondition`;
    if (wave < 0 || wave >= waves.length) return `step ${id} is in wave ${wave}, which does not exist`;
    seen.add(id);
  }
  return null;
}

function waveFault({ steps, waves }: SavedPlan): string | null {
  const waveOf = new Map(steps.map((step) => [step.id, step.wave]));
  for (const [index, { name, steps: listed }] of waves.entries()) {
    for (const id of listed) {
      if (waveOf.get(id) !== index) return `wave ${name} lists ${id}, which is not one of its steps`;
      waveOf.delete(id);
    }
  }
  return waveOf.size > 0 ? 'a step is in no wave' : null;
}

function scheduleFault({ schedule }: SavedPlan): string | null {
  if (schedule?.when.kind !== 'cron') return null;
  const { cron, timezone } = schedule.when;
  if (!isTimeZone(timezone)) return `the time zone ${timezone} is not known`;
  const fault = cronFault(cron);
  return fault === null ? null : `its schedule is not valid: ${fault}`;
}

function windowFault({ windows }: SavedPlan): string | null {
  if (windows === undefined) return null;
  if (!isTimeZone(windows.timezone)) return `the time zone ${windows.timezone} is not known`;
  const invalid =
    windows.allow.find((text) => parseWindow(text) === null) ??
    windows.freeze.find((text) => parseFreeze(text) === null);
  return invalid === undefined ? null : `${JSON.stringify(invalid)} is not a window or a freeze`;
}
