/** Records what people change in the console, with their names. */
import type { Clock } from '../../clock.ts';
import { type ActionEvent, type ActionLog, REFUSALS_RECORDED } from '../../operations/people/action-log.ts';
import type { Route } from './context.ts';
import type { Refused } from './guard.ts';
import { createRateLimit } from './limits.ts';

/** Addresses that are asked by POST, because what they need does not fit into an address. They change nothing. */
export const QUESTIONS: ReadonlySet<string> = new Set([
  '/plans/validate',
  '/plans/dry-run',
  '/plans/starter',
  '/reviews/:name/approval',
  '/runs/:id/review/approval',
  '/passkey/register',
  '/passkey/trial',
]);

/** Members of bodies that no record keeps: secrets, and whole documents. */
const NOT_KEPT = /token|secret|password|credential|response|assertion|challenge|signature|text|yaml|content/i;

const MOST_VALUES = 20;
const LONGEST_VALUE = 200;

/** What is recorded of one request. */
export interface Attempt {
  readonly route: Pick<Route, 'method' | 'path'>;
  readonly person: string | null;
  readonly from: string;
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface ActionRecord {
  /** Records a change that was made, or that failed with a code. */
  ended(attempt: Attempt, code: string | null): Promise<void>;
  /** Records an attempt that the guard refused, as long as there are not too many. */
  refused(attempt: Attempt, refused: Refused): Promise<void>;
  /** Records that somebody signed in or out, or could not. Those who could not count as refused. */
  session(
    event: Pick<ActionEvent, 'kind' | 'person' | 'from' | 'action' | 'code'>,
    values?: Values,
  ): Promise<void>;
}

type Values = ActionEvent['values'];

/**
 * @param log null: nothing is recorded. @param onFault hears why an entry could not be written. The change was made by then, so
 * its answer does not say so.
 */
export function createActionRecord(
  clock: Clock,
  log: ActionLog | null,
  onFault: (error: unknown) => void,
): ActionRecord {
  const refusals = createRateLimit(clock, REFUSALS_RECORDED);
  let dropped = 0;
  const append = async (event: ActionEvent): Promise<void> => {
    try {
      await log?.append(event);
    } catch (error) {
      onFault(error);
    }
  };
  const appendRefused = async (event: ActionEvent): Promise<void> => {
    if (refusals.take('all') !== null) {
      dropped += 1;
      return;
    }
    const more = dropped === 0 ? {} : { notRecorded: dropped };
    dropped = 0;
    await append({ ...event, values: { ...event.values, ...more } });
  };
  return {
    async ended(attempt, code) {
      if (isChange(attempt)) await append(eventOf(attempt, code === null ? 'done' : 'failed', code));
    },
    async refused(attempt, { code }) {
      if (isChange(attempt)) await appendRefused(eventOf(attempt, 'refused', code));
    },
    session: (event, values = {}) =>
      event.kind === 'sign-in-refused' ? appendRefused({ ...event, values }) : append({ ...event, values }),
  };
}

function isChange({ route }: Attempt): boolean {
  return route.method === 'POST' && !QUESTIONS.has(route.path);
}

function eventOf(
  { route, person, from, params, body }: Attempt,
  kind: ActionEvent['kind'],
  code: string | null,
): ActionEvent {
  return {
    kind,
    person,
    from,
    action: `${route.method} ${route.path}`,
    values: valuesOf(params, body),
    code,
  };
}

/** The short members of a request. */
function valuesOf(params: Attempt['params'], body: unknown): Values {
  const members =
    typeof body === 'object' && body !== null && !Array.isArray(body) ? Object.entries(body) : [];
  const values: Record<string, string | number | boolean> = {};
  for (const [name, value] of [...members, ...Object.entries(params)].slice(-MOST_VALUES)) {
    if (NOT_KEPT.test(name) || name.length > LONGEST_VALUE || name === '__proto__') continue;
    const short = Array.isArray(value) ? value.filter((one) => typeof one === 'string').join(', ') : value;
    if (typeof short === 'string') values[name] = short.slice(0, LONGEST_VALUE);
    else if (typeof short === 'boolean' || Number.isFinite(short)) values[name] = short as number;
  }
  return values;
}
