/** Refit's codes about the history of use, explained in Chinese. */
import type { CodeText } from '../code-text.ts';
import type { usageCodes as english } from '../en/usage-codes.ts';

export const usageCodes: Readonly<Record<keyof typeof english, CodeText>> = {
  'Refit.UsageUnknown': {
    meaning: '计划的选择器或规格取决于实例的用量，而用量历史中有数值的小时不到 90%。',
    checks: '用量历史中到当前为止、由 over 指定的小时',
    fix: '运行 refit usage collect 后重新制定计划；或缩短 over',
  },
  'Refit.Advice': {
    meaning: '按用量历史，另一个规格更适合该实例，或者有障碍阻止更改。',
    checks: '用量历史，按规格文件的规则',
    fix: 'refit recommend --explain INSTANCE 显示所有数字；refit recommend -o PLAN 生成计划',
  },
  'Refit.NoReplicaReads': {
    meaning: '计划按 CPU 决定副本数，而该实例的副本不提供读取。增加副本没有帮助。',
    checks: '实例是否从副本读取',
    fix: '改为按分片数扩容，或先为实例开启从副本读取',
  },
};
