/** The results of hooks, webhooks and commands, in English. No text of the far end is in them. */
import type { Message } from '../../../model.ts';
import { SECOND } from '../../../units.ts';
import type { Say } from '../../text.ts';

export const notify = {
  'notify.exited': ({ exitCode, ms }: { exitCode: number; ms: number }): string =>
    `exit code ${exitCode} after ${ms} ms`,
  'notify.killed': ({ ms }: { ms: number }): string => `killed after ${ms} ms, because the run is over`,
  'command.not-started': ({ error }: { error: string }): string => `the command could not start: ${error}`,
  'command.killed': ({ signal }: { signal: string | null }): string => `the command was ended by ${signal}`,
  'command.late': ({ limit }: { limit: number }): string =>
    `the command did not end within ${limit / SECOND} s`,
  'command.run-over': (): string => 'the command was stopped, because the run is over',
  'notify.sent': ({ tries }: { tries: number }): string => formatTries(tries),
  'notify.failed': (
    { cause, tries, isRunOver }: { cause: Message; tries: number; isRunOver: boolean },
    say: Say,
  ): string => `${say(cause)}, ${formatTries(tries)}${isRunOver ? '; stopped, because the run is over' : ''}`,
  'notify.dropped': ({ limit }: { limit: number }): string => `dropped: ${limit} notifications wait already`,
  'notify.run-over': (): string => 'not tried, because the run is over',
  'notify.internal-error': ({ error }: { error: string }): string => `internal error: ${error}`,
  'notify.url-not-set': ({ name }: { name: string }): string => `${name} is not set, so there is no address`,
  'notify.url-invalid': ({ name }: { name: string }): string => `${name} is not a URL`,
  'notify.url-not-https': ({ name }: { name: string }): string =>
    `${name} is not https; plain http is for loopback only`,
  'notify.url-forbidden': ({ name }: { name: string }): string =>
    `${name} is an address that a plan must not reach: link-local, or a metadata service`,
  'notify.secret-not-set': ({ name }: { name: string }): string =>
    `${name} is not set, so Refit cannot sign the request`,
  'notify.request-failed': ({ error }: { error: string | null }): string =>
    error ?? 'the request could not be sent',
  'notify.no-answer': ({ limit }: { limit: number | null }): string =>
    limit === null ? 'no answer' : `no answer within ${limit} ms`,
  'notify.http-status': ({ status }: { status: number }): string => `HTTP ${status}`,
  'notify.code': ({ status, member, code }: { status: number; member: string; code: number }): string =>
    `HTTP ${status}, ${member} ${code}`,
  'notify.code-missing': ({ status, member }: { status: number; member: string }): string =>
    `HTTP ${status}, and the answer has no ${member}`,
  'notify.not-json': ({ status }: { status: number }): string => `HTTP ${status}, and the answer is not JSON`,
};

function formatTries(tries: number): string {
  return `${tries} ${tries === 1 ? 'try' : 'tries'}`;
}
