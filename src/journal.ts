/**
 * The one account of a run. Pure: encode an entry, decode and check a chain of them, replay it to outcomes.
 * If it is not in the journal, it did not happen.
 */
import { canonical, sha256 } from './digest.ts';
import { unreachable } from './errors.ts';
import type { Deed, JournalEntry, Outcome, RunState, SavedPlan, Steerer, StepState } from './model.ts';
import { OUTCOMES } from './model.ts';

/** `prev` of the first entry. */
export const GENESIS = '0'.repeat(64);

/** The end of a chain: what the next entry must follow. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: string;
}

/** The end of the empty chain. */
export const EMPTY_CHAIN: ChainEnd = { seq: 0, hash: GENESIS };

/** Makes the entry that follows `end`. @param at ISO 8601 UTC. */
export function seal(end: ChainEnd, at: string, deed: Deed): JournalEntry {
  return sealLine(end, at, deed).entry;
}

/** The same, with its journal line. */
export function sealLine(
  end: ChainEnd,
  at: string,
  deed: Deed,
): { readonly entry: JournalEntry; readonly line: string } {
  const rest = { ...deed, seq: end.seq + 1, at, prev: end.hash };
  const { hash, line } = hashed(rest);
  return { entry: { ...rest, hash } as JournalEntry, line };
}

/** The hash of everything else of an entry, and the canonical form of the whole: both from one walk. */
function hashed(rest: Unhashed): { readonly hash: string; readonly line: string } {
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(rest)) (key < 'hash' ? before : after)[key] = member;
  // Neither is empty: each entry has `at`, and `seq`.
  const head = canonical(before).slice(0, -1);
  const tail = canonical(after).slice(1);
  const hash = sha256(`${head},${tail}`);
  return { hash, line: `${head},"hash":"${hash}",${tail}` };
}

/** An entry but for its hash. */
type Unhashed = Deed & Pick<JournalEntry, 'seq' | 'at' | 'prev'>;

/** One journal line, without its line feed: the canonical form of the entry. */
export function encode(entry: JournalEntry): string {
  return canonical(entry);
}

/** The entry as whoever reads the journal gets it: the same value, its members in the order of the file. */
export function asRead(entry: JournalEntry): JournalEntry {
  return JSON.parse(encode(entry)) as JournalEntry;
}

/** What is wrong with a journal, and where. */
export interface ChainFault {
  /** Line number from 1. */
  readonly line: number;
  readonly what: string;
}

/** What was read of a journal: its whole entries, and what spoils it. */
export interface Decoded {
  readonly entries: readonly JournalEntry[];
  readonly end: ChainEnd;
  /** The chain is broken here: bytes were changed, removed, reordered or added. */
  readonly fault: ChainFault | null;
  /** Bytes after the last whole line: an entry that was being written when the process died. */
  readonly torn: string | null;
}

/** A journal that is read piece by piece: nothing of what was read is kept but where its chain ends. */
export interface Decoding {
  /** Reads whole lines, each with its line feed; after a fault nothing any more. */
  read(lines: string): void;
  readonly end: ChainEnd;
  readonly fault: ChainFault | null;
}

/**
 * Begins to read a journal and to check every byte of it: each line must be exactly the canonical encoding of its
 * entry, number and chain unbroken. Stops at the first fault.
 * @param each is given every entry before that, in order.
 * @param after the end of what was read before, where the text goes on from there.
 */
export function beginDecoding(each: (entry: JournalEntry) => void, after: ChainEnd = EMPTY_CHAIN): Decoding {
  let end = after;
  let fault: ChainFault | null = null;
  return {
    get end() {
      return end;
    },
    get fault() {
      return fault;
    },
    read(lines) {
      for (let from = 0; from < lines.length && fault === null; ) {
        const feed = lines.indexOf('\n', from);
        const read = decodeLine(lines.slice(from, feed), end);
        from = feed + 1;
        if (typeof read === 'string') fault = { line: end.seq + 1, what: read };
        else {
          end = { seq: read.seq, hash: read.hash };
          each(read);
        }
      }
    },
  };
}

