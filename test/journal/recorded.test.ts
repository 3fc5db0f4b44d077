/** What a journal has on record about people and accounts, and copies of a fold. */
import { describe, expect, it } from 'vitest';
import { EMPTY_CHAIN, seal } from '../../src/journal/chain.ts';
import { recordedOf } from '../../src/journal/recorded.ts';
import { createReplay } from '../../src/journal/replay.ts';
import { message } from '../../src/messages/messages.ts';
import { JOURNAL_FORMAT, type JournalEntry, type JournalEvent } from '../../src/model.ts';
import { ALL_TO_8GB, standards } from '../run/fleets.ts';
import { setStage } from '../run/stage.ts';

const AT = '2026-11-30T02:00:00.000Z';

const startedBy = (user: string): JournalEvent => ({
  ...{ kind: 'run-started', format: JOURNAL_FORMAT, plan: 'p', digest: 'd'.repeat(64), resumed: false },
  ...{ cutOff: 0, by: { user, host: 'here', pid: 1 }, endpoint: 'e', version: '0.1.0' },
});
const ADOPTED: JournalEvent = {
  ...{ kind: 'adopted', by: 'ops', reason: message('trust.unknown'), since: AT, providerAt: AT },
};
const ANSWERED: JournalEvent = { kind: 'approved', how: 'prompt', by: 'yes' };
const signed = (wave: number | null, signature: string): JournalEvent => {
  const one = { by: 'wei', key: 'k', issuedAt: AT, expiresAt: AT, signature };
  return { kind: 'approved', how: 'signatures', by: 'wei', wave, judgedAt: AT, signed: [one] };
};
const forPolicy = (signature: string): JournalEvent => {
  const one = { by: 'jun', key: 'k', issuedAt: AT, expiresAt: AT, signature };
  return { kind: 'approved', how: 'policy', by: 'jun', judgedAt: AT, signed: [one] };
};
const identity = (profile: string, account: string | null): JournalEvent => ({
  kind: 'identity',
  profile,
  identity: account === null ? null : { account, user: '1', type: 't', arn: 'a' },
  reason: null,
});
const ended = (exitCode: number): JournalEvent => ({ kind: 'run-ended', because: 'halted', exitCode });

function entriesOf(events: readonly JournalEvent[]): JournalEntry[] {
  let end = EMPTY_CHAIN;
  return events.map((event) => {
    const entry = seal(end, AT, event);
    end = entry;
    return entry;
  });
}

const recorded = (...events: readonly JournalEvent[]) => recordedOf(entriesOf(events));

describe('the record of a journal', () => {
  it('has an answer for the user of its process, and for anybody', () => {
    const answered = recorded(startedBy('ana'), ANSWERED, startedBy('bo'));
    expect(['ana', 'bo', null].map(answered.isAnsweredBy)).toEqual([true, false, true]);
    expect(['ana', null].map(recorded(startedBy('ana')).isAnsweredBy)).toEqual([false, false]);
    // Signatures are no answer.
    expect(recorded(startedBy('ana'), signed(null, 's')).isAnsweredBy(null)).toBe(false);
  });

  it('has the newest signatures of the plan and of each wave', () => {
    const some = recorded(startedBy('ana'), signed(null, 'a'), signed(1, 'b'), signed(1, 'c'));
    expect(some.signatures(null)?.signed[0]?.signature).toBe('a');
    expect(some.signatures(1)?.signed[0]?.signature).toBe('c');
    expect(some.signatures(0)).toBe(null);
    expect(some.hasForPolicy('a')).toBe(false);
  });

  it('counts nothing that came before an adoption, except identities and ends', () => {
    const before = [
      ...[startedBy('ana'), ANSWERED, signed(null, 'a'), signed(1, 'b'), forPolicy('p')],
      ...[identity('retail', '100'), ended(4)],
    ];
    const adopted = recorded(...before, startedBy('ana'), ADOPTED);
    expect(adopted.isAnsweredBy('ana') || adopted.isAnsweredBy(null)).toBe(false);
    expect([adopted.signatures(null), adopted.signatures(1)]).toEqual([null, null]);
    expect(adopted.hasForPolicy('p')).toBe(false);
    expect(adopted.identity('retail')?.account).toBe('100');
    expect(adopted.exitCode()).toBe(4);
    const again = recorded(...before, startedBy('ana'), ADOPTED, ANSWERED, forPolicy('p'));
    expect(again.isAnsweredBy('ana') && again.hasForPolicy('p')).toBe(true);
  });

  it('has the first known identity of each profile, and the exit code of the last end', () => {
    const some = recorded(
      ...[startedBy('ana'), identity('a', null), identity('a', '1'), identity('a', '2'), identity('b', null)],
      ...[ended(4), startedBy('ana'), ended(10), startedBy('bo')],
    );
    expect([some.identity('a')?.account, some.identity('b'), some.identity('c')]).toEqual(['1', null, null]);
    expect(some.exitCode()).toBe(10);
  });
});

describe('a copy of a replay', () => {
  it('goes on from any entry to the same state, and leaves the first one as it was', async () => {
    const stage = await setStage({ fleet: standards(4), plan: ALL_TO_8GB });
    await stage.run({ diesAt: ({ kind }) => kind === 'arrived' });
    const { saved, entries } = await stage.run();
    for (let cut = 0; cut <= entries.length; cut++) {
      const first = createReplay(saved);
      for (const entry of entries.slice(0, cut)) first.add(entry);
      const before = structuredClone(first.state());
      const copy = first.copy();
      for (const entry of entries.slice(cut)) copy.add(entry);
      expect(first.state(), `cut ${cut}`).toEqual(before);
      const whole = createReplay(saved);
      for (const entry of entries) whole.add(entry);
      expect(copy.state(), `cut ${cut}`).toEqual(whole.state());
      expect(copy.recorded.exitCode()).toBe(whole.recorded.exitCode());
    }
  });
});
