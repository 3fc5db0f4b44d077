/**
 * Stories in which a real run writes every kind of journal entry, and the table of which story writes which. The table
 * does not compile unless it has every kind, outcome and reason of the model.
 */
import type { AfterRefusal, ControlCommand, JournalEvent, Outcome } from '../../src/model.ts';
import { plainFleet } from './refit.ts';
import type { Strike } from './strike.ts';

export interface Story {
  readonly fleet: readonly object[];
  /** The fleet at the start of the run, if it changed after planning. */
  readonly met?: readonly object[];
  /** More lines of the plan, and its `execution` without the braces. */
  readonly lines?: readonly string[];
  readonly execution?: string;
  /** The approvers. Each has signed the plan, and every wave that needs an approval. */
  readonly approvers?: readonly string[];
  /** They sign a wave only when the run waits for it. */
  readonly signsLate?: true;
  /** Default: two seconds. Stories with late orders need more. */
  readonly patience?: string;
  /** Milliseconds until status and size show an accepted order; default: within one second. */
  readonly showAfter?: readonly [least: number, greatest: number];
  readonly faults?: readonly string[];
  /** Strikes on the first process, besides the kill. */
  readonly disturbance?: Strike;
  /** Control command for the first process, after its first order. */
  readonly commands?: readonly ControlCommand[];
  /** The time of day in Beijing at the start, instead of now. */
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
  'no permission to search billing': {
    fleet: fleet(3, { billing: 'prepaid', daysLeft: 100 }),
    faults: ['no-cam@DescribeDealsByCond'],
  },
  'lost answers': { fleet: fleet(4), faults: ['lost-answer#1', 'reset-before#1'] },
  'a limit and an internal error': {
    fleet: fleet(4),
    faults: ['refuse=RequestLimitExceeded#1', 'refuse=InternalError#1'],
  },
  'another task on the instance': {
    fleet: fleet(3),
    faults: ['refuse=ResourceUnavailable.InstanceStatusError#1'],
  },
  'no permission at first': { fleet: fleet(4), faults: ['no-permission=crs-fleet001#1'] },
  'steps with other outcomes': {
    fleet: fleet(5),
    met: fleet(5).map((one, n) => (n === 2 ? { ...one, memoryPerShard: 6144 } : one)),
    lines: [TWO_STEPS],
    faults: ['sold-out=crs-fleet000', 'failed-task=crs-fleet001'],
  },
  'an answer that nothing resolves': {
    fleet: fleet(3),
    faults: ['reset-before#1', 'refuse=UnauthorizedOperation.NoCAMAuthed@DescribeTaskList#1'],
  },
  'a delay between entry and send': {
    fleet: fleet(3),
    disturbance: { kind: 'intent', at: 'durable', effect: 'stall', ms: 2_200 },
  },
  'a lower rate by command': {
    fleet: fleet(4),
    commands: [
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
  'a hook at the start': { fleet: fleet(3), lines: ['hooks: { run-start: ["true"] }'] },
  'a maintenance window': {
    fleet: fleet(2, { window: '03:00-06:00' }),
    execution: 'switch: maintenance-window',
    beginsAt: '02:58:00',
    disturbance: { kind: 'deferred', at: 'durable', effect: 'set clock', ms: 3 * 60_000 },
  },
} as const satisfies Readonly<Record<string, Story>>;

export type StoryName = keyof typeof STORIES;

/** The entry of a story at which the process is killed. */
export interface Boundary {
  readonly story: StoryName;
  readonly having?: Strike['having'];
  /** The first process ends at this entry; the boundary is in the second process. */
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

/** Which story writes which entry, for every kind of entry and every way to continue from it. */
export const BOUNDARIES = {
  'run-started': [
    { story: 'plain', having: { resumed: false } },
    { story: 'plain', having: { resumed: true }, after: { kind: 'accepted' } },
  ],
  'lock-taken-over': [{ story: 'plain', after: { kind: 'accepted' } }],
  identity: PLAIN,
  /** No story loses the state between two processes: `test/attacks/evidence.test.ts` adopts runs that were cut at an entry. */
  adopted: [],
  approved: [
    ...PLAIN,
    { story: 'signed by two', having: { how: 'signatures', wave: null } },
    { story: 'signed by two', having: { how: 'signatures', wave: 1 } },
  ],
  'approval-awaited': [{ story: 'signed while it waits' }],
  /** Runs in a folder do not rest: `test/run/rest.test.ts` kills processes around it. */
  rested: [],
  /** Only `refit store import` writes it: `test/postgres/move-run.test.ts` kills processes around it. */
  'handed-over': [],
  'wave-started': PLAIN,
  'instance-read': PLAIN,
  intent: PLAIN,
  'not-sent': [{ story: 'a delay between entry and send' }],
  accepted: [{ story: 'orders that show late' }, ...PLAIN],
  refused: each<AfterRefusal>('next', {
    'try-again': 'a limit and an internal error',
    'read-first': 'a limit and an internal error',
    wait: 'another task on the instance',
    skip: 'steps with other outcomes',
    halt: 'no permission at first',
  }),
  'no-answer': [{ story: 'lost answers' }],
  resolved: [
    { story: 'lost answers', having: { executed: true } },
    { story: 'lost answers', having: { executed: false } },
    { story: 'plain', having: { executed: true }, after: { kind: 'accepted' } },
  ],
  deferred: [{ story: 'a maintenance window' }],
  began: [{ story: 'a maintenance window' }],
  'step-ended': [
    ...each<Exclude<Outcome, 'not-run'>>('outcome', {
      verified: 'plain',
      failed: 'steps with other outcomes',
      refused: 'steps with other outcomes',
      drifted: 'steps with other outcomes',
      skipped: 'steps with other outcomes',
      unknown: 'an answer that nothing resolves',
    }),
    { story: 'two steps of one instance', having: { step: 'crs-fleet000/memoryPerShard' } },
  ],
  billed: [{ story: 'no permission to search billing' }],
  gate: [{ story: 'a gate', having: { judge: 'unknown' } }],
  'control-command': [
    { story: 'a lower rate by command', having: { accepted: true } },
    { story: 'a lower rate by command', having: { accepted: false } },
  ],
  notified: [{ story: 'a hook at the start' }],
  stopping: [{ story: 'no permission at first' }],
  calls: PLAIN,
  'wave-ended': PLAIN,
  'run-ended': PLAIN,
} as const satisfies Readonly<Record<JournalEvent['kind'], readonly Boundary[]>>;
