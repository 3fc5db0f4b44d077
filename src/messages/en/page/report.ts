/** Headings and phrases of the report of a run, in English. */
import type { Bill, Money, OrderBills, PriceSum } from '../../../model.ts';
import {
  amounts,
  count,
  counted,
  duration,
  instant,
  join,
  memory,
  money,
  quotes,
  timeOfDay,
} from '../quantities.ts';

const BILLS: Readonly<Record<Bill, string>> = {
  'as-quoted': 'as quoted',
  differs: 'different from the quote',
  'not-read': 'not read',
  'not-quoted': 'not quoted',
  'by-the-hour': 'billed by the hour',
};

/** The headings of tables, by table. */
const tables = {
  signatures: 'Approvals',
  attention: 'Needs attention',
  waves: 'Waves',
  gates: 'Gates',
  processes: 'Processes',
  commands: 'Control commands',
  notifications: 'Notifications',
  'run-waits': 'Waits of the run',
  'step-waits': 'Waits of the steps',
  attempts: 'Steps with several attempts or without a clear answer',
  'approved-with': 'Findings at approval',
  money: 'Cost',
  'billed-otherwise': 'Bills that differ from the quote',
  blocked: 'Blocked targets',
  steps: 'Steps',
  unchanged: 'Unchanged targets',
  actions: 'Calls by action',
};

/** The headings of sections. */
const sections = {
  problems: 'Problems',
  approvals: 'Approvals',
  outcomes: 'Outcomes',
  amounts: 'Memory and cost',
  approval: 'Findings at approval',
  time: 'Timeline',
  rate: 'Calls',
  all: 'All targets',
};

/** Charts: titles, labels, captions, and what screen readers read. */
const charts = {
  outcomesTitle: 'Outcomes of all steps',
  noSteps: 'no steps',
  timelineTitle: 'Timeline of the run by wave',
  timelineRegion: 'Chart of the timeline',
  timelineCaption:
    'One bar for each step, from its first order to its end, coloured by outcome, times in UTC. A pale bar with a dashed edge has no recorded end.',
  marksCaption:
    ' Dashed lines mark control commands and the ends and starts of processes; no process worked on the run in grey times.',
  startedBetween: (steps: number, from: string, to: string): string =>
    `${counted(steps, 'step')} started between ${instant(from)} and ${instant(to)}.`,
  wave: (name: string, steps: number, notVerified: number): string =>
    join([name, counted(steps, 'step'), notVerified > 0 && `${count(notVerified)} not verified`], ', '),
  notEnded: 'not ended',
  stepEnd: (ms: number, outcome: string): string => `${duration(ms)}, ${outcome}`,
  moreMarks: (marks: number): string => `and ${count(marks)} more marks`,
  commandMark: (label: string, accepted: boolean): string => (accepted ? label : `${label} (refused)`),
  commandTitle: (label: string, user: string, accepted: boolean, message: string): string =>
    `${label} by ${user}, ${accepted ? 'accepted' : 'refused'}: ${message}`,
  died: 'died',
  stopped: 'stopped',
  noProcess: (reason: string): string => `no process: ${reason}`,
  resumed: 'resumed',
  reconcile: 'reconcile',
  resumedTitle: (label: string, user: string, host: string, pid: number): string =>
    `${label} by ${user} on ${host}, process ${pid}`,
  durationsTitle: 'Duration of the changes',
  durationsRegion: 'Chart of durations',
  durationsCaption:
    'Number of changes by duration, from the order to the end. If a change waited for a maintenance window, its duration starts when the change started.',
  durationsBar: (steps: number, from: number, to: number): string =>
    `${counted(steps, 'step')}: ${duration(from)} to ${duration(to)}`,
  steps: (steps: number): string => counted(steps, 'step'),
  median: (ms: number): string => `median ${duration(ms)}`,
  longest: (ms: number): string => `longest ${duration(ms)}`,
  durations: (steps: number, median: number, p95: number, longest: number): string =>
    `${counted(steps, 'step')}: median ${duration(median)}, 95th percentile ${duration(p95)}, longest ${duration(longest)}.`,
  callsTitle: 'Calls per second by action',
  callsRegion: 'Chart of calls per second',
  callsPeak: (peak: number): string => `peak per second: ${peak}`,
  callsOf: (action: string, calls: number, peak: number): string =>
    `${action}: ${counted(calls, 'call')}, peak ${peak} per second`,
  callsCaption: (limit: number, rate: number, each: number): string => {
    const plan =
      rate === limit
        ? 'It is also the rate of the plan.'
        : `The dashed line is the rate of the plan, ${rate} per second.`;
    const grouped = each > 1 ? ` Each column covers ${each} seconds and shows the peak of one second.` : '';
    return `Calls per second, one strip for each action, times in UTC. The solid line is the provider’s limit for each action, ${limit} per second. ${plan}${grouped}`;
  },
  memoryTitle: 'Memory of all planned instances',
  memoryCaption: 'Replicas included. “Now” is the last size that Refit read.',
  before: 'before',
  planned: 'planned',
  now: 'now',
  quoted: 'quoted',
  verified: 'verified',
  billed: 'billed',
  priceTitle: (basis: PriceSum['basis'], currency: string): string =>
    `${basis === 'once' ? 'One-time cost' : 'Price per hour'}, ${currency}`,
  priceCaption: (withBills: boolean): string =>
    `The provider’s quotes for all steps and for the verified steps${withBills ? ', and the bills' : ''}.`,
};

