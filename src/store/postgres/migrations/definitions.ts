/**
 * Functions and triggers as a fresh store has them, read from the text of the migrations, and compared with those of a
 * database. A migration is written once, so its text is what PostgreSQL keeps: the body of a function byte by byte.
 */
import type { Queries } from '../database.ts';
import { MIGRATIONS } from './migrations.ts';

/** A function or trigger that is not as a fresh store has it. */
export interface WrongDefinition {
  /** For people: `function refit.keep_state`, `trigger keep_state ON refit.runs`. */
  readonly name: string;
  readonly fault: 'missing' | 'changed' | 'disabled' | 'added';
  /** SQL that makes it as it was. */
  readonly repair: string;
}

interface Definition {
  /** The statements that make it. */
  readonly sql: string;
  /** What is compared. */
  readonly text: string;
  /** As `pg_trigger.tgenabled`; `O` for functions. */
  readonly enabled: string;
}

const FUNCTION =
  /CREATE (?:OR REPLACE )?FUNCTION refit\.(\w+)\([^)]*\) RETURNS [^$]*?AS \$\$([\s\S]*?)\$\$;?/g;
const TRIGGER =
  /CREATE TRIGGER (\w+) (BEFORE|AFTER) ([\w\s,]+?) ON refit\.(\w+)\s+FOR EACH (ROW|STATEMENT) EXECUTE FUNCTION refit\.(\w+)\(\);/g;

/** The definitions of all migrations, by name; of one that several migrations make, the last. */
export function expectedDefinitions(): ReadonlyMap<string, Definition> {
  const all = MIGRATIONS.map(({ sql }) => sql).join('\n');
  const found = new Map<string, Definition>();
  for (const [statement, name, body] of all.matchAll(FUNCTION)) {
    const definer = /\bSECURITY DEFINER\b/.test(statement.slice(0, statement.indexOf('$$')));
    const sql = statement.replace(/^CREATE (OR REPLACE )?/, 'CREATE OR REPLACE ').replace(/;?$/, ';');
    found.set(`function refit.${name}`, { sql, text: functionText(definer, body!), enabled: 'O' });
  }
  for (const [statement, name, when, events, table, each, calls] of all.matchAll(TRIGGER)) {
    const on = `${name} ON refit.${table}`;
    const isAlways = all.includes(`ALTER TABLE refit.${table} ENABLE ALWAYS TRIGGER ${name};`);
    const always = isAlways ? `\nALTER TABLE refit.${table} ENABLE ALWAYS TRIGGER ${name};` : '';
    const text = `${when} ${events} ON refit.${table} FOR EACH ${each} EXECUTE FUNCTION refit.${calls}()`;
    found.set(`trigger ${on}`, {
      sql: `DROP TRIGGER IF EXISTS ${on};\n${statement}${always}`,
      text: triggerText(text),
      enabled: isAlways ? 'A' : 'O',
    });
  }
  return found;
}

/** All that may change what a function does: its rights, its search path, and its body. */
function functionText(isDefiner: boolean, body: string, config = 'search_path=pg_catalog'): string {
  return JSON.stringify([isDefiner, config, body]);
}

/** PostgreSQL writes the events of a trigger in an order of its own. */
function triggerText(text: string): string {
  const [, when, events, rest] =
    /^(BEFORE|AFTER) (.*?) (ON refit\..*)$/.exec(text.replace(/\s+/g, ' ').trim()) ?? [];
  return events === undefined ? text : `${when} ${events.split(' OR ').sort().join(' OR ')} ${rest}`;
}

interface Present {
  readonly name: string;
  readonly text: string;
  readonly enabled: string;
  readonly drop: string;
}

const FUNCTIONS = `SELECT 'function refit.' || proname AS name, prosecdef AS definer, prosrc AS body,
    coalesce(array_to_string(proconfig, ';'), '') AS config, 'DROP FUNCTION ' || oid::regprocedure || ';' AS drop
  FROM pg_proc WHERE pronamespace = 'refit'::regnamespace ORDER BY 1`;
const TRIGGERS = `SELECT format('trigger %s ON refit.%s', tgname, relname) AS name, tgenabled AS enabled,
    regexp_replace(pg_get_triggerdef(pg_trigger.oid), '^CREATE TRIGGER \\S+ ', '') AS text,
    format('DROP TRIGGER %I ON refit.%I;', tgname, relname) AS drop
  FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid
  WHERE relnamespace = 'refit'::regnamespace AND NOT tgisinternal ORDER BY 1`;

/** Compares the functions and triggers of a store with those of a fresh one. It only reads. */
export async function wrongDefinitions(queries: Pick<Queries, 'query'>): Promise<readonly WrongDefinition[]> {
  const functions = await queries.query<{
    name: string;
    definer: boolean;
    body: string;
    config: string;
    drop: string;
  }>(FUNCTIONS);
  const triggers = await queries.query<Present>(TRIGGERS);
  const present = new Map<string, Present>(
    [
      ...functions.map(({ name, definer, body, config, drop }) => ({
        ...{ name, drop, enabled: 'O' },
        text: functionText(definer, body, config),
      })),
      ...triggers.map((one) => ({ ...one, text: triggerText(one.text) })),
    ].map((one) => [one.name, one]),
  );
  const expected = expectedDefinitions();
  const wrong = [...expected].flatMap(([name, { sql, text, enabled }]): WrongDefinition[] => {
    const there = present.get(name);
    const fault =
      there === undefined
        ? 'missing'
        : there.text !== text
          ? 'changed'
          : there.enabled !== enabled
            ? 'disabled'
            : null;
    return fault === null ? [] : [{ name, fault, repair: sql }];
  });
  const added = [...present.values()].filter(({ name }) => !expected.has(name));
  return [...wrong, ...added.map(({ name, drop }) => ({ name, fault: 'added', repair: drop }) as const)];
}
