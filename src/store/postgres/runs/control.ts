/**
 * Requests of operators to the process that holds a run, wherever it is, and its answers. A notification wakes the reader;
 * looking into the table once a second is the backstop. A process that dies leaves the requests that it did not take to its
 * successor, but never longer than their operators wait. A run that waits has no process: its request wakes it, and is for
 * the next claim.
 */
import type { Clock } from '../../../clock.ts';
import type { RefitError } from '../../../errors.ts';
import { message } from '../../../messages/messages.ts';
import { refitError } from '../../../messages/refit-error.ts';
import { shellQuote } from '../../../next-command.ts';
import { SECOND } from '../../../units.ts';
import type { Database, Queries } from '../database.ts';
import type { Fence } from './append.ts';
import { isHeld, OWNERSHIP, type Ownership } from './owner.ts';

/** Milliseconds that a live process has to answer, and a run that has to be woken first. */
const ANSWER_WITHIN: number = 15 * SECOND;
const ANSWER_AFTER_WAKING: number = 45 * SECOND;
/** The backstop for a lost notification, milliseconds. */
const LOOK_EVERY: number = SECOND;
/** The most characters of a request that are kept. The reader of requests accepts fewer. */
const LONGEST_REQUEST = 8_192;
/** Bytes of the longest answer. */
const LONGEST_ANSWER = 4 * 1_024 * 1_024;
/** Requests that one look takes. */
const MOST_AT_A_TIME = 64;
/** Milliseconds that the end of a run waits for answers in transit. */
const CLOSE_GRACE = SECOND;

/**
 * Takes requests that are not too old, so that nothing is carried out after its operator gave up. Those of an earlier claim
 * did not wake the run. One that was taken is never taken again: it may have had its effect.
 */
const TAKE = `UPDATE refit.control SET taken_at = clock_timestamp() WHERE id IN (
    SELECT id FROM refit.control WHERE run = $1 AND epoch <= $2 AND taken_at IS NULL
      AND asked_at > clock_timestamp() - (CASE epoch WHEN $2 THEN $3 ELSE $4 END || ' milliseconds')::interval
    ORDER BY id LIMIT ${MOST_AT_A_TIME} FOR UPDATE SKIP LOCKED)
  RETURNING id, left(request, ${LONGEST_REQUEST + 1}) AS request, asked_by AS login`;

interface TakenRequest {
  readonly id: number;
  readonly request: string;
  /** The user of the database who asked. */
  readonly login: string;
}

/** The name in a request is a claim of a program. The journal also gets the login, which the database vouches for. */
function withLogin(request: string, login: string): string {
  let value: unknown;
  try {
    value = JSON.parse(request);
  } catch {
    return request;
  }
  const by = (value as { by?: { user?: unknown } } | null)?.by;
  if (typeof by?.user !== 'string' || by.user === login) return request;
  by.user = `${by.user.slice(0, 100)} (login ${login})`;
  return JSON.stringify(value);
}

/** Answers the requests to a claimed run. @param answer never rejects. */
export async function openStoredControl(
  database: Database,
  { id, epoch }: Fence,
  answer: (line: string) => Promise<string>,
  clock: Clock,
): Promise<{ close(): Promise<void> }> {
  const closed = new AbortController();
  const answers = new Set<Promise<void>>();
  const bell = createBell(clock);
  const heard = database.listen('refit_control', (run) => {
    if (run === null || run === id) bell.ring();
  });
  const reply = async ({ id: number, request, login }: TakenRequest): Promise<void> => {
    const text = await answer(withLogin(request, login));
    await database
      .execute('UPDATE refit.control SET answer = $2, answered_at = clock_timestamp() WHERE id = $1', [
        number,
        text,
      ])
      .catch(() => undefined);
  };
  const look = async (): Promise<void> => {
    const within = [ANSWER_AFTER_WAKING, ANSWER_WITHIN];
    const taken = await database.query<TakenRequest & object>(TAKE, [id, epoch, ...within]);
    for (const request of [...taken].sort((a, b) => a.id - b.id)) {
      const answered = reply(request);
      answers.add(answered);
      void answered.finally(() => answers.delete(answered));
    }
  };
  const keepLooking = async (): Promise<void> => {
    while (!closed.signal.aborted) {
      await look().catch(() => undefined);
      await bell.wait(LOOK_EVERY, closed.signal);
    }
  };
  const listens = (yes: boolean) =>
    database.execute(
      `UPDATE refit.runs SET owner = owner || jsonb_build_object('listens', $3::boolean) WHERE id = $1 AND epoch = $2`,
      [id, epoch, yes],
    );
  await listens(true);
  // A request that woke the run takes effect before its first order.
  await look().catch(() => undefined);
  await Promise.allSettled(answers);
  const looking = keepLooking();
  return {
    async close() {
      await listens(false).catch(() => undefined);
      closed.abort();
      heard.close();
      await looking;
      const allSent = new AbortController();
      const all = Promise.allSettled(answers).then(() => allSent.abort());
      await Promise.race([all, clock.sleep(CLOSE_GRACE, allSent.signal)]);
    },
  };
}

