/** Attacks on the policy of the person who applies: by the author of a plan, and by users of the same machine. */
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { encodeApproval } from '../../src/approval/signed-files.ts';
import { EMPTY_CHAIN, seal } from '../../src/journal/chain.ts';
import { recordedOf } from '../../src/journal/recorded.ts';
import { message, textOf } from '../../src/messages/messages.ts';
import type { ApprovalFile, Instance, JournalEntry, JournalEvent, SavedPlan } from '../../src/model.ts';
import { examinePolicyApprovals } from '../../src/operations/audit/examine-approvals.ts';
import { priceAgain } from '../../src/operations/price-again.ts';
import { readPolicy } from '../../src/operations/read-policy.ts';
import { approvalExpiryOf, limitOf } from '../../src/policy/tighten.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { renderReport } from '../../src/report/run/render-report.ts';
import { judgeOffered } from '../../src/run/demand-approvals.ts';
import { newApprovals } from '../../src/run/follow-policy.ts';
import { mustPermit, PERMITTED } from '../../src/run/policy-gate.ts';
import { folderSignatures } from '../../src/store/folder/signed-files.ts';
import { approver, file, HOUR, NOW, SAVED, signed } from '../approval/people.ts';
import { judged, plan, policyOf } from '../policy/policies.ts';
import { savedPlan } from '../report/situations.ts';

const statusOf = async (lines: string, saved: SavedPlan, env = {}) =>
  (await judged(lines, saved, { env }))[0]!.status;

describe('an author who asks for more than the policy allows', () => {
  const { execution } = plan();
  it.each([
    [
      'a higher rate',
      'limit: { requestsPerSecond: 10 }',
      plan({ execution: { ...execution, requestsPerSecond: 20 } }),
    ],
    ['more in flight', 'limit: { inFlight: 20 }', plan({ execution: { ...execution, inFlight: 10_000 } })],
    ['a later expiry', 'limit: { planExpiry: 2d }', plan({ expiresAt: '2026-02-05T02:00:00.000Z' })],
    [
      'a short time in a later year',
      'limit: { planExpiry: 2d }',
      plan({ sealedAt: '2027-01-05T02:00:00.000Z', expiresAt: '2027-01-06T02:00:00.000Z' }),
    ],
    ['a seal from the future', 'require: { maxAge: 1d }', plan({ sealedAt: '2027-01-05T02:00:00.000Z' })],
    ['a step without a price', 'limit: { cost: "<= 1000000 CNY" }', plan()],
    ['no windows', 'require: { windows: { timezone: UTC, allow: [Sun 01:00-02:00] } }', plan()],
  ])('%s is refused', async (_, lines, saved) => {
    expect(await statusOf(lines, saved)).toBe('refused');
  });

  it.each([
    ['region', 'allow: { regions: [ap-guangzhou] }'],
    ['profile', 'allow: { profiles: [default] }'],
  ])('another %s in a plan that is sealed again is refused', async (_, lines) => {
    const saved = plan();
    const last = saved.steps.at(-1)!;
    const steps = [...saved.steps.slice(0, -1), { ...last, region: 'ap-beijing', profile: 'root' }];
    expect([await statusOf(lines, saved), await statusOf(lines, plan({ steps }))]).toEqual([
      'met',
      'refused',
    ]);
  });

  it('a refund does not pay for another order', async () => {
    const { steps, waves } = savedPlan([
      { instance: 'crs-aaaa0000', changes: [{ memoryPerShard: 8192, price: 5000 }] },
      { instance: 'crs-aaaa0001', changes: [{ memoryPerShard: 2048, price: -5000 }] },
    ]);
    expect(await statusOf('limit: { cost: "<= 1000 CNY" }', plan({ steps, waves }))).toBe('refused');
  });
});

describe('a program that looks like an allowed one', () => {
  const LINES = 'allow: { hooks: [/usr/local/bin/page, notify] }';
  it.each([
    ['/usr/local/bin/page', 'met'],
    ['notify', 'met'],
    ['page', 'refused'],
    ['./notify', 'refused'],
    ['/tmp/notify', 'refused'],
    ['/usr/local/bin/../bin/page', 'refused'],
    ['/usr/local/bin//page', 'refused'],
    ['/usr/local/bin/./page', 'refused'],
    ['/USR/local/bin/page', 'refused'],
    ['/usr/local/bin/page ', 'refused'],
    ['/usr/local/bin/page\u200b', 'refused'],
    ['/tmp/link-to-page', 'refused'],
    ['', 'refused'],
  ])('%j: %s, as a hook and as a gate', async (program, status) => {
    const waves = plan().waves.map((wave) => ({
      ...wave,
      gate: { command: [program, 'x'], timeout: 1, onInconclusive: 'halt' as const, shadow: true },
    }));
    expect(await statusOf(LINES, plan({ hooks: { halt: [program] } }))).toBe(status);
    expect(await statusOf(LINES, plan({ waves }))).toBe(status);
  });
});

