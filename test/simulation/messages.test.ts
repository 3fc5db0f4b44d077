/** The messages in journals of simulated runs: the language knows each, and a JSON round trip keeps its words. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { en } from '../../src/messages/en/en.ts';
import { render } from '../../src/messages/messages.ts';
import type { JournalEntry, Message } from '../../src/model.ts';
import { drawScenario } from './draw-scenario.ts';
import { simulate } from './simulate.ts';

/** Every message in a value, with the messages in its parameters. */
function messagesIn(value: unknown): Message[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(messagesIn);
  return 'id' in value && 'params' in value ? [value as Message, ...inner] : inner;
}

it('has only messages that English knows, with the same words after a JSON round trip', async () => {
  const ids = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 100_000 }), async (seed) => {
      const entries: JournalEntry[] = [];
      const { violations } = await simulate(drawScenario(seed), { onEntries: (all) => entries.push(...all) });
      expect(violations).toEqual([]);
      for (const message of entries.flatMap(messagesIn)) {
        ids.add(message.id);
        expect(Object.hasOwn(en, message.id), `the language lacks ${message.id}`).toBe(true);
        const words = render(message);
        expect(render(JSON.parse(JSON.stringify(message)))).toEqual(words);
        expect(words.message).not.toMatch(/\bundefined\b|\bNaN\b|\[object |^[a-z]+\.[a-z-]+ \{/);
      }
    }),
    { numRuns: 12 },
  );
  expect(ids.size).toBeGreaterThan(10);
});
