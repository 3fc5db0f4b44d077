import { onTestFinished } from 'vitest';
import type { SavedPlan } from '../../src/model.ts';
import { describeContract, journalTextOf, type StoreInTest } from '../store/contract.ts';
import { idOf, openTestStore, submissionOf } from './run-store.ts';
import { sql } from './server.ts';
import { freshStore, loginAs, withPostgres } from './shared.ts';

/** A store as its roles see it: one host submits, another one works, an operator asks. */
async function openDatabaseStore(): Promise<StoreInTest> {
  const url = await freshStore();
  const store = await openTestStore(await loginAs(url, 'worker'));
  const submitter = await openTestStore(await loginAs(url, 'submitter'), 'desk');
  const operator = await openTestStore(await loginAs(url, 'operator'), 'elsewhere');
  const auditor = await openTestStore(await loginAs(url, 'auditor'), 'office');
  onTestFinished(() =>
    Promise.all([store, submitter, operator, auditor].map((one) => one.close())).then(() => undefined),
  );
  const runs = new Map<string, string>();
  const runOf = ({ digest }: SavedPlan) => runs.get(digest)!;
  return {
    async claim(saved) {
      const id =
        runs.get(saved.digest) ?? (await idOf(store, saved)) ?? (await submitter.submit(submissionOf(saved)));
      runs.set(saved.digest, id);
      return await store.claim(id, 'refit apply');
    },
    async die({ run }) {
      await sql(
        url,
        `UPDATE refit.runs SET owner = owner || '{"pid":5000000,"token":"dead"}',
           owner_seen_at = clock_timestamp() - interval '1 hour' WHERE id = '${run.name}'`,
      );
    },
    runs: () => auditor,
    journalBytes: async (saved) => await journalTextOf(await auditor.find(runOf(saved))),
    ask: async (saved, line) => await (await operator.find(runOf(saved))).ask(line),
    async offer(saved, name, text) {
      await submitter.signaturesOf(saved.digest)!.keep('approvals', [{ name, text }]);
    },
    async logged(saved, file) {
      const rows = await store.database.query<{ text: string }>(
        'SELECT text FROM refit.logs WHERE run = $1 AND file = $2 ORDER BY seq',
        [runOf(saved), file],
      );
      return rows.map(({ text }) => text).join('');
    },
  };
}

withPostgres('a database', () => {
  describeContract('a PostgreSQL database', openDatabaseStore);
});
