/** `refit apply SAVED`: applies a saved plan, or resumes its run. */
import { join } from 'node:path';
import { EXIT_NOT_APPROVED, exitCodeOf, RefitError } from '../../../errors.ts';
import { given } from '../../../given.ts';
import type { Policy, SavedPlan } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { readHeadSigner } from '../../../operations/audit/sign-run.ts';
import { connect } from '../../../operations/connect.ts';
import { shortPath, userName } from '../../../operations/machine.ts';
import { STDIO } from '../../../operations/named-files.ts';
import { readSavedPlanFile } from '../../../operations/plans/saved-plan-file.ts';
import { readPolicy } from '../../../operations/read-policy.ts';
import { renderReport } from '../../../operations/render.ts';
import { type ApplyEnd, type Approval, applySavedPlan } from '../../../operations/run-plan.ts';
import { RUN_FILES } from '../../../operations/runs/read-run.ts';
import { databaseOf } from '../../../operations/runs/store-choice.ts';
import { allowsPrivateAddresses, hookEnvironmentOf } from '../../../policy/tighten.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import type { ReportFormat } from '../../../report/run/render-report.ts';
import { hasVisibleText } from '../../../text.ts';
import { askYes, showPlan } from '../../ask-yes.ts';
import type { CommandCode } from '../../command-row.ts';
import {
  connectionOf,
  type Options,
  wholeFrom,
  withConnectionOptions,
  withSigningOptions,
} from '../../options.ts';
import { emit } from '../../output.ts';
import { warnOfProxy } from '../../read-provider.ts';
import { createRunView } from '../../run-view/run-view.ts';
import { onSignals } from '../../signals.ts';
import { telemetryFor, watchRun } from '../../telemetry.ts';
import type { Terminal } from '../../terminal.ts';

/** The longest name of a person. */
const LONGEST_NAME = 200;

/** With more steps, `apply` prints a short report, which fits on a screen. `refit report` prints all of it. */
const MOST_STEPS_SHOWN = 20;

/** The exit code of a run with an unknown outcome. */
const UNKNOWN = exitCodeOf('outcome-unknown');

export const apply: CommandCode<[string]> = async ([file], options, terminal) => {
  if (file === STDIO) mustBeAgreedOn(options);
  const isStored = databaseOf({ store: options.store, env: terminal.env }) !== null;
  if (isStored) return inStore(file, options, terminal);
  mustHaveStore(options);
  return inFolder(file, options, terminal);
};

async function inFolder(file: string, options: Options, terminal: Terminal): Promise<number> {
  mustBeFolder(options.runDir, file);
  const saved = await readSavedPlanFile(file);
  mustBeDigest(saved, options.digest, file);
  const signing = await readHeadSigner(options, terminal);
  const policyFiles = () => readPolicy({ env: terminal.env, named: options.policy ?? null });
  const policy = await policyFiles();
  const telemetry = await telemetryFor(options, terminal);
  const view = createRunView(terminal, saved);
  const watch = watchRun(telemetry, view);
  const connection = connect({
    planAddresses: { private: allowsPrivateAddresses(policy) },
    ...connectionOf(options, terminal),
    requestsPerSecond: saved.execution.requestsPerSecond,
    ...given({ onCall: watch.onCall }),
  });
  telemetry?.watchLanes(connection.permits);
  warnOfProxy(terminal);
  const signals = onSignals(terminal, view.status);
  let left = false;
  try {
    const end = await applySavedPlan(saved, {
      connection,
      ...given({ savedFile: file === STDIO ? null : file }),
      runDirectory: options.runDir ?? null,
      ...signing,
      ...given({ atEntry: wholeFrom('--at-entry', options.atEntry) }),
      allowHooks: options.allowHooks ?? false,
      readPolicy: policyFiles,
      hookEnvironment: hookEnvironmentOf(policy),
      adopt: options.adopt ?? false,
      asksAgain: options.confirmedBy !== undefined,
      drain: signals.drain,
      leave: signals.leave,
      approve: () => confirm(saved, file, policy, options, terminal),
      ...watch.events,
      onNotice: (text) => terminal.err(`${escapeControls(text)}\n`),
    });
    left = end.wasLeft;
    view.close();
    const { exitCode } = end;
    const directory = shortPath(end.name);
    const isShort = end.report.steps.length > MOST_STEPS_SHOWN;
    await emit<ReportFormat>(terminal, options, (format, where, isFile) =>
      renderReport(end.report, format, { ...where, directory, isShort: isShort && !isFile }),
    );
    const next = nextAfter(end, file, options);
    const report = join(directory, RUN_FILES.page);
    if (terminal.progress === 'json') {
      terminal.event({ event: 'ended', exitCode, directory, report, next: next?.command ?? null });
    } else {
      if (end.wasFinished) terminal.hint('this run had already ended: nothing was ordered');
      if (isShort && options.format === 'text')
        terminal.hint(`steps   refit report ${shellQuote(directory)}`);
      terminal.hint(`report  ${report}`);
      if (next) terminal.hint(`next    ${next.command}   ${next.reason}`);
    }
    return exitCode;
  } finally {
    view.close();
    signals.close();
    // After an immediate end Refit does not wait for answers: they may never come.
    const isLeaving = left || signals.leave.aborted;
    if (!isLeaving) await connection.close();
    await watch.close(isLeaving);
  }
}