/** The entry that follows `end`; where the line is not it, what is wrong with it. */
function decodeLine(line: string, end: ChainEnd): JournalEntry | string {
  let entry: JournalEntry;
  try {
    entry = JSON.parse(line) as JournalEntry;
  } catch {
    return 'the line is not JSON';
  }
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return 'the line is not an entry';
  try {
    if (canonical(entry) !== line) return 'the line is not the canonical form of its entry';
  } catch {
    return 'the line is not an entry';
  }
  const { seq, prev, hash } = entry;
  if (seq !== end.seq + 1)
    return `seq is ${seq}, expected ${end.seq + 1}: entries are missing, added or reordered`;
  if (prev !== end.hash) return 'prev is not the hash of the entry before';
  if (sha256(withoutHash(line, hash)) !== hash) return 'hash does not fit the entry: it was changed';
  return entry;
}

/** The canonical form of the rest of an entry: its line without the member that holds the hash. */
function withoutHash(line: string, hash: string): string {
  const member = `"hash":"${hash}"`;
  const at = line.indexOf(member);
  if (at < 0) return '';
  const after = at + member.length;
  return line[after] === ','
    ? `${line.slice(0, at)}${line.slice(after + 1)}`
    : `${line.slice(0, line[at - 1] === ',' ? at - 1 : at)}${line.slice(after)}`;
}

/** Reads a journal whole. A last line without a line feed is torn, not a fault. As `beginDecoding`. */
export function decode(text: string, after: ChainEnd = EMPTY_CHAIN): Decoded {
  const entries: JournalEntry[] = [];
  const decoding = beginDecoding((entry) => entries.push(entry), after);
  const whole = text.lastIndexOf('\n') + 1;
  decoding.read(text.slice(0, whole));
  const { end, fault } = decoding;
  return { entries, end, fault, torn: fault === null && whole < text.length ? text.slice(whole) : null };
}

/** The state of a step of which the journal says nothing. */
export function untouched(step: string): StepState {
  return {
    step,
    phase: 'waiting',
    attempts: 0,
    doubtful: 0,
    orders: [],
    adopted: false,
    requestIds: [],
    outcome: 'not-run',
    code: null,
    what: 'never started',
    startedAt: null,
    endedAt: null,
    unknownSince: null,
    intentAt: null,
    intentProviderAt: null,
    endedProviderAt: null,
    acceptedAt: null,
    waitsFor: null,
    beganAt: null,
    warning: null,
    size: null,
    billed: null,
  };
}

/** The action an ordering call counts under. Source: facts §1, read 2026-11. */
export const ORDER_ACTION = 'UpgradeInstance';

/** A refusal by one of the request limits: provably not executed. Source: facts §6, read 2026-11. */
export function isLimitCode(code: string): boolean {
  return code === 'RequestLimitExceeded' || code.startsWith('RequestLimitExceeded.');
}

/** Nobody has told the run anything. */
export const AS_PLANNED: RunState['steered'] = { paused: null, inFlight: null, requestsPerSecond: null };

interface Folding {
  startedAt: string | null;
  endedAt: string | null;
  endedBecause: RunState['endedBecause'];
  exitCode: number | null;
  starts: number;
  stopping: RunState['stopping'];
  steered: RunState['steered'];
  wavesStarted: number[];
  wavesEnded: number[];
  waveEndedAt: Map<number, string>;
  approvalsAwaited: Map<number, string>;
  gatesReleased: Set<number>;
  gatesAcknowledged: Set<string>;
  /** What gates have said last, by `<wave> <judge>`. */
  gates: Map<string, Extract<JournalEntry, { kind: 'gate' }>>;
  acknowledged: Set<string>;
  haltingRefusals: Set<string>;
  /** It ended as halted, and nobody has taken it up since to go on. */
  standsHalted: boolean;
  steps: Map<string, StepState>;
  stepOfOrder: Map<string, string>;
  bySecond: Map<string, [number, string, number, number]>;
  head: string;
  entries: number;
}

