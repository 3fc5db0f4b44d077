/**
 * Approvals of waves in a simulated run: signer, time and defect of each file. `mayStart` decides from this list only,
 * independent of `src/approval/`, which reads the files.
 */
import type { Offered } from '../../src/approval/judge-approvals.ts';
import type { Approvals, SavedPlan } from '../../src/model.ts';
import { type Random, seededRandom } from '../../src/simulator/world/random.ts';
import { approver, file, HOUR } from '../approval/people.ts';
import { PLANNING, type PlannedApproval, type Scenario } from './scenario.ts';

const NEED = 2;
const PEOPLE = ['wei', 'jun', 'li'];
const AUTHOR = 'dba';
const WRONG = ['forged', 'expired', 'other plan', 'other wave', 'author'] as const;

/** Approval rules of the simulated plan. */
export const APPROVALS: Approvals = {
  need: NEED,
  authors: [AUTHOR],
  approvers: [...PEOPLE, AUTHOR].map(approver),
};

/** Draws approvals with separate random numbers. Each wave gets enough valid approvals in the end. */
export function drawApprovals(seed: number, waves: number): readonly PlannedApproval[] {
  const chance = seededRandom(Math.imul(seed, 0x85ebca6b) ^ 0xa99);
  if (waves === 0 || chance.next() < 0.6) return [];
  const names = [...Array.from({ length: waves }, (_, n) => `wave ${n + 1}`), 'rest'];
  return names.filter(() => chance.next() < 0.5).flatMap((wave) => drawWave(chance, wave));
}

function drawWave(chance: Random, wave: string): PlannedApproval[] {
  const at = () => chance.pick([0, 0, 1_000, 20_000, 120_000]);
  const first = chance.whole(0, PEOPLE.length - 1);
  const good = [0, 1].map(
    (n) => ({ wave, by: PEOPLE[(first + n) % PEOPLE.length]!, at: at(), how: 'good' }) as const,
  );
  const wrong = Array.from({ length: chance.whole(0, 3) }, () => {
    const how = chance.pick(WRONG);
    return { wave, by: how === 'author' ? AUTHOR : chance.pick(PEOPLE), at: at(), how };
  });
  return [...wrong, ...good];
}

/** True if a wave needs approvals. */
export function needsApproval({ approvals = [] }: Pick<Scenario, 'approvals'>, wave: string): boolean {
  return approvals.some((one) => one.wave === wave);
}

/** True if enough people have approved a wave at a monotonic time of the simulation. */
export function mayStart(
  { approvals = [] }: Pick<Scenario, 'approvals'>,
  wave: string,
  time: number,
): boolean {
  const valid = approvals.filter(
    (one) => one.wave === wave && one.at <= time - PLANNING && one.how === 'good',
  );
  return new Set(valid.map(({ by }) => by)).size >= NEED;
}

/** The approval files at a time. All are signed at the time of the plan, independent of clock jumps. */
export function offeredAt(
  { approvals = [] }: Pick<Scenario, 'approvals'>,
  saved: SavedPlan,
  time: number,
): readonly Offered[] {
  return approvals
    .map((one, n) => ({ file: `${n}.json`, text: '', ...one }))
    .filter(({ at }) => at <= time - PLANNING)
    .map(({ file: name, ...approval }) => ({ file: name, text: textOf(approval, saved) }));
}

function textOf({ wave, by, how }: Omit<PlannedApproval, 'at'>, saved: SavedPlan): string {
  const now = Date.parse(saved.sealedAt);
  // As long as an approval may be valid, so that runs over several days keep it.
  const week = 7 * 24 * HOUR;
  const more = {
    wave: how === 'other wave' ? `${wave}, and not` : wave,
    expires: how === 'expired' ? -week : week,
    ...(how === 'forged' ? { key: 'mallory' } : {}),
    ...(how === 'other plan' ? { digest: 'e'.repeat(64) } : {}),
  };
  return file(by, more, saved, now);
}
