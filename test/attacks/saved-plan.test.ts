/** Changes a saved plan and seals it again, as anyone can. Refit refuses it, or shows what it would do. */
import { describe, expect, it } from 'vitest';
import { RefitError } from '../../src/errors.ts';
import { mustBeCurrent } from '../../src/plan/may-start.ts';
import { readSavedPlan } from '../../src/plan/saved/read-saved-plan.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import { approver } from '../approval/people.ts';
import { sealDraft } from '../plan/fixtures/sealed-plan.ts';
import { savedPlan } from '../report/situations.ts';
import { fuzzSavedPlans } from './fuzz-saved-plans.ts';
import { type Forged, reseal, sealText } from './reseal.ts';

const TEXT = encodeSavedPlan(
  sealDraft(
    savedPlan([
      { instance: 'crs-aaaa0001', changes: [{ memoryPerShard: 8192 }, { replicas: 2 }] },
      { instance: 'crs-aaaa0002', changes: [{ shards: 5, price: 10 }], wave: 1 },
    ]),
  ),
);

const emptyWave = (params: object) => ({
  ...{ code: 'Refit.EmptyWave', messageId: 'wave.none-left', instance: null, location: null },
  params,
});

/** The message of the refusal; `read` without one. */
function refusalOf(text: string): string {
  try {
    readSavedPlan(text);
    return 'read';
  } catch (error) {
    if (!(error instanceof RefitError)) throw error;
    return error.message;
  }
}

describe('a saved plan that was changed and sealed again is refused', () => {
  it('names the step and both values, when the size after a step contradicts its change', () => {
    const forged = reseal(TEXT, (p) => {
      p.steps[0].after.memoryPerShard = 32_768;
    });
    expect(refusalOf(forged)).toMatch(
      /\/steps\/0\/after\/memoryPerShard is 32768, but the change of crs-aaaa0001\/memoryPerShard contradicts the size: memoryPerShard 4096 → 8192 makes it 8192/,
    );
  });

  // biome-ignore format: one line an attack
  it.each<[string, (p: Forged) => unknown, RegExp]>([
    ['a change from another size', (p) => { p.steps[0].change.from = 2048; }, /change\/from is 2048, but memoryPerShard of crs-aaaa0001 is 4096/],
    ['a second step that does not go on from the first', (p) => { p.steps[1].after.memoryPerShard = 4096; }, /steps\/1\/after\/memoryPerShard is 4096/],
    ['another dimension that changes, too', (p) => { p.steps[0].after.shards = 30; }, /steps\/0\/after\/shards is 30/],
    ['a change and a size that agree, but not with the precondition', (p) => { p.preconditions[0].size.shards = 1; }, /steps\/0\/after\/shards is 3/],
    ['a step of an instance without a precondition', (p) => { p.steps[2].instance = 'crs-aaaa0003'; }, /steps\/2\/instance is "crs-aaaa0003"/],
    ['two preconditions of one instance', (p) => { p.preconditions.push(p.preconditions[0]); }, /preconditions\/2 is a second precondition/],
    ['an instance id that no plan may name', (p) => { p.steps[2].instance = p.preconditions[1].instance = '../../etc'; }, /pattern/],
    ['a rate above the provider’s', (p) => { p.execution.requestsPerSecond = 50; }, /requestsPerSecond must be <= 20/],
    ['more in flight than a plan may have', (p) => { p.execution.inFlight = 100_000; }, /inFlight must be <= 10000/],
    ['a patience of a millisecond', (p) => { p.execution.patience = 1; }, /execution\/patience has "1ms"/],
    ['a webhook without TLS', (p) => { p.notify = [{ url: 'http://evil.example/x', urlEnv: null, form: 'json', on: ['end'], secretEnv: null }]; }, /notify\/0\/url/],
    ['a webhook whose secret is the password of a store', (p) => { p.notify = [{ url: 'https://a.example', urlEnv: null, form: 'json', on: ['end'], secretEnv: 'PGPASSWORD' }]; }, /notify\/0\/secretEnv/],
    ['a webhook whose address is a store', (p) => { p.notify = [{ url: null, urlEnv: 'REFIT_STORE', form: 'json', on: ['end'], secretEnv: null }]; }, /notify\/0\/urlEnv/],
    ['a webhook signed with the secret of the console', (p) => { p.notify = [{ url: 'https://hooks.example.com/', urlEnv: null, form: 'json', on: ['end'], secretEnv: 'REFIT_OIDC_CLIENT_SECRET' }]; }, /notify\/0\/secretEnv/],
    ['a webhook whose secret is the key of the provider', (p) => { p.notify = [{ url: 'https://a.example', urlEnv: null, form: 'json', on: ['end'], secretEnv: 'TENCENTCLOUD_SECRET_KEY' }]; }, /notify\/0\/secretEnv/],
    ['a gate address of this network', (p) => { p.waves[0].gate = { url: 'http://169.254.169.254/', timeout: 1000, onInconclusive: 'pause', shadow: true }; }, /waves\/0\/gate\/url/],
    ['a quote below zero', (p) => { p.steps[2].quote.amount = -1000; }, /a refund for a step that gives nothing back/],
    ['an expiry of a century', (p) => { p.expiresAt = '2126-01-05T01:58:30.000Z'; }, /expiresAt .* more than a year/],
    ['a name of control characters', (p) => { p.name = 'a\u001b[2Jb'; }, /\/name/],
    ['an unknown key', (p) => { p.steps[0].before = { shards: 1 }; }, /unknown key "before"/],
    ['an unknown finding', (p) => { p.findings = [{ code: 'Refit.AllIsWell', messageId: 'x', params: {}, instance: null, location: null }]; }, /no rule has/],
    ['a sentence without its parameters', (p) => { p.findings = [emptyWave({ wave: 'canary' })]; }, /findings\/0\/messageId is wave\.none-left, which needs the parameter matching/],
    ['a sentence with another parameter', (p) => { p.findings = [emptyWave({ wave: 'canary', matching: 1, note: 'approved by wei' })]; }, /which has no parameter "note"/],
    ['a sentence with parameters of other types', (p) => { p.preconditions[0].reason = { id: 'reason.usual-order', params: { order: 5 } }; }, /whose parameters have other types/],
    ['an unknown sentence within another', (p) => { p.findings = [{ ...emptyWave({}), code: 'Refit.PriceRefused', messageId: 'plan.and-more', params: { first: { id: 'x', params: {} }, more: 1 } }]; }, /is "x", which no sentence has/],
  ])('%s', (_, change, expected) => {
    expect(refusalOf(reseal(TEXT, change))).toMatch(expected);
  });

  it('when a key occurs twice, whichever of the two a reader would take', () => {
    const doubled = TEXT.replace(
      '"memoryPerShard": 8192',
      '"memoryPerShard": 32768,\n"memoryPerShard": 8192',
    );
    expect(refusalOf(doubled)).toMatch(/the key \/steps\/0\/after\/memoryPerShard occurs twice/);
  });

  it('within a second, when it lists a thousand approvers and the last two look alike', () => {
    const people = Array.from({ length: 998 }, (_, at) => `person-${at}`);
    const forged = reseal(TEXT, (p) => {
      const approvers = [...people, 'mary', 'rnary'].map(approver);
      p.approvals = { need: 1, authors: ['ops', 'dba-oncall'], approvers };
    });
    const from = performance.now();
    expect(refusalOf(forged)).toMatch(/the names of approvers 1000 and 999 look alike/);
    expect(performance.now() - from).toBeLessThan(1_000);
  });

  it.each([
    ['deep nesting', `{"format":"refit.saved-plan/2","a":${'['.repeat(200_000)}`, /nest deeper/],
    ['a number that no program can hold', '{"format":"refit.saved-plan/2","a":1e999}', /not a JSON number/],
    ['millions of values', `[${'[],'.repeat(4_100_000)}[]]`, /more than 4000000 values/],
    [
      'keys of the language itself',
      sealText(JSON.parse('{"format":"refit.saved-plan/2","__proto__":{"steps":[]}}')),
      /required property/,
    ],
  ])('with %s', (_, text, expected) => {
    expect(refusalOf(text)).toMatch(expected);
  });
});

