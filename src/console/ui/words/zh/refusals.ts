/** Why the server refused, in Simplified Chinese. */
import type { refusals as english } from '../en/refusals.ts';

export const refusals: Readonly<Record<keyof typeof english, string>> = {
  'refusal.signed-out': '您尚未登录',
  'refusal.signed-out.fix': '打开 refit serve 启动时输出的链接；该链接只能使用一次',
  'refusal.login-refused': '此链接已被使用或已过期',
  'refusal.login-refused.fix': '重新启动 refit serve，并打开它输出的链接',
  'refusal.not-permitted': '{name} 不能执行此操作：{action} 需要 {roles} 以外的角色',
  'refusal.not-permitted.fix': '向此控制台的管理员申请该角色',
  'refusal.other-page': '此请求不是由此控制台的页面发送的',
  'refusal.other-page.fix': '重新加载控制台页面，然后重试',
  'refusal.too-many': '请求过多',
  'refusal.too-many.fix': '请在 {seconds} 秒后重试',
  'refusal.too-large': '控制台接受的文本不超过 1 MB',
  'refusal.too-large.fix': '缩短文本：按标签选择实例，或拆分计划；也可以直接编辑文件，并使用 refit plan',
  'refusal.internal': '这是控制台的故障',
  'refusal.internal.fix': '查看 refit serve 的输出，并报告该问题',
  'refusal.unreachable': '控制台没有响应',
  'refusal.unreachable.fix': '检查 refit serve 是否正在运行，以及您能否访问它',
  'refusal.sealed-again': '计划已重新封存：页面显示的是 {before}，现在是 {now}',
  'refusal.sealed-again.fix': '重新加载页面，并再次评审计划',
  'refusal.file-changed': '您打开 {name} 之后，该文件在磁盘上已被更改；未写入任何内容',
  'refusal.file-changed.fix': '比较两个版本，然后重试',
  'refusal.file-removed': '您打开 {name} 之后，该文件已被删除；未写入任何内容',
  'refusal.file-removed.fix': '以其他名称保存',
  'refusal.file-exists': '已有名为 {name} 的文件；未写入任何内容',
  'refusal.file-exists.fix': '使用其他名称',
};
