/** `refit apply --store`: submits a saved plan to a store and follows its run, or continues a run of the store. */
import { lstat } from 'node:fs/promises';
import { RefitError } from '../../../errors.ts';
import { given } from '../../../given.ts';
import type { Policy, SavedPlan } from '../../../model.ts';
import { endpointOption, shellQuote } from '../../../next-command.ts';
import { readHeadSigner } from '../../../operations/audit/sign-run.ts';
import { type Connection, connect } from '../../../operations/connect.ts';
import { stateDirectoryOf } from '../../../operations/machine.ts';
import { STDIO } from '../../../operations/named-files.ts';
import { readSavedPlanFile } from '../../../operations/plans/saved-plan-file.ts';
import { readPolicy, readPolicyTexts } from '../../../operations/read-policy.ts';
import { renderReport } from '../../../operations/render.ts';
import type { Approval } from '../../../operations/run-plan.ts';
import { followRun } from '../../../operations/runs/follow-run.ts';
import { openStored } from '../../../operations/runs/open-stored.ts';
import { reportRun } from '../../../operations/runs/read-run.ts';
import type { StoreTarget } from '../../../operations/runs/store-from.ts';
import { openStorePermits } from '../../../operations/runs/store-permits.ts';
import { continueRun, submitPlan } from '../../../operations/runs/submit-plan.ts';
import { workOnRun } from '../../../operations/runs/work-on-run.ts';
import { allowsPrivateAddresses } from '../../../policy/tighten.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import type { ReportFormat } from '../../../report/run/render-report.ts';
import { connectionOf, type Options, withConnectionOptions } from '../../options.ts';
import { emit, print } from '../../output.ts';
import { warnOfProxy } from '../../read-provider.ts';
import { createRunView } from '../../run-view/run-view.ts';
import { onSignals } from '../../signals.ts';
import { telemetryFor, watchRun } from '../../telemetry.ts';
import type { Terminal } from '../../terminal.ts';

type Store = Awaited<ReturnType<typeof openStored>>;

/** What `apply` has checked before it knows the store. */
export interface StoreApply {
  readonly target: StoreTarget;
  /** Refuses another plan than the one that people agreed on. */
  readonly demandDigest: (saved: SavedPlan) => void;
  /** Asks the question of `apply`. */
  readonly approve: (saved: SavedPlan, policy: Policy) => Promise<Approval | null>;
  /** With more steps the report is short. */
  readonly mostSteps: number;
}

/** @param word a saved plan, or a run of the store. */
export async function applyInStore(
  word: string,
  input: StoreApply,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  mustFit(options);
  const { clock, env } = terminal;
  const store = await openStored(input.target, {
    ...{ clock, purpose: 'apply', connections: 4 },
    // Only a process that may order has to know whether the database was restored, and may say so.
    ...(options.here ? { stateDirectory: stateDirectoryOf(env) } : {}),
    onNotice: (text) => terminal.err(`${escapeControls(text)}\n`),
  });
  try {
    const submitted = (await isFile(word))
      ? await submit(word, store, input, options, terminal)
      : await goOn(word, store, input, options);
    const { saved, run } = submitted;
    if (options.detach) {
      await print(terminal, options, {
        text: () => `${run}\n`,
        json: { run, plan: saved.name, digest: saved.digest },
      });
      terminal.hint(`next    ${withConnectionOptions(`refit status ${run} --watch`, options)}   follows it`);
      return 0;
    }
    const exitCode = options.here
      ? await work(submitted, input.target, options, terminal)
      : await follow(submitted, options, terminal);
    if (exitCode === null) return 130;
    await showReport(run, store, input, options, terminal);
    return exitCode;
  } finally {
    await store.close();
  }
}

/** A run of the store, and its plan. */
interface RunOfPlan {
  readonly saved: SavedPlan;
  readonly run: string;
  readonly store: Store;
}

/** A word means a file as in other commands. */
async function isFile(word: string): Promise<boolean> {
  if (word === STDIO || word.includes('/') || word.endsWith('.json')) return true;
  return (await lstat(word).catch(() => null)) !== null;
}

/** @throws RefitError `usage` for options that only run directories have. */
function mustFit({ runDir, atEntry, adopt, detach, here }: Options): void {
  const wrong = runDir ? '--run-dir' : atEntry ? '--at-entry' : adopt ? '--adopt' : null;
  if (wrong !== null)
    throw new RefitError(
      'usage',
      `${wrong} is for run directories, and this run is in a store`,
      `remove ${wrong}`,
    );
  if (detach && here)
    throw new RefitError(
      'usage',
      '--detach leaves the run to workers, and --here works on it',
      'remove one of them',
    );
}

async function submit(
  file: string,
  store: Store,
  { demandDigest, approve }: StoreApply,
  options: Options,
  terminal: Terminal,
): Promise<RunOfPlan> {
  const saved = await readSavedPlanFile(file);
  demandDigest(saved);
  const { policy, texts } = await readPolicyTexts({ env: terminal.env, named: options.policy ?? null });
  const connection = connect({
    planAddresses: { private: allowsPrivateAddresses(policy) },
    ...connectionOf(options, terminal),
  });
  warnOfProxy(terminal);
  try {
    const run = await submitPlan({
      ...{ store, saved, connection, policy, policyTexts: texts },
      file: file === STDIO ? null : file,
      allowHooks: options.allowHooks ?? false,
      isForWorkers: !options.here,
      approve: () => approve(saved, policy),
      onNotice: (text) => terminal.err(`${escapeControls(text)}\n`),
    });
    terminal.hint(`run     ${run}`);
    return { saved, run, store };
  } finally {
    await connection.close();
  }
}

