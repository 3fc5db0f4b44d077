/**
 * Carries out a saved plan in its run directory: finds or makes the directory, takes the locks, opens the journal, runs, and
 * writes the reports. The same call resumes a run that stopped.
 */
import { join, resolve } from 'node:path';
import type { Cloud } from '../cloud/cloud.ts';
import type { Transport } from '../cloud/network/transport.ts';
import { RefitError } from '../errors.ts';
import { appendText } from '../files/write-file.ts';
import { given } from '../given.ts';
import { isFinished } from '../journal/replay.ts';
import { formatCommand } from '../messages/en/format-plan.ts';
import { textOf } from '../messages/messages.ts';
import type {
  Effects,
  JournalEntry,
  JournalEvent,
  Message,
  Report,
  SavedPlan,
  SavedWindows,
} from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { effectsOf, effectsOfKind } from '../plan/effects.ts';
import { mustBeCurrent } from '../plan/may-start.ts';
import { findKnownRun, realPathOf } from '../store/folder/known-runs.ts';
import {
  findUnfinishedRun,
  hasJournal,
  prepareRunDirectory,
  RUN_FILES,
  type RunOnDisk,
  readRun,
  runDirectoryName,
} from '../store/folder/run-directory.ts';
import { keepPlanSignatures } from '../store/folder/signed-files.ts';
import type { LiveRunStatus } from './control/control.ts';
import { openControlSocket } from './control/control-socket.ts';
import {
  type ApprovalDemand,
  demandApprovals,
  recordedSignatures,
  type Signatures,
} from './demand-approvals.ts';
import type { GatePorts } from './engine/run.ts';
import { createWindowGate } from './engine/window-gate.ts';
import { followPolicy } from './follow-policy.ts';
import {
  type DirectoryInput,
  headAhead,
  Locks,
  mustBeSameEndpoint,
  openInstances,
  withProcess,
  writeReports,
} from './in-directory.ts';
import { adoptedEvent, mayAdopt } from './judge-adoption.ts';
import { createHookListener, mustAllowHooks } from './notify/hooks.ts';
import type { NotifierConfig } from './notify/notifier.ts';
import type { RunCommand } from './notify/run-command.ts';
import { createWebhookListener } from './notify/webhooks.ts';
import { type AskPolicy, mustPermit, type PolicyVerdict } from './policy-gate.ts';
import type { Process } from './process.ts';
import { markOf, markOnAdoption, registerOf } from './run-mark.ts';
import type { SignHead } from './sign-heads.ts';

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
  /** Continues a run that this user's state does not know, or whose journal lacks entries. */
  readonly adopt?: boolean;
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
  /** Signs the head of the journal at each end of a wave and at the end; absent: nobody signs. */
  readonly signHead?: SignHead;
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
 * @throws RefitError `locked`, `already-carried-out`, `run-unknown`, `plan-expired`, `outside-window`, `not-approved`, `journal-broken`,
 * and what reading the run directory throws. In these cases nothing is ordered.
 * @throws RefitError `disk-failed`, after which the same call resumes the run.
 */
export async function applyPlan(input: ApplyInput): Promise<ApplyEnd> {
  const { saved, clock, stateDirectory } = input;
  const effects = effectsOf(saved);
  mustAllowCommands(effects, input.gates);
  const directory = resolve(
    input.runDirectory ??
      (await findUnfinishedRun(input.runsRoot, saved.digest, stateDirectory)) ??
      join(input.runsRoot, runDirectoryName(clock.now(), saved.digest)),
  );
  const locks = new Locks(input, `refit apply in ${directory}`);
  try {
    await locks.takePlan(saved.digest);
    await mustNotBeElsewhere(input, directory);
    await prepareRunDirectory(directory, saved);
    await locks.takeDirectory(directory);
    const run = await readRun(directory, stateDirectory);
    const adoption = mayAdopt(run, input.adopt ?? false, await headAhead(run));
    mustBeSameEndpoint(input.endpoint, run);
    mustBeAtEntry(input, run);
    const register = registerOf(run, input);
    if (isFinished(run.state)) {
      if (adoption !== null) {
        await register.register(run.journal.end, true);
        input.onNotice?.(
          'adopted: this run had ended, so Refit read nothing from the provider. Its outcomes are what its folder says',
        );
      }
      const report = await writeReports(directory, run.saved, run.journal.entries);
      return { directory, report, exitCode: run.state.exitCode ?? 1, wasFinished: true, wasLeft: false };
    }
    await keepPlanSignatures(saved, input.savedFile ?? null, directory);
    await locks.takeInstances(saved.digest, openInstances(run));
    mustAllowHooks(effects, input.notifyPorts?.allowHooks ?? false);
    const { windows, approvalExpiry } = await mustPermit(input.askPolicy, directory);
    const approvals = await approvalsFor(input, run, {
      isAdopted: adoption !== null,
      policyWindows: windows,
      approvalExpiry,
    });
    // Ask again: the question may have taken an hour, and the run starts now.
    const permitted = await mustPermit(input.askPolicy, directory);
    const mark = adoption === null ? await markOf(run, register) : markOnAdoption(register);
    return await withProcess(
      run,
      { ...input, mark, policy: permitted.used, notifier: createNotifierConfig(effects, input, directory) },
      { purpose: 'apply', locks, steps: saved.steps },
      (runProcess) => carryOut(input, run, runProcess, { adoption, approvals, permitted }),
    );
  } finally {
    await locks.release();
  }
}

