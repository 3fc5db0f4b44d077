/**
 * Watches a simulated run from outside, where both the truth of the provider and the journal can be seen, and holds it
 * to the laws. What befell the run is counted by kind, so that it is seen that things do go wrong.
 */
import { type Clock, iso, type VirtualClock } from '../../src/clock.ts';
import { validateReport } from '../../src/generated/validators.js';
import type { Replay } from '../../src/journal/replay.ts';
import { textOf } from '../../src/messages/messages.ts';
import {
  isLimitCode,
  type JournalEntry,
  type JournalEvent,
  OUTCOMES,
  type Report,
  type SavedPlan,
  type Step,
} from '../../src/model.ts';
import type { Served } from '../../src/simulator/gateway/serve.ts';
import { OWNER_UIN, type SimDeal, type World } from '../../src/simulator/world/world.ts';
import { asks, mayBegin as mayBeginWave } from './approvals.ts';
import { appOf, mayBegin, type Scenario } from './scenario.ts';

/** What holds of every run, whatever befalls it. */
export const LAWS = {
  onDisk: 'no order leaves without its entry on disk',
  fresh: 'no order leaves later than two seconds after its entry was begun',
  once: 'no step is executed twice by us',
  looked: 'no order leaves on a look that is older than what somebody else has changed since',
  windows: 'nothing begins outside a window, during a freeze, or after the last start',
  waves: 'no wave begins before the last is settled',
  approved: 'no wave that asks for an approval begins before enough people have given it',
  inFlight: 'in flight never exceeds the bound',
  halts: 'once a threshold is reached, nothing more is ordered until the run is taken up again',
  oneOutcome: 'every step has exactly one outcome, and the totals add up',
  true: 'every outcome is true of the world',
  recorded: 'every order of ours is on record with its step',
  undisturbed: 'a run that was disturbed ends as an undisturbed one would',
  report: 'the report after a crash at any point is valid',
  journal: 'the journal decodes without a fault',
  ends: 'a run comes to an end',
  limit: 'a refusal by the limit fails no step',
  spread: 'never two of one group under way together',
  slowStart: 'a wave that starts slowly has no more under way than it has earned',
  gate: 'no wave begins but through the gate after the one before',
  soak: 'no wave begins before the soak after the one before is over',
  beside: 'telling people of a run changes neither its course, nor its duration, nor its end',
  faultless: 'nothing is thrown but what a person can do something about',
} as const;

export type Law = keyof typeof LAWS;

export interface Violation {
  readonly law: Law;
  readonly what: string;
}

/** How often each kind of thing befell a run. */
export type Befallen = Map<string, number>;

export interface Watcher {
  readonly violations: readonly Violation[];
  readonly befallen: Befallen;
  befell(kind: string, what: string): void;
  count(kind: string): void;
  violated(law: Law, what: string): void;
  /** The plan is known, and the world. */
  open(saved: SavedPlan, world: World): void;
  /** Entries that are on disk now. */
  durable(text: string): void;
  /** What the dead process left on the disk is all there is. */
  left(entries: readonly JournalEntry[]): void;
  sent(instance: string, clock: Clock): void;
  arrived(fields: { readonly InstanceId: string }, served: Served, deal: SimDeal | null): void;
  foreign(instance: string, what: string): void;
  /** So many resizes may be under way when another is begun from now on. */
  bound(inFlight: number): void;
  /** A deed that the process is about to write down. */
  told(deed: JournalEvent): void;
  /** An entry as the process tells it, durable. */
  entry(entry: JournalEntry): void;
  /** A process has ended, however; `fresh` are the entries it left. */
  life(fresh: readonly JournalEntry[], replay: Replay, report: Report): void;
  /** Nothing is left to do, or everything has been tried. */
  end(replay: Replay, report: Report): void;
}

/** An order may be told to be sent a little after the guard was asked: not a tick. */
const FRESH = 2_000;
/** What a look may be old by, and what comes between it and the send. */
const LOOK_AND_SEND = 19_000;

interface Known {
  /** The kind of the last entry of the step on disk, looks aside. */
  onDisk: string;
  /** True time at which its last intent was told. */
  intentAt: number;
  /** How many might be under way when it was told. */
  mayBe: number;
  readonly deals: SimDeal[];
  asked: number;
}

