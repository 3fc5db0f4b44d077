/**
 * Watches a simulated run from outside and checks the laws. It sees both the real state of the provider and the journal.
 * It also counts events by kind, to prove that faults really happen.
 */
import { type Clock, iso, type VirtualClock } from '../../src/clock.ts';
import { validateReport } from '../../src/generated/validators.js';
import type { ChainEnd } from '../../src/journal/chain.ts';
import type { Replay } from '../../src/journal/replay.ts';
import { textOf } from '../../src/messages/messages.ts';
import {
  type EntryOf,
  isLimitCode,
  type JournalEntry,
  type JournalEvent,
  OUTCOMES,
  type Report,
  type SavedPlan,
  type Step,
} from '../../src/model.ts';
import type { ServedRequest } from '../../src/simulator/gateway/serve.ts';
import { OWNER_UIN, type SimDeal, type World } from '../../src/simulator/world/world.ts';
import { mayStart as mayStartWave, needsApproval } from './approvals.ts';
import { appOf, mayStart, type Scenario } from './scenario.ts';

/** Laws that hold for every run, with any disturbance. */
export const LAWS = {
  onDisk: 'Refit sends no order before its entry is on disk',
  marked: 'Refit sends no order before the mark of its entry is on disk',
  markKept: 'the mark never names an entry that the disk lost, and never goes back',
  adopted:
    'a run is adopted if the state does not know it or its journal lacks a marked entry, and else never',
  fresh: 'Refit sends each order within two seconds of its entry',
  once: 'Refit executes no step twice',
  recentRead: 'Refit sends no order after a read that is older than a foreign change',
  windows: 'no step starts outside a window, in a freeze or after the last start',
  waves: 'no wave starts before the previous wave is finished',
  approved: 'no wave that needs approval starts before enough people approve it',
  inFlight: 'the number of changes in flight never exceeds the limit',
  halts: 'after a threshold is reached, Refit sends no order until the run is resumed',
  paused:
    'a paused run orders nothing until an operator continues it, also after a rest and in another worker',
  oneOutcome: 'every step has exactly one outcome, and the totals add up',
  true: 'every outcome matches the real state',
  recorded: 'every order of the run is in the journal of its step',
  undisturbed: 'a disturbed run ends with the same outcomes as an undisturbed run',
  report: 'the report is valid after a crash at any point',
  journal: 'the journal decodes without an error',
  ends: 'every run ends',
  limit: 'no step fails because of the request limit',
  spread: 'no group exceeds its limit of changes in flight',
  slowStart: 'a slow-start wave never exceeds its current in-flight limit',
  gate: 'no wave starts before the gate of the previous wave allows it',
  soak: 'no wave starts before the soak of the previous wave ends',
  beside: 'notifications change nothing in the events, the duration and the end of a run',
  faultless: 'Refit throws only errors that a user can act on',
  newestOwner: 'only the newest owner of a run appends to its journal',
  fenced: 'a process that lost its run sends no order after it learned that',
  sharedLimit: 'all processes together send at most 20 requests of an action in any second',
} as const;

export type Law = keyof typeof LAWS;

export interface Violation {
  readonly law: Law;
  readonly detail: string;
}

/** Number of events by kind. */
export type EventCounts = Map<string, number>;

