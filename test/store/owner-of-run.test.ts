import { describe, expect, it } from 'vitest';
import { GONE_AFTER } from '../../src/store/postgres/presence.ts';
import { isHeld, LEASE, type RunOwner } from '../../src/store/postgres/runs/owner.ts';

const OWNER: RunOwner = {
  pid: 4711,
  host: 'db-1',
  since: '2026-01-05T02:00:00.000Z',
  purpose: 'refit worker',
  startTicks: null,
  worker: null,
  token: 'a',
  listens: false,
};

describe('a run of a database', () => {
  it.each([
    ['is free without an owner', { owner: null, silentFor: null, isGone: false }, 'db-1', true, false],
    [
      'is held by a process of this host that lives',
      { owner: OWNER, silentFor: 10, isGone: false },
      'db-1',
      true,
      true,
    ],
    [
      'is free once a process of this host is dead',
      { owner: OWNER, silentFor: 10, isGone: false },
      'db-1',
      false,
      false,
    ],
    [
      'is held by a process of another host',
      { owner: OWNER, silentFor: 10, isGone: false },
      'db-2',
      false,
      true,
    ],
    // Its own claim too, if no answer confirmed the commit: the process lives, and nobody renews the lease.
    [
      'is free after the lease of any process',
      { owner: OWNER, silentFor: LEASE + 1, isGone: false },
      'db-1',
      true,
      false,
    ],
    [
      'is free soon after the last word of a worker that is gone',
      { owner: OWNER, silentFor: GONE_AFTER + 1, isGone: true },
      'db-2',
      true,
      false,
    ],
    [
      'is held by a process that lost only its connection',
      { owner: OWNER, silentFor: GONE_AFTER - 1, isGone: true },
      'db-2',
      true,
      true,
    ],
    [
      'is free after a word from the far future',
      { owner: OWNER, silentFor: -LEASE - 1, isGone: false },
      'db-2',
      true,
      false,
    ],
  ])('%s', async (_, ownership, host, lives, held) => {
    expect(await isHeld(ownership, host, async () => lives)).toBe(held);
  });
});
