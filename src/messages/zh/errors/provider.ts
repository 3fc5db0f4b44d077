/** Why a call of the provider failed, in Chinese. The provider's own words stay as they are. */
import type { providerErrors as english, ReadFix } from '../../en/errors/provider.ts';
import type { TranslationOf } from '../../text.ts';

export const providerErrors: TranslationOf<typeof english> = {
  'error.read-refused': ({ call, region, profile, code, said, fix }) => ({
    message: `${region} 的 ${call}（配置档 ${profile}）被拒绝：${code}: ${said}`,
    fix: readFix(fix),
  }),
  'error.not-reached': ({ host, call, reason, tries, isOfGateway }) => ({
    message: `${host} 没有应答 ${call}：${reason}（已尝试 ${tries} 次）`,
    fix: isOfGateway
      ? '检查 --endpoint 和代理；如果网关只接受表单，使用 --signature HmacSHA256'
      : '检查网络和 --endpoint，然后重试',
  }),
  'error.no-keys': ({ profile, before }) => {
    const file = `在 ~/.tencentcloud/credentials 的 [${profile}] 下写入 secret_id 和 secret_key`;
    return {
      message: before === null ? `配置档 ${profile} 没有凭据` : `${before} 之前提供过密钥，现在没有`,
      fix: profile === 'default' ? `导出 TENCENTCLOUD_SECRET_ID 和 TENCENTCLOUD_SECRET_KEY，或${file}` : file,
    };
  },
  'error.not-region': ({ typed }) => ({
    message: `${typed} 不是地域代码`,
    fix: '使用地域代码，例如 ap-guangzhou',
  }),
};

function readFix(fix: ReadFix): string {
  switch (fix.kind) {
    case 'grant':
      return `允许此身份调用 ${fix.right}`;
    case 'clock':
      return '校准这台机器的时钟：误差超过五分钟';
    case 'token':
      return '获取新的临时密钥：令牌有误或已过期';
    case 'keys':
      return '检查 SecretId、SecretKey 和令牌';
    case 'region':
      return `您是否想输入 ${fix.meant}？`;
    case 'limit':
      return '等待其他程序停止使用此身份调用，或降低 requestsPerSecond';
    case 'explain':
      return `查询该错误码：refit explain ${fix.code ?? 'CODE'}`;
  }
}
