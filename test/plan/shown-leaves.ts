/**
 * How each member of a saved plan is shown to the person who approves it. The compiler wants every member of the types
 * here; `shown-leaves.test.ts` changes each one in a plan that has them all.
 */
import type {
  Approvals,
  Execution,
  Gate,
  PlanSource,
  Precondition,
  SavedPlan,
  SavedWindows,
  Schedule,
  SealedCalendar,
  Spread,
  Step,
  Wave,
  Webhook,
} from '../../src/model.ts';

/**
 * `shown`: among the effects, or elsewhere in the review. `computed`: it follows from other members, and reading a saved
 * plan refuses another value. `checked`: a run compares it with the provider and refuses. `no effect`: it changes nothing.
 */
export type Showing = 'shown' | 'computed' | `checked: ${string}` | `no effect: ${string}` | TableOf;
interface TableOf {
  readonly [key: string]: Showing;
}

type Every<T> = { readonly [Key in keyof Required<T>]: Showing };

const GATE: Every<Gate> = {
  failed: 'shown',
  unknown: 'shown',
  duration: 'shown',
  metric: 'shown',
  command: 'shown',
  url: 'shown',
  timeout: 'shown',
  onInconclusive: 'shown',
  shadow: 'shown',
};

const WAVE: Every<Wave> = {
  name: 'shown',
  steps: 'computed',
  soak: 'shown',
  slowStart: 'shown',
  approval: 'shown',
  haltWhen: 'shown',
  gate: { ...GATE },
};

const EXECUTION: Every<Execution> = {
  inFlight: 'shown',
  requestsPerSecond: 'shown',
  switch: 'shown',
  patience: 'shown',
  haltWhen: 'shown',
  slowStart: 'shown',
};

const SPREAD: Every<Spread> = { by: 'shown', maxInFlight: 'shown' };

const WEBHOOK: Every<Webhook> = {
  url: 'shown',
  urlEnv: 'shown',
  form: 'shown',
  on: 'shown',
  secretEnv: 'shown',
};

const APPROVALS: Every<Approvals> = { need: 'shown', authors: 'shown', approvers: 'shown' };

const CALENDAR: Every<SealedCalendar> = { file: 'shown', knownUntil: 'shown', freezes: 'shown' };

const WINDOWS: Every<SavedWindows> = {
  timezone: 'shown',
  allow: 'shown',
  freeze: 'shown',
  lastStart: 'shown',
  atClose: 'shown',
  calendars: { ...CALENDAR },
};

const SCHEDULE: Every<Schedule> = {
  when: {
    kind: 'computed',
    cron: 'shown',
    timezone: 'shown',
  },
  does: 'no effect: a saved plan has no other value',
  catchUp: 'shown',
  catchUpWithin: 'shown',
};

const SOURCE: Every<PlanSource> = {
  kind: 'shown',
  run: 'shown',
  digest: 'shown',
  head: 'shown',
  ignoresWindows: 'shown',
};

const STEP: Every<Step> = {
  id: 'computed',
  instance: 'computed',
  region: 'shown',
  profile: 'shown',
  edition: 'checked: the instance has this edition before its first order',
  change: { dimension: 'computed', from: 'shown', to: 'shown' },
  nodes: { kind: 'computed', zones: 'shown', nodes: 'shown' },
  before: 'computed',
  after: 'computed',
  needs: 'computed',
  wave: 'computed',
  location: 'no effect: the line of the plan file, for the reader',
  quote: {
    amount: 'shown',
    currency: 'shown',
    basis: 'shown',
    readAt: 'no effect: when the price was read',
    estimated: 'shown',
  },
};

const PRECONDITION: Every<Precondition> = {
  instance: 'computed',
  name: 'shown',
  region: 'computed',
  zone: 'checked: the instance is in this zone before its first order',
  profile: 'computed',
  billing: 'checked: the instance has this billing before its first order',
  edition: 'computed',
  size: 'computed',
  window: 'shown',
  target: 'computed',
  reason: 'shown',
  used: 'no effect: the memory in use when planning; a run reads it again',
  deadline: 'shown',
  terraform: 'shown',
  group: 'shown',
  readAt: 'no effect: when the instance was read',
};

/** Every member of a saved plan. */
export const SAVED: Every<SavedPlan> = {
  format: 'no effect: a saved plan has no other value',
  digest: 'shown',
  name: 'shown',
  change: 'shown',
  owner: 'shown',
  file: 'no effect: the name of the plan file, for the reader',
  sealedAt: 'no effect: when the plan was sealed; only expiresAt counts',
  expiresAt: 'shown',
  finishBy: 'shown',
  inventory: { source: 'shown', readAt: 'shown', instances: 'shown' },
  execution: { ...EXECUTION },
  spread: { ...SPREAD },
  source: { ...SOURCE },
  hooks: 'shown',
  notify: { ...WEBHOOK },
  approvals: { ...APPROVALS },
  windows: { ...WINDOWS },
  schedule: { ...SCHEDULE },
  waves: { ...WAVE },
  steps: { ...STEP },
  preconditions: { ...PRECONDITION },
  unchanged: 'no effect: Refit orders nothing for them',
  blocked: 'no effect: Refit orders nothing for them',
  findings: 'no effect: notes for the reader; effects are not among them',
  prices: 'computed',
  priceShares: 'computed',
  forecast: 'computed',
};
