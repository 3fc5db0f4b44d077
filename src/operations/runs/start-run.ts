/** Starts and continues runs for the web console, as a person confirms it there: submits to a database, or starts `refit apply`. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { exitCodeOf, isErrorCode, RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { Operator, SavedPlan } from '../../model.ts';
import { allowsPrivateAddresses } from '../../policy/tighten.ts';
import type { RunReader, RunsOfStore } from '../../store/ports.ts';
import type { PostgresStore } from '../../store/postgres/open-store.ts';
import { RUN_FILES } from '../../store/run-files.ts';
import { escapeControls } from '../../text.ts';
import { SECOND } from '../../units.ts';
import { type ConnectOptions, connect } from '../connect.ts';
import { readPolicyTexts } from '../read-policy.ts';
import { databaseOf, type StoreChoice } from './store-choice.ts';

/** A saved plan that a person confirmed. */
export interface ConfirmedPlan {
  /** The absolute path of the saved plan. */
  readonly file: string;
  readonly saved: SavedPlan;
  /** Whether its hooks and gate commands may run. */
  readonly allowHooks: boolean;
  /** The person, and the process of the console. */
  readonly by: Operator;
}

/** Starts runs and continues them. */
export interface RunStarter {
  /**
   * @returns the id of the run; null: its process lives, and its run is not in the list yet.
   * @throws RefitError as `refit apply` refuses.
   */
  start(plan: ConfirmedPlan): Promise<string | null>;
  /** Continues a run that no process has. @throws RefitError as `refit apply` refuses. */
  goOn(run: RunReader, how: Pick<ConfirmedPlan, 'allowHooks' | 'by'>): Promise<void>;
}

/** A process of `refit apply` that outlives this one. */
export interface StartedApply {
  readonly pid: number;
  /** null while it lives. */
  exitCode(): number | null;
  /** What it wrote on stderr so far. */
  stderr(): Promise<string>;
  /** Forgets its stderr. The process goes on. */
  forget(): Promise<void>;
}

export interface StarterOptions {
  readonly choice: StoreChoice & { readonly clock: Clock };
  readonly runs: RunsOfStore;
  readonly connection: ConnectOptions;
  /** The file of `--policy`; null: the policies of the machine and of the user only. */
  readonly policy: string | null;
  /** Starts `refit ARGS` in the folder of this process, with its environment. */
  readonly startApply: (args: readonly string[]) => Promise<StartedApply>;
  readonly onNotice: (notice: string) => void;
}

/** Starts runs in the store that the console serves. */
export function createRunStarter(options: StarterOptions): RunStarter {
  return databaseOf(options.choice) === null ? folderStarter(options) : storeStarter(options);
}

/** With a database, workers carry out what is submitted. */
function storeStarter({
  choice,
  connection: connectOptions,
  policy: named,
  onNotice,
}: StarterOptions): RunStarter {
  const withStore = async <T>(
    work: (store: PostgresStore, submitting: typeof import('./submit-plan.ts')) => Promise<T>,
  ): Promise<T> => {
    // The code of the database loads only where there is one.
    const [{ openStored }, { storeFrom }, submitting] = await Promise.all([
      import('./open-stored.ts'),
      import('./store-from.ts'),
      import('./submit-plan.ts'),
    ]);
    const target = (await storeFrom(choice))!;
    const store = await openStored(target, {
      clock: choice.clock,
      purpose: 'console',
      connections: 4,
      onNotice,
    });
    try {
      return await work(store, submitting);
    } finally {
      await store.close();
    }
  };
  return {
    start: ({ file, saved, allowHooks, by }) =>
      withStore(async (store, { submitPlan }) => {
        const { policy, texts } = await readPolicyTexts({ env: choice.env, named });
        const connection = connect({
          ...connectOptions,
          planAddresses: { private: allowsPrivateAddresses(policy) },
        });
        try {
          return await submitPlan({
            ...{ store, saved, file, connection, policy, policyTexts: texts, allowHooks, by, onNotice },
            isForWorkers: true,
            approve: async () => ({ how: 'console', by: by.user }),
          });
        } finally {
          await connection.close();
        }
      }),
    goOn: (run, { by }) =>
      withStore(async (store, { continueRun }) => {
        if (await continueRun(store, run.name, by)) return;
        throw refitError(
          'usage',
          message('error.not-stopped', { run: run.name, command: `refit status ${run.name} --watch` }),
        );
      }),
  };
}

/** How often the console looks for the run of a process that it started, and for how long. */
const LOOK_EVERY = 100;
const LOOK_FOR = 30 * SECOND;
/** How many runs it looks at. */
const NEWEST = 20;

