/** What is in the folder of plans, with what a list says of each file. */
import { iso } from '../../clock.ts';
import { messageOf, RefitError } from '../../errors.ts';
import { FileRefused } from '../../files/file-refused.ts';
import { readRegularFile } from '../../files/open-file.ts';
import type { PriceSum, SavedPlan } from '../../model.ts';
import { priceCommand } from '../../next-command.ts';
import { decodePlan } from '../../plan/parse/decode-plan.ts';
import { type CostState, costStateOf } from '../../plan/price/cost-state.ts';
import { readSavedPlan } from '../../plan/saved/read-saved-plan.ts';
import { folderSignatures } from '../../store/folder/signed-files.ts';
import { escapeControls } from '../../text.ts';
import { declinesOf } from '../approvals/decline-plan.ts';
import { streamInventoryFile } from '../fleet/read-inventory-file.ts';
import { type OtherKind, otherYaml } from './other-yaml.ts';
import { parseApart } from './parse-apart.ts';
import type { FolderFile, PlanFolder } from './plan-folder.ts';

/** Everything that a folder has, the latest first. Texts are escaped. */
export interface FolderListing {
  readonly plans: readonly ListedPlan[];
  readonly saved: readonly ListedSavedPlan[];
  readonly inventories: readonly ListedInventory[];
  /** YAML that is no plan. */
  readonly others: readonly ListedOther[];
}

interface Listed {
  readonly file: string;
  /** ISO 8601 UTC. */
  readonly changedAt: string;
  /** Why it cannot be read; null: it can. */
  readonly damage: string | null;
}

export interface ListedPlan extends Listed {
  /** The name in the plan; null: it is not valid. */
  readonly name: string | null;
  readonly errors: number;
  readonly warnings: number;
  readonly hasSchedule: boolean;
}

export interface ListedSavedPlan extends Listed {
  /** null: it is damaged. */
  readonly about: {
    readonly name: string;
    readonly digest: string;
    readonly sealedAt: string;
    readonly expiresAt: string;
    readonly steps: number;
    readonly prices: readonly PriceSum[];
    /** Whether there are prices, and if not, why. */
    readonly cost: CostState;
    /** The plan file that it was made from, without folders. */
    readonly from: string;
    /** The command that plans it again, with prices. */
    readonly priceCommand: string;
    /** How many approvals the plan needs by itself; policies may demand more. */
    readonly needs: number;
    /** Texts of approvals of the whole plan that somebody offered. Only a review says whether they count. */
    readonly offered: number;
    /** Who declines it. */
    readonly declinedBy: readonly string[];
  } | null;
}

export interface ListedInventory extends Listed {
  /** null: it is too large to count, or damaged. */
  readonly instances: number | null;
  readonly readAt: string | null;
}

export interface ListedOther extends Listed {
  readonly kind: OtherKind;
  /** Of approvers. */
  readonly names: readonly string[];
}

/** Reads the folder. A file that did not change is not read again. @throws RefitError `usage` if the folder cannot be read. */
export async function listPlans(folder: PlanFolder): Promise<FolderListing> {
  const files = await folder.files();
  const known = knownOf(folder);
  for (const name of known.keys()) if (!files.some((file) => file.name === name)) known.delete(name);
  const plans: ListedPlan[] = [];
  const saved: ListedSavedPlan[] = [];
  const inventories: ListedInventory[] = [];
  const others: ListedOther[] = [];
  // One after the other: only one file is in memory.
  for (const file of files) {
    const content = await contentOf(folder, file, known);
    const listed = { file: file.name, changedAt: file.changedAt, damage: content.damage };
    if (content.kind === 'plan') plans.push({ ...listed, ...content.plan });
    else if (content.kind === 'other') others.push({ ...listed, ...content.other });
    else if (content.kind === 'inventory') inventories.push({ ...listed, ...content.inventory });
    else
      saved.push({ ...listed, about: content.saved && (await withSignatures(folder, file, content.saved)) });
  }
  return { plans, saved, inventories, others };
}

type SavedContent = Omit<NonNullable<ListedSavedPlan['about']>, 'offered' | 'declinedBy'> &
  Pick<SavedPlan, 'approvals'>;
type Content = { readonly damage: string | null } & (
  | { readonly kind: 'plan'; readonly plan: Omit<ListedPlan, keyof Listed> }
  | { readonly kind: 'saved-plan'; readonly saved: SavedContent | null }
  | { readonly kind: 'other'; readonly other: Omit<ListedOther, keyof Listed> }
  | { readonly kind: 'inventory'; readonly inventory: Omit<ListedInventory, keyof Listed> }
);