/** @throws RefitError `usage` for options that only a store has. */
function mustHaveStore({ detach, here }: Options): void {
  if (detach !== true && here !== true) return;
  throw new RefitError(
    'usage',
    `${detach ? '--detach' : '--here'} needs a store, and none is named`,
    'add --store postgres://refit@db.example/refit, or set REFIT_STORE',
  );
}

/** The code for stores is loaded only with a store. */
async function inStore(word: string, options: Options, terminal: Terminal): Promise<number> {
  const { demandStore } = await import('../store/demand-store.ts');
  const { applyInStore } = await import('./apply-store.ts');
  const input = {
    target: await demandStore(options, terminal),
    demandDigest: (saved: SavedPlan) => mustBeDigest(saved, options.digest, word),
    approve: (saved: SavedPlan, policy: Policy) => confirm(saved, word, policy, options, terminal),
    mostSteps: MOST_STEPS_SHOWN,
  };
  return applyInStore(word, input, options, terminal);
}

/** A new run would get a folder with this name, although it is the word for another run. @throws RefitError `usage` */
function mustBeFolder(runDir: string | undefined, file: string): void {
  if (runDir !== 'latest') return;
  throw new RefitError(
    'usage',
    '--run-dir latest: apply takes a folder, because it may make a new run',
    `refit apply ${shellQuote(file)}   resumes the unfinished run of this plan; for a folder with this name: --run-dir ./latest`,
  );
}

/** Stdin cannot give the plan and answer the question. A digest names the plan that people have seen. @throws RefitError `usage` */
function mustBeAgreedOn({ autoApprove, digest }: Options): void {
  if (autoApprove && digest !== undefined) return;
  throw new RefitError(
    'usage',
    'stdin has the saved plan, so Refit cannot ask before it orders',
    'refit apply - --auto-approve --digest SHA256   with the digest that the review shows; or write the plan to a file',
  );
}

/** Refuses any other plan than the one that people agreed on, before Refit connects. @throws RefitError `plan-altered` */
function mustBeDigest(saved: SavedPlan, digest: string | undefined, file: string): void {
  if (digest === undefined) return;
  if (!/^[0-9a-f]{64}$/i.test(digest))
    throw new RefitError(
      'usage',
      `--digest ${escapeControls(digest.slice(0, 80))}: a digest is 64 hexadecimal digits`,
      `copy the whole digest from the review: refit show ${shellQuote(file)}`,
    );
  if (digest.toLowerCase() === saved.digest) return;
  throw new RefitError(
    'plan-altered',
    `${escapeControls(file)} has digest ${saved.digest}, and --digest is ${digest.toLowerCase()}: it is another plan`,
    'use the saved plan that was agreed on',
  );
}

/** The next command after a run, and its reason; null if nothing is left to do. */
function nextAfter(
  end: ApplyEnd,
  file: string,
  options: Options,
): { readonly command: string; readonly reason: string } | null {
  const next = (command: string, reason: string) => ({
    command: withConnectionOptions(command, options),
    reason,
  });
  const shown = shellQuote(shortPath(end.name));
  const { totals, steps } = end.report;
  if (end.exitCode === UNKNOWN)
    return next(
      withSigningOptions(`refit reconcile ${shown}`, options),
      'resolves unknown outcomes by reading',
    );
  if (end.wasLeft || totals['not-run'] + totals.unknown > 0) {
    const flags = options.allowHooks ? ' --allow-hooks' : '';
    const plan = file === STDIO ? join(shortPath(end.name), RUN_FILES.plan) : file;
    const resume = withSigningOptions(`refit apply ${shellQuote(plan)} --run-dir ${shown}${flags}`, options);
    return next(resume, `resumes this run${end.exitCode === EXIT_NOT_APPROVED ? ' after the approval' : ''}`);
  }
  if (totals.verified === steps.length) return null;
  return next(`refit retry ${shown} -o retry.json`, 'plans the steps that are not verified');
}

/** The yes of a person: by an option, of the web console that started this process, or at the prompt. */
async function confirm(
  saved: SavedPlan,
  file: string,
  policy: Policy,
  { autoApprove, confirmedBy }: Options,
  terminal: Terminal,
): Promise<Approval | null> {
  if (confirmedBy !== undefined) return { how: 'console', by: nameFrom(confirmedBy) };
  return autoApprove ? { how: 'auto-approve', by: userName() } : byPrompt(saved, file, policy, terminal);
}

/** @throws RefitError `usage` */
function nameFrom(typed: string): string {
  if (hasVisibleText(typed) && typed.length <= LONGEST_NAME && escapeControls(typed) === typed) return typed;
  throw new RefitError(
    'usage',
    `--confirmed-by takes the name of a person, of 1 to ${LONGEST_NAME} characters`,
    '--auto-approve   if nobody confirmed in the web console',
  );
}

async function byPrompt(
  saved: SavedPlan,
  file: string,
  policy: Policy,
  terminal: Terminal,
): Promise<Approval | null> {
  if (!terminal.interactive) return null;
  await showPlan(saved, file, policy, terminal);
  const isYes = await askYes(terminal, `Apply these ${saved.steps.length} steps?`);
  return isYes ? { how: 'prompt', by: userName() } : null;
}
