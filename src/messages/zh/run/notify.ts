/** The results of hooks, webhooks and commands, in Chinese. No text of the far end is in them. */
import { SECOND } from '../../../units.ts';
import type { notify as english } from '../../en/run/notify.ts';
import type { TranslationOf } from '../../text.ts';

export const notify: TranslationOf<typeof english> = {
  'notify.exited': ({ exitCode, ms }) => `退出码 ${exitCode}，耗时 ${ms} 毫秒`,
  'notify.killed': ({ ms }) => `${ms} 毫秒后被终止，因为运行已结束`,
  'command.not-started': ({ error }) => `命令无法启动：${error}`,
  'command.killed': ({ signal }) => `命令被 ${signal} 终止`,
  'command.late': ({ limit }) => `命令未在 ${limit / SECOND} 秒内结束`,
  'command.run-over': () => '命令已停止，因为运行已结束',
  'notify.sent': ({ tries }) => formatTries(tries),
  'notify.failed': ({ cause, tries, isRunOver }, say) =>
    `${say(cause)}，${formatTries(tries)}${isRunOver ? '；已停止，因为运行已结束' : ''}`,
  'notify.dropped': ({ limit }) => `已丢弃：已有 ${limit} 个通知在等待`,
  'notify.run-over': () => '未尝试，因为运行已结束',
  'notify.internal-error': ({ error }) => `内部错误：${error}`,
  'notify.url-not-set': ({ name }) => `未设置 ${name}，因此没有地址`,
  'notify.url-invalid': ({ name }) => `${name} 不是 URL`,
  'notify.url-not-https': ({ name }) => `${name} 不是 https；http 只能用于本机回环地址`,
  'notify.url-forbidden': ({ name }) => `${name} 是计划不得访问的地址：链路本地地址或元数据服务`,
  'notify.secret-not-set': ({ name }) => `未设置 ${name}，因此 Refit 无法对请求签名`,
  'notify.request-failed': ({ error }) => error ?? '请求无法发送',
  'notify.no-answer': ({ limit }) => (limit === null ? '没有应答' : `${limit} 毫秒内没有应答`),
  'notify.http-status': ({ status }) => `HTTP ${status}`,
  'notify.code': ({ status, member, code }) => `HTTP ${status}，${member} ${code}`,
  'notify.code-missing': ({ status, member }) => `HTTP ${status}，应答中没有 ${member}`,
  'notify.not-json': ({ status }) => `HTTP ${status}，应答不是 JSON`,
};

function formatTries(tries: number): string {
  return `尝试 ${tries} 次`;
}
