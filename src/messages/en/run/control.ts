/** The answers to control commands, in English. */
import type { ControlSetting, Message } from '../../../model.ts';
import { HOUR } from '../../../units.ts';
import type { Say } from '../../text.ts';
import { count } from '../format-size.ts';

const inProgress = (steps: number): string =>
  steps === 0 ? 'no resize is in progress' : `${count(steps, 'resize')} in progress`;

export const control = {
  'control.drained-by-signal': (): string => 'stopped by a signal',
  'control.drained-by-operator': ({ by }: { by: string }): string => `drained by ${by}`,
  'control.drained-after-pause': ({ limit }: { limit: number }): string => `paused for ${limit / HOUR} hours`,
  'control.paused': ({ inFlight, limit }: { inFlight: number; limit: number }): string =>
    `paused: no new order starts, and Refit follows orders in flight to their end (${inProgress(inFlight)}); without continue, the run drains after ${limit / HOUR} hours`,
  'control.continued': ({ since }: { since: string }): string =>
    `continued: the run was paused since ${since}`,
  'control.draining': ({ inFlight }: { inFlight: number }): string =>
    `draining: no new order starts, and Refit follows orders in flight to their end (${inProgress(inFlight)})`,
  'control.aborting': ({ inFlight }: { inFlight: number }): string =>
    `aborting: the process exits immediately (${inProgress(inFlight)}); the next apply resolves open orders first`,
  'control.in-flight-set': ({ from, to, inFlight }: { from: number; to: number; inFlight: number }): string =>
    `inFlight is now ${to}, it was ${from} (${inProgress(inFlight)})`,
  'control.rate-set': ({ from, to }: { from: number; to: number }): string =>
    `requestsPerSecond is now ${to}, it was ${from}`,
  'control.aborting-already': (): string => 'the run is aborting',
  'control.resting': (): string => 'the process ends, because the run only waits: send the command again',
  'control.stopping': ({ reason }: { reason: Message | string }, say: Say): string =>
    `the run is stopping: ${typeof reason === 'string' ? reason : say(reason)}`,
  'control.stopping-already': ({ reason }: { reason: Message | string }, say: Say): string =>
    `the run is already stopping: ${typeof reason === 'string' ? reason : say(reason)}`,
  'control.paused-already': ({ since, by }: { since: string; by: string }): string =>
    `already paused, since ${since} by ${by}`,
  'control.not-paused': (): string => 'not paused',
  'control.out-of-range': ({
    setting,
    isWhole,
    least,
    most,
  }: {
    setting: ControlSetting;
    isWhole: boolean;
    least: number;
    most: number;
  }): string => `${setting} takes a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}`,
  'control.above-approved': ({ setting, most }: { setting: ControlSetting; most: number }): string =>
    `above the approved value: the plan says ${setting} ${most}; for more, drain this run and make a new plan: refit plan PLAN -o SAVED`,
  'control.set-already': ({ setting, value }: { setting: ControlSetting; value: number }): string =>
    `${setting} is already ${value}`,
  'control.run-ended': (): string => 'the run has ended',
  'control.journal-failed': (): string => 'Refit cannot write the journal, so it orders nothing more',
  'control.request-too-long': ({ limit }: { limit: number }): string =>
    `request not understood: it has more than ${limit} characters`,
  'control.request-not-json': (): string => 'request not understood: it is not JSON',
  'control.request-not-object': (): string => 'request not understood: it is not an object',
  'control.request-kind': (): string => 'request not understood: its kind must be status or command',
  'control.request-command': (): string => 'request not understood: unknown command',
  'control.request-operator': (): string => 'request not understood: it does not say who sends it',
};