export interface Watcher {
  readonly violations: readonly Violation[];
  readonly events: EventCounts;
  /** Counts an event and writes it to the trace. */
  recordEvent(kind: string, detail: string): void;
  /** Counts an event without a trace. */
  count(kind: string): void;
  reportViolation(law: Law, detail: string): void;
  /** Sets plan and world, before the first process. */
  setPlan(saved: SavedPlan, world: World): void;
  /** Entries became durable on the disk. */
  durable(text: string): void;
  /** The state knows the run now, with a mark of this entry. */
  registered(seq: number): void;
  /** The state folder was lost, the run directory has only these entries, or the store was restored with them. */
  lost(what: 'state' | 'entries' | 'restored', entries: readonly JournalEntry[]): void;
  /** A process opens the run. @param hasJournal true if there is any byte of it. */
  opened(isAdopted: boolean, hasJournal: boolean): void;
  /** The mark of this entry became durable. */
  marked(seq: number): void;
  /** A process ended or died, and the disk has only these entries and this mark. */
  processLeft(entries: readonly JournalEntry[], mark: ChainEnd | null): void;
  /** The client of a process sends an order now. */
  sent(instance: string, clock: Clock, by: number): void;
  /** The provider received and answered an order. */
  arrived(fields: { readonly InstanceId: string }, served: ServedRequest, deal: SimDeal | null): void;
  /** Another user changed an instance. */
  foreign(instance: string, detail: string): void;
  /** Sets the in-flight limit for the following orders. */
  setInFlight(inFlight: number): void;
  /** A process appends an event to the journal. @param at monotonic time of its start, if that was earlier */
  appending(event: JournalEvent, by?: number, at?: number): void;
  /** The process reported a durable entry. */
  entry(entry: JournalEntry): void;
  /** A process ended in any way. `fresh` are its entries. */
  processEnded(fresh: readonly JournalEntry[], replay: Replay, report: Report): void;
  /** The run is finished, or only stuck steps are open. */
  runEnded(replay: Replay, report: Report): void;
}

/** Maximum time from the entry to the send, milliseconds. */
const FRESH = 2_000;
/** How much faster or slower than true time the clock of a host runs at most. */
export const MAX_DRIFT = 0.0005;
/** How inexactly Refit knows on one host when a wave ended on another one, milliseconds. */
const SOAK_DOUBT = 3_500;
/** Maximum age of a read, plus the time until the send, milliseconds. */
const READ_AND_SEND = 19_000;

interface StepKnowledge {
  /** Kind of the last durable entry of the step, except reads. */
  onDisk: string;
  /** Position of its last durable intent in the journal. */
  seq: number;
  /** Real time of its last intent, and the process that wrote it. */
  intentAt: number;
  intentBy: number;
  /** In-flight limit at its last intent. */
  bound: number;
  readonly deals: SimDeal[];
  arrivals: number;
}

