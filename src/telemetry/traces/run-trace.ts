/**
 * The trace of one process of a run, from the entries of its journal:
 *
 *     run                       run-started … run-ended
 *     └─ wave canary            wave-started … wave-ended
 *        ├─ step crs-…/memory   its first entry … step-ended
 *        │  └─ UpgradeInstance  sentAt … accepted, refused or no-answer
 *        └─ DescribeInstances   a read of the process
 *
 * Each process has a trace of its own. The ids follow from the hash of its first entry, so the trace of a resumed run
 * links to the one before. The times are those of the journal.
 */
import { given } from '../../given.ts';
import { textOf } from '../../messages/messages.ts';
import {
  type EntryOf,
  isLimitCode,
  type JournalEntry,
  ORDER_ACTION,
  type SavedPlan,
  type Step,
} from '../../model.ts';
import type { ObservedCall } from '../observed-call.ts';
import {
  type Attributes,
  addEvent,
  finishSpan,
  type OpenSpan,
  type Span,
  type SpanReference,
  spanIdOf,
  spanText,
  traceIdOf,
} from './span.ts';

export interface RunTraceInput {
  readonly saved: Pick<SavedPlan, 'name' | 'digest' | 'steps' | 'waves'>;
  /** The name of the run directory, or the id of the run in its store. */
  readonly run: string;
  /** The first entry of the process before; null for the first one. */
  readonly before: Pick<JournalEntry, 'hash'> | null;
  /** The span that started this process, from `TRACEPARENT`; null: none is known. */
  readonly startedBy: SpanReference | null;
  /** Whether the trace with this id is recorded. */
  readonly isSampled: (traceId: string) => boolean;
  /** Receives each span when it ends. Parents end after their children. */
  readonly emit: (span: Span) => void;
}

export interface RunTrace {
  /** Takes an entry of this process once it is durable. */
  entry(entry: JournalEntry): void;
  /** Takes a read. Orders come from the journal. */
  call(call: ObservedCall): void;
  /** Ends what is open. @param at milliseconds since 1970 UTC. */
  close(at: number): void;
}

/** Exit codes of runs that need a person: failed steps, a halt, an unknown outcome. */
const FAILED_EXITS: ReadonlySet<number> = new Set([1, 3, 4, 10]);

export function createRunTrace(input: RunTraceInput): RunTrace {
  return new Trace(input);
}

class Trace implements RunTrace {
  readonly #input: RunTraceInput;
  readonly #stepById: ReadonlyMap<string, Step>;
  /** The span of the process before; null for the first one. */
  readonly #before: SpanReference | null;
  /** The span of the run; null before its first entry, after its end, and if the trace is not recorded. */
  #root: OpenSpan | null = null;
  readonly #waves = new Map<number, OpenSpan>();
  readonly #steps = new Map<string, OpenSpan>();
  /** The hash of the last intent of each step without an answer on record. */
  readonly #intents = new Map<string, string>();
  #reads = 0;

  constructor(input: RunTraceInput) {
    this.#input = input;
    this.#stepById = new Map(input.saved.steps.map((step) => [step.id, step]));
    this.#before = input.before && rootOf(input.before.hash);
  }

