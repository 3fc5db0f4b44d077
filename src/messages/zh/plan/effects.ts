/** What a run of a plan does or uses, in Chinese. */
import type { Effect, OrdersEffect, ShownApprover } from '../../../model.ts';
import { formatCommand } from '../../en/format-plan.ts';
import type { effects as english } from '../../en/plan/effects.ts';
import { count, instant, join } from '../../en/quantities.ts';
import type { TranslationOf } from '../../text.ts';
import { describeSchedule, formatAddress, formatPeriod } from '../format-plan.ts';
import { demandsText, inDays, phaseName } from '../names.ts';
import { duration } from '../quantities.ts';

/** What a run does, in a word or two. Each one follows `此计划将`. */
const VERBS: Readonly<Record<Exclude<Effect['kind'], 'source'>, string>> = {
  orders: '下单',
  hook: '运行命令',
  'gate-command': '运行命令',
  'gate-url': '访问地址',
  'gate-metric': '读取指标',
  webhook: '发送通知',
  variable: '读取变量',
  approvals: '需要审批',
  windows: '仅在此时间开始',
  calendar: '遵守封网期',
  schedule: '定时启动',
  'finish-by': '停止下单',
  expiry: '过期',
};

export const effects: TranslationOf<typeof english> = {
  'effect.heading': ({ isBlocked }) => (isBlocked ? '此计划本应' : '此计划将'),
  'effect.note': () => '命令在执行计划的机器上，以执行人的身份运行。',
  'effect.verb': ({ effect }) =>
    effect.kind !== 'source' ? VERBS[effect.kind] : effect.of === 'rollback' ? '回滚' : '重试',
  'effect.orders': ({ scopes }) => {
    const orders = scopes.reduce((sum, { steps }) => sum + steps.length, 0);
    const instances = scopes.reduce((sum, one) => sum + one.instances, 0);
    const profiles = new Set(scopes.map(({ profile }) => profile));
    const places = scopes.map(
      ({ region, profile, steps }) =>
        `${region} ${count(steps.length)} 个${profiles.size === 1 ? '' : `（配置档 ${profile}）`}`,
    );
    const shared = profiles.size === 1 ? `；配置档 ${[...profiles].join()}` : '';
    const zones = new Set(
      scopes.flatMap((one) => one.zones).map(({ code, number }) => `${code}（编号 ${number}）`),
    );
    const named = zones.size === 0 ? '' : `；可用区 ${[...zones].join('、')}`;
    return `对 ${count(instances)} 个实例执行 ${count(orders)} 个变更：${places.join('、')}${shared}${named}`;
  },
  'effect.one': ({ effect, approvalExpiry }) => describe(effect, approvalExpiry),
};

/** `wei（SHA256:…）`, with the addresses of a passkey. */
function approverWithKey({ name, key, origins }: ShownApprover): string {
  const at = origins === undefined ? '' : `，用于 ${origins.join('、')} 的通行密钥`;
  return `${name}（${key ?? '密钥无法读取'}${at}）`;
}

function describe(effect: Exclude<Effect, OrdersEffect>, approvalExpiry: readonly string[]): string {
  const parts = (all: readonly (string | false)[]): string => join(all, '；');
  switch (effect.kind) {
    case 'hook':
      return `${phaseName(effect.phase)}时：${formatCommand(effect.command)}`;
    case 'gate-command':
      return `批次 ${effect.after} 之后：${formatCommand(effect.command)}；必须在 ${duration(effect.timeout)}内以 0 退出`;
    case 'gate-url':
      return `批次 ${effect.after} 之后：${formatAddress(effect.url, effect.host)}；必须在 ${duration(effect.timeout)}内返回 2xx`;
    case 'gate-metric': {
      const { name, fails, over } = effect.metric;
      return `批次 ${effect.after} 之后：其实例在 ${duration(over)}内的 ${name}，在 ${duration(effect.timeout)}内读取；满足 ${fails.operator} ${fails.value} 则门禁失败`;
    }
    case 'webhook': {
      const { url, urlEnv, host, form, on, secretEnv } = effect;
      const address =
        url === null || host === null ? `$${urlEnv} 中的地址，目前不知道其主机` : formatAddress(url, host);
      const signed = secretEnv === null ? '不签名' : `使用 $${secretEnv} 签名`;
      return `${address}，${form}，${signed}；事件：${on.map(phaseName).join('、')}`;
    }
    case 'variable':
      return `$${effect.name}：${effect.purpose === 'webhook-address' ? '通知地址' : '通知的签名密钥'}`;
    case 'approvals': {
      const { need, approvers, authors, waves } = effect;
      const names = approvers.map(approverWithKey);
      const again = waves.map(
        ({ name, within }) => `${name}${within === null ? '' : `（最多等待 ${duration(within)}）`}`,
      );
      return parts([
        `${names.join('、')} 中的 ${need} 位`,
        authors.length > 0 && `制定人 ${authors.join('、')} 不能审批`,
        again.length > 0 && `以下批次需要再次审批：${again.join('、')}`,
        approvalExpiry.length > 0 &&
          `每份审批的有效期：${approvalExpiry.map(demandsText).join('、')}（策略的 limit.approvalExpiry）`,
      ]);
    }
    case 'windows': {
      const { timezone, allow, freeze, lastStart, atClose } = effect;
      return parts([
        `${allow.length === 0 ? '任何时间' : allow.map(inDays).join('、')}，${timezone}`,
        freeze.length > 0 && `封网期 ${freeze.join('、')} 除外`,
        lastStart > 0 && `截至关闭前 ${duration(lastStart)}`,
        `关闭时，执行中的订单${atClose === 'drain' ? '继续跟踪到结束' : '留给下一次 apply'}`,
      ]);
    }
    case 'calendar': {
      const { file, knownUntil, freezes } = effect;
      const listed = freezes.map(({ from, to, title }) => `${title} ${formatPeriod(from, to)}`);
      return `${file} 的 ${count(freezes.length)} 个封网期，有效至 ${instant(knownUntil)}${listed.length === 0 ? '' : `：${listed.join('、')}`}`;
    }
    case 'schedule':
      return describeSchedule(effect);
    case 'source': {
      const { run, digest, head, ignoresWindows } = effect;
      return parts([
        `运行 ${run}，计划 ${digest.slice(0, 16)}，运行日志头哈希 ${head.slice(0, 16)}`,
        ignoresWindows && '忽略时间窗、封网期和维护时间窗',
      ]);
    }
    case 'finish-by':
      return `自 ${instant(effect.at)} 起`;
    case 'expiry':
      return `${instant(effect.at)}；运行必须在此之前开始`;
  }
}