/** Where a person confirmed a plan. The rest are options. */
const CONFIRMED: Readonly<Record<string, string>> = {
  prompt: 'at the prompt',
  console: 'in the web console',
};

export const report = {
  kind: 'Refit audit report',
  title: (plan: string): string => `${plan}: audit report`,
  tables,
  sections,
  charts,
  mostUrgent: (shown: number, of: number): string =>
    `The ${shown} most severe of ${count(of)}. The table of all steps has the others.`,
  plan: 'Plan ',
  journalHead: 'Journal head ',
  toCheck: (entries: number): string => `, ${counted(entries, 'entry', 'entries')}. To check it offline: `,
  computed: 'Refit computed this report from the saved plan and the journal only. Format ',
  end: '.',
  hourlyNote: 'Changes that are paid by the hour have no one-time bill.',
  differsNote:
    'A prepaid quote covers the rest of the term. If Refit orders on a later day, the bill or refund covers fewer days. Check other differences.',
  notStarted: 'not started',
  inProgress: 'in progress',
  shadow: (outcome: string): string => `${outcome} (shadow)`,
  accepted: 'accepted',
  refused: 'refused',
  delivered: 'yes',
  notDelivered: 'NO',
  example: (text: string): string => `example: ${text}`,

  // Facts of a run.
  planFact: (digest: string, file: string, sealedAt: string): string =>
    `${digest} of ${file}, sealed ${instant(sealedAt)}`,
  endedFact: (at: string, ms: number): string => `${instant(at)}, after ${duration(ms)}`,
  restsFact: (until: string, reason: string): string => `until ${instant(until)}: ${reason}`,
  startsFact: (starts: number): string =>
    `${count(starts)} (resumed ${['once', 'twice'][starts - 2] ?? `${count(starts - 1)} times`})`,
  operatorFact: (user: string, host: string): string => `${user} on ${host}`,
  memoryFact: (before: number, planned: number, now: number): string =>
    `${memory(before)} before, ${memory(planned)} planned, ${memory(now)} now`,
  signedPlan: 'the plan',
  signedWave: (wave: string): string => `wave ${wave}`,
  forPolicy: (what: string): string => `${what}, for the policy`,
  signedBy: (what: string, signers: readonly string[]): string => `${what} by ${signers.join(', ')}`,
  noSignature: 'no signature was required',
  confirmedBy: (by: string, how: string, at: string): string =>
    `by ${by} ${CONFIRMED[how] ?? `with --${how}`}, ${instant(at)}`,
  identity: (account: string, user: string, details: string): string =>
    `account ${account}, user ${user} (${details})`,
  identityUnknown: (reason: string): string => `unknown: ${reason}`,
  ofProfile: (profile: string, identity: string): string => `${profile}: ${identity}`,
  noPolicy: 'none',
  policyFrom: (digest: string, files: readonly string[]): string => `${digest} from ${files.join(', ')}`,
  quotedFact: (quoted: readonly PriceSum[], verified: readonly PriceSum[]): string =>
    `quoted ${quotes(quoted)}; of this for verified steps ${verified.length === 0 ? 'nothing' : quotes(verified)}`,
  /** What accepted orders are billed. Reports and the overview of the console say it in these words. */
  billedFact: (billed: readonly Money[], bills: OrderBills): string => {
    const { once, hourly, notRead, none } = bills;
    const compared = (
      [
        ['as-quoted', bills.asQuoted],
        ['differs', bills.differs],
        ['not-quoted', bills.notQuoted],
      ] as const
    ).filter(([, number]) => number > 0);
    const details = compared.map(([bill, number]) =>
      number === once ? BILLS[bill] : `${count(number)} ${BILLS[bill]}`,
    );
    return join(
      [
        once > 0 &&
          `${amounts(billed)} once for ${counted(once, 'order')}${details.length === 0 ? '' : ` (${details.join(', ')})`}`,
        hourly > 0 && `${counted(hourly, 'order')} billed by the hour`,
        notRead > 0 && `${counted(notRead, 'bill')} not read`,
        none > 0 && `${counted(none, 'order')} without a bill`,
      ],
      '; ',
    );
  },
  callsFact: (calls: readonly (readonly [string, number])[], refused: number): string =>
    `${calls.map(([action, number]) => `${count(number)} ${action}`).join(', ')}; ${refused === 0 ? 'none' : count(refused)} refused by the request limit`,
  adoption: (by: string, at: string, seq: number, adopted: number, reason: string): string => {
    const entries = adopted === 1 ? 'entry 1' : `entries 1 to ${adopted}`;
    const writer = adopted === 0 ? 'no entry came before it' : `who wrote ${entries} is not known`;
    return `by ${by}, ${instant(at)}, in entry ${seq}: ${writer}, because ${reason}`;
  },

  // Waits of a run.
  pausedBy: (by: string): string => `by ${by}`,
  gateAfter: (wave: string): string => `the gate after wave ${wave}`,
  soakAfter: (wave: string): string => `after wave ${wave}`,
  processDied: 'its process died, or was aborted',
  rested: (reason: string): string => `rested: ${reason}`,
  handedOver: (place: string): string => `handed over to ${place}`,
  endedBecause: (because: string): string => `ended: ${because}`,

  // One step.
  attempt: (
    attempt: number,
    at: string | null,
    answer: string,
    { reason, order }: { readonly reason: string; readonly order: string | null },
  ): string =>
    `attempt ${attempt}, ${timeOfDay(at)}: ${join([answer, reason, order !== null && `order ${order}`], ', ')}`,
  codeAndMessage: (code: string | null, message: string | null): string => join([code, message], ': '),
  resolved: (at: string, executed: boolean, evidence: string): string =>
    `resolved ${timeOfDay(at)}: ${executed ? '' : 'not '}executed, ${evidence}`,
  delay: (name: string, ms: number): string => `${name} ${duration(ms)}`,
  billOf: (billed: Money): string => `billed ${money(billed.amount, billed.currency)}`,
  billAsQuoted: (bill: string): string => `${bill}, as quoted`,
  billInOtherCurrency: (bill: string, currency: string): string => `${bill}, quoted in ${currency}`,
  billDiffers: (bill: string, difference: number, currency: string, estimated: boolean): string =>
    `${bill}, ${money(Math.abs(difference), currency)} ${difference > 0 ? 'more' : 'less'} than quoted${estimated ? ' (estimated)' : ''}`,
  billedByTheHour: 'billed by the hour',
  billNotRead: 'bill not read',
};
