/**
 * Claims prevent two live runs on one host from changing the same instance. Each live run has one file with the instances of
 * its open steps, so that ten thousand of them need one fsync. A new run reads the files of the others, one process at a
 * time.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import { readTextIfPresent } from '../../files/open-file.ts';
import { replaceOwnFile } from '../../files/write-file.ts';
import { providerOf } from '../provider-of.ts';
import { type Holder, holderOf, isAlive, type LockOwner, lockedBy, parseHolder, takeLock } from './lock.ts';

export interface Claim {
  /** Dead holders whose claims overlapped, or were from this same plan. */
  readonly tookOverFrom: readonly Holder[];
  release(): Promise<void>;
}

/** A claim on disk: the members of its holder, and these. */
interface OnDisk {
  readonly provider: string;
  readonly instances: readonly string[];
}

const TURN = 'turn.lock';
/** Milliseconds to wait for other processes to read the claims. Each needs a few. */
const LONGEST_TURN = 10_000;

/**
 * Claims the instances for this process, and removes claims of dead processes.
 * @param wanted.digest of the saved plan, which has at most one live run.
 * @throws RefitError `locked` if a live process, or any process of another host, claims one of them.
 */
export async function claimInstances(
  stateDirectory: string,
  { digest, endpoint, instances }: { digest: string; endpoint: string; instances: readonly string[] },
  self: LockOwner,
  clock: Clock,
): Promise<Claim> {
  const folder = join(stateDirectory, 'claims');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const turn = await takeTurn(join(folder, TURN), self, clock);
  try {
    const provider = providerOf(endpoint);
    const wanted = new Set(instances);
    const own = `${digest}.json`;
    const tookOverFrom: Holder[] = [];
    for (const name of (await readdir(folder)).filter((one) => one.endsWith('.json')).sort()) {
      const path = join(folder, name);
      const claim = await readClaim(path);
      if (claim === 'gone') continue;
      const shared =
        claim?.provider === provider ? claim.instances.filter((instance) => wanted.has(instance)) : [];
      if (claim && name !== own && (await isAlive(claim.holder, self.host))) {
        if (shared.length === 0) continue;
        throw lockedBy(shared, path, claim.holder, self.host);
      }
      await rm(path, { force: true });
      if (claim && (name === own || shared.length > 0)) tookOverFrom.push(claim.holder);
    }
    const text = `${JSON.stringify({ ...(await holderOf(self, clock)), provider, instances })}\n`;
    await replaceOwnFile(join(folder, own), text);
    return { tookOverFrom, release: () => rm(join(folder, own), { force: true }) };
  } finally {
    await turn.release();
  }
}

/** Waits for the short lock that protects reading and writing of claims. */
async function takeTurn(path: string, self: LockOwner, clock: Clock): ReturnType<typeof takeLock> {
  const until = clock.monotonic() + LONGEST_TURN;
  for (;;) {
    try {
      return await takeLock(path, self, clock);
    } catch (error) {
      const isHeld = error instanceof RefitError && error.code === 'locked';
      if (!isHeld || clock.monotonic() > until) throw error;
      await clock.sleep(10);
    }
  }
}

/** Reads a claim. `gone`: its holder removed it meanwhile. Null: it is unreadable, such as after a disk failure. */
async function readClaim(path: string): Promise<(OnDisk & { readonly holder: Holder }) | 'gone' | null> {
  const text = await readTextIfPresent(path, { subject: 'state' });
  if (text === null) return 'gone';
  const holder = parseHolder(text);
  if (!holder) return null;
  const { provider, instances } = JSON.parse(text) as Partial<OnDisk>;
  return { holder, provider: provider ?? '', instances: Array.isArray(instances) ? instances : [] };
}
