/**
 * Carries out a saved plan in its run directory: finds or makes the directory, takes the locks, opens the journal, runs, and
 * writes the reports. The same call resumes a run that stopped.
 */
import { join, resolve } from 'node:path';
import { iso } from '../clock.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { Transport } from '../cloud/network/transport.ts';
import { RefitError } from '../errors.ts';
import { appendText } from '../files/write-file.ts';
import { given } from '../given.ts';
import { isFinished } from '../journal/replay.ts';
import { formatCommand } from '../messages/en/format-plan.ts';
import { textOf } from '../messages/messages.ts';
import type { Effects, JournalEvent, Report, SavedPlan, SavedWindows } from '../model.ts';
import { planAgain, shellQuote } from '../next-command.ts';
import { effectsOf, effectsOfKind } from '../plan/effects.ts';
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
import { keepPlanSignatures } from './keep-plan-signatures.ts';
import { createHookListener, mustAllowHooks } from './notify/hooks.ts';
import type { NotifierConfig } from './notify/notifier.ts';
import type { RunCommand } from './notify/run-command.ts';
import { createWebhookListener } from './notify/webhooks.ts';
import { type AskPolicy, mustPermit } from './policy-gate.ts';
import type { Process } from './process.ts';

/** How a person approved the run. */
export interface Approval {
  readonly how: 'prompt' | 'auto-approve';
  readonly by: string;
}

export interface ApplyInput extends DirectoryInput<Cloud> {
  readonly saved: SavedPlan;
  /** The path of the saved plan. Refit looks for approvals beside it, and always in the run directory. */
  readonly savedFile?: string;
  /** The folder of new run directories. */
  readonly runsRoot: string;
  /** The run directory, if the caller names one. */
  readonly runDirectory: string | null;
  /** Refit refuses if the journal has another number of entries, because another process continued the run. */
  readonly atEntry?: number;
  readonly drain: AbortSignal;
  /** The ports of gates. Refit refuses a plan with a gate command if `runCommand` is missing. */
  readonly gates?: GatePorts;
  /** Asks once for approval, before a run starts; null if not approved. An approved run resumes without asking. */
  readonly approve: () => Promise<Approval | null>;
  /** Receives once the function that returns the live run status: waits and current rates. */
  readonly onLive?: (status: () => LiveRunStatus) => void;
  /** Receives a notice if something is missing that the run does not need. */
  readonly onNotice?: (notice: string) => void;
  /** The ports of hooks and webhooks. Without them Refit notifies nobody. */
  readonly notifyPorts?: NotifyPorts;
  /** Judges the plan by the policy of the person who applies; absent: no policy holds. */
  readonly askPolicy?: AskPolicy;
}

/** The parts of machine and network that hooks and webhooks need. */
export interface NotifyPorts {
  readonly transport: Transport;
  /** True if the user allows the commands of the plan. */
  readonly allowHooks: boolean;
  readonly runCommand: RunCommand;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface ApplyEnd {
  readonly directory: string;
  readonly report: Report;
  /** The exit code of the run, or of the signal if the process exited immediately. */
  readonly exitCode: number;
  /** True if nothing was left to do. */
  readonly wasFinished: boolean;
  /** True if the process exited immediately. The next call resolves the open orders. */
  readonly wasLeft: boolean;
}

/**
 * Carries out a saved plan, or resumes its run.
 * @throws RefitError `locked`, `already-carried-out`, `plan-expired`, `outside-window`, `not-approved`, `journal-broken`,
 * and what reading the run directory throws. In these cases nothing is ordered.
 * @throws RefitError `disk-failed`, after which the same call resumes the run.
 */
export async function applyPlan(input: ApplyInput): Promise<ApplyEnd> {
  const { saved, clock, stateDirectory } = input;
  const effects = effectsOf(saved);
  mustAllowCommands(effects, input.gates);
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
    await keepPlanSignatures(saved, input.savedFile ?? null, directory);
    await locks.takeInstances(saved.digest, openInstances(run));
    mustAllowHooks(effects, input.notifyPorts?.allowHooks ?? false);
    const { windows } = await mustPermit(input.askPolicy, directory);
    const approvals = await approvalsFor(input, run, windows);
    // Ask again: the question may have taken an hour, and the run starts now.
    const permitted = await mustPermit(input.askPolicy, directory);
    return await withProcess(
      run,
      { ...input, policy: permitted.used, notifier: createNotifierConfig(effects, input, directory) },
      { purpose: 'apply', locks, steps: saved.steps },
      (runProcess) => carryOut(input, run, runProcess, { approvals, policyWindows: permitted.windows }),
    );
  } finally {
    await locks.release();
  }
}

/** The approvals to append to the journal before the first order. */
async function approvalsFor(
  input: ApplyInput,
  { directory, journal, state }: RunOnDisk,
  policyWindows: readonly SavedWindows[],
): Promise<Approved[]> {
  const { saved } = input;
  const earlier = journal.entries.filter((entry) => entry.kind === 'approved');
  const isUnsigned =
    saved.approvals !== undefined &&
    !earlier.some((one) => one.how === 'signatures' && one.wave === null && areSignaturesEnough(saved, one));
  const isUnasked = earlier.every(({ how }) => how === 'signatures');
  if (isUnsigned || isUnasked) mustNotBeExpired(input);
  if (isUnasked && state.startedAt === null) mustBeOpen(input, directory, policyWindows);
  if (isUnsigned) await requireSignatures(input, directory);
  const approval = isUnasked ? await askForApproval(input) : null;
  // Judge again: the question may have taken an hour, and the run starts now.
  const signed = isUnsigned ? await requireSignatures(input, directory) : null;
  return [signed, approval].filter((one) => one !== null);
}

