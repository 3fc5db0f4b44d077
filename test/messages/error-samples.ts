/** Realistic parameters of the sentences of errors, which pages show when something is refused. */
import type { en } from '../../src/messages/en/en.ts';
import { type MessageId, message } from '../../src/messages/messages.ts';

type ParamsOf<Id extends MessageId> = Parameters<(typeof en)[Id]>[0];
/** Parameters of every sentence that has some. */
export type Samples = {
  readonly [Id in MessageId as Parameters<(typeof en)[Id]> extends [] ? never : Id]: readonly ParamsOf<Id>[];
};

const at = '2026-11-24T17:30:00.000Z';
const later = '2026-11-25T18:45:00.000Z';
const digest = '1f0c2ab9'.repeat(8);
const command = 'refit status r1';
const id = 'crs-1a2b3c4d';
const run = '20261124T173000Z-1f0c2ab9';
const name = 'runs/night';
const why = message('run.instance-gone');
const held = message('decline.other-plan', { digest, planDigest: '5e0c2ab9'.repeat(8) });
const stated = message('policy.stated', { at: '/etc/refit/policy.yaml:4', reason: why });
const holder = { pid: 4711, host: 'db-ops-1', purpose: 'refit apply runs/night' };
const expired = { now: later, command: 'refit plan plans/nightly.yaml -o SAVED' };
const refused = {
  ...{ call: 'DescribeInstances', region: 'ap-guangzhou', profile: 'prod' },
  ...{ code: 'AuthFailure.SecretIdNotFound', said: 'no such id' },
};
const fix = message('fix.command', { command });

