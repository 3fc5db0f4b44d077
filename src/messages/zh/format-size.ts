/** Formats memory in use in Chinese. Values as a plan file writes them look the same in every language. */
import type { UsedMemory } from '../../model.ts';
import { upTo } from '../en/format-size.ts';
import { memory } from '../en/quantities.ts';

/** Memory in use, with its source and time. */
export function formatUsed({ total, fullestShard, source, readAt }: UsedMemory): string {
  const fullest =
    fullestShard === null || fullestShard === total ? '' : `，最满的分片 ${memory(upTo(fullestShard))}`;
  return `已用 ${memory(total)}${fullest}（${source}，读取于 ${readAt.replace(/\.\d+Z$/, 'Z')}）`;
}
