/** `refit recommend`: says which instances should change, by the history of use. It orders nothing. */
import { textOf } from '../../../messages/messages.ts';
import type { Inventory } from '../../../model.ts';
import { readInventoryFile } from '../../../operations/fleet/read-inventory-file.ts';
import { readFleet } from '../../../operations/read-fleet.ts';
import { recommendFleet } from '../../../operations/recommend/recommend-fleet.ts';
import { openUsage, usageProvider } from '../../../operations/usage/open-usage.ts';
import { DEFAULT_SIZING } from '../../../recommend/default-sizing.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import {
  type RecommendationFormat,
  renderRecommendations,
} from '../../../report/recommend/render-recommendations.ts';
import type { CommandCode } from '../../command-row.ts';
import { type Options, regionsFrom } from '../../options.ts';
import { emit } from '../../output.ts';
import { progressBar } from '../../progress-bar.ts';
import { readProvider } from '../../read-provider.ts';
import type { Terminal } from '../../terminal.ts';
import { selectFrom } from '../fleet/select-from.ts';

/** @returns 0; 1 if a region could not be read. */
export const recommend: CommandCode<[]> = async (_args, options, terminal) => {
  const { env, clock } = terminal;
  const isSelected = selectFrom(options.select ?? []);
  const { inventory, isComplete } = await fleetFrom(options, terminal);
  const store = await openUsage({ store: options.store, env, clock });
  const bar = progressBar(terminal);
  try {
    const result = await recommendFleet({
      inventory: { ...inventory, instances: inventory.instances.filter(isSelected) },
      sizing: DEFAULT_SIZING,
      store,
      provider: usageProvider(options.endpoint, env),
      clock,
      onProgress: bar.show,
    });
    bar.clear();
    await emit<RecommendationFormat>(terminal, options, (format, where) =>
      renderRecommendations(result, format, where),
    );
    return isComplete ? 0 : 1;
  } finally {
    bar.clear();
    await store.close();
  }
};

async function fleetFrom(
  options: Options,
  terminal: Terminal,
): Promise<{ readonly inventory: Inventory; readonly isComplete: boolean }> {
  if (options.inventory !== undefined)
    return { inventory: await readInventoryFile(options.inventory), isComplete: true };
  const { profile = null } = options;
  const regions = regionsFrom(options);
  const { inventory, notes } = await readProvider(options, terminal, (reader, listeners) =>
    readFleet(reader, { regions, profile, clock: terminal.clock, ...listeners }),
  );
  for (const note of notes) terminal.err(`${escapeControls(textOf(note))}\n`);
  return { inventory, isComplete: true };
}
