/** Texts in a store that somebody else wrote: plans, and lines of the log. */
import { expect, it } from 'vitest';
import { RefitError } from '../../src/errors.ts';
import { message } from '../../src/messages/messages.ts';
import { formatScheduleEvent } from '../../src/schedule/schedule-entry.ts';
import type { ScheduleEvent } from '../../src/schedule/schedule-log.ts';
import { planToPut } from '../../src/schedule/store/read-stored.ts';
import { entryOf, lineOf } from '../../src/schedule/store/stored-log.ts';
import { createPlanReader, mostBytes, readStoredPlan } from '../../src/schedule/store/stored-plan.ts';

const plan = (...lines: readonly string[]): string =>
  [
    'version: 1',
    'name: nightly',
    'targets: [{ instance: crs-aaaa0000, region: ap-guangzhou, memoryPerShard: 8GB }]',
    'schedule: { cron: "30 1 * * Tue", timezone: UTC, does: run }',
    ...lines,
    '',
  ].join('\n');

it.each<[string, string, string | null, RegExp]>([
  ['a text that is no plan', 'p.yaml', 'version: 1\nnam: x\n', /line \d/],
  ['a list of approvers', 'p.yaml', '- name: wei\n', /no plan and no saved plan/],
  ['a text that is gone', 'p.yaml', null, /no text/],
  ['JSON that is no saved plan', 'p.json', '{"format":"x"}', /no plan and no saved plan/],
  ['a saved plan that was cut', 'p.json', '{"format":"refit.saved-plan/1",', /./],
  ['a name that is a path', '../p.yaml', plan(), /name is not valid/],
  [
    'a list of approvers on the host',
    'p.yaml',
    plan('approvals: { need: 1, from: /etc/shadow }'),
    /names the file \/etc\/shadow/,
  ],
  ['a Terraform state on the host', 'p.yaml', plan('terraform: ../../state.json'), /names the file/],
])('reads a hostile plan of a store as no plan: %s', (_, name, text, reason) => {
  const reading = readStoredPlan(name, text);
  expect(reading.kind).toBe('invalid');
  expect(reading.kind === 'invalid' && reading.message).toMatch(reason);
});

it('reads a plan with a schedule, and asks for no text that is too large', async () => {
  expect(readStoredPlan('p.yaml', plan())).toMatchObject({ kind: 'scheduled', name: 'p.yaml' });
  const asked: string[] = [];
  const reader = createPlanReader(async ({ name }) => {
    asked.push(name);
    return plan();
  });
  const row = (name: string, bytes: number) => ({
    ...{ name, bytes, source: 'command' as const, sha256: 'x', enabled: true },
    ...{ switchedAt: 0, putAt: 0, putBy: 'wei' },
  });
  const rows = [row('small.yaml', 100), row('large.yaml', mostBytes('large.yaml') + 1)];
  const kinds = async () => (await reader.read(rows)).map(({ kind }) => kind);
  expect(await kinds()).toEqual(['scheduled', 'invalid']);
  expect(await kinds()).toEqual(['scheduled', 'invalid']);
  expect(asked, 'each text is read once').toEqual(['small.yaml']);
});

it('says that a plan to put is too large, and how large it may be', () => {
  const text = `${plan()}#${'x'.repeat(mostBytes('p.yaml'))}`;
  expect(() => planToPut('p.yaml', text, 'plans/p.yaml')).toThrow(
    /^plans\/p.yaml cannot be put on schedule: it is larger than \d+ MB$/,
  );
});

const AT = '2026-11-24T10:00:00.000Z';
const BY = { user: 'wei', host: 'ops-1' };
const ended: ScheduleEvent = {
  ...{ kind: 'ended', plan: 'p.yaml', due: AT, exitCode: 0 },
  message: message('schedule.exited', { exitCode: 0 }),
};

it.each<[string, unknown]>([
  ['no JSON', '{'],
  ['an unknown kind', { at: AT, kind: 'order', plan: 'p.yaml' }],
  ['a kind of an object', { at: AT, kind: 'constructor', plan: 'p.yaml' }],
  ['no time', { ...ended }],
  ['a due time that is none', { at: AT, ...ended, due: 'tomorrow' }],
  ['a due time that is a number', { at: AT, ...ended, due: 5 }],
  ['a due time that is a path', { at: AT, ...ended, due: '2026/11/24' }],
  ['a plan that is a path', { at: AT, ...ended, plan: '../p.yaml' }],
  ['an exit code below zero', { at: AT, ...ended, exitCode: -1 }],
  ['an exit code that is a text', { at: AT, ...ended, exitCode: '0' }],
  ['no message', { at: AT, ...ended, message: 'done' }],
  ['a count below zero', { at: AT, ...ended, kind: 'skipped', reason: 'missed', count: -1 }],
])('believes no line of the log that Refit did not write: %s', (_, line) => {
  const text = typeof line === 'string' ? line : JSON.stringify(line);
  expect(() => entryOf({ seq: 7, line: text })).toThrow(RefitError);
  expect(() => entryOf({ seq: 7, line: text })).toThrow(/line 7/);
});

it.each<[ScheduleEvent, RegExp]>([
  [ended, /^p.yaml: ended with exit 0/],
  [
    { kind: 'put', plan: 'p.yaml', by: BY, from: 'command', sha256: 'ab'.repeat(32), replaces: true },
    /replaced by wei on ops-1, SHA-256 (ab){6}$/,
  ],
  [{ kind: 'switched', plan: 'p.yaml', enabled: false, by: BY }, /disabled by wei on ops-1/],
  [{ kind: 'removed', plan: 'p.yaml', by: BY }, /removed by wei/],
  [{ kind: 'removed', plan: 'p.yaml' }, /its file was removed/],
  [
    { kind: 'submitted', plan: 'p.yaml', due: AT, run: '20261124T100000Z-1f0c2ab9', digest: 'd' },
    /submitted as run 20261124T100000Z-1f0c2ab9/,
  ],
  [{ kind: 'restored', generation: 2, until: AT }, /due times up to 2026-11-24T10:00:00.000Z are skipped/],
  [{ kind: 'pruned', entries: 3, before: AT, by: BY }, /3 entries before/],
])('reads back the entry that it wrote: %o', (event, text) => {
  const entry = entryOf({ seq: 1, line: lineOf(event).write(AT) });
  expect(entry).toEqual({ at: AT, ...event });
  expect(formatScheduleEvent(entry)).toMatch(text);
});
