/** `refit inventory`: reads the live fleet into a dated file for offline plans. */

import { counted, editionText, memory } from '../../../messages/en/quantities.ts';
import { textOf } from '../../../messages/messages.ts';
import { type Instance, type Inventory, isTargetId, totalMemory } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { STDIO, writeOutput } from '../../../operations/named-files.ts';
import { readFleet, readFleetWithUse } from '../../../operations/read-fleet.ts';
import { escapeControls, json } from '../../../report/document/escape.ts';
import type { CommandCode } from '../../command-row.ts';
import { formatLocal } from '../../local-time.ts';
import { regionsFrom } from '../../options.ts';
import { print } from '../../output.ts';
import { readProvider } from '../../read-provider.ts';

export const inventory: CommandCode<[]> = async (_args, options, terminal) => {
  const { out, used, profile = null, format } = options;
  const regions = regionsFrom(options);
  const read = used ? readFleetWithUse : readFleet;
  const { inventory, notes } = await readProvider(options, terminal, (reader, listeners) =>
    read(reader, { regions, profile, clock: terminal.clock, ...listeners }),
  );
  for (const note of notes) terminal.err(`${escapeControls(textOf(note))}\n`);
  const text = json(inventory);
  if (out !== undefined) {
    await writeOutput(out, text);
    if (out !== STDIO) terminal.hint(`next: refit plan PLAN --inventory ${escapeControls(shellQuote(out))}`);
  }
  if (format === 'text') await print(terminal, options, { text: () => summary(inventory), json: inventory });
  else if (out === undefined) await terminal.out(text);
  return 0;
};

function summary(read: Inventory): string {
  const known = read.instances.filter(({ used }) => used !== null).length;
  const lines = [
    `${read.instances.length} instances read at ${formatLocal(read.readAt)}${known === 0 ? '' : `, with memory in use of ${known}`}`,
  ];
  for (const { region, profile } of read.scopes) {
    const here = read.instances.filter((one) => one.region === region && one.profile === profile);
    if (here.length === 0) continue;
    const running = here.filter(({ status }) => status === 'running').length;
    const total = here.reduce((sum, { size }) => sum + totalMemory(size), 0);
    lines.push(
      `  ${region.padEnd(20)} ${String(here.length).padStart(6)} instances  ${String(running).padStart(6)} running  ${memory(total)} with replicas${profile === 'default' ? '' : `  (${profile})`}`,
    );
  }
  lines.push(...neverTargets(read.instances));
  return `${lines.join('\n')}\n`;
}

/** How many instances that can never be targets are listed; the rest is counted. */
const NAMED = 10;

/** The instances that no plan can change, each with the reason. */
function neverTargets(instances: readonly Instance[]): string[] {
  const reasons = instances.flatMap((one) => {
    if (!isTargetId(one.id)) return [`${one.id.padEnd(20)} its id does not begin with crs-`];
    return one.edition === 'unrecognised' ? [`${one.id.padEnd(20)} ${editionText(one)}`] : [];
  });
  if (reasons.length === 0) return [];
  const more = reasons.length - NAMED;
  return [
    `never targets: ${counted(reasons.length, 'instance')}`,
    ...[...reasons.slice(0, NAMED), ...(more > 0 ? [`and ${more} more`] : [])].map((line) => `  ${line}`),
  ];
}
