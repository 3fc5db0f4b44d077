/** Declines in a database: who may withdraw them, and runs that wait until somebody does. */
import { expect, it, onTestFinished } from 'vitest';
import { encodeDecline, encodeWithdrawal } from '../../src/approval/decline-files.ts';
import { holdingDeclines } from '../../src/approval/judge-declines.ts';
import { sha256 } from '../../src/digest.ts';
import { declinePlan, declinesOf, withdrawDecline } from '../../src/operations/approvals/decline-plan.ts';
import type { NamedPlan } from '../../src/operations/runs/open-plan.ts';
import { NOW, SAVED } from '../approval/people.ts';
import { until } from '../cli/refit.ts';
import { openTestStore } from './run-store.ts';
import { freshStore, type Login, loginAs, withPostgres } from './shared.ts';
import { storeDesk } from './worker-desk.ts';

const author = { as: 'ann', env: {}, now: NOW };

withPostgres('a decline in a database', () => {
  it('belongs to its login: nobody else replaces, removes or withdraws it, or uses up its place', async () => {
    const url = await freshStore();
    const open = async (who: Login) => {
      const store = await openTestStore(await loginAs(url, who), who);
      onTestFinished(() => store.close());
      const stored = store.signaturesOf(SAVED.digest)!;
      return {
        database: store.database,
        plan: { saved: SAVED, signatures: stored, stored } satisfies NamedPlan,
      };
    };
    const submitter = await open('submitter');
    const worker = await open('worker');
    const operator = await open('operator');
    const holding = async () => holdingDeclines(await declinesOf(SAVED, submitter.plan.signatures)).length;

    const { decline, stored } = await declinePlan(submitter.plan, 'RUN', { ...author, reason: 'too early' });
    expect(decline).toMatchObject({
      by: 'ann',
      signed: false,
      login: 'refit_login_submitter',
      withdrawn: null,
    });
    expect(stored).toMatch(/^declines\/ann-/);
    await expect(withdrawDecline(operator.plan, 'RUN', author)).rejects.toMatchObject({
      code: 'not-approved',
      message: expect.stringMatching(
        /login refit_login_operator, did not decline.*with the login refit_login_submitter/,
      ),
    });

    const planted = await encodeWithdrawal(
      { digest: SAVED.digest, by: 'ann', at: decline.at, decline: decline.id },
      null,
    );
    await operator.plan.stored.keep('declines', [planted]);
    const insert = 'INSERT INTO refit.signatures (digest, kind, name, text';
    const refused = {
      message: expect.stringMatching(/permission denied|nobody replaces|has too many|too long/),
    };
    for (const { database } of [operator, worker])
      for (const statement of [
        "UPDATE refit.signatures SET text = 'x' WHERE kind = 'declines'",
        "DELETE FROM refit.signatures WHERE kind = 'declines'",
        'TRUNCATE refit.signatures',
        `${insert}, login) VALUES ('${SAVED.digest}', 'declines', 'n', 't', 'refit_login_submitter')`,
        "UPDATE refit.signatures SET login = 'refit_login_operator'",
      ])
        await expect(database.execute(statement), statement).rejects.toMatchObject(refused);
    expect(await holding()).toBe(1);

    // The same text with another login is another decline.
    const text = await encodeDecline(
      { digest: SAVED.digest, by: 'ann', at: decline.at, reason: 'too early' },
      null,
    );
    await operator.database.execute(`${insert}) VALUES ($1, 'declines', 'copy', $2)`, [
      SAVED.digest,
      text.text,
    ]);
    expect([sha256(text.text), await holding()]).toEqual([decline.id, 1]);

    // One login has 100 texts; the others still have theirs.
    await operator.database.execute(
      `${insert}) SELECT $1, 'declines', 'n' || n, $2 FROM generate_series(1, 97) AS n`,
      [SAVED.digest, planted.text],
    );
    await operator.database.execute(`${insert}) VALUES ($1, 'declines', 'last', $2)`, [
      SAVED.digest,
      planted.text,
    ]);
    await expect(
      operator.database.execute(`${insert}) VALUES ($1, 'declines', 'more', $2)`, [
        SAVED.digest,
        planted.text,
      ]),
    ).rejects.toMatchObject(refused);
    await expect(
      declinePlan(operator.plan, 'RUN', { ...author, as: 'bob', reason: 'one more' }),
    ).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/100 declines of this plan by your login/),
    });

    await withdrawDecline(submitter.plan, 'RUN', author);
    expect(await holding()).toBe(0);
  });

  it('refuses the submission, holds a run at its worker, and wakes it when it is withdrawn', async (test) => {
    const { start, worker, value, orders } = await storeDesk(test, { instances: 2 });
    const submit = ['apply', 'saved.json', '--auto-approve', '--detach'];
    const decline = async (plan: string, ...more: string[]) => {
      const ended = await start('decline', plan, '--as', 'ann', ...more).ended;
      expect(ended.code, ended.stderr).toBe(0);
      return ended;
    };
    await decline('saved.json', '--reason', 'the sale is on Friday');
    const refused = await start(...submit).ended;
    expect([refused.code, refused.stdout], refused.stderr).toEqual([11, '']);
    expect(refused.stderr).toMatch(
      /declined by ann at \S+ \(not signed, login \S+\): the sale is on Friday\n +nothing was submitted/,
    );
    expect(refused.stderr).toMatch(/fix: refit decline saved\.json --withdraw --as ann/);
    await decline('saved.json', '--withdraw');

    const submitted = await start(...submit).ended;
    expect(submitted.code, submitted.stderr).toBe(0);
    const run = await value('SELECT id FROM refit.runs');
    await decline(run, '--reason', 'the sale was moved');
    const here = await start('apply', run, '--here', '--auto-approve').ended;
    expect(here.code, here.stderr).toBe(11);
    expect(here.stderr).toMatch(/not approved: declined by ann at .*: the sale was moved/);
    await worker();
    await until(
      'the run waits',
      async () => (await value("SELECT wakes_on FROM refit.runs WHERE state = 'waiting'")) === 'approval',
    );
    expect(await orders()).toEqual([]);
    const shown = await start('show', run, '--format', 'json').ended;
    expect((JSON.parse(shown.stdout) as { declines: unknown }).declines).toMatchObject([
      { by: 'ann', withdrawn: { by: 'ann' } },
      { by: 'ann', reason: 'the sale was moved', withdrawn: null },
    ]);
    await decline(run, '--withdraw');
    await until('the run has ended', async () => (await value('SELECT state FROM refit.runs')) === 'ended');
    expect(await orders()).toEqual([1, 1]);
    const audit = await start('audit', 'verify', run).ended;
    expect(audit.code, audit.stdout).toBe(0);
    expect(audit.stdout).toMatch(/declined withdrawn by ann at .*: the sale was moved/);
  });
});
