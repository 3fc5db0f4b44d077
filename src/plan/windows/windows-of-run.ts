/**
 * The windows of a plan made from a run: those of the run's plan with what its calendars said, as they were sealed, or
 * none where they are to be ignored. Pure.
 */
import type { Finding, Plan, PlanSource, SavedPlan, SavedWindows, SealedCalendar } from '../../model.ts';
import { planAgain } from '../../next-command.ts';
import { say } from '../../rules/check.ts';
import { count } from '../../rules/say-size.ts';
import { openOpenings } from './open-windows.ts';

/** What of a plan made from a run is about when it may begin. */
export interface WindowsOfRun {
  /** The calendars are beside it: their files lie where the run's plan was made, and are not read again. */
  readonly windows: NonNullable<Plan['windows']> | null;
  readonly calendars: readonly SealedCalendar[];
  readonly switch: SavedPlan['execution']['switch'];
  /** Milliseconds from now: more than the run's plan was good for where the next window opens later than that. */
  readonly expires: number;
  readonly findings: readonly Finding[];
}

/** @param now milliseconds since 1970 UTC. */
export function windowsOfRun(saved: SavedPlan, source: PlanSource, now: number): WindowsOfRun {
  const own = Date.parse(saved.expiresAt) - Date.parse(saved.sealedAt);
  const { windows, execution } = saved;
  if (source.ignoresWindows) {
    const findings = ignored(saved, source);
    return { windows: null, calendars: [], switch: 'now', expires: own, findings };
  }
  if (windows === undefined)
    return { windows: null, calendars: [], switch: execution.switch, expires: own, findings: [] };
  const next = openOpenings(windows).nextStart(now);
  // As long after it opens as the run's plan was good for, and no longer than something may begin in it.
  const until = next === null ? now : Math.min(next.lastStart ?? Number.POSITIVE_INFINITY, next.opens + own);
  return {
    windows: { ...windows, calendars: [] },
    calendars: windows.calendars,
    switch: execution.switch,
    expires: Math.max(own, until - now),
    findings: [kept(windows, source)],
  };
}

function kept(windows: SavedWindows, source: PlanSource): Finding {
  const known = windows.calendars.map(
    ({ file, knownUntil }) =>
      `; what ${file} says is as it was sealed for that run, known until ${knownUntil}`,
  );
  const what = `as that run did, it keeps to ${inWords(windows)}${known.join('')}`;
  const mend = `${planAgain({ file: '', source: { ...source, ignoresWindows: true } }, 'SAVED')}   where it cannot wait for them`;
  return say('Refit.WindowsOfRun', { what, mend });
}

function ignored({ windows, execution }: SavedPlan, source: PlanSource): Finding[] {
  const left = [
    ...(windows ? [inWords(windows)] : []),
    ...(execution.switch === 'maintenance-window' ? ['the maintenance windows of the instances'] : []),
  ];
  if (left.length === 0) return [];
  const what = `to begin at once, at any time, it ignores what that run kept to: ${left.join('; and ')}`;
  const { ignoresWindows: _, ...keeping } = source;
  const mend = `${planAgain({ file: '', source: keeping }, 'SAVED')}   keeps to them`;
  return [say('Refit.WindowsIgnored', { what, mend })];
}

/** `the windows Tue-Thu 01:00-05:00 (Asia/Shanghai), 1 freeze and 2 calendars` */
function inWords({ allow, timezone, freeze, calendars }: SavedWindows): string {
  const freezes = [
    ...(freeze.length > 0 ? [`the freeze ${freeze.join(', ')}`] : []),
    ...(calendars.length > 0 ? [count(calendars.length, 'calendar')] : []),
  ];
  const windows = allow.length > 0 ? [`the windows ${allow.join(', ')}`] : [];
  return `${[...windows, ...freezes].join(', ')} (${timezone})`;
}
