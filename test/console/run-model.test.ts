/** What the page of a run computes: groups of failures, filters, charts, gates, and what may come next. */
import { describe, expect, it } from 'vitest';
import type { RunRow, RunView, StepRow } from '../../src/console/api/runs.ts';
import {
  filterRuns,
  filterSteps,
  groupFailures,
  haveOneMessage,
  hearsCommands,
  heldGate,
  nextActions,
  peakOf,
  rateSeries,
  seenState,
} from '../../src/console/ui/pages/run/run-model.ts';
import { createReplay } from '../../src/journal/replay.ts';
import { message } from '../../src/messages/messages.ts';
import type { Gate, Outcome } from '../../src/model.ts';
import { gatherBoundaries } from '../../src/operations/picture/gate-facts.ts';
import { gatherRate } from '../../src/operations/picture/rate-history.ts';
import { fleet, JournalWriter, savedPlan } from '../report/situations.ts';

const row = (at: number, more: Partial<StepRow> = {}): StepRow =>
  ({
    ...{ at, id: `s${at}`, instance: `crs-${at}`, name: `cart-${at}`, wave: 0, phase: 'ended' },
    ...{ outcome: 'verified', code: null, message: null, orders: [`20260105${at}`], requestIds: [] },
    ...more,
  }) as StepRow;

describe('failures', () => {
  it('are grouped by outcome and code: the urgent first, then the many', () => {
    const steps = [
      row(0),
      row(1, { outcome: 'failed', code: 'Refit.TaskFailed' }),
      ...[2, 3, 4].map((at) => row(at, { outcome: 'refused', code: 'LimitExceeded' })),
      row(5, { outcome: 'refused', code: 'NoMoney' }),
      row(6, { outcome: 'unknown' }),
      row(7, { outcome: 'not-run' }),
      row(8, { outcome: null, phase: 'following' }),
    ];
    expect(groupFailures(steps).map(({ key, rows }) => `${key} ${rows.length}`)).toEqual([
      'unknown  1',
      'failed Refit.TaskFailed 1',
      'refused LimitExceeded 3',
      'refused NoMoney 1',
    ]);
  });
});

describe('one sentence for a group of failures', () => {
  const failed = (at: number, task: string) =>
    row(at, { outcome: 'failed', message: { id: 'run.task', params: { task } } as StepRow['message'] });
  it.each([
    ['is true for one', [failed(0, 'a')], true],
    ['is true for all that say the same', [failed(0, 'a'), failed(1, 'a')], true],
    ['is not true when one says another', [failed(0, 'a'), failed(1, 'a'), failed(2, 'b')], false],
    ['is true for those without a word', [row(0), row(1)], true],
  ])('%s', (_, rows, expected) => {
    expect(haveOneMessage(rows)).toBe(expected);
  });
});

describe('an ended run', () => {
  const of = (more: Partial<Record<Outcome, number>>) => ({
    ...{ verified: 3, failed: 0, refused: 0, drifted: 0, skipped: 0, unknown: 0, 'not-run': 0 },
    ...more,
  });
  it.each([
    ['is good when every step is verified', 'ended', of({}), 'ended', false],
    ['is not all verified, and bad, with a failure', 'ended', of({ failed: 1 }), 'not all verified', true],
    ['is bad with an unknown outcome', 'ended', of({ unknown: 1 }), 'not all verified', true],
    ['is not all verified with a skipped step', 'ended', of({ skipped: 1 }), 'not all verified', false],
    ['says nothing of outcomes that nobody knows', 'ended', null, 'ended', false],
    ['of another state keeps its word', 'running', of({ failed: 1 }), 'running', true],
  ])('%s', (_, status, outcomes, state, isBad) => {
    expect(seenState(status, outcomes)).toEqual({ state, isBad });
  });
});

