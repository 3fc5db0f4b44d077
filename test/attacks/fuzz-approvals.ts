/**
 * Signed files with changed bytes, members, values and times, each from a seed: `npm run fuzz -- approvals COUNT SEED`. An
 * approval counts only if its signer made these bytes, for times within the rules. The same holds for a planner's signature.
 */
import { judgeApprovals } from '../../src/approval/judge-approvals.ts';
import { judgePlanners } from '../../src/approval/judge-planners.ts';
import { approvalContent, encodeSignature, signPlan } from '../../src/approval/signed-files.ts';
import { canonical } from '../../src/digest.ts';
import { textOf } from '../../src/messages/messages.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import { authenticator, passkeyApprover, passkeyFile, planFor } from '../approval/authenticator.ts';
import { approver, file, HOUR, keyOf, NOW, SAVED } from '../approval/people.ts';
import { type Met, search } from './search.ts';

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

/** A text of base64url with another one of its letters. */
function otherLetter(random: Random, text: string): string {
  const at = Math.floor(random() * text.length);
  return text.slice(0, at) + choose(random, [...'ABCxyz019-_']) + text.slice(at + 1);
}

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
    () => {
      // Parts of an assertion, as their own form allows.
      const passkey = { ...(value.passkey as Record<string, string>) };
      const part = choose(random, ['authenticatorData', 'clientDataJSON']);
      const changed = { ...passkey, [part]: otherLetter(random, passkey[part] ?? 'AAAA') };
      return `${canonical({ ...value, passkey: random() < 0.1 ? choose(random, VALUES) : changed })}\n`;
    },
  ];
  return choose(random, ways)();
}

/** What a legitimate approver may sign, so only these bytes may count. */
const APPROVAL = file('wei');
const JUN = authenticator('jun', { algorithm: 'EdDSA' });
const BY_PASSKEY = planFor([passkeyApprover(JUN)]);
const ASSERTED = passkeyFile(JUN, { saved: BY_PASSKEY });
const SIGNATURE = encodeSignature(await signPlan({ digest: SAVED.digest, by: 'wei' }, keyOf('wei'), NOW));

/** A changed file. It must not count. */
function meetChanged(random: Random): Met {
  const kind = random();
  const isApproval = kind < 0.7;
  const isAsserted = kind < 0.4;
  const original = isAsserted ? ASSERTED : isApproval ? APPROVAL : SIGNATURE;
  let text = mutate(random, original);
  if (random() < 0.2 && text.length < 5000)
    try {
      text = mutate(random, text);
    } catch {
      // The first change left no JSON.
    }
  const offered = [{ file: 'f', text }];
  const { counted, rejected } = isApproval
    ? judgeApprovals(isAsserted ? BY_PASSKEY : SAVED, null, offered, NOW)
    : verifiedPlanners(judgePlanners(SAVED.digest, offered, [approver('wei')]));
  const reasons = rejected.map(({ reason }) => textOf(reason));
  const unclear = reasons.find((words) => words === '' || words.includes('undefined'));
  const fault =
    counted.length > 0 && text !== original
      ? `counts: ${text.slice(0, 500)}`
      : unclear === undefined
        ? null
        : `unclear reason: ${unclear}`;
  return { fault, texts: reasons };
}

function verifiedPlanners({ planned, rejected }: ReturnType<typeof judgePlanners>) {
  return { counted: planned.filter(({ verified }) => verified), rejected };
}

/** An approval that its signer made, for any times. It counts exactly within the rules. */
function meetTimes(random: Random): Met {
  const wei = keyOf('wei');
  const issued = Math.floor((random() - 0.5) * 40 * 24 * HOUR);
  const expires = Math.floor((random() - 0.2) * 20 * 24 * HOUR);
  const what = { digest: SAVED.digest, wave: null, by: 'wei' };
  const content = approvalContent(what, wei.public, { now: NOW + issued, expires });
  const text = `${canonical({ ...content, signature: wei.sign(canonical(content)).toString('base64') })}\n`;
  const { counted, rejected } = judgeApprovals(SAVED, null, [{ file: 'f', text }], NOW);
  const inRules = issued <= HOUR / 12 && issued + expires > 0 && expires <= 7 * 24 * HOUR;
  const isRight = counted.length > 0 === inRules;
  return {
    fault: isRight ? null : `${inRules ? 'does not count' : 'counts'}: ${text}`,
    texts: rejected.map(({ reason }) => textOf(reason)),
  };
}

/** Meets `count` signed files from a seed on. @returns the faults, each with its seed. */
export function fuzzApprovals(count: number, seed: number): Promise<string[]> {
  return search(count, seed, (at) => {
    const random = seededRandom(at).next;
    return random() < 0.2 ? meetTimes(random) : meetChanged(random);
  });
}
