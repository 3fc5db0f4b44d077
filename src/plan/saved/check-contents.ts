/** Checks times, findings, calendars and the targets without steps of a saved plan. */
import type { DurationSpread, Message, SealedCalendar } from '../../model.ts';
import { ruleOf } from '../../rules/check.ts';
import { LONGEST_EXPIRY } from '../parse/check-plan.ts';
import { parseInstant } from '../windows/window-text.ts';
import { type Faults, fault, quoted } from './fault.ts';
import { isOwnFinding } from './own-findings.ts';
import type { StoredFinding, StoredPlan } from './stored-plan.ts';
import { findingFault, reasonFault } from './stored-sentences.ts';

type Path = readonly (string | number)[];

export function* checkContents(stored: StoredPlan): Faults {
  yield* checkTimes(stored);
  for (const [at, calendar] of (stored.windows?.calendars ?? []).entries())
    yield* checkCalendar(calendar, ['windows', 'calendars', at]);
  yield* checkSource(stored);
  yield* checkDurations(stored);
  yield* checkOthers(stored);
  yield* checkReasons(stored);
  for (const [at, finding] of stored.findings.entries())
    yield* checkFinding(finding, 'remark', ['findings', at]);
}

function* checkTimes(stored: StoredPlan): Faults {
  const { sealedAt, expiresAt, inventory } = stored;
  yield* checkTime(sealedAt, ['sealedAt'], 'own');
  yield* checkTime(expiresAt, ['expiresAt'], 'own');
  yield* checkTime(inventory.readAt, ['inventory', 'readAt']);
  const life = Date.parse(expiresAt) - Date.parse(sealedAt);
  if (!(life > 0)) yield fault(['expiresAt'], `is ${expiresAt}, not after sealedAt ${sealedAt}`);
  if (!(life <= LONGEST_EXPIRY))
    yield fault(['expiresAt'], `is ${expiresAt}, more than a year after sealedAt ${sealedAt}`);
  const { steps, preconditions } = stored;
  for (let at = 0; at < steps.length; at++) {
    const { quote } = steps[at]!;
    if (quote !== null) yield* checkTime(quote.readAt, ['steps', at, 'quote', 'readAt']);
  }
  for (let at = 0; at < preconditions.length; at++) {
    const { deadline, used } = preconditions[at]!;
    if (deadline !== undefined) yield* checkTime(deadline, ['preconditions', at, 'deadline']);
    if (used !== undefined) yield* checkTime(used.readAt, ['preconditions', at, 'used', 'readAt']);
  }
}

/** @param writer `own`: Refit wrote the time itself, so it has exactly one spelling. */
function* checkTime(time: string, path: Path, writer: 'own' | 'any' = 'any'): Faults {
  const ms = Date.parse(time);
  const exact = Number.isNaN(ms) ? '' : new Date(ms).toISOString();
  // The platform reads 30 February as a day in March.
  if (exact.slice(0, 19) !== time.slice(0, 19))
    yield fault(path, `is ${quoted(time)}, a time that does not exist`);
  else if (writer === 'own' && exact !== time)
    yield fault(path, `is ${quoted(time)}, which is spelt ${quoted(exact)}`);
}

function* checkCalendar({ knownUntil, freezes }: SealedCalendar, path: Path): Faults {
  if (parseInstant(knownUntil) !== knownUntil)
    yield fault([...path, 'knownUntil'], `is ${quoted(knownUntil)}, a time that does not exist`);
  let last = '';
  for (const [at, { from, to }] of freezes.entries()) {
    const own = [...path, 'freezes', at];
    for (const [key, time] of Object.entries({ from, to }))
      if (parseInstant(time) !== time)
        yield fault([...own, key], `is ${quoted(time)}, a time that does not exist`);
    if (to <= from) yield fault([...own, 'to'], `is ${to}, not after ${from}`);
    if (from < last) yield fault([...own, 'from'], `is ${from}, before the freeze that comes before it`);
    last = from;
  }
}

function* checkSource({ source, windows, execution }: StoredPlan): Faults {
  if (source?.ignoresWindows && (windows !== undefined || execution.switch !== 'now'))
    yield fault(['source', 'ignoresWindows'], 'is true, but the plan has windows');
}

function* checkDurations({ steps, forecast }: StoredPlan): Faults {
  const { durations } = forecast;
  if (steps.length > 0 !== (durations !== undefined))
    yield fault(['forecast', 'durations'], durations ? 'is of no step' : 'is missing');
  const spreads: [string[], DurationSpread | undefined][] = [
    ...Object.entries(durations?.of ?? {}).map(([of, spread]): [string[], DurationSpread] => [
      ['of', of],
      spread,
    ]),
    [['pauses'], durations?.pauses],
  ];
  for (const [path, { seconds } = { seconds: [] }] of spreads)
    if (seconds.some((one, at) => at > 0 && one < seconds[at - 1]!))
      yield fault(['forecast', 'durations', ...path, 'seconds'], 'is not in ascending order');
}

/** Each instance of the plan is in exactly one of the lists. */
function* checkOthers({ preconditions, unchanged, blocked, inventory }: StoredPlan): Faults {
  const seen = new Set(preconditions.map(({ region, instance }) => `${region} ${instance}`));
  for (const [list, targets] of Object.entries({ unchanged, blocked }))
    for (const [at, { region, instance }] of targets.entries()) {
      if (seen.has(`${region} ${instance}`))
        yield fault([list, at, 'instance'], `is ${instance}, which the plan already has`);
      seen.add(`${region} ${instance}`);
    }
  for (const [at, { instance, findings }] of blocked.entries())
    for (const [index, finding] of findings.entries()) {
      const path = ['blocked', at, 'findings', index];
      yield* checkFinding({ ...finding, instance }, 'blocker', path);
      if (ruleOf(finding.code)?.severity !== 'error')
        yield fault([...path, 'code'], `is ${finding.code}, which blocks nothing`);
    }
  const least = preconditions.length + unchanged.length;
  if (inventory.instances < least)
    yield fault(['inventory', 'instances'], `is ${inventory.instances}, but the plan has ${least} of them`);
}

function* checkFinding(finding: StoredFinding, kind: 'remark' | 'blocker', path: Path): Faults {
  const { code } = finding;
  if (ruleOf(code) === undefined) yield fault([...path, 'code'], `is ${quoted(code)}, which no rule has`);
  if (isOwnFinding(code))
    yield fault([...path, 'code'], `is ${code}, which Refit computes from the plan and never stores`);
  const problem = findingFault(finding, kind);
  if (problem !== null) yield fault([...path, 'messageId'], problem);
}

function* checkReasons(stored: Pick<StoredPlan, 'preconditions' | 'unchanged'>): Faults {
  // Planning gives one message to all instances with the same reason.
  const fine = new Set<Message>();
  for (const list of ['unchanged', 'preconditions'] as const)
    for (let at = 0; at < stored[list].length; at++) {
      const { reason } = stored[list][at]!;
      if (reason === null || fine.has(reason)) continue;
      const problem = reasonFault(reason);
      if (problem !== null) yield fault([list, at, 'reason', 'id'], problem);
      fine.add(reason);
    }
}