describe('the table of steps', () => {
  const steps = [
    row(0),
    row(1, { outcome: 'failed', code: 'Refit.TaskFailed', wave: 1 }),
    row(2, { outcome: null, phase: 'following' }),
    row(3, { outcome: null, phase: 'waiting', wave: 1 }),
  ];
  it.each([
    ['everything', {}, [0, 1, 2, 3]],
    ['an outcome', { outcome: 'failed' }, [1]],
    ['what is in flight', { outcome: 'open' }, [2]],
    ['a wave', { wave: 1 }, [1, 3]],
    ['a code, in any case', { text: 'TASK' }, [1]],
    ['an order number', { text: '202601052' }, [2]],
    ['a name and a wave', { text: 'cart-3', wave: 1 }, [3]],
    ['a state in words', { text: '失败' }, [1]],
    ['nothing', { text: 'cart-3', wave: 0 }, []],
  ])('shows %s', (_, filter, expected) => {
    const wordOf = ({ outcome }: StepRow) => (outcome === 'failed' ? '失败' : '');
    const found = filterSteps(steps, { text: '', outcome: '', wave: null, ...filter }, wordOf);
    expect(found.map(({ at }) => at)).toEqual(expected);
  });
});

describe('the list of runs', () => {
  const run = (name: string, status: RunRow['status']) =>
    ({ ...{ name, id: name, status }, plan: { name: `grow-${name}`, digest: 'abc' } }) as RunRow;
  const runs = [run('night-1', 'ended'), run('night-2', 'running'), run('day-1', 'ended')];
  it.each([
    ['everything', { text: '', state: '' }, ['night-1', 'night-2', 'day-1']],
    ['a state', { text: '', state: 'ended' }, ['night-1', 'day-1']],
    ['a plan in any case, and a state', { text: 'GROW-NIGHT', state: 'ended' }, ['night-1']],
    ['a digest', { text: 'abc', state: 'running' }, ['night-2']],
  ])('shows %s', (_, filter, expected) => {
    expect(filterRuns(runs, filter).map(({ name }) => name)).toEqual(expected);
  });
});

describe('the rate of orders', () => {
  const SAVED = savedPlan(fleet(3));
  const [first] = SAVED.steps.map(({ id }) => id) as [string];

  it('counts each order once, however long the run is', () => {
    const rate = gatherRate();
    const writer = new JournalWriter(SAVED);
    for (let nth = 0; nth < 500; nth++) writer.after(nth === 250 ? 40_000 : 3).accept(first);
    writer.entries.forEach(rate.add);
    const { counts, bucket } = rate.history();
    expect(counts.reduce((sum, one) => sum + one, 0)).toBe(500);
    expect(counts.length).toBeLessThanOrEqual(240);
    expect(Math.log2(bucket / 1_000) % 1).toBe(0);
  });

  it('is drawn to the present while the run is live, and to its last order afterwards', () => {
    const history = { from: 1_000_000, bucket: 2_000, counts: [4, 0, 2] };
    expect(rateSeries(history, null)).toEqual({ at: [1_001, 1_003, 1_005], orders: [2, 0, 1] });
    expect(rateSeries(history, 1_010_000).orders).toEqual([2, 0, 1, 0, 0]);
    expect(peakOf(rateSeries(history, null))).toEqual({ rate: 2, at: '1970-01-01T00:16:41.000Z' });
    expect(peakOf(rateSeries({ from: null, bucket: 1_000, counts: [] }, 5))).toBe(null);
  });
});