describe('an address that looks like an allowed one', () => {
  const LINES = 'allow: { hosts: ["*.example.com", api.test, "[::1]"] }';
  const hook = { form: 'json', on: ['end'], secretEnv: null } as const;
  it.each([
    ['https://hooks.example.com/x', 'met'],
    ['https://HOOKS.Example.COM:8443/x', 'met'],
    ['https://hooks.example.com./x', 'met'],
    ['https://a.b.example.com', 'met'],
    ['http://[::1]:8080/', 'met'],
    ['https://example.com', 'refused'],
    ['https://evilexample.com', 'refused'],
    ['https://evil.com#.example.com', 'refused'],
    ['https://evil.com/.example.com', 'refused'],
    ['https://evil.com?.example.com', 'refused'],
    ['https://evil.com\\.example.com', 'refused'],
    ['https://hooks.example.com@evil.com/', 'refused'],
    ['https://hooks.example.com.evil.com/', 'refused'],
    ['https://hooks.ехample.com', 'refused'],
    ['https://api.test.evil.com', 'refused'],
    ['https://0x7f.1', 'refused'],
    ['https://2130706433', 'refused'],
    ['https://[::ffff:127.0.0.1]', 'refused'],
    ['not an address', 'refused'],
  ])('%j: %s, as a webhook, by a variable and as a gate', async (url, status) => {
    const waves = plan().waves.map((wave) => ({
      ...wave,
      gate: { url, timeout: 1, onInconclusive: 'halt' as const, shadow: true },
    }));
    expect(await statusOf(LINES, plan({ notify: [{ ...hook, url, urlEnv: null }] }))).toBe(status);
    expect(await statusOf(LINES, plan({ waves }))).toBe(status);
    const byVariable = plan({ notify: [{ ...hook, url: null, urlEnv: 'HOOK_URL' }] });
    expect(await statusOf(LINES, byVariable, { HOOK_URL: url })).toBe(status);
  });

  it('never shows the address of a variable, which may be a secret', async () => {
    const saved = plan({ notify: [{ ...hook, url: null, urlEnv: 'HOOK_URL' }] });
    const [one] = await judged(LINES, saved, { env: { HOOK_URL: 'https:secret token' } });
    expect(JSON.stringify(one)).toContain('the address in HOOK_URL');
    expect(JSON.stringify(one)).not.toContain('secret');
  });

  it.each([
    '10.1.2.3',
    '192.168.0.1',
    '172.31.0.1',
    '100.64.0.1',
    '0xa.1',
    '[fd00::1]',
    '[::ffff:10.0.0.1]',
    '[64:ff9b::a01:203]',
    '[fec0::1]',
    '169.254.0.23',
    'metadata.tencentyun.com',
    '0.0.0.0',
  ])('privateAddresses: false refuses %s', async (host) => {
    const notify = [{ ...hook, url: `https://${host}/`, urlEnv: null }];
    expect(await statusOf('allow: { privateAddresses: false }', plan({ notify }))).toBe('refused');
  });
});