/** Refuses if another process has written to the journal since the caller read it. */
function mustBeAtEntry({ atEntry }: ApplyInput, { directory, journal }: RunOnDisk): void {
  const { length } = journal.entries;
  if (atEntry === undefined || atEntry === length) return;
  throw new RefitError(
    'locked',
    `${directory}: the journal has ${length} entries instead of ${atEntry}, because another process continued the run`,
    `refit status ${shellQuote(directory)} shows what it did`,
  );
}

/** Requires that the user allows the gate commands of the plan. */
function mustAllowCommands(effects: Effects, gates: GatePorts | undefined): void {
  const commands = effectsOfKind(effects, 'gate-command');
  if (commands.length === 0 || gates?.runCommand !== undefined) return;
  const listed = commands.map(
    ({ after, command }) => `the gate after wave ${after} runs a command: ${formatCommand(command)}`,
  );
  throw new RefitError(
    'usage',
    listed.join('; '),
    `read the ${commands.length === 1 ? 'command' : 'commands'}, then add --allow-hooks`,
  );
}

function mustNotBeExpired({ saved, clock }: ApplyInput): void {
  if (clock.now() <= Date.parse(saved.expiresAt)) return;
  throw new RefitError(
    'plan-expired',
    `the saved plan expired at ${saved.expiresAt}; it is ${iso(clock.now())}`,
    `${planAgain(saved, 'SAVED')} makes a new plan for the present fleet`,
  );
}

/** The signatures that the plan demands, as a journal event. @throws RefitError `not-approved` */
async function requireSignatures(input: ApplyInput, directory: string): Promise<Signatures> {
  const { saved, clock, savedFile = null } = input;
  const demand = await demandApprovals({ saved, savedFile, directory, clock }, null);
  if ('event' in demand) return demand.event;
  throw new RefitError(
    'not-approved',
    `not approved: ${demand.missing.map((one) => textOf(one)).join('\n')}`,
    demand.fix,
  );
}

async function askForApproval({ saved, approve }: ApplyInput): Promise<Approved> {
  const approval = await approve();
  if (!approval) {
    throw new RefitError(
      'not-approved',
      `not approved: nothing was ordered (${saved.steps.length} steps, digest ${saved.digest.slice(0, 8)})`,
      'answer "yes" at the prompt, or pass --auto-approve if nobody can answer',
    );
  }
  return { kind: 'approved', ...approval };
}

/** Refuses to start a run outside its windows. A started run may resolve its orders at any time. */
function mustBeOpen(
  { saved, clock, endpoint }: ApplyInput,
  directory: string,
  policyWindows: readonly SavedWindows[],
): void {
  const closed = createWindowGate(saved, clock, policyWindows).refusal();
  if (closed === null) return;
  const endpointOption = endpoint.startsWith('http') ? ` --endpoint ${shellQuote(endpoint)}` : '';
  const plan = shellQuote(join(directory, RUN_FILES.plan));
  throw new RefitError(
    'outside-window',
    `${textOf(closed)}; nothing was ordered`,
    `refit apply ${plan} --run-dir ${shellQuote(directory)}${endpointOption}   when a window is open; refit windows next ${plan} lists the next ones`,
  );
}
type Approved = Extract<JournalEvent, { kind: 'approved' }>;
type Signatures = Extract<JournalEvent, { how: 'signatures' }>;

async function carryOut(
  input: ApplyInput,
  { directory, saved }: RunOnDisk,
  runProcess: Process,
  {
    approvals,
    policyWindows,
  }: { readonly approvals: readonly Approved[]; readonly policyWindows: readonly SavedWindows[] },
): Promise<ApplyEnd> {
  const { clock, stateDirectory, savedFile = null, cloudFor, gates, askPolicy } = input;
  const { journal, stop, control } = runProcess;
  await register(stateDirectory, saved.digest, directory, clock, { check: false });
  for (const approval of approvals) await journal.appendDurably(approval);
  input.onLive?.(() => control.status());
  const socket = await openControlSocket(directory, control, clock).catch((error: unknown) => {
    const cause = error instanceof Error ? error.message : String(error);
    input.onNotice?.(`no control socket (${cause}): the run continues, and only signals can control it`);
    return null;
  });
  try {
    const approvalOf = (wave: number) => demandApprovals({ saved, savedFile, directory, clock }, wave);
    const end = await runProcess.carryOut({
      cloudFor,
      approvalOf,
      policyWindows,
      ...given({ gates, askPolicy: askPolicy && (() => askPolicy(directory)) }),
    });
    const report = await writeReports(directory, saved, runProcess.entries);
    const wasLeft = end === null;
    const exitCode = wasLeft ? (stop.exitCode ?? 130) : (journal.replay.state().exitCode ?? 1);
    return { directory, report, exitCode, wasFinished: false, wasLeft };
  } finally {
    await socket?.close();
  }
}

function createNotifierConfig(
  effects: Effects,
  { clock, notifyPorts }: ApplyInput,
  directory: string,
): NotifierConfig {
  const ports = notifyPorts && { ...notifyPorts, clock, directory };
  const hooks = effectsOfKind(effects, 'hook');
  return {
    listeners: ports
      ? [
          ...(hooks.length > 0 ? [createHookListener(hooks, ports)] : []),
          ...effectsOfKind(effects, 'webhook').map((webhook) => createWebhookListener(webhook, ports)),
        ]
      : [],
    log: (name, text) => appendText(join(directory, name), text, 'hooks'),
  };
}
