/** Reads what a browser sent. Nobody has checked it. */
import { message } from '../../../messages/messages.ts';
import { refitError } from '../../../messages/refit-error.ts';
import type { RunReader, RunsOfStore } from '../../../operations/runs/open-runs.ts';

/** A whole number of at most 15 digits; null: something else. */
export function numberFrom(value: unknown): number | null {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

/** The run of an id. Paths name no run here. @throws RefitError `usage` */
export async function runNamed(runs: RunsOfStore, id: string | undefined): Promise<RunReader> {
  if (id === undefined || !/^[\w.-]{1,120}$/.test(id) || /^\.+$/.test(id))
    throw refitError('usage', message('error.no-run-named'));
  return await runs.find(id);
}

/** The members of a JSON object; none for every other value. */
export function membersOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}
