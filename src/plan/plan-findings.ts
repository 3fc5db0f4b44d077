/** What a reviewer is told of a plan as a whole: its times, its windows, whom a run of it tells. */
import { iso } from '../clock.ts';
import type { Finding, Forecast, Instance, Inventory, Place, Plan, Severity } from '../model.ts';
import { say } from '../rules/check.ts';
import { MINUTE, SECOND } from '../units.ts';

/** Nobody approves a change in a window whose hours nobody knows. */
export function windowUnknown({ execution }: Plan, { id, window }: Instance, place: Place): Finding | null {
  if (execution.switch === 'now' || window !== undefined) return null;
  const what = `${id} is to be changed in its maintenance window, and that is not known`;
  const mend =
    'plan against the live fleet with an identity that may call DescribeMaintenanceWindow, or switch: now';
  return say('Refit.WindowUnknown', { what, mend }, id, place);
}

/** What waits for one window begins when the provider opens it: nothing here holds the changes apart then. */
export function beginTogether({ execution }: Plan, instances: readonly Instance[]): Finding | null {
  if (execution.switch === 'now' || instances.length === 0) return null;
  const windows = [...Map.groupBy(instances, ({ window }) => `${window!.from}-${window!.to}`)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([hours, { length }]) => `${hours} (${length})`);
  const what = `each instance is changed in its own maintenance window, Beijing time: ${windows.join(', ')}; what waits for one window begins together when it opens, and inFlight does not hold it apart`;
  return say('Refit.InWindows', { what, mend: 'smaller waves, where fewer are to begin together' });
}

export function timeFindings(plan: Plan, inventory: Inventory, now: number): Finding[] {
  const findings: Finding[] = [];
  if (plan.finishBy !== null && Date.parse(plan.finishBy) <= now) {
    const what = `finishBy is ${plan.finishBy}, and it is ${iso(now)}: nothing would be ordered`;
    findings.push(say('Refit.FinishByPassed', { what, mend: 'a later finishBy' }));
  }
  if (now - Date.parse(inventory.readAt) > plan.expires) {
    const what = `the inventory was read at ${inventory.readAt}, longer ago than a saved plan may be old`;
    findings.push(say('Refit.InventoryOld', { what, mend: 'refit inventory -o FILE, then plan again' }));
  }
  return findings;
}

/** Milliseconds within which what was ordered has shown somewhere; the provider's own order samples are slower than that. */
const LEAST_PATIENCE = MINUTE;

export function shortPatience({ execution: { patience } }: Plan): Finding[] {
  if (patience >= LEAST_PATIENCE) return [];
  const what = `patience is ${patience / SECOND} s: an order without an answer that shows later than that would be asked again`;
  return [say('Refit.ShortPatience', { what, mend: 'execution: { patience: 3m }, or 60s at the least' })];
}

/** Whether what it takes at the least, or is likely to take, fits before `finishBy`. @param soak all soaks, seconds. */
export function finishByTooSoon(
  { finishBy }: Plan,
  now: number,
  { leastSeconds, time }: Forecast,
  soak: number,
): Finding[] {
  const left = finishBy === null ? 0 : Date.parse(finishBy) - now;
  if (left <= 0) return [];
  const tooSoon = (takes: string, mend: string) => {
    const what = `${takes}, and finishBy leaves ${Math.floor(left / SECOND)} s`;
    return [say('Refit.FinishByTooSoon', { what, mend })];
  };
  const least = leastSeconds + soak;
  if (left < least * SECOND)
    return tooSoon(
      soak === 0
        ? `the request rate alone takes ${least} s`
        : `request rate and soak times alone take ${least} s`,
      'a later finishBy, or fewer targets',
    );
  if (!time || left >= time.total.p50 * SECOND) return [];
  return tooSoon(
    `the plan is likely to take ${time.total.p50} s (${time.durations.what})`,
    'a later finishBy, fewer targets, or a greater inFlight',
  );
}

/** What the plan's hooks would run on the machine of whoever applies, and which addresses would be told. */
export function sayTelling({ hooks, notify }: Plan): Finding[] {
  const findings: Finding[] = [];
  if (hooks !== undefined) {
    const told = Object.entries(hooks).map(([phase, command]) => `${phase}: ${JSON.stringify(command)}`);
    const what = `the plan runs commands on the machine where it is applied, as whoever applies it: ${told.join(', ')}`;
    const mend = 'refit apply SAVED --allow-hooks, once they are read';
    findings.push(say('Refit.Hooks', { what, mend }));
  }
  if (notify !== undefined) {
    const told = notify.map(
      ({ url, urlEnv, form, on, secretEnv }) =>
        `${url ?? `$${urlEnv}`} (${form}${secretEnv === null ? ', unsigned' : `, signed with $${secretEnv}`}) on ${on.join(', ')}`,
    );
    const names = notify
      .flatMap(({ urlEnv, secretEnv }) => [urlEnv, secretEnv])
      .filter((name) => name !== null);
    const what = `a run of the plan is told to ${told.join('; ')}`;
    const mend =
      names.length === 0 ? 'nothing to do' : `where it is applied, export ${[...new Set(names)].join(', ')}`;
    findings.push(say('Refit.Notify', { what, mend }));
  }
  return findings;
}

/** Remarks that repeat over the fleet, told once each with their number. */
export function summarised(remarks: readonly Finding[]): Finding[] {
  return [...Map.groupBy(remarks, ({ code }) => code).values()].map(([first, ...others]) =>
    others.length === 0 ? first! : { ...first!, what: `${first!.what} (and ${others.length} more like it)` },
  );
}

const WEIGHTS: readonly Severity[] = ['error', 'warning', 'note'];

/** Those that block first; otherwise in the order they were found. */
export function byWeight(findings: readonly Finding[]): Finding[] {
  return WEIGHTS.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}