/** Lets a run of the store go on, if it has stopped. */
async function goOn(
  word: string,
  store: Store,
  { demandDigest }: StoreApply,
  { here }: Options,
): Promise<RunOfPlan> {
  const reader = await store.find(word);
  const saved = await reader.readPlan();
  demandDigest(saved);
  if (!here) await continueRun(store, reader.name);
  return { saved, run: reader.name, store };
}

/** @returns the exit code of the run; null if the user stopped following. */
async function follow(
  { saved, run, store }: RunOfPlan,
  options: Options,
  terminal: Terminal,
): Promise<number | null> {
  const { clock } = terminal;
  const command = (text: string) => withConnectionOptions(text, options);
  const view = createRunView(terminal, saved);
  const stop = new AbortController();
  const signals = onSignals(terminal, view.status, 'this command stops following; the run goes on');
  signals.drain.addEventListener('abort', () => stop.abort(), { once: true });
  try {
    const end = await followRun({
      ...{ store, clock, run, saved, stop: stop.signal },
      onStart: (entries) => view.start({ name: run, entries }),
      onEntry: view.entry,
      onNotice: (text) => terminal.err(`${escapeControls(text)}\n`),
      describeNoWorker: (reasons, endpoint) =>
        reasons === null
          ? `no worker takes this run: it was submitted with --here\ncarry it out here: ${command(`refit apply ${run} --here${endpointOption(endpoint)}`)}`
          : [
              reasons.length === 0 ? 'no worker lives' : 'no worker can take this run:',
              ...reasons.map((reason) => `  ${reason}`),
              `start one: ${command(`refit worker${endpointOption(endpoint)}`)}`,
            ].join('\n'),
    });
    view.close();
    if (end === null) {
      terminal.err(
        `the run goes on without this command; to drain it: ${command(`refit drain ${run}`)}\nto follow it: ${command(`refit status ${run} --watch`)}\n`,
      );
      return null;
    }
    const { waiting, exitCode, state } = end;
    if (state === 'stopped' && waiting?.code !== undefined)
      throw new RefitError(
        waiting.code,
        `${run}: ${waiting.message ?? waiting.reason ?? 'a worker refused it'}`,
        waiting.fix ?? command(`refit apply ${run}`),
      );
    // An operator aborted it: its journal has no end, and so no code.
    if (exitCode === null && waiting?.reason !== undefined) {
      terminal.err(`the run stopped: ${escapeControls(waiting.reason)}\n`);
      terminal.hint(`next    ${command(`refit apply ${run}`)}`);
    }
    return exitCode ?? waiting?.exitCode ?? 1;
  } finally {
    view.close();
    signals.close();
  }
}

/** Works on the run in this process, as a worker for this run only. @returns its exit code. */
async function work(
  { saved, run, store }: RunOfPlan,
  target: StoreTarget,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  const { clock, env } = terminal;
  const signing = await readHeadSigner(options, terminal);
  const telemetry = await telemetryFor(options, terminal);
  const view = createRunView(terminal, saved);
  const watch = watchRun(telemetry, view);
  const signals = onSignals(terminal, view.status);
  const permits = await openStorePermits(target, clock);
  try {
    const end = await workOnRun({
      ...{ store, run, clock, drain: signals.drain, leave: signals.leave },
      purpose: 'refit apply',
      connect(_, policy): Connection {
        return connect({
          planAddresses: { private: allowsPrivateAddresses(policy) },
          ...connectionOf(options, terminal),
          permits: permits.forRun(saved.execution.requestsPerSecond),
          ...given({ onCall: watch.onCall }),
        });
      },
      readPolicy: () => readPolicy({ env, named: options.policy ?? null }),
      programs: options.allowHooks ? 'allowed-by-person' : 'refused',
      unattended: false,
      ...signing,
      ...watch.events,
      onNotice: (text) => terminal.err(`${escapeControls(text)}\n`),
    });
    if (end.wasFinished) terminal.hint('this run had already ended: nothing was ordered');
    return end.exitCode;
  } finally {
    view.close();
    signals.close();
    await permits.close();
    await watch.close(signals.leave.aborted);
  }
}

async function showReport(
  run: string,
  store: Store,
  { mostSteps }: StoreApply,
  options: Options,
  terminal: Terminal,
): Promise<void> {
  const { report } = await reportRun(await store.find(run));
  const isShort = report.steps.length > mostSteps;
  await emit<ReportFormat>(terminal, options, (format, where, isFile) =>
    renderReport(report, format, { ...where, directory: run, isShort: isShort && !isFile }),
  );
  if (isShort && options.format === 'text')
    terminal.hint(`steps   ${withConnectionOptions(`refit report ${shellQuote(run)}`, options)}`);
}
