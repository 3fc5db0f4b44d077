/**
 * Carries out a saved plan in virtual time, with the process of a real run against a given provider. It uses no file, no
 * lock, no register and no network.
 */
import { type Clock, iso, VirtualClock } from '../../clock.ts';
import type { ApiClient } from '../../cloud/calls/call.ts';
import { createCloudOver } from '../../cloud/client.ts';
import { createPermits } from '../../cloud/limit/permits.ts';
import type { JournalEntry, SavedPlan } from '../../model.ts';
import { createOpenWindows } from '../../plan/windows/open-windows.ts';
import { DAY } from '../../units.ts';
import { createCallCounter } from '../call-counter.ts';
import type { ApprovalDemand } from '../demand-approvals.ts';
import type { GatePorts, RunEnd } from '../engine/run.ts';
import { createProcess, pastOf } from '../process.ts';

/** One rehearsed run. */
export interface RehearsedRun {
  /** Its journal, like that of a real run. */
  readonly entries: readonly JournalEntry[];
  readonly end: RunEnd;
}

export interface RehearseInput {
  readonly saved: SavedPlan;
  /** The start, milliseconds since 1970 UTC. */
  readonly startsAt: number;
  /** Creates the provider, on the given clock. */
  readonly providerIn: (clock: Clock) => ApiClient;
  /** Random numbers from 0 to below 1, for the pauses before retries of reads. */
  readonly chance: () => number;
  /** The version of Refit. */
  readonly version: string;
}

/** Milliseconds that a disk needs to make entries durable. */
const FSYNC = 3;
/** The longest run, in milliseconds of virtual time. Windows are searched a year ahead. */
const LIMIT = 800 * DAY;
/** The most processes, one for each window, that one run may need. */
const MOST_PROCESSES = 400;

/** The approver in the journal of a rehearsal. */
const ASSUMED_BY = 'the rehearsal, which assumes it';

/** Gate commands and gate URLs that always succeed, without running or asking anything. */
const ASSUMED_PORTS: GatePorts = {
  runCommand: async () => ({ kind: 'ended', exitCode: 0, lastLine: 'assumed by the rehearsal' }),
  askUrl: async () => ({ kind: 'answered', status: 200 }),
};

/** The earliest start of a run: when its plan was sealed, or when the first window opens after that. */
export function startTimeOf({ sealedAt, windows }: Pick<SavedPlan, 'sealedAt' | 'windows'>): number {
  const sealed = Date.parse(sealedAt);
  const opening = windows && createOpenWindows(windows).nextStart(sealed);
  return opening ? Math.max(sealed, opening.opens) : sealed;
}

/**
 * Rehearses one run until a real one would need a person: its end, a halt, or a deadline. After the close of a window it
 * resumes in the next one, as a repeated `apply` would. All approvals are given.
 */
export async function rehearseRun(input: RehearseInput): Promise<RehearsedRun> {
  const { saved, startsAt, providerIn } = input;
  const clock = new VirtualClock(startsAt);
  const client = providerIn(clock);
  const entries: JournalEntry[] = [];
  return clock.run(async () => {
    for (let count = 1; ; count++) {
      const end = await carryOut(input, clock, client, entries);
      const reopens = end.because === 'window-closed' ? nextStart(saved, clock.now()) : null;
      if (reopens === null || count === MOST_PROCESSES) return { entries, end };
      await clock.sleep(reopens - clock.now());
    }
  }, LIMIT);
}

function nextStart({ windows, finishBy }: SavedPlan, now: number): number | null {
  const opening = windows && createOpenWindows(windows).nextStart(now);
  if (!opening) return null;
  const at = Math.max(opening.opens, now);
  return finishBy !== null && Date.parse(finishBy) <= at ? null : at;
}

/** Runs one process from start to end. @param entries of all processes so far; grows. */
async function carryOut(
  { saved, chance, version }: RehearseInput,
  clock: VirtualClock,
  client: ApiClient,
  entries: JournalEntry[],
): Promise<RunEnd> {
  const provider = createProviderClient(client, { clock, chance, rate: saved.execution.requestsPerSecond });
  const last = entries.at(-1);
  const runProcess = createProcess({
    saved,
    past: pastOf(saved, entries),
    // This disk keeps nothing, but takes as long as a real one.
    store: { append: () => clock.sleep(FSYNC) },
    clock,
    ...provider,
    by: { user: 'rehearsal', host: 'rehearsal', pid: 1 },
    endpoint: 'simulated, in virtual time',
    version,
    onEntry: (entry) => void entries.push(entry),
  });
  await runProcess.start();
  if (last === undefined)
    await runProcess.journal.appendDurably({ kind: 'approved', how: 'auto-approve', by: ASSUMED_BY });
  const approvalOf = async (wave: number | null): Promise<ApprovalDemand> => {
    if (wave === null || runProcess.journal.replay.recorded.signatures(wave) !== null) return { event: null };
    const judgedAt = iso(clock.now());
    return { event: { kind: 'approved', how: 'signatures', by: ASSUMED_BY, wave, judgedAt, signed: [] } };
  };
  const end = await runProcess.carryOut({ cloudFor: provider.cloudFor, gates: ASSUMED_PORTS, approvalOf });
  // Nothing tells a rehearsal to exit.
  if (end === null) throw new Error('internal error: a rehearsal was left');
  return end;
}

/**
 * Creates what a process needs of a provider without a network. @param rate requests a second.
 * @param chance random numbers from 0 to below 1, for the pauses before retries of reads.
 */
export function createProviderClient(
  client: ApiClient,
  { clock, rate, chance }: { readonly clock: Clock; readonly rate: number; readonly chance: () => number },
) {
  const permits = createPermits(clock, rate);
  const calls = createCallCounter();
  const cloud = createCloudOver(client, {
    clock,
    permits,
    onCall: calls.add,
    jitter: chance,
    endpoint: null,
    transport: {
      send: () => Promise.reject(new Error('internal error: there is no network here')),
      async close() {},
    },
  });
  return { permits, calls, cloudFor: (_profile: string) => cloud };
}
