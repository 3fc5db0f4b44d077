/** Links from notifications into the web console: people look there before they approve. Pure. */
import { basename, resolve } from 'node:path';
import { isLoopback } from '../../cloud/network/hosts.ts';
import type { NotificationFacts } from './notification.ts';

/** The variable with the address of the console, as `refit serve --url` has it. It is no part of a plan. */
export const CONSOLE_ADDRESS = 'REFIT_CONSOLE';

/** A longer address is none, so that texts stay within the limits of the chat products. */
const LONGEST_ADDRESS = 200;

/**
 * The page of the run, or of the review if the run waits for an approval.
 * @param run the run directory, or the id of a run in a store.
 * @returns null without the variable, and for an address that is not https (or http to this machine), or that holds a password,
 * a query or a path.
 */
export function consoleLink(
  env: Readonly<Record<string, string | undefined>>,
  run: string,
  { event, wave }: Pick<NotificationFacts, 'event' | 'wave'>,
): string | null {
  const text = env[CONSOLE_ADDRESS];
  const url = text === undefined || text.length > LONGEST_ADDRESS ? null : URL.parse(text);
  if (url === null) return null;
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  const isPlain = url.pathname === '/' && url.search === '' && url.hash === '';
  if (!isSafe || !isPlain || url.username !== '' || url.password !== '') return null;
  const page = `${url.origin}/runs/${encodeURIComponent(basename(resolve(run)))}`;
  return event === 'approval' && wave !== null ? `${page}/review?wave=${encodeURIComponent(wave)}` : page;
}
