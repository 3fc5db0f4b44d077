/** A control command that comes before the process of the run listens, in virtual time. */
import { hostname } from 'node:os';
import { expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock.ts';
import { controlRun } from '../../../src/operations/runs/control-run.ts';
import type { RunReader } from '../../../src/store/ports.ts';
import { SAVED } from '../../approval/people.ts';

const HERE = { pid: 42, host: hostname() };
const THERE = { pid: 42, host: 'another' };

it.each<{ title: string; listensAt: number; holder: typeof HERE | null; result: string; at: number }>([
  { title: 'waits until it listens', listensAt: 400, holder: HERE, result: 'accepted', at: 400 },
  { title: 'gives up after 3 s', listensAt: 9_000, holder: HERE, result: 'error.no-socket', at: 3_000 },
  { title: 'never waits for another host', listensAt: 400, holder: THERE, result: 'error.no-socket', at: 0 },
  {
    title: 'never waits for a run without a process',
    listensAt: 400,
    holder: null,
    result: 'error.no-process',
    at: 0,
  },
])('a command $title', async ({ listensAt, holder, result, at }) => {
  const clock = new VirtualClock(0);
  const reader = {
    name: 'run',
    isKnown: async () => true,
    ask: async () => (clock.now() < listensAt ? null : '{"accepted":true}'),
    holder: async () => holder,
    read: async () => ({
      kind: 'database',
      name: 'run',
      saved: SAVED,
      first: null,
      state: { endedAt: null },
    }),
  } as unknown as RunReader;
  const answer = () =>
    controlRun(reader, { kind: 'pause' }, { clock }).then(
      ({ accepted }) => (accepted ? 'accepted' : 'refused'),
      (error: { about?: { id: string } }) => error.about?.id ?? error,
    );
  expect([await clock.run(answer), clock.now()]).toEqual([result, at]);
});
