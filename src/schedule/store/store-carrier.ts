/**
 * The carrier of a store: any number of schedulers share its plans, its log and its occurrences. The first one that writes decides,
 * and all others read again. Nothing is remembered here that another scheduler could not read.
 */
import { type Clock, iso } from '../../clock.ts';
import { exitCodeOf, isErrorCode } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import type { Outcome } from '../../model.ts';
import type {
  AppendedLine,
  HeldOccurrence,
  LogHead,
  OpenOccurrence,
  ScheduleStore,
  StoredReading,
} from '../../store/schedule-store.ts';
import { SECOND } from '../../units.ts';
import type { AttemptControl, ScheduleCarrier, ScheduleReading } from '../carrier.ts';
import type { AttemptStart, RunProgress } from '../decide.ts';
import type { ScheduledBy, ScheduleEntry, ScheduleEvent } from '../schedule-log.ts';
import { type AttemptTools, workOnOccurrence } from './store-attempt.ts';
import { EMPTY_LOG, entryOf, lineOf, readOn, type StoredLog } from './stored-log.ts';
import { createPlanReader } from './stored-plan.ts';
import { createFolderSync, type FolderShare, type PlanFolder, removedElsewhere } from './sync-folder.ts';

export interface StoreCarrierPorts extends AttemptTools {
  readonly store: ScheduleStore;
  readonly clock: Clock;
  readonly by: ScheduledBy;
  /** A folder whose plans are due, too; null: none. */
  readonly folder: PlanFolder | null;
  /** The outcomes of a run that is over; null if they cannot be read. */
  readonly totalsOf: (run: string) => Promise<Readonly<Record<Outcome, number>> | null>;
  /** Receives each entry that this process appended. */
  readonly onEntry: (entry: ScheduleEntry) => void;
}

/** What a scheduler of a store has read, and what it holds. */
interface Carried {
  log: StoredLog;
  head: LogHead;
  /** Counts readings. What was decided from an older one is void. */
  reading: number;
  /** The clock of the store at a moment of the `monotonic` clock. */
  time: { readonly now: number; readonly at: number };
  readonly held: Map<string, { readonly held: HeldOccurrence; readonly lost: AbortController }>;
  readonly slots: Slots;
}

/** Milliseconds after which a long round says again what this scheduler holds. */
const RENEW_EVERY = 2 * SECOND;

/** Occurrences that one scheduler works on at the same time: each is a process. Others that it holds wait. */
const MOST_AT_ONCE = 8;

/** Creates the carrier of a store, for one scheduler. */
export function createStoreCarrier(ports: StoreCarrierPorts): ScheduleCarrier {
  const { store, clock, onEntry } = ports;
  const carried: Carried = {
    log: EMPTY_LOG,
    head: { seq: 0, generation: 0 },
    reading: 0,
    time: { now: clock.now(), at: clock.monotonic() },
    held: new Map(),
    slots: createSlots(MOST_AT_ONCE),
  };
  const plans = createPlanReader((plan) => store.planText(plan));
  const folder = createFolderSync(ports);

  const catchUp = async (): Promise<StoredReading> => {
    const reading = await store.read(carried.log.seq);
    carried.time = { now: reading.now, at: clock.monotonic() };
    carried.log = readOn(carried.log, reading.lines, reading.head);
    carried.head = reading.head;
    carried.reading += 1;
    return reading;
  };

  /** One at a time, so that many plans of one due time are claimed from one reading. */
  const inTurn = createTurns();

  let renewedAt = clock.monotonic();
  const renew = async (): Promise<void> => {
    const lost = await store.beat([...carried.held.values()].map((one) => one.held));
    renewedAt = clock.monotonic();
    for (const one of lost) carried.held.get(keyOf(one))?.lost.abort();
  };

  /** Appends what was decided from the last reading. */
  const append = (decided: ScheduleEvent): Promise<boolean> =>
    inTurn(async () => {
      const event = await withTotals(decided, carried, ports);
      // Totals of long runs take seconds each, and many runs may end in one round.
      if (clock.monotonic() - renewedAt > RENEW_EVERY) await renew();
      const closes = event.kind === 'ended' ? { plan: event.plan, due: event.due } : undefined;
      const appended = await store.append(lineOf(event), carried.head, closes);
      if (appended === null) return false;
      follow(carried, appended);
      onEntry(entryOf(appended));
      return true;
    });

  return {
    async read() {
      // First of all, because a slow folder must not cost what this scheduler holds.
      await renew();
      const share = await folder.sync();
      for (;;) {
        const reading = await catchUp();
        const restored = restoredSince(carried, reading);
        if (restored === null || (await append(restored)))
          return await readingOf(reading, share, plans, carried);
      }
    },
    state: () => carried.log.state,
    append,
    async record(event) {
      const appended = await store.append(lineOf(event), null);
      if (appended !== null) onEntry(entryOf(appended));
    },
    dropRequest: (id) => store.dropRequest(id),
    async attempt(start, control) {
      const { reading } = carried;
      const claimed = await inTurn(async () => {
        if (carried.reading !== reading) return 'moved';
        const taken = await claim(start, carried, ports, plans.textOf(start.plan));
        if (typeof taken !== 'string') follow(carried, taken.line);
        return taken;
      });
      if (claimed === 'on-record') await append(onRecord(start));
      if (typeof claimed === 'string') return null;
      return await hold(claimed, start, control, carried, ports);
    },
  };
}

