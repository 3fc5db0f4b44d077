/**
 * Fuzzing of signed files: approvals and signatures of planners with changed bytes, members and values. None may count,
 * crash or take long. REFIT_FUZZ=100000 for the long form, REFIT_SEED for a certain start.
 */
import { expect, it } from 'vitest';
import { judgeApprovals } from '../../src/approval/judge-approvals.ts';
import { judgePlanners } from '../../src/approval/judge-planners.ts';
import { approvalContent, encodeSignature, signPlan } from '../../src/approval/signed-files.ts';
import { canonical } from '../../src/digest.ts';
import { textOf } from '../../src/messages/messages.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import { approver, file, HOUR, keyOf, NOW, SAVED } from '../approval/people.ts';

const SIZE = Number(process.env.REFIT_FUZZ ?? 1500);
const SEED = Number(process.env.REFIT_SEED ?? Date.now() % 1_000_000);

type Random = () => number;
const choose = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  ' ',
  '\u0000',
  'wei',
  'w\u0435i',
  'wei\u200b',
  'x'.repeat(100_000),
  [],
  {},
  [[[[[]]]]],
  'refit.approval/2',
  'refit.approval/999999999',
  'SHA256:'.padEnd(50, 'A'),
  '9999-99-99T99:99:99.999Z',
  '+275760-09-13T00:00:00.000Z',
  '2026-01-05T02:00:00.000Z',
  '0000-00-00T00:00:00.000Z',
  'a'.repeat(64),
  '__proto__',
];

/** One mutation of a signed file. Some keep the form, and some are signed again with another key. */
function mutate(random: Random, text: string): string {
  const value = JSON.parse(text) as Record<string, unknown>;
  const key = choose(random, Object.keys(value));
  const at = Math.floor(random() * text.length);
  const length = Math.floor(random() * 20);
  const ways: readonly (() => string)[] = [
    () => text.slice(0, at) + String.fromCharCode(Math.floor(random() * 0x250)) + text.slice(at + 1),
    () => text.slice(0, at) + text.slice(at + 1 + length),
    () => text.slice(0, at) + text.slice(at, at + length) + text.slice(at),
    () => text.slice(0, at),
    () => text + text.slice(at),
    () => text.replace('{', `{"${key}":${JSON.stringify(value[key])},`),
    () => `${canonical({ ...value, [key]: choose(random, VALUES) })}\n`,
    () => `${canonical({ ...value, [`${key}x`]: choose(random, VALUES) })}\n`,
    () => `${canonical(Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)))}\n`,
    () => `${JSON.stringify(value, null, 1)}\n`,
    () => {
      const { signature: _, ...rest } = { ...value, [key]: choose(random, VALUES) } as Record<
        string,
        unknown
      >;
      const signature = keyOf('mallory').sign(canonical(rest)).toString('base64');
      return `${canonical({ ...rest, signature })}\n`;
    },
    () => `${'['.repeat(1 + at * 50)}${text}`,
  ];
  return choose(random, ways)();
}

/** What a legitimate approver may sign, so only these bytes may count. */
const APPROVAL = file('wei');
const signature = encodeSignature(await signPlan({ digest: SAVED.digest, by: 'wei' }, keyOf('wei'), NOW));

it(`${SIZE} changed approvals and signatures of planners never count, crash or take long (seed ${SEED})`, () => {
  const random = seededRandom(SEED).next;
  let longest = 0;
  for (let round = 0; round < SIZE; round++) {
    const isApproval = random() < 0.7;
    const original = isApproval ? APPROVAL : signature;
    let text = mutate(random, original);
    if (random() < 0.2 && text.length < 5000)
      try {
        text = mutate(random, text);
      } catch {
        // The first change left no JSON.
      }
    const before = performance.now();
    const offered = [{ file: 'f', text }];
    const { counted, rejected } = isApproval
      ? judgeApprovals(SAVED, null, offered, NOW)
      : judged(judgePlanners(SAVED.digest, offered, [approver('wei')]));
    longest = Math.max(longest, performance.now() - before);
    const about = `seed ${SEED}, round ${round}: ${text.slice(0, 500)}`;
    expect(counted.length === 0 || text === original, about).toBe(true);
    for (const { reason } of rejected) {
      const words = textOf(reason);
      expect(words.length > 0 && !/undefined|\bat \S+:\d+:\d+/.test(words), `${about}\n${words}`).toBe(true);
    }
  }
  expect(longest).toBeLessThan(5000);
});

function judged({ planned, rejected }: ReturnType<typeof judgePlanners>) {
  return { counted: planned.filter(({ verified }) => verified), rejected };
}

it('an approver cannot make an approval count with any time outside the rules', () => {
  const random = seededRandom(SEED).next;
  const wei = keyOf('wei');
  for (let round = 0; round < SIZE / 5; round++) {
    const issued = Math.floor((random() - 0.5) * 40 * 24 * HOUR);
    const expires = Math.floor((random() - 0.2) * 20 * 24 * HOUR);
    const what = { digest: SAVED.digest, wave: null, by: 'wei' };
    const content = approvalContent(what, wei.public, { now: NOW + issued, expires });
    const text = `${canonical({ ...content, signature: wei.sign(canonical(content)).toString('base64') })}\n`;
    const counts = judgeApprovals(SAVED, null, [{ file: 'f', text }], NOW).counted.length > 0;
    const inRules = issued <= HOUR / 12 && issued + expires > 0 && expires <= 7 * 24 * HOUR;
    expect(counts, `seed ${SEED}, round ${round}: ${text}`).toBe(inRules);
  }
});
