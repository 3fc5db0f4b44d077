/** The seal of a saved plan: a digest over its meaning, so that what is carried out is what was approved. */
import { canonicalDigest } from '../digest.ts';
import { RefitError } from '../errors.ts';
import { validateSavedPlan } from '../generated/validators.js';
import { SAVED_PLAN_FORMAT, type SavedPlan } from '../model.ts';
import { cronFault } from './windows/due-times.ts';
import { isTimeZone } from './windows/time-zone.ts';
import { parseFreeze, parseWindow } from './windows/window-text.ts';

/** The plan with its digest: SHA-256 over the canonical form of everything else in it. */
export function sealPlan(draft: Omit<SavedPlan, 'digest'>): SavedPlan {
  const { digest: _, ...rest } = draft as SavedPlan;
  return { ...rest, digest: canonicalDigest(rest) };
}

/** The text of a saved plan's file, readable and ending in a line feed. */
export function encodeSavedPlan(saved: SavedPlan): string {
  return `${JSON.stringify(saved, null, 2)}\n`;
}

/**
 * Reads a saved plan whatever the order of its keys and its white space.
 * @throws RefitError `format-unknown` where the text is no saved plan of this version, `plan-altered` where anything
 * in it was changed after it was sealed.
 */
export function readSavedPlan(text: string): SavedPlan {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new RefitError('format-unknown', 'this is no saved plan: it is not JSON', PLAN_AGAIN, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RefitError('format-unknown', 'this is no saved plan: it is not a JSON object', PLAN_AGAIN);
  const { format, digest, ...rest } = value as Partial<SavedPlan>;
  if (format !== SAVED_PLAN_FORMAT) {
    const message = `this is no saved plan of this version: format is ${shown(format)}, not ${SAVED_PLAN_FORMAT}`;
    throw new RefitError('format-unknown', message, PLAN_AGAIN);
  }
  const found = canonicalDigest({ format, ...rest });
  if (digest !== found) {
    const message = `the saved plan was altered after it was sealed: its digest is ${shown(digest)}, its content has ${found}`;
    throw new RefitError('plan-altered', message, `restore the file that was approved, or ${PLAN_AGAIN}`);
  }
  if (!validateSavedPlan(value)) {
    const fault = validateSavedPlan.errors?.[0];
    const message = `the saved plan has its digest and not its form: ${fault?.instancePath || '/'} ${fault?.message ?? 'is invalid'}`;
    throw new RefitError('format-unknown', message, PLAN_AGAIN);
  }
  const saved = value as SavedPlan;
  const fault = looseEnd(saved);
  if (fault !== null)
    throw new RefitError('format-unknown', `the saved plan contradicts itself: ${fault}`, PLAN_AGAIN);
  return saved;
}

const PLAN_AGAIN = 'refit plan PLAN -o SAVED';

function shown(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value.slice(0, 80))
    : value === undefined
      ? 'missing'
      : `a ${typeof value}`;
}

/**
 * What a schema cannot say: each step in exactly its wave, after the step it needs, with a precondition; windows that
 * are understood.
 */
function looseEnd(saved: SavedPlan): string | null {
  const asking = saved.approvals ? undefined : saved.waves.find(({ approval }) => approval !== undefined);
  if (asking) return `wave ${asking.name} asks for an approval, and nobody may approve`;
  return looseStep(saved) ?? looseWave(saved) ?? strangeSchedule(saved) ?? strangeWindow(saved);
}

function looseStep({ steps, waves, preconditions }: SavedPlan): string | null {
  const seen = new Set<string>();
  const ready = new Set(preconditions.map(({ instance }) => instance));
  for (const { id, needs, instance, wave } of steps) {
    if (seen.has(id)) return `step ${id} is there twice`;
    if (needs !== null && !seen.has(needs)) return `step ${id} needs ${needs}, which is not before it`;
    if (!ready.has(instance)) return `step ${id} has no precondition`;
    if (wave < 0 || wave >= waves.length) return `step ${id} is in wave ${wave}, which is not there`;
    seen.add(id);
  }
  return null;
}

function looseWave({ steps, waves }: SavedPlan): string | null {
  const waveOf = new Map(steps.map((step) => [step.id, step.wave]));
  for (const [index, { name, steps: listed }] of waves.entries()) {
    for (const id of listed) {
      if (waveOf.get(id) !== index) return `wave ${name} lists ${id}, which is not one of its steps`;
      waveOf.delete(id);
    }
  }
  return waveOf.size > 0 ? 'a step is in no wave' : null;
}

function strangeSchedule({ schedule }: SavedPlan): string | null {
  if (schedule?.when.kind !== 'cron') return null;
  const { cron, timezone } = schedule.when;
  if (!isTimeZone(timezone)) return `the time zone ${timezone} is not known here`;
  const fault = cronFault(cron);
  return fault === null ? null : `its schedule is not understood: ${fault}`;
}

function strangeWindow({ windows }: SavedPlan): string | null {
  if (windows === undefined) return null;
  if (!isTimeZone(windows.timezone)) return `the time zone ${windows.timezone} is not known here`;
  const strange =
    windows.allow.find((text) => parseWindow(text) === null) ??
    windows.freeze.find((text) => parseFreeze(text) === null);
  return strange === undefined ? null : `${JSON.stringify(strange)} is no window and no freeze`;
}