export function openWatcher(
  scenario: Scenario,
  time: VirtualClock,
  tell: ((line: string) => void) | null,
): Watcher {
  const violations: Violation[] = [];
  const befallen: Befallen = new Map();
  const began = time.monotonic();
  let saved: SavedPlan | null = null;
  let world: World | null = null;
  const known = new Map<string, Known>();
  /** Which step an instance's order is for: sizes differ from step to step. */
  const stepOf = new Map<string, Step>();
  const foreignAt = new Map<string, number>();
  const open = new Set<SimDeal>();
  const say = (line: string): void => tell?.(`${seconds(time.monotonic() - began)} ${line}`);
  const count = (kind: string): void => void befallen.set(kind, (befallen.get(kind) ?? 0) + 1);

  const violated = (law: Law, what: string): void => {
    violations.push({ law, what });
    say(`VIOLATED: ${LAWS[law]}: ${what}`);
  };
  const stillOpen = (): SimDeal[] => {
    for (const deal of open) if (deal.status !== 2 && deal.status !== 3) open.delete(deal);
    return [...open];
  };
  const sizeKey = (instance: string, memory: number, shards: number, replicas: number) =>
    `${instance} ${memory} ${shards} ${replicas}`;

  /** Steps that the journal has given up although the provider still works on them: they hold no place any more. */
  const givenUp = new Set<string>();
  const lingering = new Set<string>();
  const verified = new Set<string>();
  const waveOfDeal = new Map<string, number>();
  const waveEndedAt = new Map<number, number>();
  const wavesBegun = new Set<number>();
  /** How each gate was judged last, or that somebody told the run to continue after it. */
  const gates = new Map<number, string>();
  /** Whether wall clocks are set while it runs: a soak is counted by them. */
  const clocksJump = scenario.lives.some(({ jumps }) => jumps.length > 0);

  /** How many may be under way in a wave that starts slowly: 1, and twice as many each time as many are verified. */
  const earned = (wave: number): number => {
    const ends = saved!.steps.filter((step) => step.wave === wave && verified.has(step.id)).length;
    let bound = 1;
    for (let needed = bound; ends >= needed; needed += bound) bound *= 2;
    return bound;
  };
  const holdGroup = (step: Step): void => {
    const app = appOf(scenario, step.instance);
    if (app === null) return;
    const instances = new Set<string>();
    for (const { id, instance } of saved!.steps)
      if (appOf(scenario, instance) === app)
        for (const deal of known.get(id)!.deals)
          if (open.has(deal) && (!givenUp.has(deal.name) || lingering.has(deal.name)))
            instances.add(instance);
    if (instances.size > scenario.spread!.maxInFlight)
      violated('spread', `${[...instances].join(' and ')} of ${app} are under way together`);
  };
  const holdBeginning = (step: string): void => {
    const { wave } = saved!.steps.find(({ id }) => id === step)!;
    if (wavesBegun.has(wave)) return;
    wavesBegun.add(wave);
    const judged = gates.get(wave - 1) ?? 'not judged';
    if (wave > 0 && scenario.gate && judged !== 'success' && judged !== 'released')
      violated('gate', `${step} was begun, and the gate after the wave before is ${judged}`);
    const since = waveEndedAt.get(wave - 1);
    if (since !== undefined && !clocksJump && time.monotonic() - since < scenario.soak)
      violated('soak', `${step} was begun ${Math.round(time.monotonic() - since)} ms after the wave before`);
  };
  const holdApproved = (step: string): void => {
    const { name } = saved!.waves[saved!.steps.find(({ id }) => id === step)!.wave]!;
    if (asks(scenario, name) && !mayBeginWave(scenario, name, time.monotonic()))
      violated('approved', `${step} is begun in ${name}, which too few have approved`);
  };
  let inFlight = 0;
  let stoppingSince = false;
  let tally = { failed: 0, unknown: 0 };
  /** Steps that were counted, and those that a person has seen: they do not halt the run twice. */
  const counted = new Set<string>();
  const acknowledged = new Set<string>();

  const watcher: Watcher = {
    violations,
    befallen,
    count,
    violated,
    befell(kind, what) {
      count(kind);
      say(`   ~ ${kind} ${what}`);
    },
    open(plan, theirs) {
      saved = plan;
      world = theirs;
      for (const step of plan.steps) {
        const { memoryPerShard, shards, replicas } = step.after;
        stepOf.set(sizeKey(step.instance, memoryPerShard, shards, replicas), step);
        known.set(step.id, { onDisk: '', intentAt: Number.NEGATIVE_INFINITY, mayBe: 0, deals: [], asked: 0 });
      }
    },
    durable(text) {
      for (const line of text.split('\n')) {
        if (line === '') continue;
        const entry = JSON.parse(line) as JournalEntry;
        if ('step' in entry && entry.kind !== 'instance-read') known.get(entry.step)!.onDisk = entry.kind;
      }
    },
    left(entries) {
      for (const one of known.values()) one.onDisk = '';
      for (const entry of entries)
        if ('step' in entry && entry.kind !== 'instance-read') known.get(entry.step)!.onDisk = entry.kind;
    },
    sent(instance, clock) {
      const { windows } = scenario;
      // By the clock of the machine that sends: it knows no other.
      if (windows && !mayBegin(windows, clock.now()))
        violated('windows', `an order for ${instance} was sent at ${iso(clock.now())}`);
      const step = saved!.steps.find(
        (one) => one.instance === instance && known.get(one.id)!.onDisk === 'intent',
      );
      if (!step) {
        violated('onDisk', `an order for ${instance} was sent, and the disk holds no intent for it`);
        return;
      }
      say(`   > order sent for ${step.id}`);
      const age = time.monotonic() - known.get(step.id)!.intentAt;
      if (age > FRESH) violated('fresh', `${step.id} was sent ${Math.round(age)} ms after its entry`);
      const changed = foreignAt.get(instance);
      if (changed !== undefined && time.monotonic() - changed > LOOK_AND_SEND) {
        const now = world!.instances.get(instance)!;
        if (now.memoryPerShard !== step.before.memoryPerShard)
          violated(
            'looked',
            `${step.id} was sent ${Math.round(time.monotonic() - changed)} ms after somebody changed it`,
          );
      }
    },
    arrived({ InstanceId, ...asked }, served, deal) {
      const instance = world!.instances.get(InstanceId)!;
      const { MemSize, RedisShardNum, RedisReplicasNum } = asked as Record<string, number>;
      const step = stepOf.get(
        sizeKey(InstanceId, MemSize ?? 0, RedisShardNum ?? 1, RedisReplicasNum ?? instance.replicas),
      );
      if (!step) throw new Error(`no step asks for this: ${InstanceId} ${JSON.stringify(asked)}`);
      const one = known.get(step.id)!;
      one.asked += 1;
      say(
        `   < order for ${step.id} ${deal ? `accepted as ${deal.name.slice(-6)}` : served.kind === 'refused' ? `refused: ${served.code}` : served.kind}`,
      );
      if (!deal) return;
      count('accepted order');
      one.deals.push(deal);
      waveOfDeal.set(deal.name, step.wave);
      open.add(deal);
      if (one.deals.length > 1) violated('once', `${step.id} was accepted ${one.deals.length} times`);
      // What was begun before a bound was set goes by the one of then.
      const most = Math.max(one.mayBe, inFlight);
      const own = stillOpen().filter(({ name }) => !givenUp.has(name));
      if (scenario.switch === 'now' && own.length > most)
        violated('inFlight', `${own.length} under way, and ${most} may be`);
      holdGroup(step);
      const together = own.filter(({ name }) => waveOfDeal.get(name) === step.wave).length;
      if (scenario.slowStart && scenario.switch === 'now' && together > earned(step.wave))
        violated('slowStart', `${together} of wave ${step.wave} under way, and ${earned(step.wave)} may be`);
    },
    foreign(instance, what) {
      foreignAt.set(instance, time.monotonic());
      watcher.befell('somebody else changed an instance', `${instance}: ${what}`);
    },
    bound(most) {
      inFlight = most;
    },
    told(deed) {
      if (deed.kind === 'intent') {
        Object.assign(known.get(deed.step)!, { intentAt: time.monotonic(), mayBe: inFlight });
        holdBeginning(deed.step);
        holdApproved(deed.step);
      }
      if (deed.kind === 'gate') {
        gates.set(deed.wave, deed.outcome);
        watcher.count(`gate: ${deed.outcome}`);
      }
      if (deed.kind === 'control-command' && deed.accepted && deed.command === 'continue')
        for (const [wave, judged] of gates) if (judged === 'inconclusive') gates.set(wave, 'released');
      if (deed.kind === 'wave-ended') waveEndedAt.set(deed.wave, time.monotonic());
      if (deed.kind !== 'step-ended') return;
      for (const { name } of known.get(deed.step)!.deals) {
        givenUp.add(name);
        // What is unknown may be under way still: it keeps its group waiting.
        if (deed.outcome === 'unknown') lingering.add(name);
        else lingering.delete(name);
      }
      if (deed.outcome === 'verified') verified.add(deed.step);
    },
    entry(entry) {
      if (entry.kind !== 'instance-read' && entry.kind !== 'calls') say(tellEntry(entry));
    },
    life(fresh, replay, report) {
      for (const entry of fresh) {
        if (entry.kind === 'run-started') {
          stoppingSince = false;
          tally = { failed: 0, unknown: 0 };
        }
        if (entry.kind === 'stopping') {
          stoppingSince = true;
          count(`stopping: ${entry.because}`);
        }
        if (entry.kind === 'intent' && stoppingSince)
          violated('halts', `${entry.step} was begun after the run was told to stop`);
        if (entry.kind === 'intent' && isReached(scenario, tally))
          violated(
            'halts',
            `${entry.step} was begun with ${tally.failed} failed and ${tally.unknown} unknown`,
          );
        if (entry.kind === 'run-ended' && entry.because === 'halted')
          for (const step of counted) acknowledged.add(step);
        if (entry.kind === 'step-ended' && isLimitCode(entry.code ?? ''))
          violated('limit', `${entry.step} ended with ${entry.code}`);
        if (entry.kind === 'step-ended' && !acknowledged.has(entry.step)) {
          counted.add(entry.step);
          if (entry.outcome === 'failed' || entry.outcome === 'refused') tally.failed += 1;
          if (entry.outcome === 'unknown') tally.unknown += 1;
        }
      }
      holdWaves(saved!, fresh, replay, violated);
      if (!validateReport(JSON.parse(JSON.stringify(report))))
        violated('report', JSON.stringify(validateReport.errors?.slice(0, 2)));
      holdReport(saved!, report, violated);
    },
    end(replay, report) {
      for (const step of saved!.steps) {
        const state = replay.step(step.id);
        const { deals } = known.get(step.id)!;
        const untrue = (why: string) => violated('true', `${step.id} is called ${state.outcome}, and ${why}`);
        const touched = foreignAt.has(step.instance);
        switch (state.outcome) {
          case 'verified':
            if (deals.length === 0) untrue('no order of ours was ever accepted');
            else if (!deals.some(({ status }) => status === 4)) untrue('none of its orders was delivered');
            break;
          case 'failed':
            if (
              deals.length === 0 &&
              state.code !== 'Refit.NoAnswer' &&
              !(touched && textOf(state.message).includes('billing lists no order'))
            )
              untrue('no order was accepted');
            if (deals.some(({ status }) => status === 4) && !touched) untrue('its order was delivered');
            break;
          case 'refused':
          case 'skipped':
          case 'not-run':
            if (deals.length > 0) untrue(`order ${deals[0]!.name} of ours was accepted`);
            break;
          case 'drifted':
            if (deals.length > 0 && state.orders.length === 0)
              untrue(`order ${deals[0]!.name} of ours was accepted`);
            break;
          case 'unknown':
            break;
        }
        for (const { name, by } of deals) {
          if (by !== OWNER_UIN || state.orders.includes(name) || state.outcome === 'unknown') continue;
          if (!textOf(state.message).includes('billing lists no order'))
            violated(
              'recorded',
              `order ${name} is not among those of ${step.id}: ${state.orders.join(', ')}`,
            );
        }
      }
      holdUndisturbed(scenario, { saved: saved!, report }, (step) => known.get(step)!.asked, violated);
    },
  };
  return watcher;
}

