/**
 * What is to be done now, from the account, the folder and the time alone. Pure: the same question has the same answer
 * after a crash, and what has been written down since makes it another one.
 */

import { iso } from '../clock.ts';
import type { Schedule } from '../model.ts';
import { dueTimes } from '../plan/windows/due-times.ts';
import { duration } from '../report/quantities.ts';
import { MINUTE } from '../units.ts';
import { type FileReading, fallsBehind, type ScheduledPlan, scheduleSignature } from './plan-file.ts';
import type { BeganBecause, Occurrence, PlanLog, ScheduleEvent, ScheduleState } from './schedule-log.ts';

/** A due time that is noticed later than this, in milliseconds, had gone by while nobody looked. */
export const PUNCTUAL = MINUTE;

/** Due times that went by are counted up to so many. */
const MOST_COUNTED = 10_000;

/** A file that is away for less than this, in milliseconds, is being replaced. */
export const REMOVED_AFTER = MINUTE;

/** Whether a plan's times are heeded, and since when. */
export interface Switch {
  readonly enabled: boolean;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
}

/** Somebody asked for a plan to be begun now. */
export interface RunRequest {
  /** A name that no other request has. */
  readonly id: string;
  readonly plan: string;
  /** Milliseconds since 1970 UTC, of the one who asked. */
  readonly at: number;
  readonly by: string;
}

/** The folder as it was looked at last. */
export interface FolderView {
  readonly files: readonly FileReading[];
  readonly switches: ReadonlyMap<string, Switch>;
  readonly requests: readonly RunRequest[];
}

/** What is written down, and what is begun or gone on with once that is durable. */
export type Decision =
  | { readonly kind: 'note'; readonly deed: ScheduleEvent }
  | { readonly kind: 'begin'; readonly begin: Beginning };

/** An occurrence that is begun or gone on with. */
export interface Beginning extends Pick<Occurrence, 'plan' | 'due' | 'does' | 'digest'> {
  readonly because: BeganBecause;
  /** The plan as the folder has it; null where its file is gone: what was sealed is gone on with. */
  readonly file: ScheduledPlan | null;
  readonly request?: string;
}

export interface Asked {
  readonly state: ScheduleState;
  readonly view: FolderView;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** The plans whose occurrence is in the hands of this very process. */
  readonly inHand: ReadonlySet<string>;
  /** Plans whose files have been away for long enough. */
  readonly gone: ReadonlySet<string>;
}

export function decide(asked: Asked): Decision[] {
  const { state, view, gone } = asked;
  const decisions: Decision[] = [];
  const files = new Map<string, ScheduledPlan>();
  for (const reading of view.files) {
    if (reading.kind !== 'scheduled') continue;
    files.set(reading.name, reading.plan);
    decisions.push(...decidePlan(reading.plan, asked));
  }
  // What has no plan in the folder any more, or none that can be read, and was under way.
  for (const [name, { open }] of state.plans)
    if (open !== null && !files.has(name)) decisions.push(...resume(open, null, asked));
  for (const name of gone)
    if (state.plans.get(name)?.removed === false) decisions.push(note({ kind: 'removed', plan: name }));
  const begun = new Set(decisions.flatMap((one) => (one.kind === 'begin' ? [one.begin.plan] : [])));
  for (const request of view.requests) {
    if (state.requests.has(request.id)) continue;
    const decision = answer(request, files.get(request.plan) ?? null, asked, begun);
    if (decision.kind === 'begin') begun.add(request.plan);
    decisions.push(decision);
  }
  return decisions;
}

function note(deed: ScheduleEvent): Decision {
  return { kind: 'note', deed };
}

function decidePlan(file: ScheduledPlan, asked: Asked): Decision[] {
  const { state, view, now } = asked;
  const { name: plan, schedule, saved } = file;
  const decisions: Decision[] = [];
  const known = state.plans.get(plan) ?? null;
  const signature = scheduleSignature(file);
  const isNew = known === null || known.schedule !== signature;
  if (isNew) decisions.push(note({ kind: 'seen', plan, schedule: signature }));
  const open = known?.open ?? null;
  if (open !== null) decisions.push(...resume(open, file, asked));
  // First seen now, it owes nothing from before. A saved plan is carried out once, in one occurrence.
  if (isNew || known === null) return decisions;
  // One that is being begun is not on record yet: it decides about its due time.
  if (asked.inHand.has(plan) && open === null) return decisions;
  if (saved !== null && (known.ofDigest.has(saved.digest) || fallsBehind(file, known.since) !== null))
    return decisions;

  const toggled = view.switches.get(plan) ?? null;
  const from = Math.max(known.since, known.decided, toggled?.enabled ? toggled.at : Number.NEGATIVE_INFINITY);
  const times = dueTimes(schedule.when);
  const first = times.after(from);
  if (first === null || first > now) return decisions;
  const newest = times.upTo(now) ?? first;
  const count = times.between(from, newest, MOST_COUNTED);
  const due = iso(newest);
  const skipped = { kind: 'skipped', plan, due, count } as const;
  if (toggled?.enabled === false)
    return [...decisions, note({ ...skipped, because: 'disabled', what: 'the plan is disabled' })];
  const late = now - newest;
  const tooLate = whyTooLate(schedule, late);
  if (tooLate !== null) return [...decisions, note({ ...skipped, because: 'missed', what: tooLate })];
  if (count > 1) {
    // All but the newest.
    const older = iso(times.upTo(newest - 1)!);
    const what = 'a later time went by too, and the newest alone is made up for';
    decisions.push(note({ ...skipped, due: older, count: count - 1, because: 'missed', what }));
  }
  if (open !== null)
    return [
      ...decisions,
      note({ kind: 'refused', plan, due, because: 'overlap', what: formatOverlap(open) }),
    ];
  const begin = beginning(file, due, late > PUNCTUAL ? 'caught-up' : 'due');
  return [...decisions, { kind: 'begin', begin }];
}

