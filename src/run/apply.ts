/**
 * Carries out a saved plan: claims its run, checks journal, approvals and policy, runs, and writes the reports. The same call
 * resumes a run that stopped.
 */
import type { Cloud } from '../cloud/cloud.ts';
import type { Transport } from '../cloud/network/transport.ts';
import { EXIT_RESTED, messageOf, RefitError } from '../errors.ts';
import { given } from '../given.ts';
import { createRecorded } from '../journal/recorded.ts';
import { isFinished } from '../journal/replay.ts';
import { formatCommand } from '../messages/en/format-plan.ts';
import { counted } from '../messages/en/quantities.ts';
import { message } from '../messages/messages.ts';
import { refitError } from '../messages/refit-error.ts';
import type {
  Confirmation,
  Effects,
  JournalEvent,
  Message,
  Report,
  SavedPlan,
  SavedWindows,
} from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { effectsOf, effectsOfKind } from '../plan/effects.ts';
import { mustBeCurrent } from '../plan/may-start.ts';
import { keepPlanSignatures } from '../store/plan-signatures.ts';
import type { ClaimedRun, RunPlace, RunSnapshot } from '../store/ports.ts';
import { formatStartCommand } from './apply-again.ts';
import { answerLine } from './control/answer-line.ts';
import type { LiveRunStatus } from './control/control.ts';
import { boundRegions } from './count-in-flight.ts';
import {
  type ApprovalDemand,
  demandApprovals,
  demandNoDecline,
  type Signatures,
} from './demand-approvals.ts';
import type { GatePorts } from './engine/run.ts';
import { createWindowGate } from './engine/window-gate.ts';
import { followPolicy } from './follow-policy.ts';
import {
  mustBeSameEndpoint,
  openInstances,
  type RunInput,
  withProcess,
  writeReports,
} from './in-claimed-run.ts';
import { adoptedEvent, mayAdopt } from './judge-adoption.ts';
import { createHookListener, mustAllowHooks } from './notify/hooks.ts';
import type { NotifierConfig } from './notify/notifier.ts';
import type { RunCommand } from './notify/run-command.ts';
import { createWebhookListener } from './notify/webhooks.ts';
import { mustShareSafely } from './patience.ts';
import { type AskPolicy, mustPermit, type PolicyVerdict } from './policy-gate.ts';
import type { Process } from './process.ts';
import { markOf, markOnAdoption } from './run-mark.ts';
import type { SignHead } from './sign-heads.ts';

/** How a person approved the run. */
export interface Approval {
  readonly how: Confirmation;
  readonly by: string;
}

