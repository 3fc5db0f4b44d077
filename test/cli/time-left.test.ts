/** The time left of a run counts the waits whose end is known. */
import { describe, expect, it } from 'vitest';
import { drawRun, formatRunLine } from '../../src/cli/run-view/draw-run.ts';
import { gatherFacts } from '../../src/operations/picture/run-facts.ts';
import { ink } from '../../src/report/document/ink.ts';
import { words } from '../messages/words.ts';
import { fleet, JournalWriter, savedPlan } from '../report/situations.ts';

const STARTED = Date.parse('2026-01-05T02:00:00.000Z');
const SENT_AT = '2026-01-05T02:00:00.000Z';
const BY = { user: 'wei', host: 'ops-1', pid: 4242 };
const PLAN = savedPlan(fleet(6));
/** Ten minutes of soak after the first of two waves. */
const SAVED = {
  ...PLAN,
  waves: PLAN.waves.map((wave, at) => (at === 0 ? { ...wave, soak: 600_000 } : wave)),
};
const [FIRST, SECOND, THIRD] = SAVED.steps.map(({ id }) => id) as [string, string, string];

const started = () => new JournalWriter(SAVED).start().wave('wave-started', 0);
const lost = (journal: JournalWriter, step: string) =>
  journal.ask(step).append({
    kind: 'no-answer',
    step,
    attempt: 1,
    sentAt: SENT_AT,
    reason: words('the connection was reset'),
  });
const OPENS = '2026-01-05T19:00:00.000Z';
const WINDOW = { from: '03:00', to: '04:00' };
const deferred = (journal: JournalWriter, step: string) =>
  journal.ask(step).accept(step).append({ kind: 'deferred', step, window: WINDOW, opensAt: OPENS });

/** The picture `seconds` after the start. */
function pictureOf({ entries }: JournalWriter, seconds: number) {
  const facts = gatherFacts(SAVED, () => STARTED + seconds * 1000);
  for (const entry of entries) facts.add(entry);
  return facts.picture(null);
}

describe('the time left of a run', () => {
  it.each([
    ['is unknown before any step has ended', started().ask(FIRST).accept(FIRST), 10, null],
    [
      'is at least the patience for an order without an answer',
      lost(started(), FIRST),
      10,
      'at least 2 m 50 s left: an unanswered order is being resolved',
    ],
    [
      'is at least the patience for the last of several',
      lost(lost(started(), FIRST).after(30), SECOND),
      30,
      'at least 3 m left: 2 unanswered orders are being resolved',
    ],
    ['is unknown after patience', lost(started(), FIRST), 181, null],
    [
      'is at least the time until a maintenance window opens',
      deferred(deferred(started(), FIRST), SECOND),
      0,
      'at least 17 h left: 2 changes wait for their maintenance windows',
    ],
    [
      'is at least the soak before any change has a duration',
      started().end(FIRST, 'skipped').wave('wave-ended', 0),
      60,
      'at least 9 m left: wave canary soaks',
    ],
    [
      'is an estimate where that is longer than the known waits',
      lost(started().ask(FIRST).accept(FIRST).after(1200).end(FIRST, 'verified'), SECOND),
      1200,
      'about 34 m left',
    ],
    [
      'is the known wait where that is longer than the estimate',
      lost(
        started()
          .ask(FIRST)
          .accept(FIRST)
          .after(1)
          .end(FIRST, 'verified')
          .wave('wave-ended', 0)
          .after(600)
          .wave('wave-started', 1),
        THIRD,
      ),
      601,
      'at least 3 m left: an unanswered order is being resolved',
    ],
    [
      'is unknown in a pause',
      lost(started(), FIRST).append({
        kind: 'control-command',
        command: 'pause',
        value: null,
        by: BY,
        accepted: true,
        message: words('paused'),
      }),
      10,
      null,
    ],
  ])('%s', (_, journal, seconds, shown) => {
    const picture = pictureOf(journal, seconds);
    const drawn = drawRun(picture, { columns: 200, rows: 20, inks: ink(false), everyEvent: true, now: 0 });
    for (const text of [drawn[0]!, formatRunLine(picture)])
      if (shown === null) expect(text).not.toMatch(/ left\b/);
      else expect(text).toContain(shown);
  });
});
