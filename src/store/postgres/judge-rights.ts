/** Compares the rights that a database gives with the table of `rights.ts`. */
import type { Queries } from './database.ts';
import { RIGHTS, ROLES } from './rights.ts';

/** A right, as GRANT and REVOKE write it: `UPDATE (epoch) ON refit.runs`. */
export interface Granted {
  readonly role: string;
  readonly right: string;
}

export interface StoreRights {
  /** That a role should have. */
  readonly missing: readonly Granted[];
  /** Rights to change something, of anybody but the owner, that Refit does not give. */
  readonly extra: readonly Granted[];
  /** True if the triggers of the journal refuse every change, in every session. */
  readonly isJournalKept: boolean;
}

/** Every right on tables, columns and functions of the schema, except the owner's own. */
const GRANTED = `
SELECT COALESCE(granted.role, 'PUBLIC') AS role, granted.right FROM (
  SELECT pg_get_userbyid(NULLIF(one.grantee, 0))::text AS role, one.privilege_type || ' ON refit.' || relname AS right
  FROM pg_class, aclexplode(relacl) AS one
  WHERE relnamespace = 'refit'::regnamespace AND relkind IN ('r', 'p', 'v') AND one.grantee <> relowner
  UNION ALL
  SELECT pg_get_userbyid(NULLIF(one.grantee, 0))::text,
    one.privilege_type || ' (' || attname || ') ON refit.' || relname
  FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid, aclexplode(attacl) AS one
  WHERE relnamespace = 'refit'::regnamespace AND one.grantee <> relowner
  UNION ALL
  SELECT pg_get_userbyid(NULLIF(one.grantee, 0))::text, 'EXECUTE ON FUNCTION ' || pg_proc.oid::regprocedure
  FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) AS one
  WHERE pronamespace = 'refit'::regnamespace AND one.grantee <> proowner
) AS granted ORDER BY 1, 2`;

const KEPT = `
SELECT count(*)::int AS triggers FROM pg_trigger
WHERE tgrelid = 'refit.journal'::regclass AND tgname IN ('keep_journal', 'keep_journal_whole') AND tgenabled = 'A'`;

/** Reads the rights of a store with a schema. */
export async function judgeRights(queries: Pick<Queries, 'query'>): Promise<StoreRights> {
  const granted = await queries.query<Granted>(GRANTED);
  const [kept] = await queries.query<{ triggers: number }>(KEPT);
  const expected = expectedRights();
  const key = ({ role, right }: Granted) => `${role} ${right}`;
  const [has, needs] = [new Set(granted.map(key)), new Set(expected.map(key))];
  return {
    missing: expected.filter((one) => !has.has(key(one))),
    extra: granted.filter((one) => !needs.has(key(one)) && !one.right.startsWith('SELECT')),
    isJournalKept: kept!.triggers === 2,
  };
}

/** The table of rights, one right of one role at a time. */
function expectedRights(): Granted[] {
  const functions = ROLES.map((role) => ({ role, right: 'EXECUTE ON FUNCTION refit.carries_out()' }));
  const tables = RIGHTS.flatMap(({ table, grants }) => [
    ...ROLES.map((role) => ({ role, right: `SELECT ON refit.${table}` })),
    ...Object.entries(grants).flatMap(([role, rights]) =>
      rights.flatMap(columnsOf).map((right) => ({ role, right: `${right} ON refit.${table}` })),
    ),
  ]);
  return [...functions, ...tables];
}

/** `UPDATE (a, b)` as one right for each column. */
function columnsOf(right: string): string[] {
  const [, verb, columns] = /^(\w+) \(([^)]*)\)$/.exec(right.replace(/\s+/g, ' ')) ?? [];
  if (columns === undefined) return [right];
  return columns.split(', ').map((column) => `${verb} (${column.trim()})`);
}