describe('a gate', () => {
  const gate: Gate = {
    failed: { operator: '>', value: 0, base: 'count' },
    metric: { name: 'MemUtil', fails: { operator: '>', value: 80 }, over: 60_000 },
    ...{ timeout: 10_000, onInconclusive: 'pause', shadow: false },
  } as Gate;
  const plan = savedPlan(fleet(3));
  const saved = { ...plan, waves: plan.waves.map((wave, at) => (at === 0 ? { ...wave, gate } : wave)) };
  const written = () =>
    new JournalWriter(saved).start().wave('wave-started', 0).after(9).wave('wave-ended', 0);
  const judged = (
    writer: JournalWriter,
    judge: 'failed' | 'metric',
    outcome: 'success' | 'failure' | 'inconclusive',
  ) =>
    writer.append({
      ...{ kind: 'gate', wave: 0, name: 'canary', judge, outcome, shadow: false },
      message: message('gate.none-verified'),
      next: outcome === 'success' ? 'go-on' : outcome === 'failure' ? 'halt' : 'pause',
    });
  const by = { user: 'wei', host: 'ops-1', pid: 1 };
  const seen = (writer: JournalWriter, isJudging = false) => {
    const found = gatherBoundaries(saved);
    const replay = createReplay(saved);
    for (const entry of writer.entries) {
      found.add(entry);
      replay.add(entry);
    }
    const live = isJudging
      ? { waits: [{ name: 'gate', step: null, since: writer.entries.at(-1)!.at, limit: 70_000 }] }
      : null;
    return found.boundaries(replay.state(), live as never)[0]!.gate!;
  };
  it.each([
    ['waits before anybody judges it', () => seen(written()), 'waiting'],
    ['is judged now', () => seen(written(), true), 'judging'],
    ['has passed', () => seen(judged(judged(written(), 'failed', 'success'), 'metric', 'success')), 'passed'],
    ['has failed', () => seen(judged(written(), 'failed', 'failure')), 'failed'],
    [
      'holds the run',
      () => seen(judged(judged(written(), 'failed', 'success'), 'metric', 'inconclusive')),
      'held',
    ],
    [
      'is released by an operator',
      () =>
        seen(
          judged(written(), 'metric', 'inconclusive').append({
            ...{ kind: 'control-command', command: 'continue', value: null, by, accepted: true },
            message: message('control.not-paused'),
          }),
        ),
      'released',
    ],
  ])('%s', (_, gateOf, state) => {
    const found = gateOf();
    expect(found.state).toBe(state);
    expect(found.checks.map(({ condition }) => condition)).toEqual(['failed > 0', 'MemUtil > 80 over 1 m']);
    expect(found.until !== null).toBe(state === 'judging' || state === 'held');
  });

  it('asks for a day, then the run drains', () => {
    const { until, checks } = seen(judged(written(), 'metric', 'inconclusive'));
    expect(Date.parse(until!) - Date.parse(checks[1]!.at!)).toBe(86_400_000);
  });

  it('asks for an answer only while it holds the run', () => {
    const view = (state: string) =>
      ({
        boundaries: [{ wave: 0, gate: { state } }],
        picture: { waves: [{ name: 'canary' }] },
      }) as unknown as RunView;
    expect(heldGate(view('held'))?.wave).toBe('canary');
    expect(heldGate(view('released'))).toBe(null);
  });
});

describe('a command', () => {
  const waits = { reason: 'a gate', fix: null, about: null, until: null };
  it.each([
    ['is heard by the process of the run', { holder: {} }, true],
    ['wakes a run of a store that rests', { waiting: waits }, true],
    ['is not heard by a run that no process has', {}, false],
    ['is not heard before the start', { waiting: waits, startedAt: null }, false],
    [
      'is not heard after the end, such as by a run that waits for its window',
      { waiting: waits, endedAt: 'b' },
      false,
    ],
  ])('%s', (_, changes, expected) => {
    const run = { holder: null, waiting: null, startedAt: 'a', endedAt: null, ...changes };
    expect(hearsCommands(run as unknown as RunView)).toBe(expected);
  });
});

describe('what may follow', () => {
  const outcomes = { verified: 2, failed: 1, refused: 0, drifted: 0, skipped: 0, unknown: 0, 'not-run': 0 };
  const view = (status: RunView['status'], isHeld: boolean, verified = 2) =>
    ({
      ...{ status, holder: isHeld ? { pid: 1, host: 'a', purpose: 'apply' } : null },
      picture: { outcomes: { ...outcomes, verified }, steps: { of: 3 } },
    }) as unknown as RunView;
  it.each([
    ['a live run: nothing', view('running', true), [false, false, false]],
    ['an interrupted run: everything', view('interrupted', false), [true, true, true]],
    ['a run with work left: everything', view('work-left', false), [true, true, true]],
    ['an ended run with failures: plans', view('ended', false), [false, true, true]],
    ['a run that verified all: a rollback', view('ended', false, 3), [false, true, false]],
    ['a run that never started: only to start it', view('not-started', false, 0), [true, false, false]],
    ['a run that waits without a process: also to go on', view('waiting', false), [true, true, true]],
  ])('%s', (_, run, expected) => {
    const { mayGoOn, mayRollBack, mayRetry } = nextActions(run);
    expect([mayGoOn, mayRollBack, mayRetry]).toEqual(expected);
  });
});
