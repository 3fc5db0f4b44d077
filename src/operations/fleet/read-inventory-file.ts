/** Reads inventory files that `refit inventory -o` wrote: whole, or in flat memory. */
import type { RefitError } from '../../errors.ts';
import { openRegularFile } from '../../files/open-file.ts';
import { validateInventory } from '../../generated/validators.js';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import { INVENTORY_FORMAT, type Instance, type Inventory } from '../../model.ts';
import { escapeControls } from '../../text.ts';
import { readInput } from '../named-files.ts';
import { ScanError, scanInventory } from './scan-inventory.ts';

/**
 * Reads an inventory that `refit inventory -o` wrote.
 * @throws RefitError `usage` if the file cannot be read, `format-unknown` if it is not an inventory of this version.
 */
export async function readInventoryFile(path: string): Promise<Inventory> {
  const bytes = await readInput(path, 'inventory');
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw notJson(path, cause);
  }
  mustBeInventory(path, value, 0);
  return value;
}

/**
 * Reads an inventory file piece by piece, so that memory does not grow with its size.
 * @param path a file, not stdin. @param each receives the instances, some hundreds at a time, in the order of the file.
 * @returns everything else; its instances are empty.
 * @throws RefitError as `readInventoryFile` does. `each` may have received some instances before.
 */
export async function streamInventoryFile(
  path: string,
  each: (instances: readonly Instance[]) => void,
): Promise<Inventory> {
  const { file } = await openRegularFile(path, { subject: 'inventory' });
  let read = 0;
  try {
    const rest = await scanInventory(piecesOf(file), (instances) => {
      const part: unknown = { ...AROUND, instances };
      mustBeInventory(path, part, read);
      read += part.instances.length;
      each(part.instances);
    });
    mustBeInventory(path, rest, 0);
    return rest;
  } catch (error) {
    throw error instanceof ScanError ? notJson(path, error) : error;
  } finally {
    await file.close();
  }
}

/** An inventory without instances. */
const AROUND: Inventory = {
  ...{ format: INVENTORY_FORMAT, readAt: '2026-01-01T00:00:00Z', scopes: [], instances: [], balances: {} },
  catalogue: { readAt: '2026-01-01T00:00:00Z', offers: [], zones: [] },
};

const PIECE = 256 * 1_024;

async function* piecesOf(file: Awaited<ReturnType<typeof openRegularFile>>['file']) {
  const buffer = Buffer.allocUnsafe(PIECE);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, PIECE, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

function notJson(path: string, cause: unknown): RefitError {
  return refitError(
    'format-unknown',
    message('error.not-inventory', { name: path, fault: { kind: 'json' } }),
    cause,
  );
}

/** @param before how many instances of the file were read before. @throws RefitError `format-unknown` */
function mustBeInventory(path: string, value: unknown, before: number): asserts value is Inventory {
  const name = escapeControls(path);
  const format = (value as { format?: unknown } | null)?.format;
  if (format !== INVENTORY_FORMAT)
    throw refitError(
      'format-unknown',
      message('error.not-inventory', {
        name,
        fault: { kind: 'format', wanted: INVENTORY_FORMAT, isMissing: format === undefined },
      }),
    );
  if (validateInventory(value)) return;
  const fault = validateInventory.errors?.[0];
  const where = (fault?.instancePath || '/').replace(
    /^\/instances\/(\d+)/,
    (_, at: string) => `/instances/${before + Number(at)}`,
  );
  throw refitError(
    'format-unknown',
    message('error.not-inventory', { name, fault: { kind: 'member', where, reason: fault?.message ?? '' } }),
  );
}
