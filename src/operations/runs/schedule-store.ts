/** Opens the schedule of a PostgreSQL store: for one scheduler, or for a person who reads and changes it. */
import { hostname } from 'node:os';
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import type { Report } from '../../model.ts';
import { readSavedPlan } from '../../plan/saved/read-saved-plan.ts';
import { folderSignatures } from '../../store/folder/signed-files.ts';
import type { Database } from '../../store/postgres/database.ts';
import type { PostgresStore } from '../../store/postgres/open-store.ts';
import { linkRun } from '../../store/postgres/schedules/occurrences.ts';
import { createScheduleStore } from '../../store/postgres/schedules/schedule-store.ts';
import type { StoreTarget } from '../../store/postgres/store-target.ts';
import type { AppendedLine, HeldOccurrence, NewLine, ScheduleStore } from '../../store/schedule-store.ts';
import { SECOND } from '../../units.ts';
import { VERSION } from '../../version.ts';
import type { Connection } from '../connect.ts';
import { userName } from '../machine.ts';
import { readPolicyTexts } from '../read-policy.ts';
import { openStored } from './open-stored.ts';
import { reportRun } from './read-run.ts';
import { offerSigned, type SubmitOptions, submitPlan } from './submit-plan.ts';

/** A store, for one scheduler. */
export interface ServedSchedule {
  readonly id: string;
  readonly schedule: ScheduleStore;
  /** Keeps the signed texts beside a saved plan in the store. */
  offer(saved: string, path: string): Promise<void>;
  /** Submits the sealed plan of an occurrence. @returns the line that says so. @throws as `submitPlan`, and `fenced`. */
  submit(saved: string, held: HeldOccurrence, line: (run: string) => NewLine): Promise<AppendedLine>;
  /** The outcomes of a run that is over; null if they cannot be read. */
  totalsOf(run: string): Promise<Report['totals'] | null>;
  close(): Promise<void>;
}

/** Milliseconds. An entry does not wait for the totals of a run of a million steps: `refit report` has them. */
const TOTALS_WITHIN = 4 * SECOND;

/** What a scheduler uses to submit. */
export interface ScheduleSelf extends Pick<SubmitOptions, 'allowHooks' | 'onNotice'> {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The policy file of the user, beside those of the machine. */
  readonly policy: string | null;
  /** The user's state, which notices a database that was restored from a backup. */
  readonly stateDirectory: string;
  /** The folder that the scheduler watches, too. */
  readonly folder: string | null;
  readonly connect: (policy: SubmitOptions['policy']) => Connection;
}

/** @throws RefitError `store-unreachable` if the database cannot be used, or the login has no right to schedule. */
export async function serveSchedule(target: StoreTarget, self: ScheduleSelf): Promise<ServedSchedule> {
  const { clock, env, stateDirectory, folder, onNotice } = self;
  const store = await openStored(target, {
    ...{ clock, stateDirectory, onNotice },
    purpose: 'scheduler',
    connections: 4,
  });
  try {
    const host = hostname();
    const id = `${host}-${process.pid}-${clock.now().toString(36).slice(-5)}`;
    const info = { id, host, pid: process.pid, version: VERSION, folder };
    const schedule = createScheduleStore(store.database, info, userName(), clock);
    // A login without the rights of a scheduler fails here, and not again and again in the loop.
    await schedule.beat([]);
    return {
      ...{ id, schedule },
      offer: createOffer(store),
      async totalsOf(run) {
        const enough = new AbortController();
        const read = store
          .find(run)
          .then(reportRun)
          .then(({ report }) => report.totals)
          .catch(() => null);
        const late = clock.sleep(TOTALS_WITHIN, enough.signal).then(() => null);
        return await Promise.race([read, late]).finally(() => enough.abort());
      },
      submit: (saved, held, line) => submitOccurrence({ store, saved, held, line }, self, env),
      async close() {
        await schedule.leave().catch(() => undefined);
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Offers what lies beside a saved plan. The same texts are written once. */
function createOffer(store: PostgresStore): ServedSchedule['offer'] {
  const known = new Map<string, string>();
  return async (text, path) => {
    const saved = readSavedPlan(text);
    const signatures = folderSignatures(path, null);
    const kinds = ['approvals', 'planSignatures', 'declines'] as const;
    const all = await Promise.all(kinds.map((kind) => signatures.offered(kind)));
    const stamp = JSON.stringify(all);
    if (known.get(saved.digest) === stamp) return;
    await offerSigned(store, saved, path);
    known.set(saved.digest, stamp);
  };
}

async function submitOccurrence(
  {
    store,
    saved: text,
    held,
    line,
  }: {
    readonly store: PostgresStore;
    readonly saved: string;
    readonly held: HeldOccurrence;
    readonly line: (run: string) => NewLine;
  },
  { connect, policy: named, allowHooks, onNotice }: ScheduleSelf,
  env: ScheduleSelf['env'],
): Promise<AppendedLine> {
  const saved = readSavedPlan(text);
  const { policy, texts } = await readPolicyTexts({ env, named });
  const connection = connect(policy);
  const joined: AppendedLine[] = [];
  try {
    await submitPlan({
      ...{ store, saved, connection, policy, policyTexts: texts, allowHooks, onNotice },
      file: null,
      isForWorkers: true,
      // Who put the plan on schedule has approved it.
      approve: async () => ({ how: 'auto-approve', by: userName() }),
      async onSubmit(queries, { run }) {
        joined.push(await linkRun(queries, held, run, line(run)));
      },
    });
  } finally {
    await connection.close();
  }
  const appended = joined.at(-1);
  if (appended !== undefined) return appended;
  throw new RefitError('internal', 'the run was submitted without its occurrence', 'refit schedule list');
}

/** Opens the database of a schedule for a person. @param work gets it, and it is closed afterwards. */
export async function withSchedule<T>(
  target: StoreTarget,
  clock: Clock,
  work: (database: Database, store: PostgresStore) => Promise<T>,
): Promise<T> {
  const store = await openStored(target, { clock, purpose: 'schedule' });
  try {
    return await work(store.database, store);
  } finally {
    await store.close();
  }
}