/** @param clocksDiffer true if processes run on hosts with different clocks */
export function createWatcher(
  scenario: Scenario,
  time: VirtualClock,
  writeLine: ((line: string) => void) | null,
  clocksDiffer = false,
): Watcher {
  const violations: Violation[] = [];
  const events: EventCounts = new Map();
  const startedAt = time.monotonic();
  let saved: SavedPlan | null = null;
  let world: World | null = null;
  const known = new Map<string, StepKnowledge>();
  /** The step of an order, by instance and size: each step has another size. */
  const stepOf = new Map<string, Step>();
  const foreignAt = new Map<string, number>();
  const open = new Set<SimDeal>();
  const trace = (line: string): void => writeLine?.(`${seconds(time.monotonic() - startedAt)} ${line}`);
  const count = (kind: string): void => void events.set(kind, (events.get(kind) ?? 0) + 1);

  const reportViolation = (law: Law, detail: string): void => {
    violations.push({ law, detail });
    trace(`VIOLATED: ${LAWS[law]}: ${detail}`);
  };
  const stillOpen = (): SimDeal[] => {
    for (const deal of open) if (deal.status !== 2 && deal.status !== 3) open.delete(deal);
    return [...open];
  };
  const sizeKey = (instance: string, memory: number, shards: number, replicas: number) =>
    `${instance} ${memory} ${shards} ${replicas}`;

  /** Orders of ended steps. They need no in-flight slot, even if the provider still works on them. */
  const givenUp = new Set<string>();
  const lingering = new Set<string>();
  const verified = new Set<string>();
  const waveOfDeal = new Map<string, number>();
  const waveEndedAt = new Map<number, number>();
  const startedWaves = new Set<number>();
  /** The last result of each gate, or `released` after the command `continue`. */
  const gates = new Map<number, string>();
  /** True if wall clocks jump, which changes the length of a soak. */
  const clocksJump = scenario.processes.some(({ jumps }) => jumps.length > 0);

  /** In-flight limit of a slow-start wave: 1 at first, and doubled each time that many steps are verified. */
  const slowStartLimit = (wave: number): number => {
    const ends = saved!.steps.filter((step) => step.wave === wave && verified.has(step.id)).length;
    let bound = 1;
    for (let needed = bound; ends >= needed; needed += bound) bound *= 2;
    return bound;
  };
  const checkGroup = (step: Step): void => {
    const app = appOf(scenario, step.instance);
    if (app === null) return;
    const instances = new Set<string>();
    for (const { id, instance } of saved!.steps)
      if (appOf(scenario, instance) === app)
        for (const deal of known.get(id)!.deals)
          if (open.has(deal) && (!givenUp.has(deal.name) || lingering.has(deal.name)))
            instances.add(instance);
    if (instances.size > scenario.spread!.maxInFlight)
      reportViolation('spread', `${[...instances].join(' and ')} of ${app} are in flight at the same time`);
  };
  const checkWaveStart = (step: string, at: number): void => {
    const { wave } = saved!.steps.find(({ id }) => id === step)!;
    if (startedWaves.has(wave)) return;
    startedWaves.add(wave);
    const result = gates.get(wave - 1) ?? 'not run';
    if (wave > 0 && scenario.gate && result !== 'success' && result !== 'released')
      reportViolation('gate', `${step} started, and the gate of the previous wave is ${result}`);
    const since = waveEndedAt.get(wave - 1);
    // Refit knows the provider's clock to within 1.5 seconds, and needs it only if hosts differ. The journal has whole
    // milliseconds.
    const doubt = clocksDiffer ? SOAK_DOUBT : 1;
    if (since !== undefined && !clocksJump && at - since < scenario.soak - doubt)
      reportViolation('soak', `${step} started ${Math.round(at - since)} ms after the previous wave`);
  };
  const checkApproval = (step: string): void => {
    const { name } = saved!.waves[saved!.steps.find(({ id }) => id === step)!.wave]!;
    if (needsApproval(scenario, name) && !mayStartWave(scenario, name, time.monotonic()))
      reportViolation('approved', `${step} started in ${name}, which has too few approvals`);
  };
  const putOnDisk = (entry: JournalEntry): void => {
    if (!('step' in entry) || entry.kind === 'instance-read') return;
    const one = known.get(entry.step)!;
    one.onDisk = entry.kind;
    if (entry.kind === 'intent') one.seq = entry.seq;
  };
  const readDisk = (entries: readonly JournalEntry[]): void => {
    for (const one of known.values()) one.onDisk = '';
    for (const entry of entries) putOnDisk(entry);
  };
  /** The marked entry; null: the state does not know the run. */
  let markedSeq: number | null = null;
  /** True if the journal lost its marked entry, until the run is adopted. */
  let isCut = false;
  let isAdopting = false;
  /** True once entries were lost, so that an adopted run could not know of orders. */
  let hasLost = false;
  let inFlight = 0;
  let stoppingSince = false;
  let tally = { failed: 0, unknown: 0 };
  /** Steps with an intent that is newer than the pause; null: the run is not paused. */
  let intendedInPause: Set<string> | null = null;
  let isOpen = false;
  let isResting = false;
  let staysStopped = false;
  /** True if a new process keeps what operators set. */
  const keeps = ({ unattended }: EntryOf<'run-started'>): boolean =>
    isResting || (isOpen && unattended === true);
  const checkPause = (entry: JournalEntry): void => {
    switch (entry.kind) {
      case 'run-started':
        if (!keeps(entry)) intendedInPause = null;
        if (entry.purpose === undefined) isResting = false;
        isOpen = true;
        return;
      case 'rested':
        isResting = true;
        return;
      case 'run-ended':
        isOpen = false;
        return;
      case 'gate':
        if (entry.next === 'pause') intendedInPause ??= new Set();
        return;
      case 'control-command':
        if (entry.accepted && entry.command === 'pause') intendedInPause ??= new Set();
        if (entry.accepted && entry.command === 'continue') intendedInPause = null;
        return;
      case 'intent':
        intendedInPause?.add(entry.step);
        return;
      case 'not-sent':
        intendedInPause?.delete(entry.step);
        return;
      case 'accepted':
      case 'refused':
      case 'no-answer':
        if (intendedInPause?.has(entry.step))
          reportViolation('paused', `${entry.step} was ordered in a pause`);
        return;
      default:
        return;
    }
  };
  /** Counted steps, and those that an operator has acknowledged: a step halts the run only once. */
  const counted = new Set<string>();
  const acknowledged = new Set<string>();

  const watcher: Watcher = {
    violations,
    events,
    count,
    reportViolation,
    recordEvent(kind, detail) {
      count(kind);
      trace(`   ~ ${kind} ${detail}`);
    },
    setPlan(plan, simulated) {
      saved = plan;
      world = simulated;
      for (const step of plan.steps) {
        const { memoryPerShard, shards, replicas } = step.after;
        stepOf.set(sizeKey(step.instance, memoryPerShard, shards, replicas), step);
        known.set(step.id, {
          onDisk: '',
          seq: 0,
          intentAt: Number.NEGATIVE_INFINITY,
          intentBy: 0,
          bound: 0,
          deals: [],
          arrivals: 0,
        });
      }
    },
    durable(text) {
      for (const line of text.split('\n')) {
        if (line === '') continue;
        putOnDisk(JSON.parse(line) as JournalEntry);
      }
    },
    registered(seq) {
      markedSeq = seq;
      isCut = false;
      isAdopting = false;
    },
    lost(what, entries) {
      const kind = { state: 'state lost', entries: 'old copy', restored: 'store restored' }[what];
      watcher.recordEvent(kind, `${entries.length} entries are left`);
      if (what !== 'entries') markedSeq = null;
      isCut ||= markedSeq !== null && entries.length < markedSeq;
      intendedInPause = null;
      isOpen = false;
      isResting = false;
      hasLost = true;
      readDisk(entries);
    },
    opened(isAdopted, hasJournal) {
      isAdopting = isAdopted;
      const mustBe = isCut || (hasJournal && markedSeq === null);
      if (isAdopted) watcher.recordEvent('adopted', '');
      if (isAdopted !== mustBe)
        reportViolation('adopted', `a process ${isAdopted ? 'adopted the run' : 'continued the run'}`);
    },
    marked(seq) {
      markedSeq = Math.max(markedSeq ?? 0, seq);
    },
    processLeft(entries, mark) {
      readDisk(entries);
      if (isAdopting) watcher.count('adoption interrupted');
      isAdopting = false;
      if (markedSeq === null || isCut) return;
      if (mark === null || mark.seq < markedSeq)
        reportViolation('markKept', `the mark was at entry ${markedSeq}, and is at ${mark?.seq ?? 'none'}`);
      else if (mark.seq > 0 && entries[mark.seq - 1]?.hash !== mark.hash)
        reportViolation('markKept', `the mark names entry ${mark.seq} of ${entries.length} on disk`);
    },
    sent(instance, clock, by) {
      const { windows } = scenario;
      // By the clock of the sending machine, which knows no other.
      if (windows && !mayStart(windows, clock.now()))
        reportViolation('windows', `an order for ${instance} was sent at ${iso(clock.now())}`);
      const step = saved!.steps.find(
        (one) => one.instance === instance && known.get(one.id)!.onDisk === 'intent',
      );
      if (!step) {
        reportViolation('onDisk', `an order for ${instance} was sent, but the disk has no intent for it`);
        return;
      }
      trace(`   > order sent for ${step.id}`);
      const { seq, intentBy } = known.get(step.id)!;
      if (intentBy !== by)
        reportViolation(
          'onDisk',
          `${step.id} was sent by process ${by}, with the intent of process ${intentBy}`,
        );
      if (markedSeq === null || isCut || seq > markedSeq)
        reportViolation(
          'marked',
          `${step.id} was sent after entry ${seq}, and the mark is at ${isCut ? 'another chain' : markedSeq}`,
        );
      const age = time.monotonic() - known.get(step.id)!.intentAt;
      if (age > FRESH * (1 + MAX_DRIFT))
        reportViolation('fresh', `${step.id} was sent ${Math.round(age)} ms after its entry`);
      const changed = foreignAt.get(instance);
      if (changed !== undefined && time.monotonic() - changed > READ_AND_SEND) {
        const now = world!.instances.get(instance)!;
        if (now.memoryPerShard !== step.before.memoryPerShard)
          reportViolation(
            'recentRead',
            `${step.id} was sent ${Math.round(time.monotonic() - changed)} ms after a foreign change`,
          );
      }
    },
    arrived({ InstanceId, ...size }, served, deal) {
      const instance = world!.instances.get(InstanceId)!;
      const { MemSize, RedisShardNum, RedisReplicasNum } = size as Record<string, number>;
      const step = stepOf.get(
        sizeKey(InstanceId, MemSize ?? 0, RedisShardNum ?? 1, RedisReplicasNum ?? instance.replicas),
      );
      if (!step) throw new Error(`no step orders this: ${InstanceId} ${JSON.stringify(size)}`);
      const one = known.get(step.id)!;
      one.arrivals += 1;
      trace(
        `   < order for ${step.id} ${deal ? `accepted as ${deal.name.slice(-6)}` : served.kind === 'refused' ? `refused: ${served.code}` : served.kind}`,
      );
      if (!deal) return;
      count('accepted order');
      one.deals.push(deal);
      waveOfDeal.set(deal.name, step.wave);
      open.add(deal);
      if (one.deals.length > 1) reportViolation('once', `${step.id} was accepted ${one.deals.length} times`);
      // The limit at the intent counts too, if the limit is lower now.
      const most = Math.max(one.bound, inFlight);
      const own = stillOpen().filter(({ name }) => !givenUp.has(name));
      if (scenario.switch === 'now' && own.length > most)
        reportViolation('inFlight', `${own.length} in flight, with a limit of ${most}`);
      checkGroup(step);
      const together = own.filter(({ name }) => waveOfDeal.get(name) === step.wave).length;
      if (scenario.slowStart && scenario.switch === 'now' && together > slowStartLimit(step.wave))
        reportViolation(
          'slowStart',
          `${together} of wave ${step.wave} in flight, with a limit of ${slowStartLimit(step.wave)}`,
        );
    },
    foreign(instance, detail) {
      foreignAt.set(instance, time.monotonic());
      watcher.recordEvent('another user changed an instance', `${instance}: ${detail}`);
    },
    setInFlight(most) {
      inFlight = most;
    },
    appending(event, by = 0, at = time.monotonic()) {
      if (event.kind === 'intent') {
        const one = known.get(event.step)!;
        one.intentAt = at;
        one.intentBy = by;
        one.bound = inFlight;
        checkWaveStart(event.step, at);
        checkApproval(event.step);
      }
      if (event.kind === 'gate') {
        gates.set(event.wave, event.outcome);
        watcher.count(`gate: ${event.outcome}`);
      }
      if (event.kind === 'control-command' && event.accepted && event.command === 'continue')
        for (const [wave, judged] of gates) if (judged === 'inconclusive') gates.set(wave, 'released');
      if (event.kind === 'wave-ended') waveEndedAt.set(event.wave, at);
      if (event.kind !== 'step-ended') return;
      for (const { name } of known.get(event.step)!.deals) {
        givenUp.add(name);
        // An unknown change may still be in progress, so its group waits.
        if (event.outcome === 'unknown') lingering.add(name);
        else lingering.delete(name);
      }
      if (event.outcome === 'verified') verified.add(event.step);
    },
    entry(entry) {
      if (entry.kind !== 'instance-read' && entry.kind !== 'calls') trace(describeEntry(entry));
    },
    processEnded(fresh, replay, report) {
      for (const entry of fresh) {
        if (entry.kind === 'run-started') {
          // A halt and a drain outlive the death of a worker.
          stoppingSince &&= staysStopped && isOpen && keeps(entry);
          tally = { failed: 0, unknown: 0 };
        }
        checkPause(entry);
        if (entry.kind === 'stopping') {
          stoppingSince = true;
          staysStopped = entry.because === 'halted' || entry.because === 'drained';
          count(`stopping: ${entry.because}`);
        }
        if (entry.kind === 'intent' && stoppingSince)
          reportViolation('halts', `${entry.step} started while the run was stopping`);
        if (entry.kind === 'intent' && isReached(scenario, tally))
          reportViolation(
            'halts',
            `${entry.step} started with ${tally.failed} failed and ${tally.unknown} unknown`,
          );
        if (entry.kind === 'run-ended' && entry.because === 'halted')
          for (const step of counted) acknowledged.add(step);
        if (entry.kind === 'step-ended' && isLimitCode(entry.code ?? ''))
          reportViolation('limit', `${entry.step} ended with ${entry.code}`);
        if (entry.kind === 'step-ended' && !acknowledged.has(entry.step)) {
          counted.add(entry.step);
          if (entry.outcome === 'failed' || entry.outcome === 'refused') tally.failed += 1;
          if (entry.outcome === 'unknown') tally.unknown += 1;
        }
      }
      checkWaves(saved!, fresh, replay, reportViolation);
      if (!validateReport(JSON.parse(JSON.stringify(report))))
        reportViolation('report', JSON.stringify(validateReport.errors?.slice(0, 2)));
      checkReport(saved!, report, reportViolation);
    },
    runEnded(replay, report) {
      for (const step of saved!.steps) {
        const state = replay.step(step.id);
        const { deals } = known.get(step.id)!;
        const reportUntrue = (reason: string) =>
          reportViolation('true', `${step.id} is ${state.outcome}, but ${reason}`);
        const touched = foreignAt.has(step.instance);
        switch (state.outcome) {
          case 'verified':
            if (deals.length === 0) reportUntrue('the provider accepted no order of the run');
            else if (!deals.some(({ status }) => status === 4))
              reportUntrue('none of its orders was delivered');
            break;
          case 'failed':
            if (
              deals.length === 0 &&
              state.code !== 'Refit.NoAnswer' &&
              !(touched && textOf(state.message).includes('billing lists no order'))
            )
              reportUntrue('the provider accepted no order');
            if (deals.some(({ status }) => status === 4) && !touched) reportUntrue('its order was delivered');
            break;
          case 'refused':
          case 'skipped':
          case 'not-run':
            if (deals.length > 0) reportUntrue(`order ${deals[0]!.name} of the run was accepted`);
            break;
          case 'drifted':
            if (deals.length > 0 && state.orders.length === 0)
              reportUntrue(`order ${deals[0]!.name} of the run was accepted`);
            break;
          case 'unknown':
            break;
        }
        for (const { name, numbers, by } of deals) {
          // An order that only billing shows has billing's number.
          const isRecorded = Object.values(numbers).some((number) => state.orders.includes(number));
          if (by !== OWNER_UIN || isRecorded || state.outcome === 'unknown') continue;
          if (!textOf(state.message).includes('billing lists no order'))
            reportViolation(
              'recorded',
              `order ${name} is not in the journal of ${step.id}, which has: ${state.orders.join(', ')}`,
            );
        }
      }
      checkUndisturbed(
        scenario,
        { saved: saved!, report },
        { arrivalsOf: (step) => known.get(step)!.arrivals, hasLost },
        reportViolation,
      );
    },
  };
  return watcher;
}