function isReached({ haltAfter }: Scenario, tally: { failed: number; unknown: number }): boolean {
  return tally.failed > haltAfter.failed || tally.unknown > haltAfter.unknown;
}

function holdWaves(
  saved: SavedPlan,
  fresh: readonly JournalEntry[],
  _replay: Replay,
  violated: Watcher['violated'],
): void {
  const ended = new Map<string, number>();
  for (const entry of fresh) if (entry.kind === 'step-ended') ended.set(entry.step, entry.seq);
  const waveOf = new Map(saved.steps.map(({ id, wave }) => [id, wave]));
  let furthest = -1;
  for (const entry of fresh) {
    if (entry.kind !== 'intent' && entry.kind !== 'step-ended') continue;
    const wave = waveOf.get(entry.step)!;
    if (wave < furthest) violated('waves', `${entry.step} of wave ${wave} goes on in wave ${furthest}`);
    if (entry.kind === 'intent') furthest = Math.max(furthest, wave);
  }
}

function holdReport(saved: SavedPlan, report: Report, violated: Watcher['violated']): void {
  if (
    report.steps.length !== saved.steps.length ||
    report.steps.some(({ id }, n) => id !== saved.steps[n]!.id)
  )
    violated('oneOutcome', 'the steps of the report are not those of the plan');
  const sum = OUTCOMES.reduce((total, outcome) => total + report.totals[outcome], 0);
  if (sum !== saved.steps.length) violated('oneOutcome', `the totals add up to ${sum}`);
}

