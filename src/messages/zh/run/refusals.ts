/** What the provider's refusals mean for a run, in Chinese, with the fix for those that halt it. */
import type { refusals as english } from '../../en/run/refusals.ts';
import type { TranslationOf } from '../../text.ts';

const GRANT = '授权该身份调用 redis:UpgradeInstance';
const KEYS = '检查密钥：refit doctor 显示正在使用的密钥及其来源';
const ENDPOINT = '检查 --endpoint 和 TENCENTCLOUD_DOMAIN：refit doctor 显示所访问的主机';
const ADDRESS = '在账号的访问规则中放行此地址';

export const refusals: TranslationOf<typeof english> = {
  'refusal.no-permission': () => ({ message: '没有此操作的权限：所有订单都会被拒绝', fix: GRANT }),
  'refusal.signature': () => ({ message: '签名被拒绝', fix: KEYS }),
  'refusal.key': () => ({ message: '密钥被拒绝', fix: KEYS }),
  'refusal.key-unknown': () => ({ message: '密钥不存在或已禁用', fix: KEYS }),
  'refusal.second-factor': () => ({
    message: '该身份需要二次验证',
    fix: '使用不需要二次验证的密钥：refit doctor 显示正在使用的密钥',
  }),
  'refusal.clock': () => ({
    message: '本机时钟偏差超过五分钟',
    fix: '校准本机时钟：refit doctor 显示偏差',
  }),
  'refusal.token': () => '临时令牌错误或已过期：确定未执行，Refit 会更新密钥',
  'refusal.token-again': () => ({
    message: '临时令牌错误或已过期，更新后的令牌也是如此',
    fix: '获取其他临时密钥：refit doctor 显示其来源',
  }),
  'refusal.cannot-pay': () => ({ message: '账户余额不足，无法支付', fix: '为账户充值' }),
  'refusal.payment-failed': () => ({
    message: '支付失败；可能存在未支付的订单',
    fix: '在腾讯云控制台支付或取消该订单，或为账户充值',
  }),
  'refusal.quota': () => ({ message: '账号配额已用尽', fix: '提交工单提高账号配额' }),
  'refusal.address': () => ({ message: '此地址被拒绝', fix: ADDRESS }),
  'refusal.action-withdrawn': () => ({ message: '接入点不再提供此接口', fix: ENDPOINT }),
  'refusal.action-unknown': () => ({ message: '接入点不认识此接口', fix: ENDPOINT }),
  'refusal.malformed': () => ({ message: '请求因格式错误被拒绝', fix: ENDPOINT }),
  'refusal.product-unknown': () => ({ message: '接入点不认识此产品', fix: ENDPOINT }),
  'refusal.version-unknown': () => ({ message: '接入点不认识此接口版本', fix: ENDPOINT }),
  'refusal.out-of-range': () => '超出在售规格的范围',
  'refusal.size-not-sold': () => '不是在售规格',
  'refusal.too-small': () => '小于已用内存所需',
  'refusal.no-instance': () => '此地域和账号中没有该实例',
  'refusal.whole-request': () => '整个请求被拒绝',
  'refusal.region': () => '该地域不支持此接口',
  'refusal.no-specification': () => '没有此规格',
  'refusal.edition': () => '该实例版本不支持',
  'refusal.trial': () => '以试运行应答：没有下单',
  'refusal.unsupported': () => '不支持',
  'refusal.kernel': () => '需要先升级内核',
  'refusal.isolated': () => '已隔离',
  'refusal.no-capacity': () => '资源池容量不足',
  'refusal.sold-out': () => '已售罄',
  'refusal.in-progress': () => '实例上有操作正在执行',
  'refusal.locked': () => '已锁定',
  'refusal.locked-or-fault': () => '已锁定，或内部错误：可能已执行',
  'refusal.fault': () => '内部错误：可能已执行',
  'refusal.something-missing': () => '错误码没有说明缺少什么',
  'refusal.answer-too-long': () => '应答过长无法返回：可能已执行',
  'refusal.unlisted': () => '未收录的错误码：可能已执行',
  'refusal.limit': () => '超过请求频率限制：确定未执行',
};
