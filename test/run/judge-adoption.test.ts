/** A run that the state does not vouch for: it may have ordered before, so nobody continues it unasked. */
import { describe, expect, it } from 'vitest';
import { RefitError } from '../../src/errors.ts';
import { message } from '../../src/messages/messages.ts';
import type { Message } from '../../src/model.ts';
import { adoptedEvent, mayAdopt, mustBeTrusted, whyNotTrusted } from '../../src/run/judge-adoption.ts';
import type { RunSnapshot, RunTrust } from '../../src/store/ports.ts';
import { fleet, savedPlan } from '../report/situations.ts';

const KNOWN = { directory: '/runs/first', at: '2026-11-01T00:00:00.000Z' };
const elsewhere = (hasJournal: boolean) =>
  ({ kind: 'elsewhere', run: KNOWN, hasJournal }) as unknown as RunTrust;
const HEAD = 'a'.repeat(64);
const ELSEWHERE = message('trust.elsewhere', { directory: KNOWN.directory, at: KNOWN.at });

const ROWS: readonly [RunTrust | null, Message | null, without: string | null, adopting: string | null][] = [
  [null, null, null, null],
  [{ kind: 'new' }, null, null, null],
  [{ kind: 'known' }, null, null, null],
  [{ kind: 'unknown' }, message('trust.unknown'), 'run-unknown', null],
  [elsewhere(true), ELSEWHERE, 'already-carried-out', null],
  // A plan is carried out once. Without a journal there is nothing to adopt.
  [elsewhere(false), ELSEWHERE, 'already-carried-out', 'already-carried-out'],
  [
    { kind: 'behind', ends: 3, seen: 9 },
    message('trust.behind', { ends: 3, seen: 9 }),
    'journal-broken',
    null,
  ],
  [
    { kind: 'extended', ends: 9, seen: 3 },
    message('trust.extended', { ends: 9, seen: 3 }),
    'journal-broken',
    null,
  ],
  [{ kind: 'changed', seen: 3 }, message('trust.changed', { seen: 3 }), 'journal-broken', null],
  [{ kind: 'restored', generation: 2 }, message('trust.restored', { generation: 2 }), null, null],
];
const NAMED = ROWS.map(
  (row) =>
    [
      row[0] === null
        ? 'a run that nobody judged'
        : `${row[0].kind} ${'hasJournal' in row[0] ? row[0].hasJournal : ''}`,
      row,
    ] as const,
);

const runOf = (trust: RunTrust | null) =>
  ({
    kind: 'folder',
    name: 'runs/r1',
    saved: savedPlan(fleet(1)),
    first: null,
    trust,
  }) as unknown as RunSnapshot;

function codeOf(work: () => unknown): { readonly code: string; readonly fix: string } | null {
  try {
    work();
    return null;
  } catch (error) {
    if (!(error instanceof RefitError)) throw error;
    return { code: error.code, fix: error.fix };
  }
}

describe('a run', () => {
  it.each(NAMED)('is trusted, or has its reason: %s', (_, [trust, reason]) => {
    expect(whyNotTrusted(trust)).toEqual(reason);
  });

  it.each(NAMED)('may continue, or has to be adopted: %s', (_, [trust, reason, without, adopting]) => {
    for (const [isAdopting, code] of [
      [false, without],
      [true, adopting],
    ] as const) {
      if (code === null) expect(mayAdopt(runOf(trust), isAdopting)).toEqual(reason);
      else expect(codeOf(() => mayAdopt(runOf(trust), isAdopting))?.code).toBe(code);
    }
  });

  it('that its report is ahead of has to be adopted, too', () => {
    const reason = message('trust.report-ahead', { head: HEAD });
    for (const trust of [null, { kind: 'known' }] as const) {
      expect(mayAdopt(runOf(trust), true, HEAD)).toEqual(reason);
      expect(codeOf(() => mayAdopt(runOf(trust), false, HEAD))?.code).toBe('journal-broken');
    }
  });

  it('says how to go on', () => {
    const fixOf = (trust: RunTrust) => codeOf(() => mayAdopt(runOf(trust), false))!.fix;
    expect(fixOf({ kind: 'unknown' })).toContain('refit apply runs/r1/plan.json --run-dir runs/r1 --adopt');
    expect(fixOf({ kind: 'changed', seen: 3 })).toContain('refit reconcile runs/r1 ');
    expect(fixOf(elsewhere(true))).toContain('refit status /runs/first');
  });

  it.each(NAMED)('is controlled only if it is trusted: %s', (_, [trust, reason]) => {
    const refused = [true, false].map((canAdopt) =>
      codeOf(() => mustBeTrusted(runOf(trust), 'refit rollback runs/r1', canAdopt)),
    );
    if (reason === null) return expect(refused).toEqual([null, null]);
    const code =
      { unknown: 'run-unknown', restored: 'store-restored' }[trust!.kind as string] ?? 'journal-broken';
    const apply = 'refit apply runs/r1/plan.json --run-dir runs/r1';
    const fixes =
      trust!.kind === 'restored' ? [apply, apply] : ['refit rollback runs/r1 --adopt', `${apply} --adopt`];
    expect(refused).toEqual(fixes.map((fix) => ({ code, fix: expect.stringContaining(fix) })));
  });
});

it('an adoption starts at the seal of the plan, and has the time of the provider', () => {
  const reason = message('trust.unknown');
  const { sealedAt } = savedPlan(fleet(1));
  expect(adoptedEvent({ sealedAt }, reason, { by: 'ops', providerNow: Date.UTC(2026, 10, 1) })).toEqual({
    ...{ kind: 'adopted', by: 'ops', reason, since: sealedAt, providerAt: '2026-11-01T00:00:00.000Z' },
  });
});
