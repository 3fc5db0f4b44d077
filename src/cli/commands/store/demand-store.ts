import { RefitError } from '../../../errors.ts';
import { type StoreTarget, storeFrom } from '../../../operations/runs/store-from.ts';
import type { Options } from '../../options.ts';
import type { Terminal } from '../../terminal.ts';

/** The database of a command that needs one. @throws RefitError `usage` if no option and no variable names it. */
export async function demandStore(options: Options, { env }: Terminal): Promise<StoreTarget> {
  const target = await storeFrom({ store: options.store, env });
  if (target !== null) return target;
  throw new RefitError(
    'usage',
    'no store is named: this command needs the URL of a PostgreSQL database',
    '--store postgres://refit@db.example/refit, or set REFIT_STORE',
  );
}
