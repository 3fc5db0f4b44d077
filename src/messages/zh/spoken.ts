/** What the pages of the console say in Simplified Chinese. */
import type { Spoken } from '../spoken.ts';
import { codes } from './codes.ts';
import { report } from './page/report.ts';
import { review } from './page/review.ts';
import { quantities } from './quantities.ts';
import { zh } from './zh.ts';

export const spokenChinese: Spoken = {
  tag: 'zh-CN',
  sentences: zh,
  show: quantities,
  codes,
  report,
  review,
};
