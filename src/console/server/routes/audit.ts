/** Searches all runs, and checks one. */
import type { Clock } from '../../../clock.ts';
import { RefitError } from '../../../errors.ts';
import { message } from '../../../messages/messages.ts';
import { refitError } from '../../../messages/refit-error.ts';
import { OUTCOMES } from '../../../model.ts';
import type { AuditedRun, AuditQuery, FoundStep } from '../../../operations/audit/find-steps.ts';
import { escapeControls } from '../../../text.ts';
import { SECOND } from '../../../units.ts';
import { AUDIT_FIELDS, type AuditAnswer } from '../../api/audit.ts';
import type { ConsoleRequest, Route } from '../context.ts';
import { numberFrom } from './from-request.ts';

/** How many runs an answer has, unless the browser asks for more or fewer. */
const LISTED = 50;
const MOST_LISTED = 500;
/** A search waits for so long until all runs are read. The page asks again for the rest. */
const WAITS = 2 * SECOND;
const LONGEST = 200;

export const auditRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/audit',
    action: 'see',
    async answer({ query }, { record, clock }): Promise<AuditAnswer> {
      const asked = queryFrom(query);
      const most = Math.min(numberFrom(query.most) ?? LISTED, MOST_LISTED);
      const { runs, ...rest } = await forAWhile(clock, (signal) => record.audit.find(asked, most, signal));
      return { ...rest, runs: runs.map(shown) };
    },
  },
];

/** A search of the audit that reads no further runs after two seconds: the page asks again for the rest. */
export async function forAWhile<T>(clock: Clock, search: (enough: AbortSignal) => Promise<T>): Promise<T> {
  const enough = new AbortController();
  const over = new AbortController();
  void clock.sleep(WAITS, over.signal).then(() => enough.abort());
  try {
    return await search(enough.signal);
  } finally {
    over.abort();
  }
}

/** @throws RefitError `usage` */
function queryFrom(query: ConsoleRequest['query']): AuditQuery {
  const asked: Record<string, string> = {};
  for (const name of AUDIT_FIELDS) {
    const value = query[name];
    if (value === undefined || value === '') continue;
    if (typeof value !== 'string' || value.length > LONGEST)
      throw new RefitError(
        'usage',
        `${name}: this is no text of at most ${LONGEST} characters`,
        'search for less',
      );
    asked[name] = value.trim();
  }
  for (const name of ['from', 'to'] as const) {
    const value = asked[name];
    if (value === undefined) continue;
    const at = Date.parse(value);
    if (Number.isNaN(at) || !/^\d{4}-\d\d-\d\d/.test(value))
      throw refitError('usage', message('error.bad-address', { name, fix: `${name}=2026-11-30T00:00:00Z` }));
    asked[name] = new Date(at).toISOString();
  }
  const { outcome } = asked;
  if (outcome !== undefined && !(OUTCOMES as readonly string[]).includes(outcome))
    throw refitError(
      'usage',
      message('error.bad-address', { name: 'outcome', fix: `outcome=${OUTCOMES.join('|')}` }),
    );
  return asked;
}

function shown({ plan, change, people, matches, ...run }: AuditedRun): AuditedRun {
  return {
    ...{ ...run, plan: escapeControls(plan), change: change && escapeControls(change) },
    ...{ people: people.map(escapeControls), matches: matches.map(shownStep) },
  };
}

function shownStep({ name, wave, code, orders, requestIds, ...step }: FoundStep): FoundStep {
  return {
    ...{
      ...step,
      name: escapeControls(name),
      wave: escapeControls(wave),
      code: code && escapeControls(code),
    },
    ...{ orders: orders.map(escapeControls), requestIds: requestIds.map(escapeControls) },
  };
}