function isReached({ haltAfter }: Scenario, tally: { failed: number; unknown: number }): boolean {
  return tally.failed > haltAfter.failed || tally.unknown > haltAfter.unknown;
}

function checkWaves(
  saved: SavedPlan,
  fresh: readonly JournalEntry[],
  _replay: Replay,
  reportViolation: Watcher['reportViolation'],
): void {
  const ended = new Map<string, number>();
  for (const entry of fresh) if (entry.kind === 'step-ended') ended.set(entry.step, entry.seq);
  const waveOf = new Map(saved.steps.map(({ id, wave }) => [id, wave]));
  let furthest = -1;
  for (const entry of fresh) {
    if (entry.kind !== 'intent' && entry.kind !== 'step-ended') continue;
    const wave = waveOf.get(entry.step)!;
    if (wave < furthest)
      reportViolation('waves', `${entry.step} of wave ${wave} continues in wave ${furthest}`);
    if (entry.kind === 'intent') furthest = Math.max(furthest, wave);
  }
}

function checkReport(saved: SavedPlan, report: Report, reportViolation: Watcher['reportViolation']): void {
  if (
    report.steps.length !== saved.steps.length ||
    report.steps.some(({ id }, n) => id !== saved.steps[n]!.id)
  )
    reportViolation('oneOutcome', 'the steps of report and plan differ');
  const sum = OUTCOMES.reduce((total, outcome) => total + report.totals[outcome], 0);
  if (sum !== saved.steps.length) reportViolation('oneOutcome', `the totals add up to ${sum}`);
}