  entry(entry: JournalEntry): void {
    if (entry.kind === 'run-started') this.#start(entry);
    if (this.#root === null) return;
    const at = Date.parse(entry.at);
    switch (entry.kind) {
      case 'wave-started':
        this.#wave(entry.wave, at);
        return;
      case 'wave-ended':
        return this.#endWave(entry.wave, at);
      case 'gate':
        return this.#event(this.#waves.get(entry.wave), 'gate', at, {
          'refit.gate.judge': entry.judge,
          'refit.gate.outcome': entry.outcome,
          'refit.gate.next': entry.next,
        });
      case 'stopping':
        return this.#event(null, 'stopping', at, { 'refit.because': entry.because });
      case 'control-command':
        return this.#event(null, 'control-command', at, {
          'refit.command': entry.command,
          'refit.accepted': entry.accepted,
        });
      case 'handed-over':
        return this.#event(null, 'handed-over', at, { 'refit.run': entry.run });
      case 'rested':
        return this.#end(at, 'rested', null);
      case 'run-ended':
        return this.#end(at, entry.because, entry.exitCode);
      case 'billed':
        return;
      default:
        if ('step' in entry) this.#stepEntry(entry, at);
    }
  }

  call({ action, at, until, result, code, requestId }: ObservedCall): void {
    const root = this.#root;
    if (root === null) return;
    this.#reads += 1;
    const parent = [...this.#waves.values()].at(-1) ?? root;
    this.#emitCall(parent, `read ${this.#reads}`, {
      name: spanText(action),
      start: at,
      end: until,
      attributes: { 'refit.call.result': result, ...texts({ code, requestId }) },
      error: result === 'ok' ? null : (code ?? result),
    });
  }

  close(at: number): void {
    this.#end(at, 'left', null);
  }

  #start({ hash, at, resumed, purpose, endpoint, version }: EntryOf<'run-started'>): void {
    const { saved, run, startedBy, isSampled } = this.#input;
    const traceId = traceIdOf(hash);
    if (this.#root !== null || !isSampled(traceId)) return;
    this.#root = {
      ...rootOf(hash),
      parentId: null,
      name: 'run',
      kind: 'internal',
      start: Date.parse(at),
      attributes: {
        'refit.run.id': spanText(run),
        'refit.run.purpose': purpose ?? 'apply',
        'refit.run.resumed': resumed,
        'refit.run.steps': saved.steps.length,
        'refit.plan.name': spanText(saved.name),
        'refit.plan.digest': saved.digest,
        'refit.endpoint': spanText(endpoint),
        'refit.version': spanText(version),
      },
      events: [],
      links: [this.#before, startedBy].filter((link) => link !== null),
      error: null,
    };
  }

  #stepEntry(entry: Exclude<Extract<JournalEntry, { step: string }>, { kind: 'billed' }>, at: number): void {
    const step = this.#step(entry, at);
    switch (entry.kind) {
      case 'instance-read':
        return;
      case 'intent':
        this.#intents.set(entry.step, entry.hash);
        return;
      case 'not-sent':
        this.#intents.delete(entry.step);
        return this.#event(step, 'not-sent', at, { 'refit.reason': spanText(textOf(entry.reason)) });
      case 'accepted':
        return this.#order(step, entry, 'ok', { order: entry.order, requestId: entry.requestId });
      case 'refused':
        return this.#order(step, entry, isLimitCode(entry.code) ? 'limited' : 'refused', {
          code: entry.code,
          requestId: entry.requestId,
        });
      case 'no-answer':
        return this.#order(step, entry, 'unusable', {});
      case 'resolved':
        return this.#event(step, 'resolved', at, {
          'refit.executed': entry.executed,
          ...texts({ order: entry.order }),
        });
      case 'deferred':
        return this.#event(step, 'deferred', at, { 'refit.opens_at': entry.opensAt });
      case 'began':
        return this.#event(step, 'began', at, {});
      case 'step-ended':
        this.#steps.delete(entry.step);
        this.#intents.delete(entry.step);
        return this.#emit(step, at, {
          attributes: { 'refit.step.outcome': entry.outcome, ...texts({ code: entry.code }) },
          error: isFailure(entry.outcome) ? textOf(entry.message) : null,
        });
    }
  }

  /** The span of an order. It ends with the answer. */
  #order(
    step: OpenSpan,
    { step: id, attempt, sentAt, at }: EntryOf<'accepted' | 'refused' | 'no-answer'>,
    result: ObservedCall['result'],
    facts: Parameters<typeof texts>[0],
  ): void {
    const key = this.#intents.get(id) ?? `${id} ${attempt}`;
    this.#intents.delete(id);
    this.#emitCall(step, `order ${key}`, {
      name: ORDER_ACTION,
      start: Date.parse(sentAt),
      end: Date.parse(at),
      attributes: { 'refit.call.result': result, 'refit.attempt': attempt, ...texts(facts) },
      error: result === 'ok' ? null : (facts.code ?? 'no answer'),
    });
  }

  #emitCall(
    { traceId, spanId }: OpenSpan,
    key: string,
    call: Pick<Span, 'name' | 'start' | 'end' | 'attributes'> & { readonly error: string | null },
  ): void {
    const id = spanIdOf(`${this.#root!.spanId} ${key}`);
    const span = { ...call, traceId, spanId: id, parentId: spanId, kind: 'client' as const };
    const open = { ...span, events: [], links: [], error: call.error === null ? null : spanText(call.error) };
    this.#input.emit(finishSpan(open, call.end));
  }

  /** The open span of a step, which starts with its first entry in this process. */
  #step(entry: { readonly step: string; readonly hash: string }, at: number): OpenSpan {
    const open = this.#steps.get(entry.step);
    if (open) return open;
    const step = this.#stepById.get(entry.step);
    const parent = step === undefined ? this.#root! : this.#wave(step.wave, at);
    const span = this.#open(parent, `step ${entry.hash}`, {
      name: 'step',
      start: at,
      attributes: {
        'refit.step.id': spanText(entry.step),
        ...(step && {
          'refit.instance': spanText(step.instance),
          'refit.region': spanText(step.region),
          'refit.profile': spanText(step.profile),
        }),
      },
    });
    this.#steps.set(entry.step, span);
    return span;
  }

  /** The open span of a wave. In a resumed run it starts with the first entry about the wave. */
  #wave(index: number, at: number): OpenSpan {
    const open = this.#waves.get(index);
    if (open) return open;
    const { name = String(index), steps = [] } = this.#input.saved.waves[index] ?? {};
    const span = this.#open(this.#root!, `wave ${index} ${at}`, {
      name: 'wave',
      start: at,
      attributes: { 'refit.wave.name': spanText(name), 'refit.wave.steps': steps.length },
    });
    this.#waves.set(index, span);
    return span;
  }

  #endWave(index: number, at: number): void {
    const span = this.#wave(index, at);
    this.#waves.delete(index);
    this.#emit(span, at, {});
  }

  /** Ends the run, and everything that is still open in it. */
  #end(at: number, because: string, exitCode: number | null): void {
    const root = this.#root;
    if (root === null) return;
    for (const span of this.#steps.values())
      this.#emit(span, at, { attributes: { 'refit.step.left': true } });
    for (const span of this.#waves.values()) this.#emit(span, at, {});
    this.#steps.clear();
    this.#waves.clear();
    this.#intents.clear();
    this.#root = null;
    this.#emit(root, at, {
      attributes: { 'refit.run.because': because, ...given({ 'refit.run.exit_code': exitCode }) },
      error: exitCode !== null && FAILED_EXITS.has(exitCode) ? because : null,
    });
  }

  #open(
    { traceId, spanId }: OpenSpan,
    key: string,
    span: Pick<OpenSpan, 'name' | 'start' | 'attributes'>,
  ): OpenSpan {
    const id = spanIdOf(`${this.#root!.spanId} ${key}`);
    const empty = { events: [], links: [], error: null };
    return { ...span, ...empty, traceId, spanId: id, parentId: spanId, kind: 'internal' };
  }

  #event(span: OpenSpan | null | undefined, name: string, at: number, attributes: Attributes): void {
    addEvent(span ?? this.#root!, { name, at, attributes });
  }

  #emit(
    span: OpenSpan,
    at: number,
    { attributes = {}, error = null }: { readonly attributes?: Attributes; readonly error?: string | null },
  ): void {
    span.attributes = { ...span.attributes, ...attributes };
    span.error = error === null ? null : spanText(error);
    this.#input.emit(finishSpan(span, at));
  }
}

/** The span of a process. @param hash of its `run-started` entry. */
function rootOf(hash: string): SpanReference {
  return { traceId: traceIdOf(hash), spanId: spanIdOf(`${hash} run`) };
}

function isFailure(outcome: string): boolean {
  return outcome === 'failed' || outcome === 'refused' || outcome === 'unknown' || outcome === 'drifted';
}

/** The attributes of the texts that are present. */
function texts({
  code = null,
  requestId = null,
  order = null,
}: {
  readonly code?: string | null;
  readonly requestId?: string | null;
  readonly order?: string | null;
}): Attributes {
  const found: Record<string, string> = {};
  if (code !== null) found['refit.code'] = spanText(code);
  if (requestId !== null && requestId !== '') found['refit.request_id'] = spanText(requestId);
  if (order !== null) found['refit.order'] = spanText(order);
  return found;
}