/** With run directories, a process of its own carries out the plan. */
function folderStarter({
  choice: { clock },
  runs,
  connection,
  policy,
  startApply,
}: StarterOptions): RunStarter {
  const flags = [
    ...(connection.endpoint ? ['--endpoint', connection.endpoint] : []),
    ...(connection.signature ? ['--signature', connection.signature] : []),
    ...(policy === null ? [] : ['--policy', policy]),
  ];
  const launch = (
    file: string,
    digest: string,
    { allowHooks, by }: Pick<ConfirmedPlan, 'allowHooks' | 'by'>,
  ) =>
    // One word each, because a name could begin like an option.
    [
      'apply',
      file,
      '--digest',
      digest,
      `--confirmed-by=${by.user}`,
      ...['-q', '--progress', 'json'],
      ...(allowHooks ? ['--allow-hooks'] : []),
      ...flags,
    ];
  const isOf = async (run: RunReader, pid: number): Promise<boolean> => {
    const holder = await run.holder().catch(() => null);
    return holder?.pid === pid && holder.host === hostname();
  };
  /** Waits until the process has its run, or has ended. */
  const settle = async <T>(started: StartedApply, look: () => Promise<T | null>): Promise<T | null> => {
    const until = clock.monotonic() + LOOK_FOR;
    try {
      for (;;) {
        // In this order: a process that ends meanwhile leaves its run behind.
        const code = started.exitCode();
        const found = await look();
        if (found !== null) return found;
        if (code !== null) throw endOf(code, await started.stderr());
        if (clock.monotonic() > until) return null;
        await clock.sleep(LOOK_EVERY);
      }
    } finally {
      await started.forget();
    }
  };
  return {
    async start(plan) {
      const { file, saved } = plan;
      const before = clock.now() - SECOND;
      const started = await startApply(launch(file, saved.digest, plan));
      return settle(started, async () => {
        for (const { run, since } of (await runs.list(NEWEST)).runs) {
          if (run === null) continue;
          if (await isOf(run, started.pid)) return run.id;
          // A short run has ended before anybody looked. If a process has it, another person was faster.
          const hasEnded = started.exitCode() !== null && since >= before;
          if (hasEnded && (await isFree(run)) && (await isPlan(run, saved.digest))) return run.id;
        }
        return null;
      });
    },
    async goOn(run, how) {
      const { digest } = await run.readPlan();
      const args = launch(join(run.name, RUN_FILES.plan), digest, how);
      const started = await startApply([...args, '--run-dir', run.name]);
      const before = (await run.read()).state.starts;
      await settle(started, async () => {
        if (await isOf(run, started.pid)) return true;
        return started.exitCode() !== null && (await run.read()).state.starts > before ? true : null;
      });
    },
  };
}

async function isFree(run: RunReader): Promise<boolean> {
  return (await run.holder().catch(() => null)) === null;
}

async function isPlan(run: RunReader, digest: string): Promise<boolean> {
  const { state, saved } = await run.read();
  return saved.digest === digest && state.startedAt !== null;
}

/** The codes of errors that a person can do something about, with exit codes of their own. */
const CODES = ['not-approved', 'outside-window', 'locked', 'plan-expired', 'policy-refused'] as const;

const inOneLine = (text: string): string => escapeControls(text.trim().replace(/\n\s*/g, '; '));

/** The error with which a process ended: the refusal of `--progress json`, or else what it printed. */
function endOf(exitCode: number, stderr: string): RefitError {
  const refused = stderr
    .split('\n')
    .map(refusalIn)
    .findLast((one) => one !== null);
  if (refused) return refused;
  // `refit: MESSAGE`, then `  fix: FIX`, with further lines indented.
  const printed = `\n${stderr.trimEnd()}`.split(/\nrefit: /);
  const [text = '', fix = ''] =
    printed.length < 2
      ? []
      : printed
          .at(-1)!
          .split(/\n {2}fix: /)
          .map(inOneLine);
  const code = CODES.find((one) => exitCodeOf(one) === exitCode) ?? 'usage';
  return fix === ''
    ? refitError(code, message('error.apply-failed', { exitCode, text: text === '' ? null : text }))
    : new RefitError(code, text, fix);
}

/** The refusal in a line of `--progress json`; null: it is another line. */
function refusalIn(line: string): RefitError | null {
  if (!line.startsWith('{')) return null;
  let event: Partial<RefusedEvent>;
  try {
    event = JSON.parse(line) as Partial<RefusedEvent>;
  } catch {
    return null;
  }
  const { event: kind, code = '', message: said = '', messageId, params, fix = '' } = event;
  if (kind !== 'refused' || !isErrorCode(code)) return null;
  const about = messageId && params ? { id: messageId, params } : null;
  return new RefitError(code, inOneLine(said), inOneLine(fix), { about });
}

/** The members of the event that matter here. */
interface RefusedEvent {
  readonly event: string;
  readonly code: string;
  readonly message: string;
  readonly messageId: string | null;
  readonly params: Readonly<Record<string, unknown>> | null;
  readonly fix: string;
}
