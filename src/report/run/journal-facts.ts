/** Collects facts of a journal for the report beyond the state of the steps: who, when, which waves, and readings. */
import { unreachable } from '../../errors.ts';
import { given, pick } from '../../given.ts';
import { textOf, textWithFix } from '../../messages/messages.ts';
import { english, type Words } from '../../messages/words.ts';
import type {
  EntryOf,
  JournalEntry,
  Report,
  ReportControlCommand,
  ReportGate,
  ReportIdentity,
  ReportNotification,
  ReportSignature,
  ReportStep,
  RunProcess,
  SavedPlan,
  Size,
  Step,
} from '../../model.ts';

type StepEntry = Extract<JournalEntry, { readonly step: string }>;

/** Facts of a journal, filled entry by entry. */
export interface JournalFacts {
  /** The first process and the first confirmation. The report only counts the processes that resumed the run. */
  started: EntryOf<'run-started'> | null;
  confirmed: Report['run']['confirmed'];
  readonly identities: ReportIdentity[];
  readonly signatures: ReportSignature[];
  readonly waveStarts: Map<number, string>;
  readonly waveEnds: Map<number, string>;
  /** By wave. */
  readonly gates: Map<number, ReportGate[]>;
  readonly processes: RunProcess[];
  readonly controlCommands: ReportControlCommand[];
  readonly notifications: ReportNotification[];
  /** The reading just before each step's last order. */
  readonly readBefore: Map<string, NonNullable<ReportStep['readBefore']>>;
  /** The size read back at the end of each step. */
  readonly readBack: Map<string, Size>;
  /** The last size that Refit read of each instance. */
  readonly lastRead: Map<string, Size>;
  /** Why the present process stopped. */
  stopped: RunProcess['stopped'];
}

/** Gathers the facts entry by entry. */
export function createFacts(saved: SavedPlan, { sentences }: Words = english) {
  const facts: JournalFacts = {
    started: null,
    confirmed: null,
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
  return {
    facts,
    add(entry: JournalEntry): void {
      if ('step' in entry) addRead(facts, steps.get(entry.step), entry);
      else addToRun(facts, saved, entry, sentences);
    },
  };
}

function addRead(facts: JournalFacts, step: Step | undefined, entry: StepEntry): void {
  let size: Size | null = null;
  if (entry.kind === 'instance-read') {
    size = entry.size;
    facts.readBefore.set(entry.step, { at: entry.at, status: entry.status, size });
  }
  if (entry.kind === 'step-ended') {
    // Verified means read back at `to`, even if the entry does not repeat the size.
    size = entry.size ?? (entry.outcome === 'verified' ? (step?.after ?? null) : null);
    if (size) facts.readBack.set(entry.step, size);
  }
  if (step && size) facts.lastRead.set(step.instance, size);
}

function addToRun(
  facts: JournalFacts,
  saved: SavedPlan,
  entry: Exclude<JournalEntry, StepEntry>,
  sentences: Words['sentences'],
): void {
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
    case 'identity':
      facts.identities.push({
        ...pick(entry, 'at', 'profile', 'identity'),
        reason: entry.reason && textOf(entry.reason, sentences),
      });
      return;
    case 'adopted':
      // Approvals before it count no more.
      facts.confirmed = null;
      facts.signatures.length = 0;
      return;
    case 'approved':
      if ('signed' in entry) facts.signatures.push(...signaturesOf(entry, saved));
      else facts.confirmed ??= { how: entry.how, by: entry.by, at };
      return;
    case 'wave-started':
      if (!facts.waveStarts.has(entry.wave)) facts.waveStarts.set(entry.wave, at);
      return;
    case 'wave-ended':
      facts.waveEnds.set(entry.wave, at);
      return;
    case 'gate': {
      const before = facts.gates.get(entry.wave) ?? [];
      facts.gates.set(entry.wave, [
        ...before,
        { ...pick(entry, 'at', 'judge', 'outcome', 'shadow'), message: textOf(entry.message, sentences) },
      ]);
      return;
    }
    case 'control-command':
      facts.controlCommands.push({
        ...pick(entry, 'at', 'command', 'value', 'by', 'accepted'),
        message: textOf(entry.message, sentences),
      });
      return;
    case 'notified':
      facts.notifications.push({
        ...pick(entry, 'at', 'by', 'event', 'about', 'to', 'ok'),
        message: textOf(entry.message, sentences),
      });
      return;
    case 'stopping':
      facts.stopped = { ...pick(entry, 'at', 'because'), message: textWithFix(entry.message, sentences) };
      return;
    case 'approval-awaited':
    case 'rested':
    case 'handed-over':
    case 'calls':
    case 'run-ended':
      return;
    default:
      return unreachable(entry);
  }
}

/** Adds a process. Only processes with a successor get their reason to stop; the run itself has the last one. */
function addProcess(
  facts: JournalFacts,
  { at, by, cutOff, version, purpose, policy }: EntryOf<'run-started'>,
): void {
  const before = facts.processes.pop();
  if (before) facts.processes.push({ ...before, ...given({ stopped: facts.stopped }) });
  facts.stopped = undefined;
  const { user, host, pid } = by;
  facts.processes.push({
    at,
    user,
    host,
    pid,
    cutOff,
    version,
    policy: policy ?? null,
    ...given({ purpose }),
  });
}

function signaturesOf(
  entry: Extract<EntryOf<'approved'>, { how: 'signatures' | 'policy' }>,
  { waves }: SavedPlan,
): ReportSignature[] {
  const { at, signed } = entry;
  if (entry.how === 'policy') return signed.map((one) => ({ at, wave: null, for: 'policy', ...one }));
  const name = entry.wave === null ? null : (waves[entry.wave]?.name ?? null);
  return signed.map((one) => ({ at, wave: name, ...one }));
}