/** Why a due time that was noticed so late, milliseconds, is not made up for; null where it is. */
function whyTooLate({ catchUp, catchUpWithin }: Schedule, late: number): string | null {
  if (late <= PUNCTUAL) return null;
  if (catchUp === 'skip') return 'its time went by while no scheduler looked, and catchUp is skip';
  return catchUpWithin !== undefined && late > catchUpWithin
    ? `its time went by ${duration(late)} ago, longer than catchUpWithin allows`
    : null;
}

function beginning(file: ScheduledPlan, due: string, because: BeganBecause): Beginning {
  const { name: plan, schedule, saved } = file;
  return { plan, due, because, does: schedule.does, digest: saved?.digest ?? null, file };
}

/** An occurrence that has not ended and is in nobody's hands. */
function resume(open: Occurrence, file: ScheduledPlan | null, asked: Asked): Decision[] {
  const { view, now, inHand, gone } = asked;
  const { plan, due, does, digest } = open;
  if (inHand.has(plan)) return [];
  // The folder may hold another saved plan under that name by now, or one that is planned anew.
  const fitting = file !== null && (file.saved?.digest ?? null) === digest ? file : null;
  const going = { plan, due, does, digest, file: fitting };
  if (open.phase === 'under-way') return [{ kind: 'begin', begin: { ...going, because: 'taken-up' } }];
  if (fitting === null) {
    // A file that cannot be read for now is waited for; withdrawn from the folder, it is not begun again by itself.
    if (file === null && !gone.has(plan)) return [];
    const what = `withdrawn: its file was ${file === null ? 'removed' : 'replaced'}; what is left goes on by hand alone`;
    return [note({ kind: 'ended', plan, due, exitCode: open.exitCode ?? 1, what })];
  }
  if (open.goesOnAt === null || open.goesOnAt > now) return [];
  if (view.switches.get(plan)?.enabled === false) return [];
  return [{ kind: 'begin', begin: { ...going, because: 'goes-on' } }];
}

function answer(
  request: RunRequest,
  file: ScheduledPlan | null,
  { state, inHand }: Asked,
  begun: ReadonlySet<string>,
): Decision {
  const { plan, id } = request;
  const due = iso(request.at);
  const refuse = (because: 'overlap' | 'not-scheduled', what: string) =>
    note({ kind: 'refused', plan, due, because, what, request: id });
  if (file === null) return refuse('not-scheduled', 'the folder has no such plan with a schedule');
  const known = state.plans.get(plan);
  const open = known?.open ?? null;
  if (inHand.has(plan) || begun.has(plan) || open?.phase === 'under-way')
    return refuse('overlap', open === null ? 'it is being begun' : formatOverlap(open));
  const before = file.saved === null ? open : (known?.ofDigest.get(file.saved.digest) ?? null);
  if (before === null && open !== null) return refuse('overlap', formatOverlap(open));
  const begin = beginning(file, before?.due ?? due, 'asked');
  return { kind: 'begin', begin: { ...begin, does: before?.does ?? begin.does, request: id } };
}

function formatOverlap({ due, phase, goesOnAt }: Occurrence): string {
  const still = `the one that was due at ${due}`;
  return phase === 'left' && goesOnAt !== null
    ? `${still} has not ended: it goes on at ${iso(goesOnAt)}`
    : `${still} is still under way`;
}

/** When something is to be done next about what is known, milliseconds since 1970 UTC; null: nothing is to come. */
export function nextMoment({ state, view, now }: Omit<Asked, 'inHand' | 'gone'>): number | null {
  const moments = view.files.flatMap((reading) =>
    reading.kind === 'scheduled' ? [nextOf(reading.plan, state.plans.get(reading.name) ?? null, now)] : [],
  );
  // What lies behind and was left alone waits for something else.
  const coming = moments.flatMap((at) => (at !== null && at > now ? [at] : []));
  return coming.length === 0 ? null : Math.min(...coming);
}

/** When a plan is due next, or goes on, if it is enabled; null: never by itself. */
export function nextOf(file: ScheduledPlan, known: PlanLog | null, now: number): number | null {
  const open = known?.open ?? null;
  const goesOn = open?.phase === 'left' ? open.goesOnAt : null;
  const { saved, schedule } = file;
  if (saved !== null && known?.ofDigest.has(saved.digest)) return goesOn;
  if (saved !== null && fallsBehind(file, known?.since ?? now) !== null) return null;
  const due = dueTimes(schedule.when).after(now);
  return due === null || goesOn === null ? (due ?? goesOn) : Math.min(due, goesOn);
}
