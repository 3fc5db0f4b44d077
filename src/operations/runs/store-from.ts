/** Finds the database that a command works with. */
import { resolveStore, type StoreTarget } from '../../store/postgres/store-target.ts';
import { databaseOf, type StoreChoice } from './store-choice.ts';

export type { StoreTarget };

/**
 * The database of `--store`, else of `REFIT_STORE`; null = the run directories of this user.
 * @param word the run that the user typed, as for `databaseOf`.
 * @throws RefitError `usage` for a URL that Refit refuses; FileRefused for a service file or a certificate.
 */
export async function storeFrom(choice: StoreChoice, word?: string): Promise<StoreTarget | null> {
  const url = databaseOf(choice, word);
  if (url === null) return null;
  return await resolveStore(url, choice.env, choice.store === undefined ? 'REFIT_STORE' : '--store');
}
