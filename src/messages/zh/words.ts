/** Everything that a page says in Simplified Chinese. */
import type { Words } from '../words.ts';
import { columns } from './page/columns.ts';
import { diff } from './page/diff.ts';
import { facts, frame, names } from './page/frame.ts';
import { proof } from './page/proof.ts';
import { recommend } from './page/recommend.ts';
import { usage } from './page/usage.ts';
import { verdicts } from './page/verdicts.ts';
import { spokenChinese } from './spoken.ts';

export const chinese: Words = {
  columns,
  diff,
  facts,
  frame,
  names,
  proof,
  recommend,
  usage,
  verdicts,
  ...spokenChinese,
};
