/**
 * Receivers of notifications: real hooks and webhooks, whose other end hangs, fails or answers garbage. They draw no
 * random numbers and do not use the machine of the process. A run with them must therefore equal the run without them.
 */

import type { Clock, VirtualClock } from '../../src/clock.ts';
import { type HttpResponse, type Transport, TransportError } from '../../src/cloud/network/transport.ts';
import { message } from '../../src/messages/messages.ts';
import { HOOK_PHASES, type Hooks, type JournalEntry, NOTICE_EVENTS } from '../../src/model.ts';
import { createHookListener } from '../../src/run/notify/hooks.ts';
import type { Listener } from '../../src/run/notify/notifier.ts';
import type { RunCommand } from '../../src/run/notify/run-command.ts';
import { createWebhookListener } from '../../src/run/notify/webhooks.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import { hookEffects, webhookEffect } from '../run/notify/effects-for.ts';
import type { Machine } from './machine.ts';
import { BEHAVIOURS, type Behaviour, type Receivers, type Scenario } from './scenario.ts';

/** Draws the receivers; null: none. Separate random numbers keep all other draws of a seed unchanged. */
export function drawReceivers(seed: number): Receivers | null {
  const chance = seededRandom(Math.imul(seed, 0x85ebca6b) ^ 0x7e11);
  if (chance.next() >= 0.06) return null;
  const webhooks = Array.from({ length: chance.whole(0, 2) }, () => chance.pick(BEHAVIOURS));
  const hook = webhooks.length === 0 || chance.next() < 0.5 ? chance.pick(BEHAVIOURS) : null;
  return { webhooks, hook };
}

/** Creates the listeners of one process. They stop when it dies. */
export function createListeners(
  { webhooks, hook }: Receivers,
  time: VirtualClock,
  machine: Machine,
): Listener[] {
  const clock: Clock = {
    now: () => time.now(),
    monotonic: () => time.monotonic(),
    async sleep(ms, signal) {
      await time.sleep(ms, signal);
      if (!machine.alive && !signal?.aborted) await new Promise<never>(() => {});
    },
  };
  const hooks: Hooks = Object.fromEntries(HOOK_PHASES.map((phase) => [phase, [phase]]));
  return [
    ...webhooks.map((behaviour, n) =>
      createWebhookListener(
        webhookEffect({
          url: `https://hooks.example.com/${n}`,
          urlEnv: null,
          form: n === 0 ? 'wecom' : 'json',
          on: NOTICE_EVENTS,
          secretEnv: null,
        }),
        { transport: createTransport(behaviour, clock), clock, env: {} },
      ),
    ),
    ...(hook === null
      ? []
      : [
          createHookListener(hookEffects(hooks), {
            runCommand: createCommand(hook, clock),
            clock,
            directory: '/runs/one',
          }),
        ]),
  ];
}

function createTransport(behaviour: Behaviour, clock: Clock): Transport {
  const answer = (status: number, body: string): HttpResponse => ({
    status,
    contentType: 'text/plain',
    body,
  });
  return {
    async send() {
      switch (behaviour) {
        case 'accepts':
          return answer(200, '{"errcode":0}');
        case 'hangs':
          return new Promise<never>(() => {});
        case 'errors':
          return answer(503, '');
        case 'answers garbage':
          return answer(200, '\u0000<html>{"errcode":');
        case 'is slow':
          await clock.sleep(9_000);
          return answer(200, '{"errcode":0}');
        case 'resets':
          throw new TransportError('the connection was reset', true);
        case 'throws':
          throw new Error('an error that no transport throws');
      }
    },
    async close() {},
  };
}

function createCommand(behaviour: Behaviour, clock: Clock): RunCommand {
  return async (_, { timeout, signal }) => {
    switch (behaviour) {
      case 'hangs':
        await clock.sleep(timeout, signal);
        return { kind: 'no-end', reason: message('command.late', { limit: timeout }), output: '' };
      case 'is slow':
        await clock.sleep(9_000, signal);
        return { kind: 'ended', exitCode: 0, lastLine: '', output: '' };
      case 'resets':
        return { kind: 'no-end', reason: message('command.killed', { signal: 'SIGKILL' }), output: '' };
      case 'throws':
        throw new Error('an error that no command runner throws');
      default:
        return {
          kind: 'ended',
          exitCode: behaviour === 'accepts' ? 0 : 3,
          lastLine: '',
          output: behaviour.repeat(1_000),
        };
    }
  };
}

/**
 * Decides whether the runs with and without receivers are comparable. After a crash or disk failure, the kept part of a
 * write depends on its length, and notification entries make it longer.
 */
export function isComparable({ processes }: Scenario): boolean {
  return processes.every(({ dies, disk }) => disk.fails === null && (dies === null || dies.kept % 1 === 0));
}

/** The part of a run that receivers must not change: all other entries with their times. */
export function describeCourse(entries: readonly JournalEntry[]): string[] {
  return entries.flatMap(({ seq: _, prev: __, hash: ___, ...entry }) =>
    entry.kind === 'notified' ? [] : [JSON.stringify(entry)],
  );
}
