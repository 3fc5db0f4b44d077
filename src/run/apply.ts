/**
 * Carries a saved plan out in its run directory: finds or makes the directory, takes the lock, takes up the journal,
 * runs, and leaves the reports. The same call goes on where an earlier one stopped.
 */
import { appendFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { iso } from '../clock.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { Transport } from '../cloud/network/transport.ts';
import { RefitError } from '../errors.ts';
import { given } from '../given.ts';
import { isFinished } from '../journal/replay.ts';
import type { JournalEvent, Report, SavedPlan } from '../model.ts';
import { planAgain, shellQuote } from '../next-command.ts';
import { register } from '../store/folder/register.ts';
import {
  findUnfinishedRun,
  prepareRunDirectory,
  RUN_FILES,
  type RunOnDisk,
  readRun,
  runDirectoryName,
} from '../store/folder/run-directory.ts';
import type { LiveRunStatus } from './control/control.ts';
import { openControlSocket } from './control/control-socket.ts';
import { areSignaturesEnough, demandApprovals } from './demand-approvals.ts';
import type { GatePorts } from './engine/run.ts';
import { createWindowGate } from './engine/window-gate.ts';
import {
  type DirectoryInput,
  Locks,
  mustBeSameEndpoint,
  mustBeWhole,
  openInstances,
  withProcess,
  writeReports,
} from './in-directory.ts';
import { createHookListener, mustAllowHooks } from './notify/hooks.ts';
import type { NotifierConfig } from './notify/notifier.ts';
import type { RunCommand } from './notify/run-command.ts';
import { createWebhookListener } from './notify/webhooks.ts';
import type { Process } from './process.ts';

/** How a person said yes. */
export interface Approval {
  readonly how: 'prompt' | 'auto-approve';
  readonly by: string;
}

export interface ApplyInput extends DirectoryInput<Cloud> {
  readonly saved: SavedPlan;
  /** Its path: approvals are looked for beside it. Without it they are looked for in the run directory alone. */
  readonly savedFile?: string;
  /** Where run directories are made. */
  readonly runsRoot: string;
  /** The run directory, where the caller names one. */
  readonly runDirectory: string | null;
  /** Refused where the journal has another number of entries: somebody else has gone on with the run. */
  readonly atEntry?: number;
  readonly drain: AbortSignal;
  /** How gates ask outside. A plan whose gate runs a command is refused where none may be run. */
  readonly gates?: GatePorts;
  /** Asked once, before a run begins; null = not approved. A run that was approved goes on without asking. */
  readonly approve: () => Promise<Approval | null>;
  /** Told once how to ask the run how it stands beside its journal: what it waits for, and how fast it may go now. */
  readonly onLive?: (standing: () => LiveRunStatus) => void;
  /** Told once where something is missing that the run goes on without. */
  readonly onNotice?: (what: string) => void;
  /** How people are told of the run, where its plan asks for it; absent: nobody is. */
  readonly notifyPorts?: NotifyPorts;
}

/** What of the machine and of the network those who are told are reached by. */
export interface NotifyPorts {
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
  const { saved, clock, stateDirectory } = input;
  mustAllowCommands(input);
  const directory = resolve(
    input.runDirectory ??
      (await findUnfinishedRun(input.runsRoot, saved.digest)) ??
      join(input.runsRoot, runDirectoryName(clock.now(), saved.digest)),
  );
  const locks = new Locks(input, `refit apply in ${directory}`);
  try {
    await locks.takePlan(saved.digest);
    await register(stateDirectory, saved.digest, directory, clock, { check: true });
    await prepareRunDirectory(directory, saved);
    await locks.takeDirectory(directory);
    const run = await readRun(directory);
    await mustBeWhole(stateDirectory, run);
    mustBeSameEndpoint(input.endpoint, run);
    mustBeAtEntry(input, run);
    if (isFinished(run.state)) {
      const report = await writeReports(directory, run.saved, run.journal.entries);
      return { directory, report, exitCode: run.state.exitCode ?? 1, wasFinished: true, wasLeft: false };
    }
    await locks.takeInstances(saved.digest, openInstances(run));
    mustAllowHooks(saved, input.notifyPorts?.allowHooks ?? false);
    const approvals = await approvalsFor(input, run);
    return await withProcess(
      run,
      { ...input, notified: notified(input, directory) },
      { purpose: 'apply', locks, steps: saved.steps },
      (runProcess) => carryOut(input, run, runProcess, approvals),
    );
  } finally {
    await locks.release();
  }
}

/** The approvals that are to be written down before anything is ordered. */
async function approvalsFor(
  input: ApplyInput,
  { directory, journal, state }: RunOnDisk,
): Promise<Approved[]> {
  const { saved } = input;
  const before = journal.entries.filter((entry) => entry.kind === 'approved');
  const isUnsigned =
    saved.approvals !== undefined &&
    !before.some((one) => one.how === 'signatures' && one.wave === null && areSignaturesEnough(saved, one));
  const isUnasked = before.every(({ how }) => how === 'signatures');
  if (isUnsigned || isUnasked) mustNotBeExpired(input);
  if (isUnasked && state.startedAt === null) mustBeOpen(input, directory);
  if (isUnsigned) await signatures(input, directory);
  const approval = isUnasked ? await approved(input) : null;
  // Judged again after the question, over which an hour may have gone by: the run begins now.
  const signed = isUnsigned ? await signatures(input, directory) : null;
  return [signed, approval].filter((one) => one !== null);
}

/** What was decided from a journal holds as long as nobody has written on in it. */
function mustBeAtEntry({ atEntry }: ApplyInput, { directory, journal }: RunOnDisk): void {
  const { length } = journal.entries;
  if (atEntry === undefined || atEntry === length) return;
  throw new RefitError(
    'locked',
    `${directory}: the journal has ${length} entries and not ${atEntry}: another process has gone on with the run`,
    `refit status ${shellQuote(directory)} tells what it did`,
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
  if ('event' in demanded) return demanded.event;
  throw new RefitError('not-approved', `not approved: ${demanded.missing.join('\n')}`, demanded.fix);
}

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
  const closed = createWindowGate(saved, clock).refusal();
  if (closed === null) return;
  const at = endpoint.startsWith('http') ? ` --endpoint ${shellQuote(endpoint)}` : '';
  const plan = shellQuote(join(directory, RUN_FILES.plan));
  throw new RefitError(
    'outside-window',
    `${closed}; nothing was ordered`,
    `refit apply ${plan} --run-dir ${shellQuote(directory)}${at}   when it is open; refit windows next ${plan} lists the coming ones`,
  );
}
type Approved = Extract<JournalEvent, { kind: 'approved' }>;
type Signatures = Extract<JournalEvent, { how: 'signatures' }>;

async function carryOut(
  input: ApplyInput,
  { directory, saved }: RunOnDisk,
  runProcess: Process,
  approvals: readonly Approved[],
): Promise<ApplyEnd> {
  const { clock, stateDirectory, savedFile = null, cloudFor, gates } = input;
  const { journal, stop, control } = runProcess;
  await register(stateDirectory, saved.digest, directory, clock, { check: false });
  for (const approval of approvals) await journal.appendDurably(approval);
  input.onLive?.(() => control.status());
  const socket = await openControlSocket(directory, control, clock).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    input.onNotice?.(`no control socket (${why}): this run can be told by signals alone, and goes on`);
    return null;
  });
  try {
    const approvalOf = (wave: number) => demandApprovals({ saved, savedFile, directory, clock }, wave);
    const end = await runProcess.carryOut({ cloudFor, approvalOf, ...given({ gates }) });
    const report = await writeReports(directory, saved, runProcess.entries);
    const wasLeft = end === null;
    const exitCode = wasLeft ? (stop.exitCode ?? 130) : (journal.replay.state().exitCode ?? 1);
    return { directory, report, exitCode, wasFinished: false, wasLeft };
  } finally {
    await socket?.close();
  }
}

function notified({ saved, clock, notifyPorts }: ApplyInput, directory: string): NotifierConfig {
  const ports = notifyPorts && { ...notifyPorts, clock, directory };
  return {
    listeners: ports
      ? [
          ...(saved.hooks ? [createHookListener(saved.hooks, ports)] : []),
          ...(saved.notify ?? []).map((webhook) => createWebhookListener(webhook, ports)),
        ]
      : [],
    log: (name, text) => appendFile(join(directory, name), text, { mode: 0o600 }),
  };
}
