/** Control commands in reports, also with hostile names. */
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
const COMMANDS: readonly ControlAttempt[] = [
  { command: 'pause', value: null, by: BY, accepted: true, message: words('paused: no new order starts') },
  { command: 'pause', value: null, by: BY, accepted: false, message: words('already paused') },
  { command: 'continue', value: null, by: BY, accepted: true, message: words('going on') },
  { command: 'set inFlight', value: 5, by: BY, accepted: true, message: words('inFlight is 5 now') },
];

function runWith(commands: readonly ControlAttempt[]) {
  const { saved, entries } = SITUATIONS['a-small-run-all-verified']!();
  const more: JournalEntry[] = [...entries];
  for (const one of commands)
    more.push(
      seal(more.at(-1) ?? EMPTY_CHAIN, '2026-01-05T02:30:00.000Z', { kind: 'control-command', ...one }),
    );
  return { saved, entries: more };
}

describe('control commands', () => {
  const { saved, entries } = runWith(COMMANDS);
  const report = buildReport(saved, entries);

  it('are in the report in order, with operator and answer', () => {
    expect(report.run.controlCommands).toEqual(
      COMMANDS.map((one) => ({ at: '2026-01-05T02:30:00.000Z', ...one, message: textOf(one.message) })),
    );
    const schema = JSON.parse(
      readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8'),
    );
    const validate = new Ajv2020({ strictTypes: false, formats: { 'date-time': true } }).compile(schema);
    validate(JSON.parse(JSON.stringify(report)));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('are absent if there are none', () => {
    const quiet = runWith([]);
    expect(buildReport(quiet.saved, quiet.entries).run).not.toHaveProperty('controlCommands');
  });

  it.each(['text', 'markdown', 'html'] as const)('are shown as %s', (format) => {
    const text = renderReport(report, format, { color: false, width: 140 });
    for (const { message, by } of COMMANDS) {
      expect(text).toContain(textOf(message));
      expect(text).toContain(by.user);
    }
    expect(text).toContain('set inFlight 5');
    expect(text).toMatch(/refused/);
  });

  it('are escaped if the operator has a hostile name', () => {
    const hostile = { user: '<b>|x\u001b[2J', host: '=cmd()', pid: 1 };
    const bad = runWith([{ ...COMMANDS[0]!, by: hostile }]);
    const built = buildReport(bad.saved, bad.entries);
    const shown = (format: 'text' | 'markdown' | 'html') =>
      renderReport(built, format, { color: false, width: 140 });
    expect(shown('html')).not.toContain('<b>|x');
    expect(shown('markdown')).not.toMatch(/[^\\]<b>|[^\\]\|x/);
    for (const format of ['text', 'markdown', 'html'] as const) expect(shown(format)).not.toContain('\u001b');
  });
});

describe('a replay of the journal keeps the control commands', () => {
  it.each([
    [
      COMMANDS.slice(0, 1),
      { paused: { since: '2026-01-05T02:30:00.000Z', by: 'oncall@ops-2' }, inFlight: null },
    ],
    [COMMANDS.slice(0, 3), { paused: null, inFlight: null }],
    [COMMANDS, { paused: null, inFlight: 5 }],
    [[{ ...COMMANDS[3]!, accepted: false }], { paused: null, inFlight: null }],
  ])('%#', (commands, control) => {
    const { saved, entries } = runWith(commands);
    expect(replay(saved, entries).control).toMatchObject(control);
  });
});
