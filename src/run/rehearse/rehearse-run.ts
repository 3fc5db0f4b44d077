/**
 * Carries a saved plan out in virtual time: the process of a real run against a provider that is handed in. No file, no
 * lock, no register, no network.
 */
import { type Clock, iso, VirtualClock } from '../../clock.ts';
import type { ApiClient } from '../../cloud/calls/call.ts';
import { cloudOver } from '../../cloud/client.ts';
import { createPermits } from '../../cloud/limit/permits.ts';
import { EMPTY_CHAIN } from '../../journal/chain.ts';
import type { JournalEntry, SavedPlan } from '../../model.ts';
import { createOpenWindows } from '../../plan/windows/open-windows.ts';
import { DAY } from '../../units.ts';
import { createCallCounter } from '../call-counter.ts';
import type { Demanded } from '../demand-approvals.ts';
import type { GatePorts, RunEnd } from '../engine/run.ts';
import { createProcess, NO_PAST } from '../process.ts';

/** One run that was rehearsed. */
export interface RehearsedRun {
  /** Its journal, as a real run's would be. */
  readonly entries: readonly JournalEntry[];
  readonly end: RunEnd;
}

export interface RehearseInput {
  readonly saved: SavedPlan;
  /** When it begins, milliseconds since 1970 UTC. */
  readonly startsAt: number;
  /** The provider, in the time that is handed in. */
  readonly providerIn: (clock: Clock) => ApiClient;
  /** Numbers from 0 to below 1, for the pauses of reads that are tried again. */
  readonly chance: () => number;
  /** This program's. */
  readonly version: string;
}

/** What a disk takes to make entries durable, milliseconds. */
const FSYNC = 3;
/** No run lasts longer; one that waits for a window looks a year ahead. */
const LIMIT = 800 * DAY;
/** Windows in which the same run goes on, at the most. */
const MOST_PROCESSES = 400;

/** Whoever has to approve has approved. */
const ASSUMED_BY = 'the rehearsal, which assumes it';

/** Commands and addresses are asked of nobody: they succeed. */
const ASSUMED_DOORS: GatePorts = {
  runCommand: async () => ({ kind: 'ended', exitCode: 0, lastLine: 'assumed by the rehearsal' }),
  askUrl: async () => ({ kind: 'answered', status: 200 }),
};

/** When a run of the plan can begin that begins as soon as it is sealed: then, or when its first window opens. */
export function startOf({ sealedAt, windows }: Pick<SavedPlan, 'sealedAt' | 'windows'>): number {
  const sealed = Date.parse(sealedAt);
  const opening = windows && createOpenWindows(windows).nextStart(sealed);
  return opening ? Math.max(sealed, opening.opens) : sealed;
}

/**
 * Rehearses one run to where a real one would need a person: its end, a halt, a deadline. Left with work at the close of
 * a window it goes on in the next, as by the same `apply`. Whoever has to approve has approved.
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

/** One process from its start to its end. @param entries those of all processes so far; grows. */
async function carryOut(
  { saved, chance, version }: RehearseInput,
  clock: VirtualClock,
  client: ApiClient,
  entries: JournalEntry[],
): Promise<RunEnd> {
  const provider = providerOver(client, { clock, chance, rate: saved.execution.requestsPerSecond });
  const last = entries.at(-1);
  const runProcess = createProcess({
    saved,
    past: { ...NO_PAST, entries, end: last ?? EMPTY_CHAIN },
    // A disk that keeps nothing: what matters of it is that it takes its time.
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
    await runProcess.journal.record({ kind: 'approved', how: 'auto-approve', by: ASSUMED_BY });
  const approvalOf = async (wave: number): Promise<Demanded> => {
    const judgedAt = iso(clock.now());
    return { deed: { kind: 'approved', how: 'signatures', by: ASSUMED_BY, wave, judgedAt, signed: [] } };
  };
  const end = await runProcess.carryOut({ cloudFor: provider.cloudFor, gates: ASSUMED_DOORS, approvalOf });
  // Nobody tells a rehearsal to leave.
  if (end === null) throw new Error('internal error: a rehearsal was left');
  return end;
}

/** A provider that is reached without a network, as a process needs it. @param rate requests a second. @param chance numbers from 0 to below 1, for the pauses of reads that are tried again. */
export function providerOver(
  client: ApiClient,
  { clock, rate, chance }: { readonly clock: Clock; readonly rate: number; readonly chance: () => number },
) {
  const permits = createPermits(clock, rate);
  const calls = createCallCounter();
  const cloud = cloudOver(client, {
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
