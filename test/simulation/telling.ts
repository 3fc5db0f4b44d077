/**
 * Who is told of a simulated run, and how they take it: real hooks and webhooks before far ends that hang, fail or talk
 * rubbish. They throw no dice, and take their time beside the machine of the process, so that a run with them can be held
 * against the same run without them.
 */
import type { Clock, VirtualClock } from '../../src/clock.ts';
import { type HttpResponse, type Transport, TransportError } from '../../src/cloud/network/transport.ts';
import { HOOK_PHASES, type Hooks, type JournalEntry, NOTICE_EVENTS } from '../../src/model.ts';
import { hookListener } from '../../src/run/notify/hooks.ts';
import type { Listener } from '../../src/run/notify/notifier.ts';
import type { RunCommand } from '../../src/run/notify/run-command.ts';
import { webhookListener } from '../../src/run/notify/webhooks.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import type { Machine } from './machine.ts';
import { MANNERS, type Manner, type Scenario, type TellingWish } from './scenario.ts';

/** Dice of its own: what else a seed draws stays as it is. null: nobody is told. */
export function drawTelling(seed: number): TellingWish | null {
  const chance = seededRandom(Math.imul(seed, 0x85ebca6b) ^ 0x7e11);
  if (chance.next() >= 0.06) return null;
  const webhooks = Array.from({ length: chance.whole(0, 2) }, () => chance.pick(MANNERS));
  const hook = webhooks.length === 0 || chance.next() < 0.5 ? chance.pick(MANNERS) : null;
  return { webhooks, hook };
}

/** Those who are told of one process: with it they are gone. */
export function listenersOf(
  { webhooks, hook }: TellingWish,
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
    ...webhooks.map((manner, n) =>
      webhookListener(
        {
          url: `https://hooks.example.com/${n}`,
          urlEnv: null,
          form: n === 0 ? 'wecom' : 'json',
          on: NOTICE_EVENTS,
          secretEnv: null,
        },
        { transport: transportOf(manner, clock), clock, env: {} },
      ),
    ),
    ...(hook === null
      ? []
      : [hookListener(hooks, { runCommand: commandOf(hook, clock), clock, directory: '/runs/one' })]),
  ];
}

function transportOf(manner: Manner, clock: Clock): Transport {
  const answer = (status: number, body: string): HttpResponse => ({
    status,
    contentType: 'text/plain',
    body,
  });
  return {
    async send() {
      switch (manner) {
        case 'takes it':
          return answer(200, '{"errcode":0}');
        case 'hangs':
          return new Promise<never>(() => {});
        case 'errors':
          return answer(503, '');
        case 'answers rubbish':
          return answer(200, '\u0000<html>{"errcode":');
        case 'is slow':
          await clock.sleep(9_000);
          return answer(200, '{"errcode":0}');
        case 'resets':
          throw new TransportError('the connection was reset', true);
        case 'throws':
          throw new Error('not what a transport throws');
      }
    },
    async close() {},
  };
}

function commandOf(manner: Manner, clock: Clock): RunCommand {
  return async (_, { timeout, signal }) => {
    switch (manner) {
      case 'hangs':
        await clock.sleep(timeout, signal);
        return { kind: 'no-end', reason: `no end within ${timeout / 1000} s`, output: '' };
      case 'is slow':
        await clock.sleep(9_000, signal);
        return { kind: 'ended', exitCode: 0, lastLine: '', output: '' };
      case 'resets':
        return { kind: 'no-end', reason: 'it was ended by SIGKILL', output: '' };
      case 'throws':
        throw new Error('not what a runner does');
      default:
        return {
          kind: 'ended',
          exitCode: manner === 'takes it' ? 0 : 3,
          lastLine: '',
          output: manner.repeat(1_000),
        };
    }
  };
}

/**
 * Whether two runs can be held against each other to the entry: what a crash or a failed disk leaves of what was being
 * written goes by its length, and entries about who was told make it longer.
 */
export function isComparable({ lives }: Scenario): boolean {
  return lives.every(({ dies, disk }) => disk.fails === null && (dies === null || dies.leaves % 1 === 0));
}

/** What of a run must not depend on who is told of it: each entry and its moment, in words that can be compared. */
export function courseOf(entries: readonly JournalEntry[]): string[] {
  return entries.flatMap(({ seq: _, prev: __, hash: ___, ...entry }) =>
    entry.kind === 'notified' ? [] : [JSON.stringify(entry)],
  );
}
