/** `refit worker`: works on runs of a store, until a signal. */
import { hostname } from 'node:os';
import { RefitError } from '../../../errors.ts';
import { given } from '../../../given.ts';
import { readHeadSigner } from '../../../operations/audit/sign-run.ts';
import { connect, profilesWithKeys } from '../../../operations/connect.ts';
import { stateDirectoryOf } from '../../../operations/machine.ts';
import { readPolicy } from '../../../operations/read-policy.ts';
import type { ApplyEnd } from '../../../operations/run-plan.ts';
import { type ServedStore, serveStore } from '../../../operations/runs/serve-store.ts';
import { type WorkOptions, workOnRun } from '../../../operations/runs/work-on-run.ts';
import { allowsPrivateAddresses, namedPrograms } from '../../../policy/tighten.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import type { Telemetry } from '../../../telemetry/telemetry.ts';
import { MINUTE } from '../../../units.ts';
import { Worker, type WorkSignals } from '../../../worker/worker.ts';
import type { CommandCode } from '../../command-row.ts';
import { connectionOf, type Options, rangeFrom, wholeFrom } from '../../options.ts';
import { print } from '../../output.ts';
import { warnOfProxy } from '../../read-provider.ts';
import { onSignals } from '../../signals.ts';
import { telemetryFor } from '../../telemetry.ts';
import type { Terminal } from '../../terminal.ts';
import { demandStore } from '../store/demand-store.ts';
import { createWorkerProbes, showStore } from './observe-worker.ts';

/** Runs at the same time. */
const CONCURRENCY = 10;
/** A run that only waits for so long gives its worker back, milliseconds. */
const RESTS_AFTER = 5 * MINUTE;
/** How often the policy is read for the list of programs, milliseconds. */
const POLICY_EVERY = MINUTE;

const STOPPING =
  'stopping: this worker takes no more runs, and hands its runs over (signal again to leave them immediately)';

export const worker: CommandCode<[]> = async (_args, options, terminal) => {
  const { clock, env } = terminal;
  const target = await demandStore(options, terminal);
  const concurrency = wholeFrom('--concurrency', options.concurrency, 1) ?? CONCURRENCY;
  const signing = await readHeadSigner(options, terminal);
  const ownPolicy = () => readPolicy({ env, named: options.policy ?? null });
  const base = connectionOf(options, terminal);
  const profiles = await profilesWithKeys(base, profilesFrom(options));
  const probe = connect(base);
  const { endpoint } = probe.cloud;
  await probe.close();
  warnOfProxy(terminal);
  let programs: readonly string[] = namedPrograms(await ownPolicy());
  const offers = () => ({ endpoint, profiles, programs });
  const id = `${hostname()}-${process.pid}-${clock.now().toString(36).slice(-5)}`;
  const signals = onSignals(terminal, undefined, STOPPING);
  const probes = createWorkerProbes(signals.drain);
  const telemetry = await telemetryFor(options, terminal, { routes: probes.routes });
  const over = new AbortController();
  let served: ServedStore | null = null;
  const log = (run: string | null, text: string): void =>
    terminal.err(`${new Date(clock.now()).toISOString()} ${run ?? id}: ${escapeControls(text)}\n`);
  try {
    const stateDirectory = stateDirectoryOf(env);
    const onNotice = (text: string) => log(null, text);
    served = await serveStore(
      target,
      {
        ...{ clock, id, concurrency, stateDirectory, onNotice },
        ...given({ onRequest: telemetry?.storeRequest }),
      },
      offers,
    );
    const { work } = served;
    if (telemetry !== null) showStore(telemetry, served, concurrency);
    const afterMs = rangeFrom('--rest-after', options.restAfter)?.[0] ?? RESTS_AFTER;
    const rest = { afterMs };
    const carryOut = createWork({ served, base, offers, ownPolicy, signing, telemetry, log, clock, rest });
    void keepReadingPrograms(ownPolicy, terminal, over.signal, (names) => {
      programs = names;
    });
    const info = { worker: id, store: target.place, endpoint, profiles, programs, concurrency };
    await print(terminal, options, {
      text: () =>
        `worker ${id} takes runs of ${target.place}\nprofiles ${profiles.join(', ')}   at ${endpoint}   programs ${programs.length === 0 ? 'none' : programs.join(', ')}\n`,
      json: info,
    });
    const loop = new Worker({
      ...{ work, clock, concurrency, carryOut, log },
      ...{ drain: signals.drain, leave: signals.leave },
    });
    probes.use(loop);
    return await loop.run();
  } finally {
    over.abort();
    signals.close();
    // After a second signal nothing waits for answers.
    const closing = served?.close() ?? Promise.resolve();
    if (!signals.leave.aborted) await closing.catch(() => undefined);
    await telemetry?.close(signals.leave.aborted ? 0 : undefined);
  }
};

/** What every run of a worker uses. */
interface RunParts {
  readonly served: ServedStore;
  readonly base: ReturnType<typeof connectionOf>;
  readonly offers: NonNullable<WorkOptions['offers']>;
  readonly ownPolicy: () => ReturnType<typeof readPolicy>;
  readonly signing: Awaited<ReturnType<typeof readHeadSigner>>;
  readonly telemetry: Telemetry | null;
  readonly log: (run: string | null, text: string) => void;
  readonly clock: Terminal['clock'];
  readonly rest: { readonly afterMs: number };
}

/** @returns the function that works on one run. */
function createWork({ served, base, offers, ownPolicy, signing, telemetry, log, clock, rest }: RunParts) {
  const { store, permits } = served;
  return async (run: string, { drain, leave }: WorkSignals): Promise<void> => {
    const observed = telemetry?.runEvents() ?? null;
    try {
      const end = await workOnRun({
        ...{ store, run, clock, drain, leave },
        purpose: 'refit worker',
        connect(saved, policy) {
          return connect({
            planAddresses: { private: allowsPrivateAddresses(policy) },
            ...base,
            permits: permits.forRun(saved.execution.requestsPerSecond),
            ...given({ onCall: observed?.onCall }),
          });
        },
        readPolicy: ownPolicy,
        programs: 'named-by-policy',
        offers,
        unattended: true,
        rest,
        ...signing,
        ...observed,
        onStart(started) {
          const { entries } = started;
          log(run, entries === 0 ? 'starts' : `resumes after ${entries} entries`);
          observed?.onStart(started);
        },
        onNotice: (text) => log(run, text),
      });
      log(run, describeEnd(end));
    } finally {
      observed?.end();
    }
  };
}

/** The names of `--profile`, which may be repeated; null without it. @throws RefitError `usage` */
function profilesFrom({ profile }: Options): string[] | null {
  if (profile === undefined) return null;
  const names = profile.split(',').map((name) => name.trim());
  if (names.every((name) => name !== '')) return names;
  throw new RefitError(
    'usage',
    `--profile ${profile}: a name is empty`,
    '--profile retail --profile wholesale',
  );
}

/** The list of programs changes with the policy. A policy that cannot be read names none. */
async function keepReadingPrograms(
  read: () => ReturnType<typeof readPolicy>,
  { clock }: Terminal,
  over: AbortSignal,
  onRead: (names: readonly string[]) => void,
): Promise<void> {
  for (;;) {
    await clock.sleep(POLICY_EVERY, over);
    if (over.aborted) return;
    onRead(await read().then(namedPrograms, () => []));
  }
}

function describeEnd(end: ApplyEnd): string {
  if (end.hasRested) return 'waits, and gives its worker back';
  if (end.wasLeft) return 'left for the next worker';
  return `ended with exit code ${end.exitCode}`;
}
