/** What a run was told while it was live stands in its report, word by word, and harms no reader. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { EMPTY_CHAIN, seal } from '../../src/journal/chain.ts';
import { replay } from '../../src/journal/replay.ts';
import { textOf } from '../../src/messages/messages.ts';
import type { ControlAttempt, JournalEntry } from '../../src/model.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { renderReport } from '../../src/report/run/render-report.ts';
import { words } from '../messages/words.ts';
import { SITUATIONS } from './situations.ts';

const BY = { user: 'oncall', host: 'ops-2', pid: 99 };
const TOLD: readonly ControlAttempt[] = [
  { command: 'pause', value: null, by: BY, accepted: true, message: words('paused: no new order starts') },
  { command: 'pause', value: null, by: BY, accepted: false, message: words('already paused') },
  { command: 'continue', value: null, by: BY, accepted: true, message: words('going on') },
  { command: 'set inFlight', value: 5, by: BY, accepted: true, message: words('inFlight is 5 now') },
];

function toldTo(told: readonly ControlAttempt[]) {
  const { saved, entries } = SITUATIONS['a-small-run-all-verified']!();
  const more: JournalEntry[] = [...entries];
  for (const one of told)
    more.push(
      seal(more.at(-1) ?? EMPTY_CHAIN, '2026-01-05T02:30:00.000Z', { kind: 'control-command', ...one }),
    );
  return { saved, entries: more };
}

describe('commands to a live run', () => {
  const { saved, entries } = toldTo(TOLD);
  const report = buildReport(saved, entries);

  it('stand in the report in their order, with who gave them and what was answered', () => {
    expect(report.run.controlCommands).toEqual(
      TOLD.map((one) => ({ at: '2026-01-05T02:30:00.000Z', ...one, message: textOf(one.message) })),
    );
    const schema = JSON.parse(
      readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8'),
    );
    const validate = new Ajv2020({ strictTypes: false, formats: { 'date-time': true } }).compile(schema);
    validate(JSON.parse(JSON.stringify(report)));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('and are absent where nobody gave one', () => {
    const quiet = toldTo([]);
    expect(buildReport(quiet.saved, quiet.entries).run).not.toHaveProperty('controlCommands');
  });

  it.each(['text', 'markdown', 'html'] as const)('are shown as %s', (format) => {
    const text = renderReport(report, format, { color: false, width: 140 });
    for (const { message: what, by } of TOLD) {
      expect(text).toContain(textOf(what));
      expect(text).toContain(by.user);
    }
    expect(text).toContain('set inFlight 5');
    expect(text).toMatch(/refused/);
  });

  it('harm no reader, whatever the one who gave them is called', () => {
    const hostile = { user: '<b>|x\u001b[2J', host: '=cmd()', pid: 1 };
    const bad = toldTo([{ ...TOLD[0]!, by: hostile }]);
    const built = buildReport(bad.saved, bad.entries);
    const shown = (format: 'text' | 'markdown' | 'html') =>
      renderReport(built, format, { color: false, width: 140 });
    expect(shown('html')).not.toContain('<b>|x');
    expect(shown('markdown')).not.toMatch(/[^\\]<b>|[^\\]\|x/);
    for (const format of ['text', 'markdown', 'html'] as const) expect(shown(format)).not.toContain('\u001b');
  });
});

describe('a journal tells what a run had been told', () => {
  it.each([
    [TOLD.slice(0, 1), { paused: { since: '2026-01-05T02:30:00.000Z', by: 'oncall@ops-2' }, inFlight: null }],
    [TOLD.slice(0, 3), { paused: null, inFlight: null }],
    [TOLD, { paused: null, inFlight: 5 }],
    [[{ ...TOLD[3]!, accepted: false }], { paused: null, inFlight: null }],
  ])('%#', (told, steered) => {
    const { saved, entries } = toldTo(told);
    expect(replay(saved, entries).control).toMatchObject(steered);
  });
});