/** Refuses a new run of a plan that was carried out elsewhere, before Refit makes its directory. */
async function mustNotBeElsewhere({ saved, stateDirectory }: ApplyInput, directory: string): Promise<void> {
  const known = await findKnownRun(stateDirectory, saved.digest);
  const isThere = await hasJournal(directory);
  if (known === null || known.mark.seq === 0 || isThere) return;
  if (known.directory === (await realPathOf(directory))) return;
  mayAdopt(
    { directory, saved, trust: { kind: 'elsewhere', run: known, hasJournal: false }, first: null },
    false,
  );
}

/**
 * The approvals to append to the journal before the first order. Refit verifies the signatures each time. An answer counts
 * for later processes of the same user, if the state knows the run.
 */
async function approvalsFor(
  input: ApplyInput,
  { directory, journal, state }: RunOnDisk,
  {
    isAdopted,
    policyWindows,
    approvalExpiry,
  }: { isAdopted: boolean; policyWindows: readonly SavedWindows[]; approvalExpiry: number },
): Promise<Approved[]> {
  const { saved, clock, savedFile = null } = input;
  const entries = isAdopted ? [] : journal.entries;
  const recorded = recordedSignatures(entries, null);
  const judge = () =>
    demandApprovals({ saved, savedFile, directory, clock, recorded, limit: approvalExpiry }, null);
  const isSigned = saved.approvals === undefined || isOnRecord(await judge());
  const isUnasked = !isAnsweredBy(input.by.user, entries);
  if (!isSigned || isUnasked) mustBeCurrent(saved, clock.now(), 'SAVED');
  if (isUnasked && state.startedAt === null) mustBeOpen(input, directory, policyWindows);
  if (!isSigned) mustBeSigned(await judge());
  const approval = isUnasked ? await askForApproval(input) : null;
  // Judge again: the question may have taken an hour, and the run starts now.
  const signed = saved.approvals === undefined ? null : mustBeSigned(await judge());
  return [signed, approval].filter((one) => one !== null);
}

/** True if the journal has enough signatures, and their files are still valid. */
function isOnRecord(demand: ApprovalDemand): boolean {
  return 'event' in demand && demand.event === null;
}

/** True if this user has answered the question for this run, since it was adopted last. */
function isAnsweredBy(user: string, entries: readonly JournalEntry[]): boolean {
  let present: string | null = null;
  let isAnswered = false;
  for (const entry of entries) {
    if (entry.kind === 'run-started') present = entry.by.user;
    if (entry.kind === 'adopted') isAnswered = false;
    if (entry.kind === 'approved' && !('signed' in entry)) isAnswered ||= present === user;
  }
  return isAnswered;
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

/** The new signatures for the journal; null if it has them. @throws RefitError `not-approved` */
function mustBeSigned(demand: ApprovalDemand): Signatures | null {
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
    `refit apply ${plan} --run-dir ${shellQuote(directory)}${endpointOption}   when a window is open`,
  );
}
type Approved = Extract<JournalEvent, { kind: 'approved' }>;

async function carryOut(
  input: ApplyInput,
  { directory, saved }: RunOnDisk,
  runProcess: Process,
  {
    adoption,
    approvals,
    permitted,
  }: {
    readonly adoption: Message | null;
    readonly approvals: readonly Approved[];
    readonly permitted: PolicyVerdict;
  },
): Promise<ApplyEnd> {
  const { clock, savedFile = null, cloudFor, gates } = input;
  const { journal, stop, control } = runProcess;
  if (adoption !== null)
    await journal.appendDurably(
      adoptedEvent(saved, adoption, { by: input.by.user, providerNow: providerNow(input) }),
    );
  for (const approval of approvals) await journal.appendDurably(approval);
  const { entries } = runProcess;
  const policy = followPolicy(permitted, { ask: input.askPolicy, directory, entries, clock });
  const forPolicy = await policy.keepApprovals();
  if (forPolicy !== null) await journal.appendDurably(forPolicy);
  input.onLive?.(() => control.status());
  const socket = await openControlSocket(directory, control, clock).catch((error: unknown) => {
    const cause = error instanceof Error ? error.message : String(error);
    input.onNotice?.(`no control socket (${cause}): the run continues, and only signals can control it`);
    return null;
  });
  try {
    const approvalOf = (wave: number | null) => {
      const recorded = recordedSignatures(entries, wave);
      const limit = policy.approvalExpiry();
      return demandApprovals({ saved, savedFile, directory, clock, recorded, limit }, wave);
    };
    const end = await runProcess.carryOut({
      cloudFor,
      approvalOf,
      policyWindows: permitted.windows,
      askPolicy: policy.ask,
      ...given({ gates }),
    });
    const report = await writeReports(directory, saved, runProcess.entries);
    const wasLeft = end === null;
    const exitCode = wasLeft ? (stop.exitCode ?? 130) : (journal.replay.state().exitCode ?? 1);
    return { directory, report, exitCode, wasFinished: false, wasLeft };
  } finally {
    await socket?.close();
  }
}

function providerNow({ saved, cloudFor }: ApplyInput): number {
  return cloudFor(saved.steps[0]?.profile ?? 'default').providerNow();
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
