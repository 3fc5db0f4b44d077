/**
 * Stories in which every kind of journal entry is written by a real run, and the table that says which story writes
 * which. The table holds every kind, outcome and reason that the model knows, or it does not compile.
 */
import type { AfterRefusal, ControlCommand, JournalEvent, Outcome } from '../../src/model.ts';
import { plainFleet } from './refit.ts';
import type { Strike } from './strike.ts';

export interface Story {
  readonly fleet: readonly object[];
  /** Where instances were changed between planning and carrying out: the fleet that is met. */
  readonly met?: readonly object[];
  /** The plan's further lines, and its `execution` without the braces. */
  readonly lines?: readonly string[];
  readonly execution?: string;
  /** The approvers of the plan, each of whom has signed it and every wave of it that asks for an approval. */
  readonly approvers?: readonly string[];
  /** They sign a wave once the run waits for it, and not before. */
  readonly signsLate?: true;
  /** Two seconds, unless orders show later than that. */
  readonly patience?: string;
  /** Milliseconds for which an accepted order shows by neither status nor size; within one second where it is not given. */
  readonly showAfter?: readonly [least: number, greatest: number];
  readonly faults?: readonly string[];
  /** What befalls the first process beside being killed, so that the story goes as it is to go. */
  readonly befalls?: Strike;
  /** What the first process is told through its socket, once it has placed an order. */
  readonly told?: readonly ControlCommand[];
  /** The time of day in Beijing at which it begins, instead of now. */
  readonly beginsAt?: string;
}

const fleet = (count: number, members: object = {}) =>
  plainFleet(count).map((instance) => ({ ...instance, ...members }));

const TWO_STEPS = '  - { instance: crs-fleet000, region: ap-guangzhou, replicas: 2 }';

export const STORIES = {
  plain: {
    fleet: fleet(4),
    lines: ['waves: [{ name: canary, take: 1 }, { name: rest, take: rest }]'],
  },
  'signed by two': {
    fleet: fleet(3),
    lines: [
      'approvals: { need: 2, from: approvers.yaml }',
      'waves: [{ name: canary, take: 1 }, { name: rest, take: rest, approval: required }]',
    ],
    approvers: ['wei', 'jun'],
  },
  'signed while it waits': {
    fleet: fleet(3),
    lines: [
      'approvals: { need: 1, from: approvers.yaml }',
      'waves: [{ name: canary, take: 1 }, { name: rest, take: rest, approval: { within: 1h } }]',
    ],
    approvers: ['wei'],
    signsLate: true,
  },
  'orders that show late': { fleet: fleet(2), patience: '8s', showAfter: [5_000, 5_500] },
  'two steps of one instance': { fleet: fleet(2), lines: [TWO_STEPS] },
  'billing that may not be searched': {
    fleet: fleet(3, { billing: 'prepaid', daysLeft: 100 }),
    faults: ['no-cam@DescribeDealsByCond'],
  },
  'answers that are lost': { fleet: fleet(4), faults: ['lost-answer#1', 'reset-before#1'] },
  'a limit and an internal error': {
    fleet: fleet(4),
    faults: ['refuse=RequestLimitExceeded#1', 'refuse=InternalError#1'],
  },
  'something under way': { fleet: fleet(3), faults: ['refuse=ResourceUnavailable.InstanceStatusError#1'] },
  'no right for a while': { fleet: fleet(4), faults: ['no-permission=crs-fleet001#1'] },
  'steps that end otherwise': {
    fleet: fleet(5),
    met: fleet(5).map((one, n) => (n === 2 ? { ...one, memoryPerShard: 6144 } : one)),
    lines: [TWO_STEPS],
    faults: ['sold-out=crs-fleet000', 'failed-task=crs-fleet001'],
  },
  'an answer that nothing settles': {
    fleet: fleet(3),
    faults: ['reset-before#1', 'refuse=UnauthorizedOperation.NoCAMAuthed@DescribeTaskList#1'],
  },
  'held up between entry and send': {
    fleet: fleet(3),
    befalls: { kind: 'intent', at: 'durable', effect: 'stall', ms: 2_200 },
  },
  'told to go slower': {
    fleet: fleet(4),
    told: [
      { kind: 'set', setting: 'inFlight', value: 1 },
      { kind: 'set', setting: 'inFlight', value: 1000 },
    ],
  },
  'a gate': {
    fleet: fleet(3),
    lines: [
      'waves: [{ name: canary, take: 1, gate: { failed: "> 0", unknown: "> 0" } }, { name: rest, take: rest }]',
    ],
  },
  'a hook at its beginning': { fleet: fleet(3), lines: ['hooks: { run-start: ["true"] }'] },
  'a maintenance window': {
    fleet: fleet(2, { window: '03:00-06:00' }),
    execution: 'switch: maintenance-window',
    beginsAt: '02:58:00',
    befalls: { kind: 'deferred', at: 'durable', effect: 'set clock', ms: 3 * 60_000 },
  },
} as const satisfies Readonly<Record<string, Story>>;

