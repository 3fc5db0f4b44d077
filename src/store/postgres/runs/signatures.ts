/** Signed texts in a database: what people offered for a plan, and what its run keeps. All of them belong to a digest. */
import type { Offered } from '../../../approval/judge-approvals.ts';
import { sha256 } from '../../../digest.ts';
import { RefitError } from '../../../errors.ts';
import type { OfferedKind, RunSignatures, SignatureKind } from '../../ports.ts';
import type { Database } from '../database.ts';
import type { Fence } from './append.ts';

/** Characters of one text, and texts of one plan and kind. Refit writes a few hundred characters. */
const LONGEST = 16_384;
const MOST = 1_000;
/** Declines of one plan by one login, with their withdrawals. Nobody can use up what another login may write. */
const MOST_DECLINES = 100;

/** Where the store has what people offered. A run keeps its own copies apart from these, but nobody replaces a decline. */
const OFFERED = {
  approvals: 'offeredApprovals',
  planSignatures: 'offeredPlanSignatures',
  declines: 'declines',
} as const;

/** The kinds that `offered` reads, in the order of folders: offers first. */
const READS: Readonly<Record<OfferedKind, readonly string[]>> = {
  approvals: ['offeredApprovals', 'approvals', 'policyApprovals'],
  planSignatures: ['offeredPlanSignatures', 'planSignatures'],
  declines: ['declines'],
};

/** Reads signed texts by name, with who stored them. Longer ones are left out: they are no signatures. */
export async function readSigned(
  database: Database,
  digest: string,
  kinds: readonly string[],
): Promise<readonly Offered[]> {
  return await database.query<Offered & object>(
    `SELECT kind || '/' || name AS file, text, login FROM refit.signatures
     WHERE digest = $1 AND kind = ANY ($2::text[]) AND octet_length(text) <= ${LONGEST}
     ORDER BY array_position($2::text[], kind), name LIMIT ${MOST}`,
    [digest, kinds],
  );
}

/** Reads the newest approvals of other plans that name one of these keys. @param keys fingerprints, which have no wildcard of LIKE. */
async function readElsewhere(
  database: Database,
  digest: string,
  keys: readonly string[],
): Promise<readonly Offered[]> {
  return await database.query<Offered & object>(
    `SELECT kind || '/' || name AS file, text FROM refit.signatures
     WHERE digest <> $1 AND kind = ANY ($2::text[]) AND octet_length(text) <= ${LONGEST} AND text LIKE ANY ($3::text[])
     ORDER BY at DESC LIMIT ${MOST}`,
    [digest, READS.approvals, keys.map((key) => `%"key":"${key}"%`)],
  );
}

/** The signatures of the run that this process holds. */
export function signaturesOfRun(
  database: Database,
  digest: string,
  { id, epoch }: Fence,
  fenced: () => Promise<RefitError>,
): RunSignatures {
  return {
    offered: (kind) => readSigned(database, digest, READS[kind]),
    offeredElsewhere: (keys) => readElsewhere(database, digest, keys),
    async keep(kind: SignatureKind, files) {
      // They belong to the digest, so the run has them.
      if (kind === 'declines') return;
      for (const { name, text } of files) {
        mustBeShort(name, text);
        const kept = await database.execute(
          `INSERT INTO refit.signatures (digest, kind, name, text)
           SELECT $1, $2, $3, $4 FROM refit.runs WHERE id = $5 AND epoch = $6
           ON CONFLICT (digest, kind, name) DO UPDATE SET text = excluded.text, at = clock_timestamp()`,
          [digest, kind, name, text, id, epoch],
        );
        if (kept === 0) throw await fenced();
      }
    },
  };
}

/** The signed texts of a plan, which may have no run yet. What is kept here is an offer to its run. */
export function signaturesOfPlan(database: Database, digest: string): RunSignatures {
  return {
    offered: (kind) => readSigned(database, digest, READS[kind]),
    login: () => loginOf(database),
    offeredElsewhere: (keys) => readElsewhere(database, digest, keys),
    async keep(kind, files) {
      for (const { name, text } of files) await offer(database, { digest, kind, name, text });
    },
  };
}

/**
 * Offers a signed text for a plan. Its name gets a part of its hash, so that no offer replaces another one.
 * @throws RefitError `usage` for a text that is too long, or for too many.
 */
async function offer(
  database: Database,
  { digest, kind, name, text }: { digest: string; kind: SignatureKind; name: string; text: string },
): Promise<void> {
  mustBeShort(name, text);
  const own = isOffered(kind) ? OFFERED[kind] : kind;
  // Two logins may store the same decline, and each of them is one.
  const hashed = kind === 'declines' ? `${await loginOf(database)} ${text}` : text;
  const unique = isOffered(kind) ? `${sha256(hashed).slice(0, 12)}-${name}` : name;
  const most = kind === 'declines' ? MOST_DECLINES : MOST;
  const kept = await database.execute(
    `INSERT INTO refit.signatures (digest, kind, name, text)
     SELECT $1, $2, $3, $4 WHERE (SELECT count(*) FROM refit.signatures WHERE digest = $1 AND kind = $2
       AND ($2 <> 'declines' OR login = session_user)) < ${most}
     ON CONFLICT (digest, kind, name) DO UPDATE SET text = excluded.text, at = clock_timestamp()`,
    [digest, own, unique, text],
  );
  if (kept === 0)
    throw new RefitError(
      'usage',
      `the store has ${most} ${kind === 'declines' ? 'declines of this plan by your login' : 'signatures of this plan'} already`,
      'a person with rights on the database removes those that nobody needs from refit.signatures',
    );
}

async function loginOf(database: Database): Promise<string> {
  const [row] = await database.query<{ login: string }>('SELECT session_user AS login');
  return row!.login;
}

function isOffered(kind: SignatureKind): kind is OfferedKind {
  return Object.hasOwn(OFFERED, kind);
}

function mustBeShort(name: string, text: string): void {
  if (Buffer.byteLength(text, 'utf8') <= LONGEST && name.length <= 200) return;
  throw new RefitError(
    'usage',
    `the signature ${name.slice(0, 80)} is longer than ${LONGEST} bytes, so it is none`,
    'refit approve writes signatures',
  );
}
