/** Why a worker does not work on a run, in Chinese. */
import type { worker as english } from '../../en/run/worker.ts';
import type { TranslationOf } from '../../text.ts';

export const worker: TranslationOf<typeof english> = {
  'worker.other-endpoint': ({ needs, has }) => `运行的下单接入点为 ${needs}，而工作进程的为 ${has}`,
  'worker.no-keys': ({ profiles }) => `工作进程没有配置档 ${profiles.join('、')} 的密钥`,
  'worker.no-programs': ({ programs }) => `工作进程的策略没有将 ${programs.join('、')} 列入钩子可运行的程序`,
};
