/**
 * Carries a saved plan out in virtual time: the executor, the client and the journal writer of a real run, joined as
 * `apply.ts` joins them, against a provider that whoever calls stands for. No file, no lock, no register, no network.
 */
import { type Clock, iso, VirtualClock } from '../../clock.ts';
import type { Caller } from '../../cloud/calls/call.ts';
import { cloudOver } from '../../cloud/client.ts';
import { openPermits } from '../../cloud/limit/permits.ts';
import type { Transport } from '../../cloud/network/transport.ts';
import { EMPTY_CHAIN } from '../../journal/chain.ts';
import { beginReplay } from '../../journal/replay.ts';
import { JOURNAL_FORMAT, type JournalEntry, type SavedPlan } from '../../model.ts';
import { openOpenings } from '../../plan/windows/open-windows.ts';
import { type JournalStore, openJournalWriter } from '../../store/journal-writer.ts';
import { openSteering } from '../control/control-run.ts';
import { beginCallCounter } from '../engine/call-counter.ts';
import { execute } from '../engine/execute.ts';
import type { GateDoors, RunEnd } from '../engine/run.ts';

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
  readonly providerIn: (clock: Clock) => Caller;
  /** Numbers from 0 to below 1, for the pauses of reads that are tried again. */
  readonly chance: () => number;
  /** This program's. */
  readonly version: string;
}

/** What a disk takes to make entries durable, milliseconds. */
const FSYNC = 3;
/** No run lasts longer; one that waits for a window looks a year ahead. */
const LIMIT = 800 * 24 * 3600_000;
/** Windows in which the same run goes on, at the most. */
const MOST_PROCESSES = 400;

/** Commands and addresses are asked of nobody: they succeed. */
const ASSUMED_DOORS: GateDoors = {
  runCommand: async () => ({ kind: 'ended', exitCode: 0, said: 'assumed by the rehearsal' }),
  askUrl: async () => ({ kind: 'answered', status: 200 }),
};

/** When a run of the plan can begin that begins as soon as it is sealed: then, or when its first window opens. */
export function startOf({ sealedAt, windows }: Pick<SavedPlan, 'sealedAt' | 'windows'>): number {
  const sealed = Date.parse(sealedAt);
  const opening = windows && openOpenings(windows).nextStart(sealed);
  return opening ? Math.max(sealed, opening.opens) : sealed;
}

/**
 * Rehearses one run to where a real one would need a person: its end, a halt, a deadline. Left with work at the close of
 * a window it goes on in the next, as by the same `apply`. Whoever has to approve has approved.
 */
export async function rehearseRun({
  saved,
  startsAt,
  providerIn,
  chance,
  version,
}: RehearseInput): Promise<RehearsedRun> {
  const clock = new VirtualClock(startsAt);
  const caller = providerIn(clock);
  const entries: JournalEntry[] = [];
  return clock.run(async () => {
    for (let process = 1; ; process++) {
      const end = await carryOut(saved, { clock, caller, chance, version, entries });
      const reopens = end.because === 'window-closed' ? nextStart(saved, clock.now()) : null;
      if (reopens === null || process === MOST_PROCESSES) return { entries, end };
      await clock.sleep(reopens - clock.now());
    }
  }, LIMIT);
}

function nextStart({ windows, finishBy }: SavedPlan, now: number): number | null {
  const opening = windows && openOpenings(windows).nextStart(now);
  if (!opening) return null;
  const at = Math.max(opening.opens, now);
  return finishBy !== null && Date.parse(finishBy) <= at ? null : at;
}

/** One process from its start to its end. */
async function carryOut(
  saved: SavedPlan,
  {
    clock,
    caller,
    chance,
    version,
    entries,
  }: Pick<RehearseInput, 'chance' | 'version'> & {
    readonly clock: VirtualClock;
    readonly caller: Caller;
    readonly entries: JournalEntry[];
  },
): Promise<RunEnd> {
  const replay = beginReplay(saved);
  for (const entry of entries) replay.add(entry);
  const last = entries.at(-1);
  const journal = openJournalWriter({
    store: memoryStore(clock),
    clock,
    end: last === undefined ? EMPTY_CHAIN : { seq: last.seq, hash: last.hash },
    replay,
    onEntry: (entry) => void entries.push(entry),
  });
  const permits = openPermits(clock, saved.execution.requestsPerSecond);
  const calls = beginCallCounter();
  const cloud = cloudOver(caller, {
    clock,
    permits,
    onCall: calls.add,
    jitter: chance,
    endpoint: null,
    transport: NO_NETWORK,
  });
  await journal.record({
    kind: 'run-started',
    format: JOURNAL_FORMAT,
    plan: saved.name,
    digest: saved.digest,
    resumed: last !== undefined,
    cutOff: 0,
    by: { user: 'rehearsal', host: 'rehearsal', pid: 1 },
    endpoint: 'simulated, in virtual time',
    version,
  });
  if (last === undefined)
    await journal.record({ kind: 'approved', how: 'auto-approve', by: 'the rehearsal, which assumes it' });
  const never = new AbortController().signal;
  const steering = openSteering({ saved, journal, permits, clock, drain: never, leave: never });
  const end = await execute({
    saved,
    journal,
    steering,
    cloudFor: () => cloud,
    permits,
    calls,
    clock,
    drain: never,
    leave: never,
    gates: ASSUMED_DOORS,
    approvalOf: async (wave) => ({
      deed: {
        kind: 'approved',
        how: 'signatures',
        by: 'the rehearsal, which assumes it',
        wave,
        judgedAt: iso(clock.now()),
        signed: [],
      },
    }),
  });
  // Nobody tells a rehearsal to leave at once.
  if (end === null) throw new Error('internal error: a rehearsal was left');
  return end;
}

/** A disk that keeps nothing: what matters of it is that it takes its time. */
function memoryStore(clock: Clock): JournalStore {
  return { append: () => clock.sleep(FSYNC) };
}

const NO_NETWORK: Transport = {
  send: () => Promise.reject(new Error('internal error: a rehearsal reached for the network')),
  async close() {},
};
