/** Pictures of a run at three widths. No name can break a line. */

import { describe, expect, it } from 'vitest';
import { describeCondition } from '../../src/cli/progress/describe-condition.ts';
import { drawRun, formatRunLine, wrapKeptLine } from '../../src/cli/run-view/draw-run.ts';
import type { SavedPlan } from '../../src/model.ts';
import { gatherFacts } from '../../src/operations/picture/run-facts.ts';
import type { RunPicture } from '../../src/operations/picture/run-picture.ts';
import { cells } from '../../src/report/document/columns.ts';
import { ink } from '../../src/report/document/ink.ts';
import type { LiveRunStatus } from '../../src/run/control/control.ts';
import { words } from '../messages/words.ts';
import { JournalWriter, savedPlan } from '../report/situations.ts';
import { CONTROL } from './refit.ts';

const NOW = Date.parse('2026-01-05T02:04:00.000Z');
const since = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

/** Three waves of 1, 3 and 8 instances, during the second wave. */
function story(more: { name?: string; waves?: number } = {}) {
  const names = Array.from(
    { length: more.waves ?? 3 },
    (_, n) => ['canary', 'tenth', 'rest'][n] ?? `wave-${n}`,
  );
  const saved = savedPlan(
    Array.from({ length: 12 }, (_, n) => ({
      instance: `crs-aaaa${String(n).padStart(4, '0')}`,
      name: n % 3 === 2 ? '购物车-上海 🛒' : `cart-${n}`,
      wave: Math.min(names.length - 1, n === 0 ? 0 : n < 4 ? 1 : 2 + (n % Math.max(1, names.length - 2))),
      changes: [{ memoryPerShard: 8192, price: 412 }],
    })),
    more.name === undefined ? {} : { name: more.name },
    names,
  );
  const [canary, two, three, four] = saved.steps.map(({ id }) => id) as [string, string, string, string];
  const journal = new JournalWriter(saved)
    .start()
    .wave('wave-started', 0)
    .ask(canary)
    .accept(canary)
    .after(90)
    .end(canary, 'verified')
    .wave('wave-ended', 0)
    .after(1)
    .wave('wave-started', 1)
    .ask(two)
    .accept(two)
    .ask(three)
    .accept(three)
    .after(60)
    .end(two, 'failed', { what: 'read back at 4 GB' })
    .ask(four);
  return { saved, entries: journal.entries };
}

const STANDING: LiveRunStatus = {
  paused: null,
  inFlight: { now: 20, approved: 20, inProgress: 2 },
  requestsPerSecond: {
    now: 18,
    approved: 18,
    lanes: [{ action: 'UpgradeInstance', host: 'redis.tencentcloudapi.com', rate: 9, held: null }],
  },
  waits: [
    { name: 'following', step: 'crs-aaaa0002/memoryPerShard', since: since(149), limit: 7_200_000 },
    { name: 'permit', step: 'crs-aaaa0003/memoryPerShard', since: since(4), limit: 30_000 },
    { name: 'rateHold', step: null, since: since(2), limit: 5_000 },
  ],
};

function pictureOf(
  { saved, entries }: ReturnType<typeof story>,
  standing: LiveRunStatus | null = STANDING,
): RunPicture {
  const facts = gatherFacts(saved, () => NOW);
  entries.forEach(facts.add);
  return facts.picture(standing);
}

const PLAIN = { inks: ink(false), everyEvent: true, now: NOW };

describe.each([60, 80, 120])('at %i columns', (columns) => {
  it('matches the golden picture', async () => {
    const lines = drawRun(pictureOf(story()), { ...PLAIN, columns, rows: 40 });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`golden/run-${columns}.txt`);
  });

  it('shows the important waves of a run with many waves', async () => {
    const lines = drawRun(pictureOf(story({ waves: 9 })), { ...PLAIN, columns, rows: 40 });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`golden/run-many-waves-${columns}.txt`);
  });
});

describe('the picture always fits the screen', () => {
  const hostile = 'x\u001b[2J\u001b]0;owned\u0007\r\n\u202e购物车🛒👨‍👩‍👧‍👦'.repeat(4).slice(0, 120);
  const sizes = [20, 31, 40, 59, 60, 80, 120, 200].flatMap((columns) =>
    [1, 2, 5, 9, 24, 60].map((rows) => [columns, rows] as const),
  );
  const pictures = [story(), story({ waves: 9 }), story({ name: hostile })].map((one) =>
    pictureOf({ ...one, saved: renamed(one.saved, hostile) }),
  );
  it.each(sizes)('%i columns, %i rows', (columns, rows) => {
    for (const picture of pictures)
      for (const color of [false, true]) {
        const lines = drawRun(picture, { ...PLAIN, inks: ink(color), columns, rows });
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) expect(cells(line), line).toBeLessThanOrEqual(columns);
        if (!color) expect(lines.join('\n')).not.toMatch(CONTROL);
      }
  });

  it('wraps a kept line, at words if possible', () => {
    const long = `refused, ${hostile.replace(CONTROL, '')} ${'/a/very/long/path'.repeat(12)} 购物车${'车'.repeat(80)}`;
    const plain = [...long].filter((one) => !CONTROL.test(one)).join('');
    for (const columns of [24, 60, 100])
      for (const line of wrapKeptLine(plain, columns, (first) => first))
        expect(cells(line), line).toBeLessThanOrEqual(columns);
  });

  it('the line for logs has no control characters', () => {
    for (const picture of pictures) expect(formatRunLine(picture)).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
  });
});

/** A plan in which everything that people name has this name. */
function renamed(saved: SavedPlan, name: string): SavedPlan {
  return {
    ...saved,
    change: name,
    waves: saved.waves.map((wave) => ({ ...wave, name })),
    preconditions: saved.preconditions.map((one) => ({ ...one, name })),
  };
}

describe('a picture', () => {
  it('shows a pause, without an estimated end', () => {
    const { saved, entries } = story();
    const journal = new JournalWriter(saved);
    journal.entries.push(...entries);
    const by = { user: 'oncall', host: 'ops-2', pid: 99 };
    const answer = words('paused: no new order starts');
    journal.append({
      kind: 'control-command',
      command: 'pause',
      value: null,
      by,
      accepted: true,
      message: answer,
    });
    const picture = pictureOf({ saved, entries: journal.entries });
    expect(describeCondition(picture.condition!)).toMatch(
      /^paused by oncall@ops-2 since \d\d:\d\d:\d\d UTC$/,
    );
    expect(picture.timeLeft).toBeNull();
  });

  it('counts every step once: ended, in progress, deferred or remaining', () => {
    const { steps, outcomes, waves } = pictureOf(story());
    expect(steps).toEqual({ of: 12, ended: 2, inProgress: 2, deferred: 0, remaining: 8 });
    expect(outcomes).toMatchObject({ verified: 1, failed: 1, 'not-run': 0 });
    expect(waves.map(({ status }) => status)).toEqual(['ended', 'running', 'waiting']);
  });

  it('has the facts of the journal, but no waits, without a live process', () => {
    const picture = pictureOf(story(), null);
    expect(picture.waits).toEqual([]);
    expect(picture.inFlight.map(({ step }) => step)).toEqual([
      'crs-aaaa0002/memoryPerShard',
      'crs-aaaa0003/memoryPerShard',
    ]);
  });
});