/** A replay that is fed entry by entry: what a live run keeps beside its journal, and decides from. */
export interface Replay {
  add(entry: JournalEntry): void;
  /** Where one step stands now. */
  step(id: string): StepState;
  /** The step that an order number is on record for; null for a number that is new. */
  stepOf(order: string): string | null;
  /** Where everything stands now. */
  state(): RunState;
}

/**
 * Begins a replay. Steps of the saved plan that the journal does not name are `not-run`; a step that was asked
 * and has no answer on record is `unknown` until it is settled.
 */
export function beginReplay(saved: Pick<SavedPlan, 'steps'>): Replay {
  const run: Folding = {
    startedAt: null,
    endedAt: null,
    endedBecause: null,
    exitCode: null,
    starts: 0,
    stopping: null,
    steered: AS_PLANNED,
    wavesStarted: [],
    wavesEnded: [],
    waveEndedAt: new Map(),
    approvalsAwaited: new Map(),
    gatesReleased: new Set(),
    gatesAcknowledged: new Set(),
    gates: new Map(),
    acknowledged: new Set(),
    haltingRefusals: new Set(),
    standsHalted: false,
    steps: new Map(saved.steps.map((step) => [step.id, untouched(step.id)])),
    stepOfOrder: new Map(),
    bySecond: new Map(),
    head: GENESIS,
    entries: 0,
  };
  return {
    add(entry) {
      fold(run, entry);
      run.head = entry.hash;
      run.entries = entry.seq;
    },
    step: (id) => run.steps.get(id) ?? untouched(id),
    stepOf: (order) => run.stepOfOrder.get(order) ?? null,
    state() {
      const { bySecond, stepOfOrder: _, standsHalted: __, gates: ___, ...rest } = run;
      const callsBySecond = [...bySecond.values()].sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
      const calls = new Map<string, { count: number; refusedByLimit: number }>();
      for (const [, action, sent, refused] of callsBySecond) {
        const sum = calls.get(action) ?? { count: 0, refusedByLimit: 0 };
        calls.set(action, { count: sum.count + sent, refusedByLimit: sum.refusedByLimit + refused });
      }
      return { ...rest, calls, callsBySecond };
    },
  };
}

/** Folds a whole journal to where its run stands. */
export function replay(saved: Pick<SavedPlan, 'steps'>, entries: Iterable<JournalEntry>): RunState {
  const run = beginReplay(saved);
  for (const entry of entries) run.add(entry);
  return run.state();
}