/**
 * Sends one line to the process that holds a run.
 * @returns its answer; null if no process answers requests and the run does not wait. @param host this machine.
 * @throws RefitError `run-silent` if it does not answer.
 */
export async function askStoredRun(
  database: Database,
  id: string,
  line: string,
  { clock, host }: { readonly clock: Clock; readonly host: string },
): Promise<string | null> {
  const [run] = await database.query<Ownership & { epoch: number; state: string }>(
    `SELECT epoch, state, ${OWNERSHIP} FROM refit.runs WHERE id = $1`,
    [id],
  );
  if (run === undefined) return null;
  const isLive = await isHeld(run, host);
  const wakes = !isLive && run.owner === null && run.state === 'waiting';
  if (!wakes && !(isLive && run.owner?.listens)) return null;
  const bell = createBell(clock);
  const heard = database.listen('refit_answers', (payload) => {
    if (payload === null || payload === id) bell.ring();
  });
  try {
    const epoch = wakes ? run.epoch + 1 : run.epoch;
    const number = await database.transaction((queries) =>
      insertRequest(queries, { id, epoch, line, wakes }),
    );
    const within = wakes ? ANSWER_AFTER_WAKING : ANSWER_WITHIN;
    const until = clock.monotonic() + within;
    for (;;) {
      const text = await answerTo(database, number);
      if (text !== null) return text;
      const left = until - clock.monotonic();
      if (left <= 0) break;
      await bell.wait(Math.min(LOOK_EVERY, left), NEVER);
    }
    await database.execute('DELETE FROM refit.control WHERE id = $1', [number]).catch(() => undefined);
    throw silent(id, within / SECOND, database.target.option);
  } finally {
    heard.close();
  }
}

const NEVER = new AbortController().signal;

async function insertRequest(
  queries: Queries,
  { id, epoch, line, wakes }: { id: string; epoch: number; line: string; wakes: boolean },
): Promise<number> {
  if (wakes)
    await queries.execute(
      `UPDATE refit.runs SET wake_at = clock_timestamp() WHERE id = $1 AND state = 'waiting' AND owner IS NULL`,
      [id],
    );
  const [row] = await queries.query<{ id: number }>(
    'INSERT INTO refit.control (run, epoch, request) VALUES ($1, $2, $3) RETURNING id',
    [id, epoch, line.slice(0, LONGEST_REQUEST + 1)],
  );
  return row!.id;
}

/** The answer; null while there is none. It removes the request. */
async function answerTo(database: Database, number: number): Promise<string | null> {
  const [row] = await database.query<{ text: string | null; isAnswered: boolean }>(
    `SELECT CASE WHEN octet_length(answer) <= ${LONGEST_ANSWER} THEN answer ELSE '' END AS text,
       answer IS NOT NULL AS "isAnswered" FROM refit.control WHERE id = $1`,
    [number],
  );
  if (row !== undefined && !row.isAnswered) return null;
  await database.execute('DELETE FROM refit.control WHERE id = $1', [number]).catch(() => undefined);
  return row?.text ?? '';
}

function silent(id: string, seconds: number | null, option: string): RefitError {
  return refitError(
    'run-silent',
    message('error.run-silent', { name: id, seconds, command: `refit status ${shellQuote(id)}${option}` }),
  );
}

/** Waits for a ring or a time. A ring that comes first is not lost. */
function createBell(clock: Clock) {
  let rung = new AbortController();
  return {
    ring: () => rung.abort(),
    async wait(ms: number, end: AbortSignal): Promise<void> {
      await clock.sleep(ms, AbortSignal.any([rung.signal, end]));
      rung = new AbortController();
    },
  };
}
