/** What Refit says about passkeys, in lists of approvers and as signatures, in Chinese. */
import type { AssertionFault } from '../../../model.ts';
import type { passkeys as english, PasskeyFault } from '../../en/plan/passkeys.ts';
import type { TranslationOf } from '../../text.ts';

const LINE = 'passkey rp=refit.example.com origin=https://refit.example.com id=AAAA... key=AAAA...';
const REGISTER = '在 Web 控制台注册通行密钥，并复制其整行';

/** Why a line is not a passkey that Refit accepts. */
export function passkeyFault(fault: PasskeyFault): { readonly message: string; readonly fix: string } {
  switch (fault.kind) {
    case 'passkey-form':
      return { message: `通行密钥的行应为此形式：${LINE}`, fix: REGISTER };
    case 'passkey-missing':
      return { message: `通行密钥的行缺少 ${fault.member}=`, fix: REGISTER };
    case 'passkey-rp':
      return {
        message: 'rp= 必须是 Web 控制台的域名，使用小写字母，不含端口和路径',
        fix: 'rp=refit.example.com，与注册通行密钥时 Web 控制台的域名相同',
      };
    case 'passkey-origin':
      return {
        message: '每个 origin= 必须是 rp= 域名下不同的 https:// 地址，不含路径；最多 4 个',
        fix: 'origin=https://refit.example.com，与浏览器显示的 Web 控制台地址相同',
      };
    case 'passkey-id':
      return { message: 'id= 不是凭据 ID 的 base64url，或被改动', fix: REGISTER };
    case 'passkey-key':
      return { message: 'key= 不是 SPKI 形式公钥的 base64url，或被改动', fix: REGISTER };
    case 'passkey-algorithm':
      return {
        message:
          '公钥类型不受支持：Refit 接受 P-256 (ES256)、Ed25519 (EdDSA) 和 2048 至 4096 位的 RSA (RS256)',
        fix: '在 Web 控制台注册另一个通行密钥',
      };
  }
}

/** Why what an authenticator signed does not approve. */
function assertionFault(fault: AssertionFault): string {
  switch (fault.kind) {
    case 'none':
      return '这是 SSH 密钥的签名，而该审批人使用通行密钥';
    case 'encoding':
      return `${fault.member} 不是唯一形式的 base64url，或为空，或过长`;
    case 'client-data':
      return 'clientDataJSON 不是一个成员各不相同的 JSON 对象';
    case 'type':
      return '通行密钥的签名不是用于身份验证 (webauthn.get)';
    case 'challenge':
      return '通行密钥签署的是另一段文本：其质询不是此审批的 SHA-256';
    case 'origin':
      return `通行密钥在${fault.found === null ? '未说明的地址' : ` ${fault.found} `}签名，而它只在 ${fault.origins.join('、')} 有效`;
    case 'cross-origin':
      return '通行密钥在嵌入其他来源的页面中签名';
    case 'authenticator-data':
      return 'authenticatorData 不是断言的形式';
    case 'relying-party':
      return `通行密钥的签名不是用于依赖方 ${fault.relyingParty}`;
    case 'user-present':
      return '认证器没有表明有人在场';
    case 'user-verified':
      return '认证器没有通过 PIN 或生物特征验证本人';
    case 'backup-state':
      return '认证器称密钥已备份，而该密钥不能备份';
    case 'signature':
      return '其内容的签名不是该通行密钥所签';
  }
}

export const passkeys: TranslationOf<typeof english> = {
  'passkey.not-asserted': ({ name, fault }) => `不是 ${name} 的通行密钥所签：${assertionFault(fault)}`,
  'passkey.counter': ({ counter, earlier, issuedAt }) =>
    `签名计数器为 ${counter}，而同一通行密钥在 ${issuedAt} 的较早审批为 ${earlier}：通行密钥可能被复制，或断言被重放`,
  'passkey.same-credential': ({ number, other }) => ({
    message: `第 ${number} 位审批人与第 ${other} 位审批人的通行密钥相同：凭据 ID 相等`,
    fix: '为每位审批人使用各自的通行密钥',
  }),
};