function fold(run: Folding, entry: JournalEntry): void {
  switch (entry.kind) {
    case 'run-started':
      takeUpUnknown(run);
      // A reconcile starts nothing: why nothing was started any more stands as it did.
      if (entry.purpose === undefined) {
        takeUp(run);
        run.stopping = null;
      }
      run.startedAt ??= entry.at;
      run.endedAt = null;
      run.endedBecause = null;
      run.exitCode = null;
      run.steered = AS_PLANNED;
      run.starts += 1;
      return;
    case 'approved':
    case 'caller':
    case 'lock-taken-over':
      return;
    case 'approval-awaited':
      run.approvalsAwaited.set(entry.wave, entry.until);
      return;
    case 'wave-started':
      if (!run.wavesStarted.includes(entry.wave)) run.wavesStarted.push(entry.wave);
      return;
    case 'wave-ended':
      if (!run.wavesEnded.includes(entry.wave)) run.wavesEnded.push(entry.wave);
      run.waveEndedAt.set(entry.wave, entry.at);
      return;
    case 'looked':
      return change(run, entry.step, { size: entry.size });
    case 'intent':
      return change(run, entry.step, (was) => ({
        phase: 'asking',
        attempts: entry.attempt,
        doubtful: was.doubtful + 1,
        outcome: 'unknown',
        // What an earlier attempt was refused with says nothing of this one.
        code: null,
        what: 'asked, and no answer on record',
        startedAt: was.startedAt ?? entry.at,
        unknownSince: null,
        intentAt: entry.at,
        intentProviderAt: entry.providerAt ?? entry.at,
      }));
    case 'not-sent':
      return change(run, entry.step, (was) => ({
        phase: 'waiting',
        attempts: entry.attempt - 1,
        doubtful: was.doubtful - 1,
        outcome: 'not-run',
        what: `nothing was sent: ${entry.why}`,
      }));
    case 'accepted':
      count(run, entry.sentAt, false);
      run.stepOfOrder.set(entry.order, entry.step);
      return change(run, entry.step, (was) => ({
        phase: 'settling',
        adopted: false,
        orders: was.orders.includes(entry.order) ? was.orders : [...was.orders, entry.order],
        requestIds: [...was.requestIds, entry.requestId],
        acceptedAt: entry.at,
        what: 'ordered, and not yet seen to end',
      }));
    case 'refused':
      count(run, entry.sentAt, isLimitCode(entry.code));
      if (entry.next === 'halt') run.haltingRefusals.add(entry.step);
      return change(run, entry.step, (was) => ({
        phase: entry.next === 'read-first' ? 'unanswered' : 'waiting',
        doubtful: entry.next === 'read-first' ? was.doubtful : was.doubtful - 1,
        outcome: entry.next === 'read-first' ? 'unknown' : 'not-run',
        requestIds: entry.requestId === null ? was.requestIds : [...was.requestIds, entry.requestId],
        code: entry.code,
        what: entry.message,
      }));
    case 'no-answer':
      count(run, entry.sentAt, false);
      return change(run, entry.step, {
        phase: 'unanswered',
        outcome: 'unknown',
        code: null,
        what: entry.why,
      });
    case 'settled':
      if (entry.order !== null) takeOrder(run, entry.order, entry.step);
      return change(run, entry.step, (was) =>
        entry.landed
          ? {
              phase: 'settling',
              adopted: was.phase !== 'settling' || was.adopted,
              orders:
                entry.order === null || was.orders.includes(entry.order)
                  ? was.orders
                  : [...was.orders, entry.order],
              acceptedAt: was.acceptedAt ?? entry.at,
              outcome: 'unknown',
              what: `had landed: ${entry.evidence}`,
            }
          : { phase: 'waiting', outcome: 'not-run', what: `had not landed: ${entry.evidence}` },
      );
    case 'deferred':
      return change(run, entry.step, {
        waitsFor: { window: entry.window, opensAt: entry.opensAt },
        what: `accepted, waits for its window ${entry.window.from}-${entry.window.to} Beijing time`,
      });
    case 'began':
      return change(run, entry.step, {
        waitsFor: null,
        beganAt: entry.at,
        warning: entry.warning,
        what: `under way: ${entry.evidence}`,
      });
    case 'step-ended':
      return change(run, entry.step, (was) => ({
        waitsFor: null,
        phase: 'ended',
        outcome: entry.outcome,
        code: entry.code,
        what: entry.what,
        startedAt: was.startedAt,
        endedAt: entry.at,
        unknownSince: entry.outcome === 'unknown' ? (was.unknownSince ?? entry.at) : null,
        endedProviderAt: entry.providerAt ?? entry.at,
        size: entry.size ?? was.size,
        billed: entry.billed,
      }));
    case 'billed':
      return change(run, entry.step, { billed: entry.billed });
    case 'gate':
      run.gates.set(`${entry.wave} ${entry.judge}`, entry);
      if (entry.next === 'pause')
        run.steered = {
          ...run.steered,
          paused: run.steered.paused ?? { since: entry.at, by: sayGate(entry.name) },
        };
      return;
    case 'steered':
      if (entry.accepted) run.steered = afterSteering(run.steered, entry);
      if (entry.accepted && entry.command === 'continue')
        for (const { wave, next } of run.gates.values()) if (next === 'pause') run.gatesReleased.add(wave);
      return;
    case 'told':
      return;
    case 'stopping':
      run.stopping = { because: entry.because, what: entry.what };
      return;
    case 'calls':
      for (const [second, action, sent, refused] of entry.counts) add(run, second, action, sent, refused);
      return;
    case 'run-ended':
      run.endedAt = entry.at;
      run.endedBecause = entry.because;
      run.standsHalted ||= entry.because === 'halted';
      run.exitCode = entry.exitCode;
      return;
    default:
      return unreachable(entry);
  }
}

