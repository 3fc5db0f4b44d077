/**
 * Writes a journal as CloudEvents 1.0, one JSON line for each entry, for collectors of many programs' events. Source of
 * the form: CloudEvents 1.0.2 and its JSON format, read 2026-11.
 */
import { unreachable } from '../../errors.ts';
import type { JournalEntry, SavedPlan } from '../../model.ts';
import { escapeControls, jsonLine } from '../document/escape.ts';

/** The schema of `data`, as `schemas/journal-entry.schema.json` names itself. */
const DATA_SCHEMA = 'urn:refit:journal-entry:1';

/** One entry as an event. */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** The entry's number: unique within `source`. */
  readonly id: string;
  /** The run, by the hash of its first entry. It is unique and never changes. */
  readonly source: string;
  /** `refit.journal.` and the entry's kind. */
  readonly type: string;
  readonly time: string;
  /** The step, else the wave, else the plan. Control characters are escaped, because the standard forbids them. */
  readonly subject: string;
  readonly datacontenttype: 'application/json';
  readonly dataschema: string;
  /** The entry as in the journal; its `hash` proves that. */
  readonly data: JournalEntry;
}

type Named = Pick<SavedPlan, 'name'>;

/** The events of a run. Pure: the same entries give the same events, and a longer journal only adds events. */
export function cloudEvents({ name }: Named, entries: readonly JournalEntry[]): CloudEvent[] {
  const source = sourceOf(entries[0]);
  return entries.map((entry) => cloudEvent(name, source, entry));
}

/** @param first the first entry of the run. */
function sourceOf(first: JournalEntry | undefined): string {
  return `urn:refit:run:${first?.hash ?? ''}`;
}

function cloudEvent(name: string, source: string, entry: JournalEntry): CloudEvent {
  return {
    specversion: '1.0',
    id: String(entry.seq),
    source,
    type: `refit.journal.${entry.kind}`,
    time: entry.at,
    subject: escapeControls(subjectOf(entry)) || escapeControls(name) || 'plan',
    datacontenttype: 'application/json',
    dataschema: DATA_SCHEMA,
    data: entry,
  };
}

/** The same as JSON lines. */
export function cloudEventLines(saved: Named, entries: readonly JournalEntry[]): string {
  return entries.map(createEventLines(saved)).join('');
}

/** Makes the line of each entry. Call it with the entries in order: the first one gives the run its name. */
export function createEventLines({ name }: Named): (entry: JournalEntry) => string {
  let source: string | null = null;
  return (entry) => {
    source ??= sourceOf(entry);
    return jsonLine(cloudEvent(name, source, entry));
  };
}

function subjectOf(entry: JournalEntry): string {
  if ('step' in entry) return entry.step;
  switch (entry.kind) {
    case 'wave-started':
    case 'wave-ended':
    case 'gate':
      return entry.name;
    case 'run-started':
    case 'lock-taken-over':
    case 'identity':
    case 'adopted':
    case 'approved':
    case 'approval-awaited':
    case 'control-command':
    case 'notified':
    case 'rested':
    case 'handed-over':
    case 'stopping':
    case 'calls':
    case 'run-ended':
      return '';
    default:
      return unreachable(entry);
  }
}