it('is read or refused, and nothing else happens, after random changes', async () => {
  const seed = Math.floor(Math.random() * 2 ** 30);
  expect(await fuzzSavedPlans(200, seed), `npm run fuzz -- saved-plans 200 ${seed}`).toEqual([]);
});

describe('a saved plan that was sealed for another time', () => {
  const at = (sealedAt: string, expiresAt: string) =>
    readSavedPlan(reseal(TEXT, (plan) => Object.assign(plan, { sealedAt, expiresAt })));
  const now = Date.parse('2026-01-05T02:00:00.000Z');
  it.each([
    [
      'a later year',
      '2027-01-05T02:00:00.000Z',
      '2027-01-06T02:00:00.000Z',
      /sealed at 2027.*later than now/,
    ],
    ['ten minutes from now', '2026-01-05T02:10:00.000Z', '2026-01-05T03:00:00.000Z', /later than now/],
    ['a time that is over', '2026-01-03T02:00:00.000Z', '2026-01-05T01:59:59.999Z', /expired at 2026-01-05/],
  ])('starts no run and gets no approval: %s', (_, sealedAt, expiresAt, expected) => {
    expect(() => mustBeCurrent(at(sealedAt, expiresAt), now, 'SAVED')).toThrow(expected);
  });

  it('may come from a clock that is a few minutes ahead', () => {
    expect(() =>
      mustBeCurrent(at('2026-01-05T02:04:00.000Z', '2026-01-05T03:00:00.000Z'), now, 'SAVED'),
    ).not.toThrow();
  });
});