export type StoryName = keyof typeof STORIES;

/** An entry of a story, at which a process is killed. */
export interface Boundary {
  readonly story: StoryName;
  readonly having?: Strike['having'];
  /** A first life ends here; the entry is one of the second. */
  readonly after?: Pick<Strike, 'kind' | 'having'>;
}

/** One boundary for each value of a member. */
function each<V extends string>(member: string, stories: Readonly<Record<V, StoryName>>): Boundary[] {
  return (Object.entries(stories) as [V, StoryName][]).map(([value, story]) => ({
    story,
    having: { [member]: value },
  }));
}

const PLAIN: readonly Boundary[] = [{ story: 'plain' }];

/** Which story writes the entry, for every kind of entry and every way in which a run goes on from it. */
export const BOUNDARIES = {
  'run-started': [
    { story: 'plain', having: { resumed: false } },
    { story: 'plain', having: { resumed: true }, after: { kind: 'accepted' } },
  ],
  'lock-taken-over': [{ story: 'plain', after: { kind: 'accepted' } }],
  identity: PLAIN,
  approved: [
    ...PLAIN,
    { story: 'signed by two', having: { how: 'signatures', wave: null } },
    { story: 'signed by two', having: { how: 'signatures', wave: 1 } },
  ],
  'approval-awaited': [{ story: 'signed while it waits' }],
  'wave-started': PLAIN,
  'instance-read': PLAIN,
  intent: PLAIN,
  'not-sent': [{ story: 'held up between entry and send' }],
  accepted: [{ story: 'orders that show late' }, ...PLAIN],
  refused: each<AfterRefusal>('next', {
    'try-again': 'a limit and an internal error',
    'read-first': 'a limit and an internal error',
    wait: 'something under way',
    skip: 'steps that end otherwise',
    halt: 'no right for a while',
  }),
  'no-answer': [{ story: 'answers that are lost' }],
  resolved: [
    { story: 'answers that are lost', having: { executed: true } },
    { story: 'answers that are lost', having: { executed: false } },
    { story: 'plain', having: { executed: true }, after: { kind: 'accepted' } },
  ],
  deferred: [{ story: 'a maintenance window' }],
  began: [{ story: 'a maintenance window' }],
  'step-ended': [
    ...each<Exclude<Outcome, 'not-run'>>('outcome', {
      verified: 'plain',
      failed: 'steps that end otherwise',
      refused: 'steps that end otherwise',
      drifted: 'steps that end otherwise',
      skipped: 'steps that end otherwise',
      unknown: 'an answer that nothing settles',
    }),
    { story: 'two steps of one instance', having: { step: 'crs-fleet000/memoryPerShard' } },
  ],
  billed: [{ story: 'billing that may not be searched' }],
  gate: [{ story: 'a gate', having: { judge: 'unknown' } }],
  'control-command': [
    { story: 'told to go slower', having: { accepted: true } },
    { story: 'told to go slower', having: { accepted: false } },
  ],
  notified: [{ story: 'a hook at its beginning' }],
  stopping: [{ story: 'no right for a while' }],
  calls: PLAIN,
  'wave-ended': PLAIN,
  'run-ended': PLAIN,
} as const satisfies Readonly<Record<JournalEvent['kind'], readonly Boundary[]>>;
