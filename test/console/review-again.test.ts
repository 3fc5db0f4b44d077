/** A review that a page asks for again and again: only what is new is read and sent. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { type ReviewAnswer, shownReview } from '../../src/console/api/reviews.ts';
import type { JournalEntry } from '../../src/model.ts';
import { openPlanFolder } from '../../src/operations/plans/plan-folder.ts';
import { createReviewedPlans } from '../../src/operations/reviews/reviewed-plans.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import type { RunReader } from '../../src/store/ports.ts';
import { SECOND } from '../../src/units.ts';
import { planFor } from '../approval/authenticator.ts';
import { approver, NOW } from '../approval/people.ts';
import { JournalWriter, savedPlan } from '../report/situations.ts';
import { playedStore } from './played-store.ts';
import { movableClock, startTestConsole } from './test-console.ts';

const PLAN = savedPlan([{ instance: 'crs-1', name: 'one', changes: [{ memoryPerShard: 8192 }] }]);
const STARTED = new JournalWriter(PLAN).start({ user: 'wei', host: 'h', pid: 1 }).entries;
const approved = (by: string): JournalEntry =>
  ({
    ...{ kind: 'approved', seq: 9, at: STARTED[0]!.at, prev: '', hash: '', how: 'signatures', wave: null },
    ...{ by, signed: [] },
  }) as unknown as JournalEntry;

/** A run whose readings are counted. `restart` makes the next one begin again. */
function countedRun(name: string) {
  const counts = { followers: 0, entries: 0, restart: false };
  const played = { id: name, saved: PLAN, entries: [...STARTED] };
  const store = playedStore([played]);
  const run = async (): Promise<RunReader> => {
    const reader = await store.runs.find(name);
    const follow = () => {
      counts.followers += 1;
      let follower = reader.follow!();
      return {
        async read(each: (entry: JournalEntry) => void, onRestart: () => void) {
          if (counts.restart) {
            counts.restart = false;
            follower = reader.follow!();
            onRestart();
          }
          return await follower.read((entry) => {
            counts.entries += 1;
            each(entry);
          }, onRestart);
        },
      };
    };
    return { ...reader, follow };
  };
  return { counts, played, run, signatures: store.runs };
}

describe('the plan of a run under review', () => {
  it('is read once, and after that only what is new', async () => {
    const { counts, played, run, signatures } = countedRun('r1');
    const followed = createReviewedPlans(signatures, new VirtualClock());
    expect((await followed.ofRun(await run())).onRecord(null)).toBeNull();
    played.entries.push(approved('jun'));
    expect((await followed.ofRun(await run())).onRecord(null)).toBe('jun');
    const { plan } = await followed.ofRun(await run());
    expect(plan.saved.digest).toBe(PLAN.digest);
    expect(counts).toMatchObject({ followers: 1, entries: STARTED.length + 1 });
    followed.close();
  });

  it('has no approval of a journal that is no more', async () => {
    const { counts, played, run, signatures } = countedRun('r1');
    const followed = createReviewedPlans(signatures, new VirtualClock());
    played.entries.push(approved('jun'));
    expect((await followed.ofRun(await run())).onRecord(null)).toBe('jun');
    played.entries.splice(STARTED.length);
    counts.restart = true;
    expect((await followed.ofRun(await run())).onRecord(null)).toBeNull();
    followed.close();
  });

  it('is forgotten when nobody has asked for half a minute, or when others are asked for', async () => {
    const runs = ['r1', 'r2', 'r3'].map(countedRun);
    const clock = new VirtualClock();
    const followed = createReviewedPlans(runs[0]!.signatures, clock);
    const open = async (at: number) => await followed.ofRun(await runs[at]!.run());
    await clock.run(async () => {
      await open(0);
      await clock.sleep(20 * SECOND);
      await open(0);
      await clock.sleep(20 * SECOND);
      await open(0);
      expect(runs[0]!.counts.followers).toBe(1);
      await clock.sleep(31 * SECOND);
      await open(0);
      expect(runs[0]!.counts.followers).toBe(2);
      await open(1);
      await open(2);
      await open(0);
      expect(runs.map(({ counts }) => counts.followers)).toEqual([3, 1, 1]);
    });
    followed.close();
  });
});

it('a saved plan of the folder is decoded again only after its text changed', async () => {
  const path = await mkdtemp(join(tmpdir(), 'refit-review-'));
  try {
    const folder = await openPlanFolder(path);
    const reviewed = createReviewedPlans(playedStore([]).runs, new VirtualClock());
    const write = (text: string) => writeFile(join(path, 'night.json'), text);
    const saved = async () => (await reviewed.ofFile(folder, 'night.json')).plan.saved;
    await write(encodeSavedPlan(planFor([approver('wei')], 1)));
    const first = await saved();
    expect(await saved()).toBe(first);
    const other = planFor([approver('wei'), approver('jun')], 2);
    await write(encodeSavedPlan(other));
    expect((await saved()).digest).toBe(other.digest);
    await write(encodeSavedPlan(other).replace(other.name, 'another-name'));
    await expect(saved()).rejects.toMatchObject({ code: 'plan-altered' });
    reviewed.close();
  } finally {
    await rm(path, { recursive: true });
  }
});

it('a page that shows the tables already gets only what can change', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'refit-review-'));
  const clock = movableClock(NOW);
  const at = await startTestConsole({ clock, plans: await openPlanFolder(folder) });
  try {
    const saved = planFor([approver('wei')], 1);
    await writeFile(join(folder, 'night.json'), encodeSavedPlan(saved));
    const { headers } = await at.signIn(['viewer']);
    const view = async (query: string, by = headers): Promise<ReviewAnswer> =>
      JSON.parse((await at.send('GET', `/api/reviews/night.json?${query}`, { headers: by })).body);
    const first = await view('');
    const shown = shownReview(first);
    const again = await view(`shown=${shown}`);
    expect(again).toEqual({ ...first, page: null });
    // Another stage or plan has other tables.
    expect((await view('shown=other')).page?.changes).toEqual(first.page?.changes);
    clock.move(Date.parse(saved.expiresAt) - NOW);
    const later = await at.signIn(['viewer']);
    const expired = await view(`shown=${shown}`, later.headers);
    expect([expired.stage, expired.page === null]).toEqual(['expired', false]);
  } finally {
    await at.close();
    await rm(folder, { recursive: true });
  }
});
