/** Why Refit refuses to read, to write or to make a plan, in Chinese. */

import type { planErrors as english } from '../../en/errors/plans.ts';
import { instant } from '../../en/quantities.ts';
import type { TranslationOf } from '../../text.ts';
import { readingFix, reasonText, subjectName } from '../file-words.ts';

export const planErrors: TranslationOf<typeof english> = {
  'error.file-refused': ({ fix, subject, path, reason }) => ({
    message: `${subjectName(subject)} ${path} 无法读取：${reasonText(reason)}`,
    fix: readingFix(fix),
  }),
  'error.plan-too-large': ({ name }) => ({
    message: `${name} 大于 2 MB，计划不会这么大`,
    fix: '打开其他文件',
  }),
  'error.plan-end': ({ name, kind, end }) => ({
    message: `${name} 不能作为${kind === 'plan' ? '计划' : '封存计划'}的文件名`,
    fix: `使用以 ${end} 结尾的文件名`,
  }),
  'error.plan-name': ({ name }) => ({
    message: `${name} 不是计划的文件名`,
    fix: '使用字母、数字、"."、"_" 和 "-"，并以 .yaml 或 .json 结尾：grow-2026.yaml',
  }),
  'error.cannot-write': ({ name, reason, fix }) => ({ message: `${name} 无法写入：${reason}`, fix }),
  'error.parse-slow': ({ file }) => ({
    message: `${file}：解析该文本的时间超过控制台的限制`,
    fix: '缩短文本，或在终端中用 refit validate 检查',
  }),
  'error.nothing-to-plan': ({ inventory, instances }) => ({
    message: `没有可制定计划的实例：${inventory} 有 ${instances} 个实例，均不能变更`,
    fix: '选择其他资源清单，或从选择器开始',
  }),
  'error.must-hold': ({ failed, days, command }) => ({
    message: `未写出计划：在 ${days} 天的回测中，${failed
      .map(({ figure, operator, value, found }) => {
        const unit = figure === 'changes' ? '' : '%';
        return `${figure} 为 ${Number(found.toPrecision(3))}${unit}，而要求 ${operator} ${value}${unit}`;
      })
      .join('；')}（sizing 文件的 mustHold）`,
    fix: command,
  }),
  'error.no-history': ({ store, instances }) => ({
    message: `${store} 没有这 ${instances} 个实例的用量历史`,
    fix: '运行 refit usage collect，然后再次运行同一命令',
  }),
  'error.no-inventory': ({ name }) => ({
    message: `${name} 不是该目录中的资源清单`,
    fix: '选择其他资源清单',
  }),
  'error.not-inventory': ({ name, fault }) => ({
    message: inventoryFault(name, fault),
    fix: 'refit inventory -o fleet.json',
  }),
  'error.too-many-again': () => ({ message: '在一秒内为此运行制定的计划过多', fix: '请重试' }),
  'error.bad-selector': ({ part }) => ({
    message: `此地址中没有有效的 ${part}`,
    fix: '打开 /plans/new?select={tags: {env: prod}} 或 ?region=ap-guangzhou&ids=crs-aaaa1111,crs-bbbb2222',
  }),
  'error.no-plan-folder': () => ({
    message: '此控制台没有计划目录',
    fix: '启动时指定目录：refit serve --plans plans',
  }),
  'error.not-saved-plan': ({ command }) => ({ message: '这是计划，不是封存计划', fix: command }),
  'error.no-file-here': ({ file }) => ({
    message: `此控制台没有文件 ${file}`,
    fix: '打开计划列表，在其中选择',
  }),
  'error.instance-not-read': ({ id, at }) => ({
    message: `${id} 不在 ${instant(at)} 读取的实例中`,
    fix: '重新读取实例，或在其他账号或地域下搜索',
  }),
  'error.fleet-not-read': () => ({ message: '尚未读取实例', fix: '打开实例页面并读取' }),
  'error.bad-address': ({ name, fix }) => ({ message: `此地址中 ${name} 的值有误`, fix }),
  'error.no-schedule': () => ({
    message: '此控制台没有调度：它没有计划目录，也没有数据库',
    fix: 'refit serve --plans FOLDER   显示目录的调度',
  }),
  'error.scheduler-silent': ({ folder, seconds, command }) => ({
    message: `${folder} 的调度器已有 ${seconds} 秒没有应答；该请求已被移除`,
    fix: `${command}   显示其进程`,
  }),
  'error.no-scheduler': ({ seconds, plan }) => ({
    message: `存储库已有 ${seconds} 秒没有调度器应答；该请求已被移除`,
    fix: `refit schedule run   启动一个调度器；refit schedule list   显示其中是否有 ${plan}`,
  }),
  'error.no-name': () => ({ message: '邀请没有姓名', fix: '输入姓名：wei' }),
  'error.bad-name': ({ fault }, say) => ({ message: say(fault), fix: '使用审批人名单中的姓名：wei' }),
  'error.similar-name': ({ name, other }) => ({
    message: `${name} 与已有的 ${other} 相似`,
    fix: '同一个人使用同一个姓名，其他人使用其他姓名',
  }),
  'error.passkey-not-kept': ({ reason }, say) => ({
    message: `通行密钥未注册：${typeof reason === 'string' ? reason : say(reason)}`,
    fix: '在同一标签页的控制台中重新注册',
  }),
};

function inventoryFault(
  name: string,
  fault: Parameters<(typeof english)['error.not-inventory']>[0]['fault'],
): string {
  switch (fault.kind) {
    case 'json':
      return `${name} 不是资源清单：它不是 JSON`;
    case 'format':
      return `${name} 不是此版本的资源清单：${fault.isMissing ? '缺少格式' : '格式不符'}，应为 ${fault.wanted}`;
    case 'member':
      return `${name} 不是有效的资源清单：${fault.where} ${fault.reason}`;
  }
}
