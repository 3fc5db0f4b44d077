/**
 * Carries a saved plan out in its run directory: finds or makes the directory, takes the lock, takes up the journal,
 * runs, and leaves the reports. The same call goes on where an earlier one stopped.
 */
import { appendFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Clock, iso } from '../clock.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { Permits } from '../cloud/limit/permits.ts';
import type { Transport } from '../cloud/network/transport.ts';
import { RefitError } from '../errors.ts';
import { asRead } from '../journal/chain.ts';
import { isFinished } from '../journal/replay.ts';
import type { Deed, JournalEntry, Report, RunState, SavedPlan } from '../model.ts';
import { planAgain, word } from '../next-command.ts';
import { buildReport } from '../report/run/build-report.ts';
import { renderReport } from '../report/run/render-report.ts';
import { claimInstances, isLoopback } from '../store/folder/claims.ts';
import { type HeldLock, openInstances } from '../store/folder/held-locks.ts';
import { takeLock } from '../store/folder/lock.ts';
import { isRegistered, register } from '../store/folder/register.ts';
import {
  findUnfinishedRun,
  prepareRunDirectory,
  RUN_FILES,
  type RunOnDisk,
  readRun,
  replaceFile,
  reportedHead,
  runDirectoryName,
} from '../store/folder/run-directory.ts';
import { withLost } from '../store/unwritten-entries.ts';
import { openSteering } from './control/control-run.ts';
import { type ControlSocket, openControlSocket } from './control/control-socket.ts';
import type { Standing } from './control/run-status.ts';
import { demandApprovals, isBorneOut } from './demand-approvals.ts';
import type { CallCounter } from './engine/call-counter.ts';
import { execute } from './engine/execute.ts';
import type { GateDoors } from './engine/run.ts';
import { openWindowGate } from './engine/window-gate.ts';
import { mustBeSameAccount, tellCallers } from './identities.ts';
import { hookListener, mustAllowHooks } from './notify/hooks.ts';
import { type Listener, openTelling, TELLING_GRACE } from './notify/notifier.ts';
import type { RunCommand } from './notify/run-command.ts';
import { webhookListener } from './notify/webhooks.ts';
import { openRun, recordStart, unlessLeft } from './open-run.ts';

/** How a person said yes. */
export interface Approval {
  readonly how: 'prompt' | 'auto-approve';
  readonly by: string;
}

export interface ApplyInput {
  readonly saved: SavedPlan;
  /** Its path: approvals are looked for beside it. Without it they are looked for in the run directory alone. */
  readonly savedFile?: string;
  /** Where run directories are made. */
  readonly runsRoot: string;
  /** The run directory, where the caller names one. */
  readonly runDirectory: string | null;
  /** Refused where the journal has another number of entries: somebody else has gone on with the run. */
  readonly atEntry?: number;
  /** Locks and the register of plans carried out: `$XDG_STATE_HOME/refit`. */
  readonly stateDirectory: string;
  readonly cloudFor: (profile: string) => Cloud;
  readonly permits: Permits;
  readonly calls: CallCounter;
  readonly clock: Clock;
  readonly drain: AbortSignal;
  readonly leave: AbortSignal;
  readonly by: { readonly user: string; readonly host: string; readonly pid: number };
  readonly endpoint: string;
  readonly version: string;
  /** How gates ask outside. A plan whose gate runs a command is refused where none may be run. */
  readonly gates?: GateDoors;
  /** Asked once, before a run begins; null = not approved. A run that was approved goes on without asking. */
  readonly approve: () => Promise<Approval | null>;
  /** Told once where the run lives and what its journal holds so far, then each entry as it becomes durable. */
  readonly onStart?: (run: { readonly directory: string; readonly entries: readonly JournalEntry[] }) => void;
  readonly onEntry?: (entry: JournalEntry) => void;
  /** Told once how to ask the run how it stands beside its journal: what it waits for, and how fast it may go now. */
  readonly onLive?: (standing: () => Standing) => void;
  /** Told once where something is missing that the run goes on without. */
  readonly onNotice?: (what: string) => void;
  /** How people are told of the run, where its plan asks for it; absent: nobody is. */
  readonly outside?: Outside;
}

