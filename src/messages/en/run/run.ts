/** What a run records of its steps, in English. Times are ISO 8601 UTC. */
import type { MaintenanceWindow, Message, Outcome, Size, Trace } from '../../../model.ts';
import { SECOND } from '../../../units.ts';
import type { Say, Text } from '../../text.ts';
import { count } from '../format-size.ts';
import { inWords, size as wholeSize } from '../quantities.ts';

/** `22:00-23:00 Beijing time` */
export function formatWindow({ from, to }: MaintenanceWindow): string {
  return `${from}-${to} Beijing time`;
}

/** `order 2026… by 100000000099, created at …` or `task 700001 (type 012), started at …` */
function formatTrace(trace: Trace): string {
  if (trace.kind === 'task') return `task ${trace.id} (type ${trace.type}), started at ${trace.startedAt}`;
  const { order, by, createdAt } = trace;
  return `order ${order}${by === null ? '' : ` by ${by}`}, created at ${createdAt}`;
}

const formatTraces = (traces: readonly Trace[]): string => traces.map(formatTrace).join('; ');

const MOST_NAMED = 3;

/** The first traces after a lead-in, and how many more; empty without any. */
function tracesAfter(lead: string, traces: readonly Trace[]): string {
  if (traces.length === 0) return '';
  const more = traces.length - MOST_NAMED;
  return `${lead}${formatTraces(traces.slice(0, MOST_NAMED))}${more > 0 ? `; and ${more} more` : ''}`;
}

const SOURCES = { instance: 'instance', nodes: 'its nodes', tasks: 'task list', billing: 'billing' } as const;

const BILLING = {
  found: '',
  unreadable: '; billing cannot be read, so the number of its order is not known',
  'no-order': '; billing lists no order for it',
  'not-delivered': '; billing does not show its order as delivered yet',
} as const;

const minutesOf = (minutes: number): string => count(minutes, 'minute');

