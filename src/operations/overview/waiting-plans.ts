/** Finds the saved plans of the folder that wait for approvals, or that somebody declines. */
import { judgeApprovals } from '../../approval/judge-approvals.ts';
import { judgeDeclines } from '../../approval/judge-declines.ts';
import { iso } from '../../clock.ts';
import { readRegularFile } from '../../files/open-file.ts';
import { given } from '../../given.ts';
import type { SavedPlan } from '../../model.ts';
import { readSavedPlan } from '../../plan/saved/read-saved-plan.ts';
import { createOpenWindows } from '../../plan/windows/open-windows.ts';
import { folderSignatures } from '../../store/folder/signed-files.ts';
import { offeredApprovals } from '../../store/offered-approvals.ts';
import type { RunsOfStore } from '../../store/ports.ts';
import { escapeControls } from '../../text.ts';
import type { FolderFile, PlanFolder } from '../plans/plan-folder.ts';
import type { WaitingItem, WaitingWindows } from './overview.ts';
import { type Waiting, whoMissing } from './what-waits.ts';

/** How many of the newest saved plans are looked at. */
const MOST_PLANS = 50;

type ReadPlan = Pick<SavedPlan, 'name' | 'digest' | 'approvals' | 'waves' | 'expiresAt' | 'windows'>;

/** @param runs the store, which may have signed texts of plans too. */
export function createWaitingPlans(plans: PlanFolder, runs: RunsOfStore) {
  let known = new Map<string, { readonly stamp: string; readonly plan: ReadPlan | null }>();
  /** A plan that cannot be read is on the page of plans, not here. */
  const planOf = async ({ name, bytes, changedAt }: FolderFile): Promise<ReadPlan | null> => {
    const stamp = `${bytes} ${changedAt}`;
    const before = known.get(name);
    if (before?.stamp === stamp) return before.plan;
    const read = async () =>
      readSavedPlan(String(await readRegularFile(plans.pathOf(name), { subject: 'saved-plan' })));
    return await read().then(lightOf, () => null);
  };
  return {
    /**
     * @param now milliseconds since 1970 UTC. @param started the digests of plans that have a run: those wait there.
     * @returns the plans that wait, the newest first. A folder that cannot be read has none.
     */
    async read(now: number, started: ReadonlySet<string>): Promise<WaitingWindows[]> {
      const files = (await plans.files().catch(() => [])).filter(({ kind }) => kind === 'saved-plan');
      const next: typeof known = new Map();
      const items: WaitingWindows[] = [];
      for (const file of files.slice(0, MOST_PLANS)) {
        const plan = await planOf(file);
        next.set(file.name, { stamp: `${file.bytes} ${file.changedAt}`, plan });
        if (plan === null || started.has(plan.digest) || Date.parse(plan.expiresAt) < now) continue;
        const waits = await waitsOf(plan, plans.pathOf(file.name), runs, now);
        if (waits === null) continue;
        const item = { run: null, file: file.name, plan: escapeControls(plan.name), waits };
        items.push({
          item: { ...item, ...opening(plan, now) },
          windows: plan.windows ?? null,
          startsBy: Date.parse(plan.expiresAt),
        });
      }
      known = next;
      return items;
    },
  };
}

function lightOf({ name, digest, approvals, waves, expiresAt, windows }: SavedPlan): ReadPlan {
  return {
    ...{ name, digest, expiresAt, waves: waves.map((wave) => ({ ...wave, steps: [] })) },
    ...given({ approvals, windows }),
  };
}

function opening({ windows }: ReadPlan, now: number): Pick<WaitingItem, 'opensAt'> {
  const next = windows === undefined ? null : createOpenWindows(windows).nextStart(now);
  return next === null || next.opens <= now ? {} : { opensAt: iso(next.opens) };
}

async function waitsOf(
  plan: ReadPlan,
  path: string,
  runs: RunsOfStore,
  now: number,
): Promise<Waiting | null> {
  const beside = folderSignatures(path, null);
  const stored = runs.signaturesOf(plan.digest);
  const declines = judgeDeclines(plan, [
    ...(await beside.offered('declines')),
    ...((await stored?.offered('declines')) ?? []),
  ]);
  const holding = declines.declines.find(({ withdrawn }) => withdrawn === null);
  if (holding !== undefined)
    return { kind: 'declined', by: escapeControls(holding.by), at: holding.at, reason: holding.reason };
  if (declines.damaged[0] !== undefined)
    return { kind: 'declined-unread', message: declines.damaged[0].reason };
  if (plan.approvals === undefined) return null;
  const offered = [
    ...(await offeredApprovals(beside)),
    ...(stored === null ? [] : await offeredApprovals(stored)),
  ];
  const judged = judgeApprovals(plan, null, offered, now);
  if (judged.enough) return null;
  return { kind: 'approval', wave: null, ...whoMissing(judged, plan.approvals.need), until: plan.expiresAt };
}
