/**
 * Approvals of waves in a simulated run: who signs what, when it lies beside the saved plan, and what is wrong with it.
 * What may begin is told here by the wishes alone, apart from the judge in `src/approval/`, which sees the files.
 */
import type { Offered } from '../../src/approval/judge-approvals.ts';
import type { Approvals, SavedPlan } from '../../src/model.ts';
import { type Random, seededRandom } from '../../src/simulator/world/random.ts';
import { approver, file, HOUR } from '../approval/people.ts';
import { type ApprovalWish, PLANNING, type Scenario } from './scenario.ts';

const NEED = 2;
const PEOPLE = ['wei', 'jun', 'li'];
const AUTHOR = 'dba';
const WRONG = ['forged', 'expired', 'other plan', 'other wave', 'author'] as const;

/** Who may approve a simulated plan. */
export const APPROVALS: Approvals = {
  need: NEED,
  authors: [AUTHOR],
  approvers: [...PEOPLE, AUTHOR].map(approver),
};

/** Dice of its own: what else a seed draws stays as it is. Every wave that asks gets what it needs in the end. */
export function drawApprovals(seed: number, waves: number): readonly ApprovalWish[] {
  const chance = seededRandom(Math.imul(seed, 0x85ebca6b) ^ 0xa99);
  if (waves === 0 || chance.next() < 0.6) return [];
  const names = [...Array.from({ length: waves }, (_, n) => `wave ${n + 1}`), 'rest'];
  return names.filter(() => chance.next() < 0.5).flatMap((wave) => drawWave(chance, wave));
}

function drawWave(chance: Random, wave: string): ApprovalWish[] {
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

/** True where a wave of that name asks for an approval. */
export function asks({ approvals = [] }: Pick<Scenario, 'approvals'>, wave: string): boolean {
  return approvals.some((wish) => wish.wave === wave);
}

/** Whether so many people have approved a wave as it needs, at a moment of the simulation's monotonic time. */
export function mayBegin(
  { approvals = [] }: Pick<Scenario, 'approvals'>,
  wave: string,
  time: number,
): boolean {
  const there = approvals.filter(
    (wish) => wish.wave === wave && wish.at <= time - PLANNING && wish.how === 'good',
  );
  return new Set(there.map(({ by }) => by)).size >= NEED;
}

/** The files that lie there at that moment. Signed when the plan was made, whatever a machine's clock says later. */
export function offeredAt(
  { approvals = [] }: Pick<Scenario, 'approvals'>,
  saved: SavedPlan,
  time: number,
): readonly Offered[] {
  return approvals
    .map((wish, n) => ({ file: `${n}.json`, text: '', ...wish }))
    .filter(({ at }) => at <= time - PLANNING)
    .map(({ file: name, ...wish }) => ({ file: name, text: textOf(wish, saved) }));
}

function textOf({ wave, by, how }: Omit<ApprovalWish, 'at'>, saved: SavedPlan): string {
  const now = Date.parse(saved.sealedAt);
  const month = 30 * 24 * HOUR;
  const more = {
    wave: how === 'other wave' ? `${wave}, and not` : wave,
    expires: how === 'expired' ? -month : month,
    ...(how === 'forged' ? { key: 'mallory' } : {}),
    ...(how === 'other plan' ? { digest: 'e'.repeat(64) } : {}),
  };
  return file(by, more, saved, now);
}
