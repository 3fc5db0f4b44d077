/** `refit explain CODE|INSTANCE [PLAN]`: a rule; or why an instance is blocked, selected or not selected. */

import { discoverRegions, monitorCalls, readInventory, readUsed } from '../../cloud/read-inventory.ts';
import { RefitError } from '../../errors.ts';
import type { Inventory, Plan } from '../../model.ts';
import { connectReader } from '../../operations/connect.ts';
import { sayMonitorCalls } from '../../operations/plan-fleet.ts';
import { explainCode, explainInstance, nearestCode } from '../../plan/explain.ts';
import { draftPlan } from '../../plan/make-plan.ts';
import { decodePlan } from '../../plan/parse/decode-plan.ts';
import { parsePlan } from '../../plan/parse/parse-plan.ts';
import { scopesOf, withDefaults } from '../../plan/resolve/scopes.ts';
import { visible } from '../../report/document/escape.ts';
import { readInput } from '../files.ts';
import { findingsText } from '../findings.ts';
import { readInventoryFile } from '../inventory-file.ts';
import { connectionOf, type GlobalOptions, regionFrom, regionsFrom } from '../options.ts';
import type { Terminal } from '../terminal.ts';

export async function explain(
  [subject, planFile]: readonly [string, ...string[]],
  options: GlobalOptions & { inventory?: string },
  terminal: Terminal,
): Promise<number> {
  if (!/^crs-/i.test(subject)) {
    const text = explainCode(subject);
    if (text === null) {
      const near = nearestCode(subject);
      throw new RefitError(
        'usage',
        `no rule has the code ${visible(subject)}`,
        near
          ? `refit explain ${near}`
          : 'refit explain ResourceUnavailable.SaleOut, or an instance id: refit explain crs-…',
      );
    }
    await terminal.out(text);
    return 0;
  }
  const plan = planFile === undefined ? null : await readPlan(planFile, options, terminal);
  const inventory = options.inventory
    ? await readInventoryFile(options.inventory)
    : await readLive(subject, plan, options, terminal);
  await terminal.out(explainInstance(subject, inventory, plan));
  return 0;
}

async function readPlan(file: string, options: GlobalOptions, terminal: Terminal): Promise<Plan> {
  const { text, findings } = decodePlan(await readInput(file, 'the plan'), file);
  const parsed = text === null ? { plan: null, findings } : parsePlan(text, file);
  if (!parsed.plan) {
    terminal.err(`${findingsText(parsed.findings, terminal.color.err)}\n`);
    throw new RefitError(
      'plan-invalid',
      `${visible(file)} is no valid plan`,
      `refit validate ${visible(file)}`,
    );
  }
  return withDefaults(parsed.plan, { region: regionFrom(options), profile: options.profile ?? null });
}

async function readLive(
  subject: string,
  plan: Plan | null,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<Inventory> {
  const reader = connectReader(connectionOf(options, terminal));
  try {
    const profile = options.profile ?? 'default';
    const regions = plan ? null : (regionsFrom(options) ?? (await discoverRegions(reader, profile)));
    const scopes = plan
      ? scopesOf(plan, { region: null, profile: null }).scopes
      : regions!.map((region) => ({ region, profile }));
    const { inventory } = await readInventory(reader, scopes, terminal.clock);
    const draft = plan && draftPlan(plan, inventory, terminal.clock.now());
    if (!draft?.toMeasure.some(({ id }) => id === subject)) return inventory;
    const ids = new Set([subject]);
    terminal.hint(`${sayMonitorCalls(monitorCalls(inventory, ids), ids.size)}`);
    return (await readUsed(reader, inventory, ids)).inventory;
  } finally {
    await reader.close();
  }
}
