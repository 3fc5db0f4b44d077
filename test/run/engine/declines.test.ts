/** A decline during a run, in virtual time: it holds at the next wave, as a missing approval does. */
import { expect, it } from 'vitest';
import { encodeDecline, encodeWithdrawal } from '../../../src/approval/decline-files.ts';
import { iso } from '../../../src/clock.ts';
import { sha256 } from '../../../src/digest.ts';
import { validateJournalEntry } from '../../../src/generated/validators.js';
import { approversFile, file, keyOf, type Signing } from '../../approval/people.ts';
import { standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type Run, type Stage, setStage } from '../stage.ts';

const PLAN = `owner: dba
waves:
  - { name: canary, take: 1 }
  - { name: rest, take: rest }
targets: [{ select: { all: true }, memoryPerShard: 8GB }]`;
const MINUTE = 60_000;

const verified = ({ report }: Run) => report.totals.verified;
const because = (run: Run) => [run.end?.because, run.end?.exitCode];

/** A decline by wei, and its withdrawal. */
async function textsOf({ saved, clock }: Stage) {
  const { digest } = saved;
  const key = keyOf('wei');
  const at = iso(clock.now());
  const declined = await encodeDecline({ digest, by: 'wei', at, reason: 'wave 2 covers the sale' }, key);
  const decline = sha256(declined.text);
  const withdrawn = await encodeWithdrawal({ digest, by: 'wei', at, decline }, key);
  return [declined, withdrawn].map(({ name, text }) => ({ file: `saved.json.decline-${name}`, text }));
}

it('ends the run before the next wave, names the reason, and continues once withdrawn', async () => {
  const stage = await setStage({ fleet: standards(4), plan: PLAN });
  const [declined, withdrawn] = await textsOf(stage);
  // The first wave is in progress: its order is followed to its end.
  const first = await stage.run({ meanwhile: [[1_000, () => void stage.declines.push(declined!)]] });
  holds(stage, first);
  expect([verified(first), ...because(first)]).toEqual([1, 'not-approved', 11]);
  expect(first.report.run.message).toMatch(
    /^declined by wei at \S+ \(signed with SHA256:\S+\): wave 2 covers the sale \(fix: refit decline saved\.json --withdraw --key FILE /,
  );
  for (const entry of first.entries) expect(validateJournalEntry(entry), entry.kind).toBe(true);

  const again = await stage.run();
  expect([verified(again), ...because(again)]).toEqual([1, 'not-approved', 11]);

  stage.declines.push(withdrawn!);
  const last = await stage.run();
  holds(stage, last);
  expect([verified(last), ...because(last)]).toEqual([4, 'done', 0]);
});

it('leaves the last wave alone if it comes after its start', async () => {
  const stage = await setStage({
    fleet: standards(2),
    plan: PLAN.replace(/waves:[\s\S]*targets/, 'targets'),
  });
  const [declined] = await textsOf(stage);
  const run = await stage.run({ meanwhile: [[1_000, () => void stage.declines.push(declined!)]] });
  holds(stage, run);
  expect([verified(run), ...because(run)]).toEqual([2, 'done', 0]);
});

it('is followed by a process that finds an order in flight, and orders nothing more', async () => {
  const stage = await setStage({ fleet: standards(4), plan: PLAN });
  const [declined] = await textsOf(stage);
  const killed = await stage.run({ diesAt: ({ kind }) => kind === 'arrived' });
  expect(killed.died).toBe(true);
  stage.declines.push(declined!);
  const arrivals = stage.cloud.arrivals.length;
  const next = await stage.run();
  holds(stage, next);
  expect(stage.cloud.arrivals).toHaveLength(arrivals);
  expect([verified(next), ...because(next)]).toEqual([1, 'not-approved', 11]);
});

it('holds a wave that waits for its approval, although the approval comes, until it is withdrawn', async () => {
  const plan = PLAN.replace('take: rest }', 'take: rest, approval: { within: 2h } }').replace(
    'owner: dba',
    'owner: dba\napprovals: { need: 1, from: approvers.yaml }',
  );
  const stage = await setStage({ fleet: standards(3), plan, approvers: approversFile(['wei', 'dba']) });
  const [declined, withdrawn] = await textsOf(stage);
  const signing: Signing = { wave: 'rest' };
  const run = await stage.run({
    meanwhile: [
      [20 * MINUTE, () => void stage.declines.push(declined!)],
      [
        30 * MINUTE,
        () =>
          void stage.offered.push({
            file: 'a.json',
            text: file('wei', signing, stage.saved, stage.clock.now()),
          }),
      ],
      [60 * MINUTE, () => void stage.declines.push(withdrawn!)],
    ],
  });
  holds(stage, run);
  expect([verified(run), ...because(run)]).toEqual([3, 'done', 0]);
  const started = run.entries.find((entry) => entry.kind === 'wave-started' && entry.name === 'rest');
  const first = run.entries[0]!;
  expect(Date.parse(started!.at) - Date.parse(first.at)).toBeGreaterThanOrEqual(60 * MINUTE);
});