interface Known {
  /** Time and size of the file. */
  readonly version: string;
  readonly content: Content;
}

/** What the files of a folder had when they were read last. */
const KNOWN = new WeakMap<PlanFolder, Map<string, Known>>();

function knownOf(folder: PlanFolder): Map<string, Known> {
  const known = KNOWN.get(folder) ?? new Map<string, Known>();
  KNOWN.set(folder, known);
  return known;
}

async function contentOf(folder: PlanFolder, file: FolderFile, known: Map<string, Known>): Promise<Content> {
  const version = `${file.changedAt} ${file.bytes} ${file.kind}`;
  const before = known.get(file.name);
  if (before?.version === version) return before.content;
  const content = await readContent(folder, file);
  known.set(file.name, { version, content });
  return content;
}

const NO_PLAN = { name: null, errors: 0, warnings: 0, hasSchedule: false };
const UNCOUNTED = { instances: null, readAt: null };

async function readContent(folder: PlanFolder, file: FolderFile): Promise<Content> {
  try {
    return await READERS[file.kind](folder.pathOf(file.name), file);
  } catch (error) {
    if (!(error instanceof RefitError || error instanceof SyntaxError)) throw error;
    const damage = escapeControls(error instanceof FileRefused ? error.reason : messageOf(error));
    return { kind: file.kind, damage, plan: NO_PLAN, saved: null, inventory: UNCOUNTED };
  }
}

/** Bytes up to which the list counts the instances of an inventory. */
const COUNTED = 64 * 1_024 * 1_024;

const READERS: Readonly<Record<FolderFile['kind'], (path: string, file: FolderFile) => Promise<Content>>> = {
  async plan(path, { name }) {
    const { text, findings } = decodePlan(await readRegularFile(path, { subject: 'plan' }), name);
    const other = text === null ? null : otherYaml(text);
    if (other !== null) return { kind: 'other', damage: null, other };
    const parsed = text === null ? { plan: null, findings } : await parseApart(text, name);
    const countOf = (severity: string) => parsed.findings.filter((one) => one.severity === severity).length;
    return {
      kind: 'plan',
      damage: null,
      plan: {
        name: parsed.plan && escapeControls(parsed.plan.name),
        errors: countOf('error'),
        warnings: countOf('warning'),
        hasSchedule: parsed.plan?.schedule !== undefined,
      },
    };
  },
  async 'saved-plan'(path) {
    const plan = readSavedPlan((await readRegularFile(path, { subject: 'saved-plan' })).toString('utf8'));
    const { digest, sealedAt, expiresAt, steps, prices, approvals } = plan;
    const needs = approvals?.need ?? 0;
    const name = escapeControls(plan.name);
    const about = {
      ...{ name, digest, sealedAt, expiresAt, steps: steps.length, prices, needs },
      cost: costStateOf(plan, plan.findings),
      from: escapeControls(plan.file.replace(/^.*\//s, '')),
      priceCommand: escapeControls(priceCommand(plan, true)),
    };
    return {
      kind: 'saved-plan',
      damage: null,
      saved: approvals === undefined ? about : { ...about, approvals },
    };
  },
  async inventory(path, { bytes, changedAt }) {
    if (bytes > COUNTED)
      return {
        kind: 'inventory',
        damage: null,
        inventory: { ...UNCOUNTED, readAt: iso(Date.parse(changedAt)) },
      };
    let count = 0;
    // In pieces: other people go on meanwhile.
    const { readAt } = await streamInventoryFile(path, (instances) => {
      count += instances.length;
    });
    return { kind: 'inventory', damage: null, inventory: { instances: count, readAt } };
  },
};

/** Signatures are beside the plan, and change without it. */
async function withSignatures(
  folder: PlanFolder,
  { name }: FolderFile,
  { approvals, ...about }: SavedContent,
): Promise<ListedSavedPlan['about']> {
  const signatures = folderSignatures(folder.pathOf(name), null);
  const { declines } = await declinesOf(
    approvals === undefined ? about : { ...about, approvals },
    signatures,
  );
  return {
    ...about,
    offered: (await signatures.offered('approvals')).length,
    declinedBy: declines.filter(({ withdrawn }) => withdrawn === null).map(({ by }) => escapeControls(by)),
  };
}