/** Outcome of the first step of an instance by its fate. The later steps are skipped. */
const OUTCOME_OF_FATE = {
  'sold-out': 'refused',
  insufficient: 'refused',
  'low-version': 'refused',
  'failed-task': 'failed',
  'hand-change': 'drifted',
  stuck: 'unknown',
} as const;

function checkUndisturbed(
  scenario: Scenario,
  { saved, report }: { saved: SavedPlan; report: Report },
  { arrivalsOf, hasLost }: { arrivalsOf: (step: string) => number; hasLost: boolean },
  reportViolation: Watcher['reportViolation'],
): void {
  const disturbed = new Set(scenario.foreignChanges.map(({ instance }) => instance));
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
            ? OUTCOME_OF_FATE[fate]
            : 'verified';
    if (step.outcome === expected) continue;
    // A stuck change of the same group can block the step forever.
    const app = appOf(scenario, step.instance);
    const isBlocked =
      app !== null && scenario.fleet.some((one) => one.fate === 'stuck' && appOf(scenario, one.id) === app);
    if (step.outcome === 'not-run' && isBlocked) continue;
    // It may have an order that the journal lacks, and the step before is unknown.
    if (step.outcome === 'unknown' && expected === 'not-run' && hasLost) continue;
    // After many unusable answers Refit gives up, and failed or refused is correct.
    const gaveUp =
      (step.outcome === 'failed' || step.outcome === 'refused') &&
      Math.max(arrivalsOf(step.id), step.attempts) >= 4;
    if (!gaveUp)
      reportViolation(
        'undisturbed',
        `${step.id} ended ${step.outcome} (${step.message}), expected ${expected}`,
      );
  }
}

function describeEntry(entry: JournalEntry): string {
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
            ? textOf(entry.reason)
            : kind === 'stopping'
              ? `${entry.because}: ${textOf(entry.message)}`
              : kind === 'run-ended'
                ? `${entry.because}, exit ${entry.exitCode}`
                : kind === 'accepted'
                  ? `as ${entry.order.slice(-6)}`
                  : kind === 'run-started'
                    ? entry.resumed
                      ? 'resumed'
                      : ''
                    : '';
  return `${kind}${step} ${more}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3).padStart(10)} s`;
}
