/** Everything that a page says in Simplified Chinese. */
import type { Words } from '../words.ts';
import { codes } from './codes.ts';
import { columns } from './page/columns.ts';
import { diff } from './page/diff.ts';
import { facts, frame, names } from './page/frame.ts';
import { proof } from './page/proof.ts';
import { recommend } from './page/recommend.ts';
import { report } from './page/report.ts';
import { review } from './page/review.ts';
import { usage } from './page/usage.ts';
import { verdicts } from './page/verdicts.ts';
import { quantities } from './quantities.ts';
import { zh } from './zh.ts';

export const chinese: Words = {
  columns,
  diff,
  facts,
  frame,
  names,
  proof,
  recommend,
  report,
  review,
  usage,
  verdicts,
  tag: 'zh-CN',
  sentences: zh,
  show: quantities,
  codes,
};