/** What of the machine and of the network those who are told are reached by. */
export interface Outside {
  readonly transport: Transport;
  /** Whether whoever applies has said yes to the plan's commands. */
  readonly allowHooks: boolean;
  readonly runCommand: RunCommand;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface ApplyEnd {
  readonly directory: string;
  readonly report: Report;
  /** The run's own exit code; the drain's when it was left at once. */
  readonly exitCode: number;
  /** True where nothing was left to do. */
  readonly wasFinished: boolean;
  /** True where it was left at once: what is under way is settled by the next call. */
  readonly wasLeft: boolean;
}

/**
 * @throws RefitError `locked`, `already-carried-out`, `plan-expired`, `outside-window`, `not-approved`, `journal-broken`, `disk-failed`, and
 * what reading the run directory throws. Nothing is ordered in any of these cases but the last, after which the same
 * call goes on.
 */
export async function applyPlan(input: ApplyInput): Promise<ApplyEnd> {
  const { saved, clock, stateDirectory, by } = input;
  mustAllowCommands(input);
  const directory = resolve(
    input.runDirectory ??
      (await findUnfinishedRun(input.runsRoot, saved.digest)) ??
      join(input.runsRoot, runDirectoryName(clock.now(), saved.digest)),
  );
  const self = { host: by.host, purpose: `refit apply in ${directory}` };
  const locks: HeldLock[] = [];
  try {
    const byDigest = join(stateDirectory, 'locks', `${saved.digest}.json`);
    locks.push({ name: 'saved-plan', lock: await takeLock(byDigest, self, clock) });
    await register(stateDirectory, saved.digest, directory, clock, { check: true });
    await prepareRunDirectory(directory, saved);
    const inDirectory = join(directory, RUN_FILES.lock);
    locks.push({ name: 'run-directory', lock: await takeLock(inDirectory, self, clock) });
    const run = await readRun(directory);
    await mustBeWhole(stateDirectory, run);
    mustBeSameEndpoint(input.endpoint, run);
    mustBeAtEntry(input, run);
    if (isFinished(run.state))
      return await finish(directory, run.saved, run.journal.entries, run.state, true);
    const wanted = { digest: saved.digest, endpoint: input.endpoint, instances: openInstances(run) };
    locks.push({ name: 'instances', lock: await claimInstances(stateDirectory, wanted, self, clock) });

    mustAllowHooks(saved, input.outside?.allowHooks ?? false);
    const given = run.journal.entries.filter((entry) => entry.kind === 'approved');
    const unsigned =
      saved.approvals !== undefined &&
      !given.some((one) => one.how === 'signatures' && one.wave === null && isBorneOut(saved, one));
    const unasked = given.every(({ how }) => how === 'signatures');
    if (unsigned || unasked) mustNotBeExpired(input);
    if (unasked && run.state.startedAt === null) mustBeOpen(input, directory);
    if (unsigned) await signatures(input, directory);
    const approval = unasked ? await approved(input) : null;
    // Judged again after the question, over which an hour may have gone by: the run begins now.
    const signed = unsigned ? await signatures(input, directory) : null;
    return await takeUp(input, directory, run, [signed, approval], locks);
  } finally {
    // One that cannot be released is its holder's no longer than this process lives.
    for (const { lock } of locks) await lock.release().catch(() => undefined);
  }
}

/**
 * A journal from which entries were cut off must not be gone on with: what it no longer tells may have been ordered.
 * Known by the head in the run's own report, and by the register, which names a run only once it has begun.
 */
export async function mustBeWhole(
  stateDirectory: string,
  { directory, saved, journal, state }: RunOnDisk,
): Promise<void> {
  const head = await reportedHead(directory);
  const cut = head !== null && !journal.entries.some(({ hash }) => hash === head);
  const gone = state.startedAt === null && (await isRegistered(stateDirectory, saved.digest, directory));
  if (!cut && !gone) return;
  const what = cut
    ? `its report was made at head ${head.slice(0, 8)}, which the journal no longer holds`
    : 'the register knows that it had begun, and the journal is empty';
  throw new RefitError(
    'journal-broken',
    `${directory}: entries of the journal are missing: ${what}`,
    'restore the journal from a copy. Without it nobody can tell what was ordered: make a new plan against the fleet as it is now, refit plan PLAN -o SAVED',
  );
}

/** Orders of one run are placed with one provider: a simulated one is not exchanged for another, or for the real one. */
export function mustBeSameEndpoint(endpoint: string, { directory, journal }: RunOnDisk): void {
  const [first] = journal.entries;
  if (first?.kind !== 'run-started' || first.endpoint === endpoint) return;
  if (![first.endpoint, endpoint].some(isLoopback)) return;
  throw new RefitError(
    'usage',
    `${directory} is a run against ${first.endpoint}, and this is ${endpoint}`,
    first.endpoint.startsWith('http') ? `add --endpoint ${first.endpoint}` : 'leave --endpoint away',
  );
}

/** What was decided from a journal holds as long as nobody has written on in it. */
function mustBeAtEntry({ atEntry }: ApplyInput, { directory, journal }: RunOnDisk): void {
  const { length } = journal.entries;
  if (atEntry === undefined || atEntry === length) return;
  throw new RefitError(
    'locked',
    `${directory}: the journal has ${length} entries and not ${atEntry}: another process has gone on with the run`,
    `refit status ${word(directory)} tells what it did`,
  );
}

/** A plan does not run programs of its own accord: whoever carries it out has read them, and says so. */
function mustAllowCommands({ saved, gates }: ApplyInput): void {
  const wave = saved.waves.find(({ gate }) => gate?.command !== undefined);
  if (wave === undefined || gates?.runCommand !== undefined) return;
  throw new RefitError(
    'usage',
    `the gate after wave ${wave.name} runs a command: ${wave.gate!.command!.join(' ')}`,
    'read it, then add --allow-hooks',
  );
}

function mustNotBeExpired({ saved, clock }: ApplyInput): void {
  if (clock.now() <= Date.parse(saved.expiresAt)) return;
  throw new RefitError(
    'plan-expired',
    `the saved plan expired at ${saved.expiresAt}; it is ${iso(clock.now())}`,
    `${planAgain(saved, 'SAVED')} makes it anew against the fleet as it is now`,
  );
}

/** The signatures that the plan wants, as they are to be written down. @throws RefitError `not-approved` */
async function signatures(input: ApplyInput, directory: string): Promise<Signatures> {
  const { saved, clock, savedFile = null } = input;
  const demanded = await demandApprovals({ saved, savedFile, directory, clock }, null);
  if ('deed' in demanded) return demanded.deed;
  throw new RefitError('not-approved', `not approved: ${demanded.what.join('\n')}`, demanded.mend);
}

/** Asks for a person's yes. */
async function approved({ saved, approve }: ApplyInput): Promise<Approved> {
  const approval = await approve();
  if (!approval) {
    throw new RefitError(
      'not-approved',
      `not approved: nothing was ordered (${saved.steps.length} steps, digest ${saved.digest.slice(0, 8)})`,
      'answer "yes" at the prompt, or pass --auto-approve where nobody can answer',
    );
  }
  return { kind: 'approved', ...approval };
}

/** Nobody is asked about a run that may not begin now. One that has begun settles what it left at any time. */
function mustBeOpen({ saved, clock, endpoint }: ApplyInput, directory: string): void {
  const closed = openWindowGate(saved, clock).refusal();
  if (closed === null) return;
  const at = endpoint.startsWith('http') ? ` --endpoint ${word(endpoint)}` : '';
  const plan = word(join(directory, RUN_FILES.plan));
  throw new RefitError(
    'outside-window',
    `${closed}; nothing was ordered`,
    `refit apply ${plan} --run-dir ${word(directory)}${at}   when it is open; refit windows next ${plan} lists the coming ones`,
  );
}
type Approved = Extract<Deed, { kind: 'approved' }>;
type Signatures = Extract<Deed, { how: 'signatures' }>;

async function takeUp(
  input: ApplyInput,
  directory: string,
  run: RunOnDisk,
  approvals: readonly (Approved | null)[],
  locks: readonly HeldLock[],
): Promise<ApplyEnd> {
  const { saved, clock, calls, permits, savedFile = null, onStart } = input;
  const telling = openTelling({
    saved,
    journal: () => open.journal,
    clock,
    listeners: listenersOf(input, directory),
    log: (name, text) => appendFile(join(directory, name), text, { mode: 0o600 }),
  });
  const open = await openRun(run, {
    clock,
    ...(onStart ? { onStart } : {}),
    onEntry(entry) {
      input.onEntry?.(entry);
      telling.entry(entry);
    },
  });
  const { journal, entries } = open;
  let control: ControlSocket | null = null;
  let wasLeft = false;
  try {
    await recordStart(journal, run, input, locks);
    const callers = await tellCallers({ ...input, journal });
    mustBeSameAccount(directory, run.journal.entries, callers);
    await register(input.stateDirectory, saved.digest, directory, clock, { check: false });
    for (const approval of approvals) if (approval) await journal.record(approval);
    const steering = openSteering({ saved, journal, permits, clock, drain: input.drain, leave: input.leave });
    input.onLive?.(() => steering.standing());
    const { drain, leave } = steering;
    control = await openControlSocket({ directory, steering, clock }).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      input.onNotice?.(`no control socket (${why}): this run can be told by signals alone, and goes on`);
      return null;
    });
    const approvalOf = (wave: number) => demandApprovals({ saved, savedFile, directory, clock }, wave);
    const executing = execute({ ...input, journal, calls, steering, approvalOf });
    const end = await unlessLeft(executing, leave, journal, calls);
    const state = journal.replay.state();
    const done = await finish(directory, run.saved, entries, state, false);
    const told = [drain.reason, leave.reason].find((reason) => typeof reason === 'number');
    wasLeft = end === null;
    return wasLeft ? { ...done, exitCode: told ?? 130, wasLeft } : done;
  } catch (error) {
    // Whatever stopped it, what is known is reported; a disk that cannot take the report either is told by the error.
    await finish(directory, run.saved, entries, open.replay.state(), false).catch(() => undefined);
    throw withLost(error, journal.lost);
  } finally {
    await control?.close();
    // The run is over and its reports are written: this delays the last words of the process alone.
    await telling.close(wasLeft ? 0 : TELLING_GRACE);
    await open.close();
  }
}

/** Whom the plan wants to be told. */
function listenersOf({ saved, clock, outside }: ApplyInput, directory: string): Listener[] {
  if (outside === undefined) return [];
  return [
    ...(saved.hooks ? [hookListener(saved.hooks, { ...outside, clock, directory })] : []),
    ...(saved.notify ?? []).map((webhook) => webhookListener(webhook, { ...outside, clock })),
  ];
}

/**
 * Writes the reports and tells how the run stands. They are made of the entries as they lie on disk: whoever makes them
 * again from there gets the same bytes.
 */
export async function finish(
  directory: string,
  saved: SavedPlan,
  entries: readonly JournalEntry[],
  state: RunState,
  wasFinished: boolean,
): Promise<ApplyEnd> {
  const report = buildReport(saved, entries.map(asRead));
  const plain = { color: false, width: 100 };
  await replaceFile(join(directory, RUN_FILES.report), renderReport(report, 'json', plain));
  await replaceFile(join(directory, RUN_FILES.page), renderReport(report, 'html', plain));
  return { directory, report, exitCode: state.exitCode ?? 1, wasFinished, wasLeft: false };
}