describe('somebody who can write files', () => {
  /** A folder with a strict system policy, and the homes of a user. */
  async function place({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) {
    const folder = await mkdtemp(join(tmpdir(), 'refit-policy-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const config = join(folder, 'config/refit');
    await mkdir(config, { recursive: true });
    await mkdir(join(folder, 'etc'));
    const systemFile = join(folder, 'etc/policy.yaml');
    const env = { XDG_CONFIG_HOME: join(folder, 'config'), HOME: folder };
    return { folder, systemFile, env, user: join(config, 'policy.yaml'), named: join(folder, 'named.yaml') };
  }
  const STRICT = 'version: 1\nlimit: { instances: 5 }\n';
  const LOOSE = 'version: 1\nlimit: { instances: 500 }\nallow: { hooks: [sh] }\n';

  it('a later policy cannot loosen an earlier one, and no variable hides that of the machine', async (context) => {
    const { systemFile, env, user, named, folder } = await place(context);
    await writeFile(systemFile, STRICT);
    await writeFile(user, LOOSE);
    await writeFile(named, LOOSE);
    const policy = await readPolicy({ env, named, systemFile });
    expect(limitOf(policy, 'instances')).toBe(5);
    expect(policy.files).toEqual([systemFile, user, named]);
    const hidden = await readPolicy({ env: { HOME: '/nowhere', XDG_CONFIG_HOME: folder }, systemFile });
    expect([hidden.files, limitOf(hidden, 'instances')]).toEqual([[systemFile], 5]);
  });

  it('is no policy if there is no file', async (context) => {
    const { systemFile, env } = await place(context);
    expect(await readPolicy({ env, systemFile })).toEqual({ files: [], rules: [] });
  });

  it.for<[string, (user: string) => Promise<void>, RegExp]>([
    ['is empty', (user) => writeFile(user, ''), /the policy is empty/],
    ['was cut off', (user) => writeFile(user, 'version: 1\nlimit: { instances'), /policy is not valid/],
    [
      'has an unknown key',
      (user) => writeFile(user, 'version: 1\nlimits: { instances: 5 }\n'),
      /unknown key "limits"/,
    ],
    ['is binary', (user) => writeFile(user, Buffer.from([0x76, 0, 1])), /binary/],
    ['is a folder', async (user) => void (await mkdir(user)), /it is a folder/],
    ['is a link to nothing', (user) => symlink('/nowhere/policy.yaml', user), /no such file/],
    ['is a device', (user) => symlink('/dev/zero', user), /it is a device/],
    [
      'can be written by others',
      async (user) => {
        await writeFile(user, LOOSE);
        await chmod(user, 0o666);
      },
      /every user can write/,
    ],
    [
      'lies in a folder of others',
      async (user) => {
        await writeFile(user, LOOSE);
        await chmod(join(user, '..'), 0o777);
      },
      /every user can write/,
    ],
    [
      'names people in a file that is missing',
      (user) => writeFile(user, 'version: 1\nrequire: { approvals: [{ need: 1, from: gone.yaml }] }\n'),
      /gone.yaml cannot be read/,
    ],
  ])('a policy that %s stops the command', async ([, make, reason], context) => {
    const { systemFile, env, user } = await place(context);
    await make(user);
    await expect(readPolicy({ env, systemFile })).rejects.toThrow(reason);
  });

  it('a missing file of --policy stops the command', async (context) => {
    const { systemFile, env, named } = await place(context);
    await expect(readPolicy({ env, named, systemFile })).rejects.toMatchObject({ code: 'policy-invalid' });
  });
});

const NONE = folderSignatures(null, null);

describe('a policy that changes while a run waits', () => {
  it('is judged again, and stops the run with exit code 5, or 11 for signatures', async () => {
    const verdict = (status: 'refused' | 'unsigned') => ({
      ...PERMITTED,
      refusal: { status, reasons: [], fix: 'refit policy check' },
    });
    await expect(mustPermit(undefined, NONE)).resolves.toMatchObject({ used: null });
    await expect(mustPermit(async () => verdict('refused'), NONE)).rejects.toMatchObject({ exitCode: 5 });
    await expect(mustPermit(async () => verdict('unsigned'), NONE)).rejects.toMatchObject({ exitCode: 11 });
  });
});

describe('an author who writes low prices into a plan', () => {
  const { steps, waves, preconditions } = savedPlan([
    { instance: 'crs-aaaa0000', changes: [{ memoryPerShard: 8192, price: 1 }] },
  ]);
  const present = (memoryPerShard: number) => {
    const size = { memoryPerShard, shards: 3, replicas: 1 };
    return new Map([['crs-aaaa0000', { id: 'crs-aaaa0000', size } as Instance]]);
  };
  const quoted = { kind: 'quoted', amount: 5000, currency: 'CNY', basis: 'once', readAt: '' } as const;
  const refusal = { kind: 'refused', code: 'X', message: '', requestId: null } as const;
  it.each([
    ['the provider asks for more', quoted, 4096, 'refused'],
    ['the provider asks for less', { ...quoted, amount: 0.5 }, 4096, 'met'],
    ['the provider gives no price', refusal, 4096, 'refused'],
    ['the run has changed the instance already', quoted, 8192, 'met'],
  ])('%s', async (_, answer, memory, status) => {
    const saved = plan({ steps, waves, preconditions });
    const priced = await priceAgain({ price: async () => answer as never }, saved, present(memory));
    expect(await statusOf('limit: { cost: "<= 1000 CNY" }', priced)).toBe(status);
  });
});

describe('approvals of the policy in the evidence of a run', () => {
  const saved = plan();
  const [wei, jun] = ['wei', 'jun'].map((name) => signed(name, {}, saved));
  const entriesOf = (...events: readonly JournalEvent[]) => {
    const entries: JournalEntry[] = [];
    for (const event of events) entries.push(seal(entries.at(-1) ?? EMPTY_CHAIN, saved.sealedAt, event));
    return entries;
  };
  const examine = (entries: readonly JournalEntry[], files = [wei!], people = ['wei', 'jun']) => {
    const kept = files.map((one) => ({ file: `${one.by}.json`, text: encodeApproval(one) }));
    const signers = { file: 'signers.yaml', list: people.map(approver) };
    return examinePolicyApprovals(entries, { name: 'journal.jsonl', saved, kept }, signers);
  };
  const recorded = (...all: ApprovalFile[]) => entriesOf(newApprovals(all, recordedOf([]), NOW)!);

  it('are recorded once, and again after an adoption', () => {
    const before = recorded(wei!);
    expect(newApprovals([wei!], recordedOf(before), NOW)).toBeNull();
    expect(newApprovals([wei!, jun!], recordedOf(before), NOW)).toMatchObject({ how: 'policy', by: 'jun' });
    const reason = message('halt.by-policy', { reasons: [], fix: '' });
    const adopted = { kind: 'adopted', by: 'ops', reason, since: '', providerAt: '' } as const;
    const after = entriesOf(newApprovals([wei!], recordedOf([]), NOW)!, adopted);
    expect(newApprovals([wei!], recordedOf(after), NOW)).toMatchObject({ by: 'wei' });
  });

  it('are shown with name and key in every report', () => {
    const report = buildReport(saved, recorded(wei!));
    for (const format of ['text', 'markdown', 'html', 'csv', 'json'] as const) {
      const text = renderReport(report, format, { color: false, width: 200 });
      for (const part of ['wei', wei!.key.slice(0, 20), 'policy']) expect(text, format).toContain(part);
    }
  });

  it.each<[string, ReturnType<typeof examine>, RegExp | null, RegExp | null]>([
    ['of a listed key are verified', examine(recorded(wei!)), null, null],
    [
      'of an unknown key are named',
      examine(recorded(wei!), [wei!], ['jun']),
      null,
      /by wei .* is not verified/,
    ],
    [
      'whose file was removed are a fault',
      examine(recorded(wei!), []),
      /wei for the policy was removed/,
      null,
    ],
    [
      'that were forged are a fault',
      examine(recorded({ ...wei!, signature: jun!.signature }), [{ ...wei!, signature: jun!.signature }]),
      /does not count: forged/,
      null,
    ],
    ['that no entry records are named', examine([]), null, /wei.json: this run did not use it/],
  ])('%s', (_, { faults, warnings }, fault, warning) => {
    expect(faults).toEqual(fault === null ? [] : [expect.stringMatching(fault)]);
    expect(warnings).toEqual(warning === null ? [] : [expect.stringMatching(warning)]);
  });
});

describe('approvals that are valid longer than the policy allows', () => {
  const offered = (wave: string | null, hours: number) =>
    ['wei', 'jun'].map((name) => ({ file: name, text: file(name, { wave, expires: hours * HOUR }) }));
  const LINES = 'limit: { approvalExpiry: 24h }';
  it.each([
    [24, 'met', true],
    [25, 'unsigned', false],
  ])('of %i hours, of the plan and of a wave: %s', async (hours, status, counts) => {
    const known = { offered: offered(null, hours) };
    const [rule] = await judged(LINES, SAVED, known);
    expect(rule!.status).toBe(status);
    if (rule!.reason !== null)
      expect(textOf(rule!.reason)).toMatch(
        /^the plan requires 2 approvals, the policy counts none that is valid for more than 1 d, and nobody/,
      );
    const at = { now: NOW, file: 'saved.json', limit: approvalExpiryOf(await policyOf(LINES)) };
    for (const [wave, name] of [
      [null, null],
      [1, 'tenth'],
    ] as const)
      expect('event' in judgeOffered(SAVED, wave, offered(name, hours), at)).toBe(counts);
  });
});