export interface ApplyInput extends RunInput<Cloud> {
  readonly saved: SavedPlan;
  /** Refit refuses if the journal has another number of entries, because another process continued the run. */
  readonly atEntry?: number;
  /** Continues a run that this user's state does not know, or whose journal lacks entries. */
  readonly adopt?: boolean;
  readonly drain: AbortSignal;
  /** The ports of gates. Refit refuses a plan with a gate command if `runCommand` is missing. */
  readonly gates?: GatePorts;
  /** Asks once for approval, before a run starts; null if not approved. An approved run resumes without asking. */
  readonly approve: () => Promise<Approval | null>;
  /** True: an approved run that resumes asks too, so that its journal says who resumed it. Default: false. */
  readonly asksAgain?: boolean;
  /** Receives once the function that returns the live run status: waits and current rates. */
  readonly onLive?: (status: () => LiveRunStatus) => void;
  /** Receives a notice if something is missing that the run does not need. */
  readonly onNotice?: (notice: string) => void;
  /** The ports of hooks and webhooks. Without them Refit notifies nobody. */
  readonly notifyPorts?: NotifyPorts;
  /** Signs the head of the journal at each end of a wave and at the end; absent: nobody signs. */
  readonly signHead?: SignHead;
  /** The process ends after so many milliseconds in which the run only waits; absent: it waits. */
  readonly rest?: { readonly afterMs: number };
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

/** How an apply ended. */
export interface ApplyEnd {
  /** The run directory, or the id of the run. */
  readonly name: string;
  readonly report: Report;
  /** The exit code of the run, or of the signal if the process exited immediately. */
  readonly exitCode: number;
  /** True if nothing was left to do. */
  readonly wasFinished: boolean;
  /** True if the process exited immediately. The next call resolves the open orders. */
  readonly wasLeft: boolean;
  /** True if the process ended because the run only waits. The state of its journal says until when. */
  readonly hasRested: boolean;
}

/**
 * Carries out a saved plan, or resumes its run.
 * @throws RefitError `locked`, `already-carried-out`, `run-unknown`, `plan-expired`, `outside-window`, `not-approved`, `journal-broken`,
 * and what claiming the run throws. In these cases nothing is ordered.
 * @throws RefitError `disk-failed`, after which the same call resumes the run.
 */
export async function applyPlan(input: ApplyInput): Promise<ApplyEnd> {
  mustAllowCommands(effectsOf(input.saved), input.gates);
  const claim = await input.claim();
  try {
    return await applyClaimed(input, claim);
  } finally {
    await claim.release();
  }
}

async function applyClaimed(input: ApplyInput, claim: ClaimedRun): Promise<ApplyEnd> {
  const { saved } = input;
  const { run, register, signatures } = claim;
  const effects = effectsOf(saved);
  const adoption = mayAdopt(run, input.adopt ?? false, await claim.headAhead());
  mustBeSameEndpoint(input.endpoint, run);
  mustBeAtEntry(input, run);
  if (!isFinished(run.state)) mustShareSafely(saved, run, input);
  if (isFinished(run.state)) {
    if (adoption !== null) {
      await register.register(run.journal.end, true);
      input.onNotice?.(
        'adopted: this run had ended, so Refit read nothing from the provider. Its outcomes are what its folder says',
      );
    }
    const report = await writeReports(claim, run.journal.end);
    const exitCode = run.state.exitCode ?? 1;
    return { name: run.name, report, exitCode, wasFinished: true, wasLeft: false, hasRested: false };
  }
  // Orders in flight are followed to their end. Then the next wave asks.
  const follows = hasInFlight(run);
  const declined = follows ? null : await demandNoDecline({ saved, plan: claim.plan, signatures });
  if (declined !== null) mustBeSigned(declined);
  await keepPlanSignatures(saved, signatures);
  await claim.claimInstances(openInstances(run));
  mustAllowHooks(effects, input.notifyPorts?.allowHooks ?? false);
  const { windows, approvalExpiry } = await mustPermit(input.askPolicy, signatures);
  const approvals = await approvalsFor(input, claim, {
    isAdopted: adoption !== null,
    ignoresDeclines: follows,
    policyWindows: windows,
    approvalExpiry,
  });
  // Ask again: the question may have taken an hour, and the run starts now.
  const permitted = await mustPermit(input.askPolicy, signatures);
  const mark = adoption === null ? await markOf(run, register) : markOnAdoption(register);
  return withProcess(
    claim,
    { ...input, mark, policy: permitted.used, notifier: createNotifierConfig(effects, input, claim) },
    { purpose: 'apply', steps: saved.steps },
    (runProcess) => carryOut(input, claim, runProcess, { adoption, approvals, permitted }),
  );
}

/**
 * The approvals to append to the journal before the first order. Refit verifies the signatures each time. An answer counts
 * for later processes of the same user, if the state knows the run. In a database it counts for every later process.
 */
async function approvalsFor(
  input: ApplyInput,
  { run, plan, signatures }: ClaimedRun,
  {
    isAdopted,
    ignoresDeclines,
    policyWindows,
    approvalExpiry,
  }: {
    isAdopted: boolean;
    ignoresDeclines: boolean;
    policyWindows: readonly SavedWindows[];
    approvalExpiry: number;
  },
): Promise<Approved[]> {
  const { saved, clock } = input;
  const onRecord = isAdopted ? createRecorded() : run.replay.recorded;
  const recorded = onRecord.signatures(null);
  const asked = { saved, plan, signatures, clock, recorded, limit: approvalExpiry, ignoresDeclines };
  const judge = () => demandApprovals(asked, null);
  const isSigned = isOnRecord(await judge());
  // A database vouches for the answer, whichever user has the run now.
  const isUnasked = !onRecord.isAnsweredBy(run.kind === 'database' ? null : input.by.user);
  if (!isSigned || isUnasked) mustBeCurrent(saved, clock.now(), 'SAVED');
  if (isUnasked && run.state.startedAt === null) mustBeOpen(input, run, policyWindows);
  if (!isSigned) mustBeSigned(await judge());
  const approval = isUnasked || input.asksAgain ? await askForApproval(input) : null;
  // Judge again: the question may have taken an hour, and the run starts now.
  const signed = mustBeSigned(await judge());
  return [signed, approval].filter((one) => one !== null);
}

/** True if the plan needs no signature, or the journal has enough, and their files are still valid. */
function isOnRecord(demand: ApprovalDemand): boolean {
  return 'event' in demand && demand.event === null;
}

/** True if an earlier process ordered a change that has not ended. */
function hasInFlight({ state }: Pick<RunSnapshot, 'state'>): boolean {
  return [...state.steps.values()].some(({ phase }) => phase !== 'waiting' && phase !== 'ended');
}

/** Refuses if another process has written to the journal since the caller read it. */
function mustBeAtEntry(
  { atEntry }: ApplyInput,
  { name, journal }: Pick<RunSnapshot, 'name' | 'journal'>,
): void {
  const { seq } = journal.end;
  if (atEntry === undefined || atEntry === seq) return;
  throw new RefitError(
    'locked',
    `${name}: the journal has ${seq} entries instead of ${atEntry}, because another process continued the run`,
    `refit status ${shellQuote(name)} shows what it did`,
  );
}

/** Requires that the user allows the gate commands of the plan. */
function mustAllowCommands(effects: Effects, ports: GatePorts | undefined): void {
  const commands = effectsOfKind(effects, 'gate-command');
  if (commands.length === 0 || ports?.runCommand !== undefined) return;
  const gates = commands.map(({ after, command }) => ({ after, command: formatCommand(command) }));
  throw refitError('usage', message('error.gates-not-allowed', { gates }));
}

/** The new signatures for the journal; null if it has them. @throws RefitError `not-approved` */
function mustBeSigned(demand: ApprovalDemand): Signatures | null {
  if ('event' in demand) return demand.event;
  throw refitError('not-approved', message('error.not-signed', demand));
}

async function askForApproval({ saved, approve }: ApplyInput): Promise<Approved> {
  const approval = await approve();
  if (!approval) {
    throw new RefitError(
      'not-approved',
      `not approved: nothing was ordered (${counted(saved.steps.length, 'step')}, digest ${saved.digest.slice(0, 8)})`,
      'answer "yes" at the prompt, or pass --auto-approve if nobody can answer',
    );
  }
  return { kind: 'approved', ...approval };
}

/** Refuses to start a run outside its windows. A started run may resolve its orders at any time. */
function mustBeOpen(
  { saved, clock, endpoint }: ApplyInput,
  run: RunPlace,
  policyWindows: readonly SavedWindows[],
): void {
  const closed = createWindowGate(saved, clock, policyWindows).refusal();
  if (closed === null) return;
  throw refitError(
    'outside-window',
    message('error.outside-window', { closed, command: formatStartCommand(run, endpoint) }),
  );
}
type Approved = Extract<JournalEvent, { kind: 'approved' }>;

async function carryOut(
  input: ApplyInput,
  claim: ClaimedRun,
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
  const { saved, clock, cloudFor, gates, rest } = input;
  const { run, plan, signatures } = claim;
  const { journal, stop, control } = runProcess;
  if (adoption !== null)
    await journal.appendDurably(
      adoptedEvent(saved, adoption, { by: input.by.user, providerNow: providerNow(input) }),
    );
  for (const approval of approvals) await journal.appendDurably(approval);
  const { recorded: onRecord } = journal.replay;
  const policy = followPolicy(permitted, { ask: input.askPolicy, signatures, recorded: onRecord, clock });
  const forPolicy = await policy.keepApprovals();
  if (forPolicy !== null) await journal.appendDurably(forPolicy);
  input.onLive?.(() => control.status());
  const answer = (line: string) => answerLine(control, line);
  const listening = await claim.openControl(answer, clock).catch((error: unknown) => {
    const cause = messageOf(error);
    input.onNotice?.(`no control socket (${cause}): the run continues, and only signals can control it`);
    return null;
  });
  try {
    const approvalOf = (wave: number | null) => {
      const recorded = onRecord.signatures(wave);
      const limit = policy.approvalExpiry();
      return demandApprovals({ saved, plan, signatures, clock, recorded, limit }, wave);
    };
    const most = permitted.inFlightInRegion;
    const regions = await boundRegions(saved, runProcess, { inFlight: claim.inFlight, most });
    await runProcess.carryOut({
      cloudFor,
      approvalOf,
      policyWindows: permitted.windows,
      askPolicy: policy.ask,
      ...given({ gates, rest, regions }),
    });
    const report = await writeReports(claim, runProcess.end);
    const { hasRested, wasLeft } = runProcess;
    const { exitCode: ended } = journal.replay.state();
    const exitCode = hasRested ? EXIT_RESTED : wasLeft ? (stop.exitCode ?? 130) : (ended ?? 1);
    return { name: run.name, report, exitCode, wasFinished: false, wasLeft, hasRested };
  } finally {
    await listening?.close();
  }
}

function providerNow({ saved, cloudFor }: ApplyInput): number {
  return cloudFor(saved.steps[0]?.profile ?? 'default').providerNow();
}

function createNotifierConfig(
  effects: Effects,
  { clock, notifyPorts }: ApplyInput,
  { run, log }: ClaimedRun,
): NotifierConfig {
  const ports = notifyPorts && { ...notifyPorts, clock, directory: run.name };
  const hooks = effectsOfKind(effects, 'hook');
  return {
    listeners: ports
      ? [
          ...(hooks.length > 0 ? [createHookListener(hooks, ports)] : []),
          ...effectsOfKind(effects, 'webhook').map((webhook) => createWebhookListener(webhook, ports)),
        ]
      : [],
    log,
  };
}
