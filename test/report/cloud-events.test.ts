/** The journal as CloudEvents, checked by the standard's own package. */
import { HTTP, CloudEvent as Judge } from 'cloudevents';
import { describe, expect, it } from 'vitest';
import { cloudEventLines, cloudEvents } from '../../src/report/run/cloud-events.ts';
import { HOSTILE, SITUATIONS } from './situations.ts';

const eventsIn = (lines: string) =>
  lines
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a journal as CloudEvents', () => {
  it.each(Object.keys(SITUATIONS))('%s: every line is a valid event', (name) => {
    const { saved, entries } = SITUATIONS[name]!();
    const events = eventsIn(cloudEventLines(saved, entries));
    expect(events).toHaveLength(entries.length);
    for (const [at, event] of events.entries()) {
      const judged = new Judge(event);
      expect(judged.validate()).toBe(true);
      expect(judged.toJSON()).toMatchObject({
        specversion: '1.0',
        id: String(entries[at]!.seq),
        type: `refit.journal.${entries[at]!.kind}`,
        time: entries[at]!.at,
        data: entries[at],
      });
      // The standard requires that every attribute is not empty and has no control characters.
      for (const [key, value] of Object.entries(event)) {
        expect(key).toMatch(/^[a-z0-9]{1,20}$/);
        if (key !== 'data') expect(value, key).toMatch(/^[^\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]+$/u);
      }
    }
  });

  it('is unchanged after a round trip through the HTTP binding of the standard', () => {
    const { saved, entries } = SITUATIONS['a-run-full-of-hostile-text']!();
    const event = new Judge({ ...cloudEvents(saved, entries)[3]! });
    const back = HTTP.toEvent(HTTP.structured(event)) as Judge;
    expect(back.toJSON()).toEqual(event.toJSON());
  });

  it('has one source for a run and unique ids, and keeps its lines when the journal grows', () => {
    const { saved, entries } = SITUATIONS['a-halted-run']!();
    const events = cloudEvents(saved, entries);
    expect(new Set(events.map(({ source }) => source))).toEqual(
      new Set([`urn:refit:run:${entries[0]!.hash}`]),
    );
    expect(new Set(events.map(({ id }) => id)).size).toBe(entries.length);
    const before = cloudEventLines(saved, entries.slice(0, 7));
    expect(cloudEventLines(saved, entries).startsWith(before)).toBe(true);
    expect(cloudEventLines(saved, [])).toBe('');
  });

  it('has the step as its subject, else the wave, else the plan', () => {
    const { saved, entries } = SITUATIONS['a-halted-run']!();
    const about = Object.fromEntries(cloudEvents(saved, entries).map(({ type, subject }) => [type, subject]));
    expect(about).toMatchObject({
      'refit.journal.run-started': saved.name,
      'refit.journal.wave-started': 'rest',
      'refit.journal.intent': saved.steps[5]!.id,
    });
    const hostile = SITUATIONS['a-run-full-of-hostile-text']!();
    expect(cloudEvents(hostile.saved, hostile.entries)[0]!.subject).not.toBe(HOSTILE);
  });
});