export const ERROR_SAMPLES: {
  readonly [Id in keyof Samples as Id extends ErrorId ? Id : never]: Samples[Id];
} = {
  'error.not-signed': [{ missing: [why], fix }],
  'error.declined': [{ missing: [held], fix: message('fix.remove-damaged') }],
  'error.policy-refuses': (['ordered', 'submitted', 'signed'] as const).map((undone) => ({
    ...{ reasons: [stated], undone },
  })),
  'error.policy-invalid': [
    { at: '/etc/refit/policy.yaml:4:1: ', reason: why, more: 2, command: 'refit policy check' },
    { at: '', reason: message('approval.by-author', { by: 'wei' }), more: 0, command: 'refit policy check' },
  ],
  'fix.command': [{ command }],
  'fix.approve': [
    { command: 'refit approve SAVED', people: [], serve: 'refit serve' },
    { command: 'refit approve SAVED', people: ['wei', 'jun'], serve: 'refit serve' },
    { command: null, people: ['wei'], serve: 'refit serve' },
  ],
  'fix.withdraw': [
    { command, by: 'wei', isSigned: true },
    { command, by: 'wei', isSigned: false },
  ],
  'error.no-approval-needed': [{ file: 'plan.json' }],
  'error.wave-without-approval': [
    { file: 'plan.json', wave: 'rest', isThere: true, near: null, fix: 'refit approve plan.json' },
    { file: 'plan.json', wave: 'res', isThere: false, near: 'rest', fix: 'refit approve plan.json' },
    { file: 'plan.json', wave: 'late', isThere: false, near: null, fix: '--wave rest' },
  ],
  'error.approval-too-long': [
    { valid: 720 * 3_600_000, most: 168 * 3_600_000, isOfPolicy: true, longest: '168h' },
    { valid: 720 * 3_600_000, most: 168 * 3_600_000, isOfPolicy: false, longest: '168h' },
  ],
  'error.nothing-to-withdraw': [{ file: 'plan.json', command: 'refit show plan.json' }],
  'error.long-reason': [{ length: 1200, most: 1000 }],
  'error.other-declined': [
    {
      by: 'jun',
      login: 'refit_jun',
      authors: [
        { by: 'wei', key: 'SHA256:x', login: null },
        { by: 'li', key: null, login: 'refit_li' },
        { by: 'mei', key: null, login: null },
      ],
      command: 'refit decline plan.json --withdraw',
    },
    { by: 'jun', login: null, authors: [{ by: 'wei', key: null, login: null }], command },
  ],
  'error.plan-expired': [{ expiresAt: at, ...expired }],
  'error.sealed-later': [{ sealedAt: at, ...expired }],
  'error.carried-out': [{ digest, directory: name, at, command }],
  'error.submitted': [
    { digest, run, by: 'wei', at, isOver: true, status: command, apply: 'refit apply r1' },
    { digest, run, by: null, at, isOver: false, status: command, apply: 'refit apply r1' },
  ],
  'error.handed-over': [{ name, place: 'postgres://db', run, command }],
  'error.outside-window': [{ closed: why, command: 'refit apply SAVED' }],
  'error.locked': [
    { instance: null, others: 0, holder, since: at, lock: '/tmp/x.lock', here: null },
    { instance: id, others: 1, holder, since: at, lock: '/tmp/x.lock', here: 'db-ops-2' },
    { instance: id, others: 3, holder, since: at, lock: '/tmp/x.lock', here: null },
  ],
  'error.run-held': [{ run, owner: holder, since: at, seconds: 8, command }],
  'error.instance-held': [
    { instance: id, others: 2, run, owner: holder, command },
    { instance: id, others: 0, run, owner: null, command },
  ],
  'error.run-ended': [{ name, command: 'refit report runs/night' }],
  'error.no-socket': [
    { name, pid: 4711, host: 'db-ops-1', isHere: true },
    { name, pid: 4711, host: 'db-ops-1', isHere: false },
  ],
  'error.no-process': [{ name, command: 'refit apply r1' }],
  'error.run-silent': [
    { name, seconds: 15, command },
    { name, seconds: null, command },
  ],
  'error.still-running': [{ name, pid: 4711, host: 'db-ops-1', command: 'refit drain r1' }],
  'error.not-stopped': [{ run, command }],
  'error.apply-failed': [
    { exitCode: 137, text: null },
    { exitCode: 1, text: 'it broke' },
  ],
  'error.commands-not-allowed': [{ commands: ['run-start: ["page"]'] }],
  'error.gates-not-allowed': [
    { gates: [{ after: 'canary', command: 'check-it' }] },
    {
      gates: [
        { after: 'canary', command: 'check-it' },
        { after: 'rest', command: 'check-all' },
      ],
    },
  ],
  'error.programs-not-allowed': [{ commands: ['["page"]'] }],
  'error.other-account': [{ name, before: '100000000001', profile: 'prod', account: '100000000002' }],
  'error.other-endpoint': [
    { name, before: 'http://127.0.0.1:1', endpoint: 'http://127.0.0.1:2', option: '--endpoint X' },
    { name, before: 'redis.example', endpoint: 'http://127.0.0.1:2', option: null },
  ],
  'error.run-not-known': [{ name, reason: why, command: 'refit apply r1 --adopt' }],
  'error.run-not-trusted': (['reconcile', 'continue', 'control', 'repeat'] as const).map((next) => ({
    ...{ name, reason: why, command: 'refit apply r1', next },
  })),
  'error.no-such-step': [{ steps: 12, at: 99, command }],
  'error.no-such-run': [{ typed: '"r9"' }],
  'error.run-removed': [{ run }],
  'error.many-watchers': [{ most: 200 }],
  'error.file-refused': [
    {
      ...{
        text: 'the plan x.yaml cannot be read: no such file or folder',
        fix: 'check the spelling: ls plans',
      },
      ...{ subject: 'the plan', path: 'x.yaml', reason: 'no such file or folder' },
    },
    {
      ...{ text: 'the key k.pub cannot be read: it is larger than 64 KB', fix: 'use a smaller file' },
      ...{ subject: 'the key', path: 'k.pub', reason: 'it is larger than 64 KB' },
    },
  ],
  'error.no-run-here': [{ run: 'r1' }],
  'error.no-file-here': [{ file: 'a.yaml' }],
  'error.no-run-directory': [{ directory: 'runs/x', file: 'plan.json' }],
  'error.plan-too-large': [{ name: 'big.yaml' }],
  'error.plan-end': [
    { name: 'x.json', kind: 'plan', end: '.yaml' },
    { name: 'x.yaml', kind: 'saved-plan', end: '.json' },
  ],
  'error.plan-name': [{ name: '../x' }],
  'error.cannot-write': [{ name: 'x.yaml', reason: 'EACCES', fix: 'chmod u+w x.yaml' }],
  'error.parse-slow': [{ file: 'x.yaml' }],
  'error.must-hold': [
    {
      days: 60,
      command: 'refit recommend --sizing sizing.yaml --backtest 60d',
      failed: [
        {
          figure: 'above90',
          operator: '<',
          value: 0.1,
          found: 0.25,
          holds: false,
          location: { file: 's.yaml', line: 2, column: 3 },
        },
        {
          figure: 'changes',
          operator: '<=',
          value: 1,
          found: 1.2,
          holds: false,
          location: { file: 's.yaml', line: 2, column: 3 },
        },
      ],
    },
  ],
  'error.no-history': [{ store: 'refit.example', instances: 12 }],
  'error.nothing-to-plan': [{ inventory: 'fleet.json', instances: 7 }],
  'error.no-inventory': [{ name: 'fleet.json' }],
  'error.not-inventory': [
    { name: 'fleet.json', fault: { kind: 'json' } },
    { name: 'fleet.json', fault: { kind: 'format', wanted: 'refit.inventory/1', isMissing: true } },
    { name: 'fleet.json', fault: { kind: 'format', wanted: 'refit.inventory/1', isMissing: false } },
    { name: 'fleet.json', fault: { kind: 'member', where: '/instances/7', reason: 'x' } },
  ],
  'error.bad-selector': [{ part: 'selector' }],
  'error.not-saved-plan': [{ command: 'refit plan x.yaml' }],
  'error.instance-not-read': [{ id, at }],
  'error.bad-address': [{ name: 'date', fix: 'date=2026-11-30' }],
  'error.scheduler-silent': [{ folder: 'plans', seconds: 30, command: 'refit schedule list plans' }],
  'error.no-scheduler': [{ seconds: 30, plan: 'nightly' }],
  'error.bad-name': [
    { fault: message('approval.bad-person', { name: 'w\u200bei', fault: { kind: 'characters' } }) },
  ],
  'error.similar-name': [{ name: 'wei', other: 'wéi' }],
  'error.passkey-not-kept': [{ reason: why }, { reason: 'x9' }],
  'error.read-refused': [
    { ...refused, fix: { kind: 'grant', right: 'redis:DescribeInstances' } },
    { ...refused, fix: { kind: 'clock' } },
    { ...refused, fix: { kind: 'token' } },
    { ...refused, fix: { kind: 'keys' } },
    { ...refused, fix: { kind: 'limit' } },
    { ...refused, fix: { kind: 'region', meant: 'ap-guangzhou' } },
    { ...refused, fix: { kind: 'explain', code: 'InternalError' } },
    { ...refused, fix: { kind: 'explain', code: null } },
  ],
  'error.not-reached': [
    { host: 'redis.example', call: 'DescribeInstances', reason: 'ECONNRESET', tries: 4, isOfGateway: true },
    { host: 'redis.example', call: 'DescribeInstances', reason: 'ECONNRESET', tries: 4, isOfGateway: false },
  ],
  'error.no-keys': [
    { profile: 'default', before: null },
    { profile: 'prod', before: 'sso.sh' },
  ],
  'error.not-region': [{ typed: '"gz"' }],
  'error.not-approved': [
    { reason: why, otherwise: 'again' },
    { reason: why, otherwise: 'copied' },
    { reason: message('approval.by-author', { by: 'wei' }), otherwise: 'declined' },
  ],
  'answer.other-person': [{ signed: 'mei', by: 'jun' }],
  'answer.late': [{ minutes: 5 }],
  'answer.other-key': [{ key: 'SHA256:x', by: 'jun' }],
  'answer.other-address': [
    { by: 'jun', origins: ['https://a.example', 'https://b.example'], here: 'https://c.example' },
  ],
};

/** Ids of sentences of errors. */
type ErrorId = `error.${string}` | `fix.${string}` | `answer.${string}`;
