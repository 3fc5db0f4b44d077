/** The provider's error codes, explained in Chinese. */
import { type CodeText, shareText } from '../code-text.ts';
import type { providerCodes as english } from '../en/provider-codes.ts';

const GRANT = '授权该身份对实例调用 redis:UpgradeInstance 和 redis:InquiryPriceUpgradeInstance';
const PRICE_ANSWER = '同一变更的询价应答';
const SOLD = '实例的可用区、实例版本和计费模式对应的售卖目录';
const PRICE_CODE = '询价请求的应答';
const ANSWER = '云平台对订单或读取的应答';
const KEYS = '配置档的 SecretId、SecretKey 和令牌，以云平台的校验为准';
const RESOLVED_BY_READING = '无需处理：Refit 通过读取实例查明订单是否已执行，只有未执行时才会再次下单';

export const providerCodes: Readonly<Record<keyof typeof english, CodeText>> = {
  'InvalidParameter.PermissionDenied': {
    meaning: '该身份没有此操作的权限。',
    checks: PRICE_ANSWER,
    fix: GRANT,
  },
  'UnauthorizedOperation.NoCAMAuthed': {
    meaning: '账号的访问管理（CAM）不允许该身份执行此操作。',
    checks: PRICE_ANSWER,
    fix: GRANT,
  },
  'ResourceNotFound.InstanceNotExists': {
    meaning: '该地域没有此 ID 的实例。',
    checks: '该身份可见的该地域的资源清单',
    fix: '修正目标的 ID、地域或配置档',
  },
  'ResourceUnavailable.InstanceStatusAbnormal': {
    meaning: '实例不在运行中：处于初始化中、处理中、已隔离或删除中。',
    checks: '实例的状态',
    fix: '等待其进入运行中，或将其排除',
  },
  'ResourceUnavailable.InstanceStatusError': {
    meaning: '实例在运行中，但备份或迁移等任务正在执行。',
    checks: '实例待执行和正在执行的任务，以及询价应答',
    fix: '等待任务结束，然后重新制定计划',
  },
  'UnsupportedOperation.LowVersion': {
    meaning: '实例的内核或代理版本过低，不支持此变更。',
    checks: PRICE_ANSWER,
    fix: '在 TencentDB 控制台升级实例的小版本和代理，然后重新制定计划',
  },
  'InvalidParameter.InvalidParameter': {
    meaning: '请求没有恰好变更一个维度，或为多可用区实例新增副本时没有指定可用区。',
    checks: '变更内容；如果实例跨多个可用区，还有目标的可用区',
    fix: 'zones: [ZONE] 与 replicas 同级，每个新增副本对应一个可用区',
  },
  'InvalidParameterValue.UnSupportedType': {
    meaning: '该实例版本没有此维度。只有集群版有分片。类型 2、3 和 5 的副本数固定。',
    checks: '实例版本，以及要变更的维度',
    fix: '从目标中删除该维度',
  },
  'InvalidParameterValue.SpecNotExist': {
    meaning: '该实例没有在售规格，或此分片数或副本数不在售。',
    checks: SOLD,
    fix: '使用在售的数量；refit explain INSTANCE 会列出',
  },
  'InvalidParameterValue.MemSizeNotInRange': {
    meaning: '每分片内存小于最小的在售规格，或大于最大的在售规格。',
    checks: SOLD,
    fix: '使用在售规格；refit explain INSTANCE 会列出',
  },
  'LimitExceeded.InvalidMemSize': {
    meaning: '每分片内存介于两个在售规格之间，但本身不在售。',
    checks: SOLD,
    fix: '使用在售规格，或 { atLeast: SIZE, roundTo: sold }',
  },
  LimitExceeded: {
    meaning: '实例会超过 8 TB，或账号已达到配额。',
    checks: '变更后的内存 × 分片，以及询价应答',
    fix: '减少分片或每分片内存，或提交工单提高配额',
  },
  'InvalidParameterValue.ReduceCapacityNotAllowed': {
    meaning: '新容量小于已用内存的 1.3 倍。',
    checks: '减少内存或分片时，总已用内存和最满分片的已用内存',
    fix: '使用更大的规格，或先释放内存',
  },
  'ResourceUnavailable.SaleOut': {
    meaning: '该实例版本在该可用区已售罄。',
    checks: '总内存增加时：该实例版本在实例的可用区和每个新增副本的可用区是否售罄',
    fix: '有货时重新制定计划，或提交工单申请库存',
  },
  ResourceInsufficient: {
    meaning: '整个可用区已售罄。',
    checks: '总内存增加时：实例的可用区或新增副本的可用区是否售罄',
    fix: '可用区有库存时重新制定计划，或提交工单申请库存',
  },
  'FailedOperation.PayFailed': {
    meaning: '该实例有未支付的订单。',
    checks: '该实例的未支付订单',
    fix: '在腾讯云控制台支付或取消该订单，然后重新制定计划',
  },
  'ResourceUnavailable.AccountBalanceNotEnough': {
    meaning: '账户余额小于此变更当前的费用。',
    checks: '包年包月实例的报价，以及之前步骤之后的账户余额',
    fix: '为账户充值，然后重新制定计划',
  },
  'FailedOperation.SystemError': {
    meaning: '变更结束后实例仍被锁定，且没有读取接口能显示该锁定；或云平台有内部错误。',
    checks: '计划中是否有之前的步骤变更同一实例',
    fix: RESOLVED_BY_READING,
  },
  'FailedOperation.Unknown': {
    meaning:
      '此错误码的文档说明与星期有关，不适用于此操作。实际上，变更结束后实例仍被锁定，且没有读取接口能显示该锁定。',
    checks: '订单的应答，多见于同一实例上紧接另一订单的订单',
    fix: RESOLVED_BY_READING,
  },
  ...shareText(
    [
      'RequestLimitExceeded',
      'RequestLimitExceeded.UinLimitExceeded',
      'RequestLimitExceeded.GlobalRegionUinLimitExceeded',
      'RequestLimitExceeded.IPLimitExceeded',
    ],
    {
      meaning: '一秒内的调用次数超过频率限制。该调用没有执行。',
      checks: '同一身份、其主账号或此地址一秒内的调用次数，包括腾讯云控制台和脚本的调用',
      fix: '无需处理：Refit 会以更低的频率重试。如果持续出现，请调低 execution.requestsPerSecond 或停止其他调用方',
    },
  ),
  ...shareText(
    ['AuthFailure.UnauthorizedOperation', 'UnauthorizedOperation', 'UnauthorizedOperation.CamNoAuth'],
    {
      meaning: '该身份没有此操作的权限。云平台会拒绝所有订单，因此运行停止。',
      checks: '该身份的权限',
      fix: '授予该身份消息中提到的操作权限；refit doctor 列出缺少的权限',
    },
  ),
  ...shareText(
    [
      'AuthFailure',
      'AuthFailure.InvalidAuthorization',
      'AuthFailure.SignatureFailure',
      'AuthFailure.InvalidSecretId',
      'AuthFailure.SecretIdNotFound',
    ],
    {
      meaning: '云平台拒绝该密钥或其签名。运行停止。',
      checks: KEYS,
      fix: '检查 SecretId 和 SecretKey；refit doctor 显示 Refit 在哪里找到它们',
    },
  ),
  'AuthFailure.SignatureExpire': {
    meaning: '本机时钟与服务器相差超过五分钟。运行停止。',
    checks: '本机时钟',
    fix: '校准本机时钟，然后再次运行相同的命令',
  },
  'AuthFailure.TokenFailure': {
    meaning: '临时令牌错误或已过期。该调用没有执行。Refit 更新密钥并重试一次，之后运行停止。',
    checks: KEYS,
    fix: '更新临时密钥，然后再次运行相同的命令',
  },
  'AuthFailure.MFAFailure': {
    meaning: '该身份需要二次验证，而程序无法完成。运行停止。',
    checks: KEYS,
    fix: '使用调用时不需要二次验证的身份，例如角色',
  },
  ...shareText(['IpInBlacklist', 'IpNotInWhitelist'], {
    meaning: '云平台拒绝来自此地址的调用。运行停止。',
    checks: '调用的来源地址',
    fix: '从允许的地址调用，或将此地址加入允许列表',
  }),
  ...shareText(
    [
      'InvalidParameter',
      'InvalidParameterValue',
      'MissingParameter',
      'UnknownParameter',
      'RequestSizeLimitExceeded',
      'DryRunOperation',
    ],
    {
      meaning: '云平台不接受请求的形式。该请求没有执行。Refit 跳过该步骤。',
      checks: ANSWER,
      fix: '附上请求 ID，作为 Refit 的错误上报',
    },
  ),
  'FailedOperation.UnSupportError': {
    meaning: '该实例没有调用所请求的内容，例如参数。Refit 在没有它的情况下继续。',
    checks: ANSWER,
    fix: '无需处理：提示会说明缺少什么',
  },
  UnsupportedRegion: {
    meaning: '该地域或接入点没有此接口。该调用没有执行。Refit 跳过该步骤。',
    checks: '调用的地域和接入点',
    fix: '修正目标的地域或 --endpoint',
  },
  ...shareText(
    [
      'InvalidAction',
      'InvalidRequest',
      'NoSuchVersion',
      'NoSuchProduct',
      'ActionOffline',
      'UnsupportedProtocol',
    ],
    {
      meaning: '接入点不认识此接口或此请求形式。该调用没有执行。运行停止。',
      checks: '调用的接入点',
      fix: '修正 --endpoint 或 TENCENTCLOUD_DOMAIN',
    },
  ),
  ...shareText(['ResourceNotFound', 'UnsupportedOperation'], {
    meaning: '实例不存在或不接受该变更。该调用没有执行。Refit 跳过该步骤。',
    checks: ANSWER,
    fix: 'refit explain INSTANCE PLAN',
  }),
  ...shareText(['ResourceUnavailable', 'ResponseSizeLimitExceeded'], {
    meaning: '错误码不能说明订单是否已执行。Refit 通过读取实例查明，不会再次下单。',
    checks: ANSWER,
    fix: '在报告中查看结果；如果被拒绝，请重新制定计划',
  }),
  ...shareText(
    [
      'InternalError',
      'InternalError.InternalError',
      'InternalError.DbOperationFailed',
      'FailedOperation',
      'ServiceUnavailable',
    ],
    {
      meaning: '云平台有内部错误。订单仍可能已执行，因此 Refit 通过读取实例查明。',
      checks: ANSWER,
      fix: '无需处理：Refit 会重试读取，并通过读取查明订单是否已执行',
    },
  ),
  ...shareText(
    [
      'ResourceUnavailable.InstanceLockedError',
      'ResourceUnavailable.InstanceUnLockedError',
      'ResourceInUse',
      'ResourceInUse.InstanceBeenLocked',
      'LimitExceeded.ReplicationGroupLocked',
    ],
    {
      meaning: '另一个操作锁定了实例。Refit 会等待，直到上限。',
      checks: '实例上正在执行的操作',
      fix: '暂时无需处理；如果持续出现，请在 TencentDB 控制台查看实例上的操作',
    },
  ),
  'ResourceUnavailable.InstanceIsolated': {
    meaning: '实例已隔离。Refit 跳过该步骤。',
    checks: '实例的状态',
    fix: '在 TencentDB 控制台为实例续费，然后重新制定计划',
  },
  'InvalidParameter.EmptyParam': {
    meaning: '云平台提示读取请求的某个参数为空。计划制定终止，需要该读取的运行停止。',
    checks: '读取实例或售卖目录的应答',
    fix: '附上请求 ID，作为 Refit 的错误上报',
  },
  'ResourceUnavailable.InstanceConfError': {
    meaning: '云平台没有返回该订单。只有账单金额未知。',
    checks: '按订单号读取订单的应答',
    fix: '在腾讯云控制台查看该订单',
  },
  ...shareText(
    ['UnauthorizedOperation.UserNotInWhiteList', 'UnsupportedOperation.ClusterInstanceAccessedDeny'],
    {
      meaning: '云平台不为此账号或此实例返回维护时间窗，因此无法将该实例的变更安排在其时间窗内。',
      checks: '读取实例维护时间窗的应答',
      fix: 'execution: { switch: now }，或排除该实例：exclude: [INSTANCE]',
    },
  ),
  'LimitExceeded.MemSizeNotInRange': {
    meaning: '每分片内存小于最小的在售规格，或大于最大的在售规格。',
    checks: PRICE_CODE,
    fix: 'refit explain InvalidParameterValue.MemSizeNotInRange',
  },
  'ResourceUnavailable.InstanceStateError': {
    meaning: '实例处于不能变更的状态。',
    checks: PRICE_CODE,
    fix: 'refit explain ResourceUnavailable.InstanceStatusError',
  },
};