export const run = {
  /** Any words with their fix. */
  'text.with-fix': ({ text, fix }: { text: string; fix: string }): Text => `${text} (fix: ${fix})`,

  // The states of a step between its events.
  'run.never-started': (): Text => 'never started',
  'run.adopted': (): Text => 'the run was adopted: the journal may lack an order of this step',
  'run.awaiting-answer': (): Text => 'ordered, and no answer is on record',
  'run.nothing-sent': ({ reason }: { reason: Message }, say: Say): Text => `nothing was sent: ${say(reason)}`,
  'run.ordered': (): Text => 'ordered, and its end is not known yet',
  /** The provider's own text of a refusal. */
  'run.provider-answer': ({ answer }: { answer: string }): Text => answer,
  'run.was-executed': ({ evidence }: { evidence: Message }, say: Say): Text =>
    `was executed: ${say(evidence)}`,
  'run.was-not-executed': ({ evidence }: { evidence: Message }, say: Say): Text =>
    `was not executed: ${say(evidence)}`,
  'run.deferred': ({ window }: { window: MaintenanceWindow }): Text =>
    `accepted, waits for its window ${formatWindow(window)}`,
  'run.change-started': ({ evidence }: { evidence: Message }, say: Say): Text =>
    `in progress: ${say(evidence)}`,

  // Before an order.
  /** `missing` are the lines that `refit approve` shows too. */
  'run.approvals-missing': ({ missing }: { missing: readonly Message[] }, say: Say): Text =>
    missing.map((one) => say(one)).join('; '),
  'run.earlier-step': ({ step, outcome }: { step: string; outcome: Outcome }): Text =>
    `its earlier step ${step} ended ${outcome}`,
  'run.window-changed': ({ now, planned }: { now: MaintenanceWindow; planned: MaintenanceWindow }): Text =>
    `its maintenance window is now ${now.from}-${now.to}; the plan has ${formatWindow(planned)}`,
  'run.order-paid': ({ order }: { order: string }): Text =>
    `order ${order}, which was unpaid before, is now paid`,
  'run.instance-gone': (): Text => 'the provider no longer lists the instance',
  'run.at-size-after-all': ({ size }: { size: Size }): Text =>
    `the instance now has ${wholeSize(size)}: an earlier attempt was executed after all`,
  'run.instance-status': ({ status }: { status: string }): Text => `the instance is ${status}`,
  'run.instance-busy': ({
    status,
    minutes,
    tasks,
  }: {
    status: string;
    minutes: number;
    tasks: readonly Trace[];
  }): Text => `the instance was ${status} for ${minutesOf(minutes)}${tracesAfter(': ', tasks)}`,
  'run.size-drifted': ({ size, planned, by }: { size: Size; planned: Size; by: readonly Trace[] }): Text =>
    `the instance has ${wholeSize(size)}, and the plan expects ${wholeSize(planned)}: it was changed meanwhile${tracesAfter(', by ', by)}`,
  'run.nodes-drifted': ({ nodes, by }: { nodes: Message; by: readonly Trace[] }, say: Say): Text =>
    `the nodes were changed meanwhile${tracesAfter(', by ', by)}: ${say(nodes)}`,
  'run.nodes-span-zones': (): Text => 'it now spans several zones, and was in one zone when it was planned',
  'run.replica-count-differs': ({ listed, planned }: { listed: number; planned: number }): Text =>
    `it lists ${count(listed, 'replica')}, and the plan expects ${planned}`,
  'run.replica-gone': ({ node, zone }: { node: number | null; zone: string }): Text =>
    `node ${node ?? 'without a number'} in ${zone}, which the step removes, is no longer a replica there`,

  // The identity of a profile.
  'run.identity-late': ({ seconds }: { seconds: number }): Text =>
    `no answer within ${count(seconds, 'second')}`,

  // Answers to an order.
  /** The text of an error that Refit met while it called the provider. */
  'run.call-failed': ({ error }: { error: string }): Text => error,
  'run.held-back': (): Text => 'the run could start nothing new',
  'run.run-stopped': (): Text => 'the run was stopped',
  'run.intent-expired': (): Text => 'the journal entry of the order was older than two seconds',
  'run.answer-of-other-order': ({ order, step }: { order: string; step: string }): Text =>
    `the answer names order ${order}, which belongs to ${step}`,
  'run.refused': ({ answer, reason }: { answer: string; reason: Message }, say: Say): Text =>
    `${answer} (${say(reason)})`,
  'run.refused-while-locked': (
    {
      answer,
      reason,
      minutes,
      tasks,
    }: { answer: string; reason: Message; minutes: number; tasks: readonly Trace[] },
    say: Say,
  ): Text => `${answer} (${say(reason)}, for ${minutesOf(minutes)})${tracesAfter(': ', tasks)}`,
  'run.refused-repeatedly': ({ cause, minutes }: { cause: Message; minutes: number }, say: Say): Text =>
    `${say(cause)} (for ${minutesOf(minutes)})`,
  'run.no-usable-answer': ({ minutes }: { minutes: number }): Text =>
    `no usable answer for ${minutesOf(minutes)}; no order was executed`,

  // What became of an order without an answer.
  'run.unresolved': ({ reason }: { reason: Message }, say: Say): Text =>
    `ordered, and Refit could not find out whether it was executed: ${say(reason)}`,
  'run.not-executed-changed': ({ evidence }: { evidence: Message }, say: Say): Text =>
    `ordered, and not executed; someone else changed the instance meanwhile: ${say(evidence)}`,
  'run.billing-lists': ({ order }: { order: string }): Text => `billing lists order ${order} for it`,
  'run.unlisted-with-traces': ({ traces }: { traces: readonly Trace[] }): Text =>
    `the instance is not listed, and there is ${formatTraces(traces)}`,
  'run.traces-in-progress': ({ traces }: { traces: readonly Trace[] }): Text =>
    `in progress on the instance: ${formatTraces(traces)}`,
  'run.at-size-with-traces': ({ size, traces }: { size: Size; traces: readonly Trace[] }): Text =>
    `the instance has ${wholeSize(size)}, and there is ${formatTraces(traces)}`,
  'run.at-size-by': ({ size, traces }: { size: Size; traces: readonly Trace[] }): Text =>
    `the instance has ${wholeSize(size)}, because of ${formatTraces(traces)}`,
  'run.still-at-size': ({ size, traces }: { size: Size; traces: readonly Trace[] }): Text =>
    `the instance still has ${wholeSize(size)}, after ${formatTraces(traces)}`,
  'run.task-after-order': ({ task }: { task: Trace }): Text => `${formatTrace(task)}, after the order`,
  'run.instance-not-listed': (): Text => 'the instance is not listed',
  'run.already-at-size': ({ size }: { size: Size }): Text => `the instance already has ${wholeSize(size)}`,
  'run.replicas-listed': ({ listed }: { listed: number }): Text =>
    `the instance lists ${count(listed, 'replica')}`,
  'run.replicas-changed': ({ listed, before }: { listed: number; before: number }): Text =>
    `the instance lists ${count(listed, 'replica')}, and it had ${before}`,
  'run.something-in-progress': (): Text => 'something is in progress on the instance',
  'run.changed-without-trace': ({ size }: { size: Size }): Text =>
    `the instance has ${wholeSize(size)}, and no order or task that Refit can read explains it`,
  'run.tasks-unreadable': (): Text => 'the task list cannot be read',
  'run.billing-unreadable': (): Text =>
    'only billing can show an order that adds nodes, and billing cannot be read',
  'run.sources-silent': ({
    sources,
    seconds,
  }: {
    sources: readonly (keyof typeof SOURCES)[];
    seconds: number;
  }): Text => {
    const names = sources.map((source) => SOURCES[source]);
    return `${names.slice(0, -1).join(', ')} and ${names.at(-1)} showed no trace of the order for ${inWords(seconds * SECOND)}`;
  },

  // How an accepted order ended.
  'run.task-state': ({ task, result }: { task: string; result: string }): Text => `task ${task} is ${result}`,
  'run.order-delivered': ({ order }: { order: string }): Text => `order ${order} is delivered`,
  'run.order-not-delivered': ({ order }: { order: string }): Text => `order ${order} was not delivered`,
  'run.at-size': ({ size }: { size: Size }): Text => `the instance has ${wholeSize(size)}`,
  'run.instance-processing': (): Text => 'the instance is processing',
  'run.outside-window': ({ window }: { window: MaintenanceWindow }): Text =>
    `executed outside its window ${formatWindow(window)}`,
  'run.not-started-in-window': ({ window }: { window: MaintenanceWindow }): Text =>
    `accepted, but it did not start in two of its windows (${formatWindow(window)})`,
  'run.end-unreadable': ({ error }: { error: string }): Text =>
    `ordered, and Refit could not read how it ended: ${error}`,
  'run.task-failed': ({ task, size }: { task: string; size: Size }): Text =>
    `the provider's task ${task} failed; the instance has ${wholeSize(size)}`,
  'run.other-nodes': ({
    nodes,
  }: {
    nodes: readonly { readonly role: string; readonly id: number | null; readonly zone: string }[];
  }): Text =>
    `the instance has the planned size, but other nodes than ordered: ${nodes.map(({ role, id, zone }) => `${role} ${id} in ${zone}`).join(', ')}`,
  'run.changed-by-others': ({
    size,
    wanted,
    orders,
  }: {
    size: Size;
    wanted: Size;
    orders: readonly Trace[];
  }): Text =>
    `the instance has ${wholeSize(size)} instead of ${wholeSize(wanted)}: someone else changed it, by ${formatTraces(orders)}`,
  'run.ended-at-other-size': ({ size, wanted }: { size: Size; wanted: Size }): Text =>
    `the change ended, and the instance has ${wholeSize(size)} instead of ${wholeSize(wanted)}`,
  'run.no-order-in-billing': ({ cause }: { cause: Message }, say: Say): Text =>
    `${say(cause)}; billing lists no order of this run for it`,
  'run.order-of-others': ({ cause, traces }: { cause: Message; traces: readonly Trace[] }, say: Say): Text =>
    `${say(cause)}: the order that Refit found for this step was someone else's: ${formatTraces(traces)}`,
  'run.verified': ({ size, billing }: { size: Size; billing: keyof typeof BILLING }): Text =>
    `read back at ${wholeSize(size)}${BILLING[billing]}`,
  'run.at-later-size': ({ size }: { size: Size }): Text =>
    `the instance has ${wholeSize(size)}, which only a later step of this plan makes`,
  'run.verified-by-later': ({ size, billing }: { size: Size; billing: keyof typeof BILLING }): Text =>
    `read back at ${wholeSize(size)}, which a later step of this plan made from the size of this step${BILLING[billing]}`,
  'run.at-size-by-others': ({ size, orders }: { size: Size; orders: readonly Trace[] }): Text =>
    `the instance has ${wholeSize(size)}, because of ${formatTraces(orders)}: Refit cannot prove that this is an order of this run`,
  'run.unlisted-after-order': (): Text => 'ordered, and the instance is no longer listed',
  'run.not-ended': ({ minutes }: { minutes: number }): Text =>
    `ordered, and not ended within ${minutesOf(minutes)}`,
};