/** What becomes of the first step of an instance by its fate; the later ones are then skipped. */
const ENDS = {
  'sold-out': 'refused',
  insufficient: 'refused',
  'low-version': 'refused',
  'failed-task': 'failed',
  'hand-change': 'drifted',
  stuck: 'unknown',
} as const;

function holdUndisturbed(
  scenario: Scenario,
  { saved, report }: { saved: SavedPlan; report: Report },
  asked: (step: string) => number,
  violated: Watcher['violated'],
): void {
  const disturbed = new Set(scenario.foreign.map(({ instance }) => instance));
  for (const step of report.steps) {
    if (disturbed.has(step.instance)) continue;
    const { fate } = scenario.fleet.find(({ id }) => id === step.instance)!;
    const { needs } = saved.steps.find(({ id }) => id === step.id)!;
    const before = needs === null ? null : report.steps.find(({ id }) => id === needs)!;
    const expected =
      before !== null && before.outcome !== 'verified'
        ? before.outcome === 'unknown' || before.outcome === 'not-run'
          ? 'not-run'
          : 'skipped'
        : fate === null
          ? 'verified'
          : before === null
            ? ENDS[fate]
            : 'verified';
    if (step.outcome === expected) continue;
    // While one of its group may be under way for ever, the others are not begun.
    const app = appOf(scenario, step.instance);
    const held =
      app !== null && scenario.fleet.some((one) => one.fate === 'stuck' && appOf(scenario, one.id) === app);
    if (step.outcome === 'not-run' && held) continue;
    // A provider that answers rubbish for a quarter of an hour is given up, and that is told as what it is.
    const gaveUp =
      (step.outcome === 'failed' || step.outcome === 'refused') &&
      Math.max(asked(step.id), step.attempts) >= 4;
    if (!gaveUp)
      violated('undisturbed', `${step.id} ended ${step.outcome} (${step.message}), expected ${expected}`);
  }
}

function tellEntry(entry: JournalEntry): string {
  const { kind } = entry;
  const step = 'step' in entry ? ` ${entry.step}` : '';
  const more =
    kind === 'step-ended'
      ? `${entry.outcome}: ${textOf(entry.message)}`
      : kind === 'refused'
        ? `${entry.code}, ${entry.next}`
        : kind === 'resolved'
          ? `${entry.executed ? 'executed' : 'not executed'}: ${textOf(entry.evidence)}`
          : kind === 'no-answer' || kind === 'not-sent'
            ? entry.reason
            : kind === 'stopping'
              ? `${entry.because}: ${textOf(entry.message)}`
              : kind === 'run-ended'
                ? `${entry.because}, exit ${entry.exitCode}`
                : kind === 'accepted'
                  ? `as ${entry.order.slice(-6)}`
                  : kind === 'run-started'
                    ? entry.resumed
                      ? 'again'
                      : ''
                    : '';
  return `${kind}${step} ${more}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3).padStart(10)} s`;
}
