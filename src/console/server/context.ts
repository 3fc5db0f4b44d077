/** What the routes of the console work with. */
import type { Clock } from '../../clock.ts';
import type { ConsoleAddress } from '../../operations/approvals/passkey-approval.ts';
import type { ActionLog } from '../../operations/people/action-log.ts';
import type { PlanFolder } from '../../operations/plans/plan-folder.ts';
import type { RunsOfStore } from '../../operations/runs/open-runs.ts';
import type { RunStarter } from '../../operations/runs/start-run.ts';
import type { Action } from '../api/roles.ts';
import type { Person } from '../api/session.ts';
import type { ConsoleProvider } from './console-provider.ts';
import type { EventStream } from './event-stream.ts';
import type { ConsoleRecord } from './record/record.ts';
import type { RunFeeds } from './run-feed.ts';
import type { SentFile } from './send-file.ts';
import type { Session, Sessions } from './sessions.ts';

export type { ConsoleProvider };

/** The parts of the console that routes use. */
export interface ConsoleContext {
  readonly clock: Clock;
  readonly runs: RunsOfStore;
  /** Follows the runs that somebody watches. */
  readonly feeds: RunFeeds;
  /** The overview, the schedule and the audit. */
  readonly record: ConsoleRecord;
  /** The process of the console, for the journal. */
  readonly host: string;
  readonly pid: number;
  /** The folder of `--plans`; null: the console works with no plans. */
  readonly plans: PlanFolder | null;
  readonly provider: ConsoleProvider;
  /** Starts and continues runs. */
  readonly starter: RunStarter;
}

/** The same while the console runs. */
export interface RunningConsole extends ConsoleContext {
  readonly sessions: Sessions;
  /** The record of what people do; null: there is none. */
  readonly actions: ActionLog | null;
  /** Where browsers reach it. */
  readonly address: () => ConsoleAddress;
}

/** A request that passed the guard. */
export interface ConsoleRequest {
  readonly person: Person;
  readonly session: Session;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Decoded JSON, which nobody has checked. */
  readonly body: unknown;
  /** The id of the last event that the browser has, when it connects again. */
  readonly lastEventId: string | null;
  /** Begins an answer that goes on: server-sent events. */
  stream(): EventStream;
  /** Answers with a file. */
  file(file: SentFile): Promise<void>;
}

/** One address of the API. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** Below `/api`. */
  readonly path: string;
  readonly action: Action;
  /** @returns the body of the answer; undefined after `stream` and `file`. @throws RefitError, which becomes a refusal. */
  answer(request: ConsoleRequest, context: RunningConsole): Promise<unknown>;
}