/** The end of an occurrence with the outcomes of its run. */
async function withTotals(
  event: ScheduleEvent,
  { log }: Carried,
  { totalsOf }: StoreCarrierPorts,
): Promise<ScheduleEvent> {
  if (event.kind !== 'ended') return event;
  const run = log.state.plans.get(event.plan)?.open?.run ?? null;
  const totals = run === null ? null : await totalsOf(run);
  return totals === null ? event : { ...event, totals };
}

/** Runs works one after the other. A failed one stops no other. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

interface Slots {
  /** Waits until one is free. @returns what gives it back. */
  take(): Promise<() => void>;
}

function createSlots(most: number): Slots {
  let free = most;
  const waiting: (() => void)[] = [];
  const giveBack = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    async take() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return giveBack;
    },
  };
}

const keyOf = ({ plan, due }: HeldOccurrence): string => `${plan} ${due}`;

/** Folds an own line, if it is the next one. Otherwise the next reading brings it, together with those between. */
function follow(carried: Carried, line: AppendedLine): void {
  if (line.seq !== carried.log.seq + 1) return;
  carried.log = readOn(carried.log, [line], line);
  carried.head = { ...carried.head, seq: line.seq };
}

/** Entries before a restore may be missing, and the log must say so before anybody decides. */
function restoredSince({ log, head }: Carried, { restoredAt, now }: StoredReading): ScheduleEvent | null {
  if (head.generation === log.state.generation) return null;
  return { kind: 'restored', generation: head.generation, until: iso(restoredAt ?? now) };
}

async function readingOf(
  { now, plans, open, requests }: StoredReading,
  share: FolderShare,
  reader: ReturnType<typeof createPlanReader>,
  { held }: Carried,
): Promise<ScheduleReading> {
  const own = plans.filter(({ name, source }) => source === 'command' || share.names.has(name));
  const files = [...(await reader.read(own)), ...share.faults, ...removedElsewhere(share.names, plans)];
  const names = new Set(own.map(({ name }) => name));
  const others = new Set(plans.flatMap(({ name }) => (names.has(name) ? [] : [name])));
  const isMine = ({ plan, due }: OpenOccurrence) => held.has(`${plan} ${due}`);
  return {
    view: {
      files,
      switches: new Map(own.map(({ name, enabled, switchedAt }) => [name, { enabled, at: switchedAt }])),
      requests: requests.filter(({ plan }) => !others.has(plan)),
    },
    now,
    elsewhere: new Set(open.flatMap((one) => (one.isHeld && !isMine(one) ? [one.plan] : []))),
    others,
    runs: new Map(open.flatMap((one) => (one.run === null ? [] : [[one.run, progressOf(one)]]))),
  };
}

/** The exit code of an occurrence whose run is gone. */
const MISSING: RunProgress = { state: 'missing', exitCode: exitCodeOf('store-restored') };

/** How far the run of an occurrence has come. */
export function progressOf({ progress }: Pick<OpenOccurrence, 'progress'>): RunProgress {
  if (progress === null) return MISSING;
  const { state, exitCode, errorCode } = progress;
  switch (state) {
    case 'ended':
    case 'pruned':
      return { state: 'ended', exitCode: exitCode === null ? 0 : real(exitCode) };
    case 'stopped':
      return { state: 'stopped', exitCode: codeOf(errorCode) ?? real(exitCode ?? 1) };
    default:
      return { state: 'live', exitCode: 0 };
  }
}

function codeOf(errorCode: string | null): number | null {
  return errorCode !== null && isErrorCode(errorCode) ? exitCodeOf(errorCode) : null;
}

/** Somebody else may have written the row. */
const real = (exitCode: number): number => (exitCode >= 0 && exitCode <= 255 ? exitCode : 1);

function claim(start: AttemptStart, { head }: Carried, { store }: StoreCarrierPorts, text: string | null) {
  const { plan, due, reason, does, digest, request } = start;
  const line = lineOf({
    ...{ kind: 'attempt-started', plan, due, reason, does, digest, entries: 0 },
    ...(request === undefined ? {} : { request }),
  });
  const isFirst = reason === 'due' || reason === 'caught-up';
  return store.claim({ plan, due, does, source: start.file === null ? null : text, isFirst }, line, head);
}

/** The store knows this due time, and its log does not. Nothing is carried out a second time. */
function onRecord({ plan, due }: AttemptStart): ScheduleEvent {
  return { kind: 'skipped', plan, due, count: 1, reason: 'missed', message: message('schedule.on-record') };
}

async function hold(
  { held, line }: { readonly held: HeldOccurrence; readonly line: AppendedLine },
  start: AttemptStart,
  control: AttemptControl,
  carried: Carried,
  ports: StoreCarrierPorts,
): Promise<ScheduleEvent | null> {
  const key = keyOf(held);
  const lost = new AbortController();
  carried.held.set(key, { held, lost });
  ports.onEntry(entryOf(line));
  const failuresBefore = carried.log.state.plans.get(start.plan)?.open?.failures ?? 0;
  const giveBack = await carried.slots.take();
  try {
    // While it waited, the scheduler was stopped, or another one took the occurrence.
    if (control.drain.aborted || lost.signal.aborted) return null;
    const appended = await workOnOccurrence(
      { held, start, failuresBefore, lost: lost.signal },
      control,
      ports,
      () => carried.time.now + (ports.clock.monotonic() - carried.time.at),
    );
    if (appended === null) return null;
    const entry = entryOf(appended);
    ports.onEntry(entry);
    return entry;
  } finally {
    giveBack();
    carried.held.delete(key);
  }
}
