/** What a report tells of a journal beyond the state of its steps: who, when, which waves, and what was read. */
import { unreachable } from '../../errors.ts';
import { given, pick } from '../../given.ts';
import type {
  EntryOf,
  JournalEntry,
  Report,
  ReportIdentity,
  ReportGate,
  ReportSignature,
  ReportControlCommand,
  ReportStep,
  ReportNotification,
  RunProcess,
  SavedPlan,
  Size,
  Step,
} from '../../model.ts';

type StepEntry = Extract<JournalEntry, { readonly step: string }>;

/** Filled entry by entry. */
export interface JournalFacts {
  /** The first process and the first approval: the run is theirs, those who resumed it are counted. */
  started: EntryOf<'run-started'> | null;
  approved: Report['run']['approved'];
  readonly identities: ReportIdentity[];
  readonly signatures: ReportSignature[];
  readonly waveStarts: Map<number, string>;
  readonly waveEnds: Map<number, string>;
  /** By wave. */
  readonly gates: Map<number, ReportGate[]>;
  readonly processes: RunProcess[];
  readonly controlCommands: ReportControlCommand[];
  readonly notifications: ReportNotification[];
  /** What was read just before a step's last order. */
  readonly readBefore: Map<string, NonNullable<ReportStep['readBefore']>>;
  /** What was read back at the end of a step. */
  readonly readBack: Map<string, Size>;
  /** The size last read of an instance, in the order of the journal. */
  readonly lastRead: Map<string, Size>;
  /** Why the process that carries the run out starts nothing more. */
  stopped: RunProcess['stopped'];
}

export function factsIn(saved: SavedPlan, entries: readonly JournalEntry[]): JournalFacts {
  const facts: JournalFacts = {
    started: null,
    approved: null,
    identities: [],
    signatures: [],
    waveStarts: new Map(),
    waveEnds: new Map(),
    gates: new Map(),
    processes: [],
    controlCommands: [],
    notifications: [],
    readBefore: new Map(),
    readBack: new Map(),
    lastRead: new Map(),
    stopped: undefined,
  };
  const steps = new Map(saved.steps.map((step) => [step.id, step]));
  for (const entry of entries) {
    if ('step' in entry) addRead(facts, steps.get(entry.step), entry);
    else addToRun(facts, saved, entry);
  }
  return facts;
}

function addRead(facts: JournalFacts, step: Step | undefined, entry: StepEntry): void {
  let size: Size | null = null;
  if (entry.kind === 'looked') {
    size = entry.size;
    facts.readBefore.set(entry.step, { at: entry.at, status: entry.status, size });
  }
  if (entry.kind === 'step-ended') {
    // Verified means: read back at `to`, whether or not the entry repeats the size.
    size = entry.size ?? (entry.outcome === 'verified' ? (step?.after ?? null) : null);
    if (size) facts.readBack.set(entry.step, size);
  }
  if (step && size) facts.lastRead.set(step.instance, size);
}

function addToRun(facts: JournalFacts, saved: SavedPlan, entry: Exclude<JournalEntry, StepEntry>): void {
  const { at } = entry;
  switch (entry.kind) {
    case 'run-started':
      facts.started ??= entry;
      addProcess(facts, entry);
      return;
    case 'lock-taken-over': {
      const last = facts.processes.pop();
      if (last) facts.processes.push({ ...last, tookOverFrom: [...(last.tookOverFrom ?? []), entry.from] });
      return;
    }
    case 'caller':
      facts.identities.push(pick(entry, 'at', 'profile', 'caller', 'why'));
      return;
    case 'approved':
      if (entry.how === 'signatures') facts.signatures.push(...signaturesOf(entry, saved));
      else facts.approved ??= { how: entry.how, by: entry.by, at };
      return;
    case 'wave-started':
      if (!facts.waveStarts.has(entry.wave)) facts.waveStarts.set(entry.wave, at);
      return;
    case 'wave-ended':
      facts.waveEnds.set(entry.wave, at);
      return;
    case 'gate': {
      const before = facts.gates.get(entry.wave) ?? [];
      facts.gates.set(entry.wave, [...before, pick(entry, 'at', 'judge', 'outcome', 'what', 'shadow')]);
      return;
    }
    case 'steered':
      facts.controlCommands.push(pick(entry, 'at', 'command', 'value', 'by', 'accepted', 'what'));
      return;
    case 'told':
      facts.notifications.push(pick(entry, 'at', 'by', 'event', 'about', 'to', 'ok', 'what'));
      return;
    case 'stopping':
      facts.stopped = pick(entry, 'at', 'because', 'what');
      return;
    case 'approval-awaited':
    case 'calls':
    case 'run-ended':
      return;
    default:
      return unreachable(entry);
  }
}

/** Why a process stopped is told of those that others followed: of the last the run itself tells it. */
function addProcess(facts: JournalFacts, { at, by, cutOff, version, purpose }: EntryOf<'run-started'>): void {
  const before = facts.processes.pop();
  if (before) facts.processes.push({ ...before, ...given({ stopped: facts.stopped }) });
  facts.stopped = undefined;
  const { user, host, pid } = by;
  facts.processes.push({ at, user, host, pid, cutOff, version, ...given({ purpose }) });
}

function signaturesOf(
  { at, wave, signed }: Extract<EntryOf<'approved'>, { how: 'signatures' }>,
  { waves }: SavedPlan,
): ReportSignature[] {
  const name = wave === null ? null : (waves[wave]?.name ?? null);
  return signed.map((one) => ({ at, wave: name, ...one }));
}