/**
 * Billing names the instance of an order, an answer does not: where they differ, the answer was that to another call,
 * as a proxy may mix up.
 */
function takeOrder(run: Folding, order: string, step: string): void {
  const other = run.stepOfOrder.get(order);
  run.stepOfOrder.set(order, step);
  if (other === undefined || other === step) return;
  change(run, other, (was) => ({ orders: was.orders.filter((one) => one !== order) }));
}

function afterSteering(
  was: RunState['steered'],
  { command, value, by, at }: Extract<JournalEntry, { kind: 'steered' }>,
): RunState['steered'] {
  switch (command) {
    case 'pause':
      return { ...was, paused: { since: at, by: saySteerer(by) } };
    case 'continue':
      return { ...was, paused: null };
    case 'set inFlight':
      return { ...was, inFlight: value };
    case 'set requestsPerSecond':
      return { ...was, requestsPerSecond: value };
    case 'drain':
    case 'abort':
      return was;
    default:
      return unreachable(command);
  }
}

/** Who told a run something: `dba@host`. */
export function saySteerer({ user, host }: Steerer): string {
  return `${user}@${host}`;
}

/** Whoever takes a run up settles its unknown steps anew. */
function takeUpUnknown(run: Folding): void {
  for (const [id, step] of run.steps) {
    if (step.phase !== 'ended' || step.outcome !== 'unknown') continue;
    if (run.standsHalted) run.acknowledged.add(id);
    const phase = step.acceptedAt === null ? 'unanswered' : 'settling';
    run.steps.set(id, { ...step, phase, endedAt: null });
  }
}

/** Who pauses a run whose gate cannot tell. */
export function sayGate(wave: string): string {
  return `the gate after wave ${wave}`;
}

/** Whoever takes a run up to go on has seen why it halted. */
function takeUp(run: Folding): void {
  for (const [id, step] of run.steps) {
    if (step.phase !== 'ended') continue;
    if (run.haltingRefusals.has(id)) {
      run.steps.set(id, { ...step, phase: 'waiting', outcome: 'not-run', endedAt: null });
    } else if (run.standsHalted && (step.outcome === 'failed' || step.outcome === 'refused')) {
      run.acknowledged.add(id);
    }
  }
  run.haltingRefusals.clear();
  for (const [key, { next }] of run.gates)
    if (run.endedBecause === 'halted' && next === 'halt') run.gatesAcknowledged.add(key);
  run.standsHalted = false;
}

function change(
  run: Folding,
  step: string,
  to: Partial<StepState> | ((was: StepState) => Partial<StepState>),
): void {
  const was = run.steps.get(step) ?? untouched(step);
  run.steps.set(step, { ...was, ...(typeof to === 'function' ? to(was) : to) });
}

function count(run: Folding, sentAt: string, refusedByLimit: boolean): void {
  add(run, Math.floor(Date.parse(sentAt) / 1000), ORDER_ACTION, 1, refusedByLimit ? 1 : 0);
}

function add(run: Folding, second: number, action: string, sent: number, refused: number): void {
  const key = `${second} ${action}`;
  const was = run.bySecond.get(key);
  if (was) {
    was[2] += sent;
    was[3] += refused;
  } else {
    run.bySecond.set(key, [second, action, sent, refused]);
  }
}

/** True where nothing is left to do: the run has ended and each of its steps has an end that can be known. */
export function isFinished(state: RunState): boolean {
  if (state.endedAt === null || state.haltingRefusals.size > 0) return false;
  for (const { outcome } of state.steps.values())
    if (outcome === 'not-run' || outcome === 'unknown') return false;
  return true;
}

/** One count per outcome, every outcome present; the counts add up to the number of steps. */
export function totals(states: Iterable<Pick<StepState, 'outcome'>>): Record<Outcome, number> {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  for (const { outcome } of states) counts[outcome] += 1;
  return counts;
}
