/** Refit's own codes, explained in Chinese. */
import type { CodeText } from '../code-text.ts';
import type { refitCodes as english } from '../en/refit-codes.ts';

const PLAN_TEXT = '计划文件，对照 schemas/plan.schema.json';
const RUN = '云平台的应答，以及 Refit 在运行期间读取的内容';
const PLAN_AGAIN = 'refit plan PLAN -o SAVED';
const LOOK_AND_PLAN = '在 TencentDB 控制台查看该实例，然后 refit plan PLAN -o SAVED';

export const refitCodes: Readonly<Record<keyof typeof english, CodeText>> = {
  'Refit.UnknownEdition': {
    meaning: '此版本的 Refit 不认识该类型代码，因此不知道可以变更什么。',
    checks: '实例的类型代码',
    fix: '排除该实例，或使用更新版本的 Refit',
  },
  'Refit.OtherId': {
    meaning: '选择器匹配了 ID 不以 crs- 开头的实例。这些实例属于其他产品，Refit 只列出，从不变更。',
    checks: '选择器匹配的实例的 ID',
    fix: '无需处理；如果不想看到警告，请为选择器添加条件',
  },
  'Refit.Zones': {
    meaning: '目标的可用区不合适：实例位于单个可用区，或该地域没有该可用区，或该可用区没有可移除的副本。',
    checks: '目标的 zones、实例的节点，以及其地域的可用区',
    fix: '删除键 zones，或指定该地域的可用区；refit explain INSTANCE 显示节点',
  },
  'Refit.CatalogueUnknown': {
    meaning: '资源清单没有售卖目录，Refit 不知道该规格是否在售。',
    checks: '资源清单中的售卖目录',
    fix: 'refit inventory -o FILE，使用可以调用 DescribeProductInfo 的身份',
  },
  'Refit.UsedUnknown': {
    meaning: '已用内存未知。缩容必须保留已用内存的 1.3 倍，2x used 这类规格也需要已用内存。',
    checks: '已用内存，如果减少内存或分片，或规格取决于它（2x used）',
    fix: '根据线上实例制定计划，或使用 refit inventory --used，身份需可以调用 GetMonitorData 和 DescribeInstanceShards',
  },
  'Refit.PriceRefused': {
    meaning: '云平台没有给出价格，其错误码不能说明订单会得到什么应答。',
    checks: '询价请求的应答',
    fix: '使用 --price 重新制定计划',
  },
  'Refit.PriceOffline': {
    meaning: '计划根据资源清单文件离线制定，而只有云平台能提供价格。',
    checks: '--price，以及实例的来源',
    fix: 'refit plan PLAN --price，不使用 --inventory',
  },
  'Refit.BalanceShort': {
    meaning: '账户余额不足以支付所有包年包月步骤。Refit 阻断余额不能覆盖的目标。',
    checks: '一个配置档的包年包月报价合计（不计退款），以及其账户余额',
    fix: '为账户充值，或减少目标',
  },
  'Refit.ShrinkDenied': {
    meaning: '目标会减少容量或副本，而 guards.shrink 为 deny（默认值）。',
    checks: '目标的第一个步骤之前和最后一个步骤之后的内存 × 分片和副本数',
    fix: '保持现有容量和副本数；如果确实需要缩容，guards: { shrink: allow }',
  },
  'Refit.NoSequence': {
    meaning: '目标需要多个步骤，无论先执行哪个，云平台都会拒绝。',
    checks: '变更多个维度的目标的所有步骤顺序',
    fix: '本次只变更一个维度，其余放到后续计划中，或使用其他规格',
  },
  'Refit.Conflict': {
    meaning: '两个目标为同一实例指定了不同的规格、可用区或配置档。',
    checks: '指定或选中同一实例的所有目标',
    fix: '从其中一个目标中排除该实例',
  },
  'Refit.NoMatch': {
    meaning: '选择器没有匹配到实例。使用 onBlocked: skip 时，这是警告。',
    checks: '选择器所指定地域的实例',
    fix: '修正选择器，或删除该目标；refit explain INSTANCE PLAN 说明实例未被选中的原因',
  },
  'Refit.NoRegion': {
    meaning: '计划和命令行都没有为目标指定地域。',
    checks: '目标的 region、选择器的 regions、defaults.region、--region',
    fix: 'defaults: { region: ap-guangzhou }',
  },
  'Refit.NotRead': {
    meaning: '没有读取目标的地域或配置档，Refit 不知道其中有哪些实例。',
    checks: '资源清单覆盖的地域和配置档',
    fix: '根据线上实例制定计划，或用该地域和配置档运行 refit inventory',
  },
  'Refit.TooManyTargets': {
    meaning: '计划要变更的实例数超过 guards.targets 允许的数量。',
    checks: '要变更的实例数，以及资源清单中的实例数',
    fix: '使用范围更小的选择器，或修改 guards.targets',
  },
  'Refit.CostAboveGuard': {
    meaning: '报价合计超过 guards.cost。',
    checks: '云平台报价的合计',
    fix: '减少目标或缩小规格，或修改 guards.cost',
  },
  'Refit.CostUnknown': {
    meaning: '计划有 guards.cost，而有价格未知或使用其他币种。',
    checks: '云平台的报价及其币种',
    fix: 'refit plan PLAN --price，使用可以调用 InquiryPriceUpgradeInstance 的身份',
  },
  'Refit.FinishByPassed': {
    meaning: 'finishBy 已过，Refit 不会下任何订单。',
    checks: 'finishBy 和制定计划的时间',
    fix: '使用更晚的 finishBy',
  },
  'Refit.FinishByTooSoon': {
    meaning: '计划所需时间可能超过距 finishBy 的时间。',
    checks: 'finishBy、请求频率、观察期和预计耗时',
    fix: '使用更晚的 finishBy，或减少目标',
  },
  'Refit.WindowsClosed': {
    meaning: '一年内或计划过期之前，没有可以开始运行的时间窗。',
    checks: '时间窗、封网期和 lastStart、expires、finishBy，以及制定计划的时间',
    fix: 'refit windows next PLAN 列出即将到来的时间窗；修改时间窗或封网期，或使用更长的 expires',
  },
  'Refit.CalendarUnreadable': {
    meaning: 'Refit 无法读取或理解用作封网期的日历。',
    checks: '计划旁边的 windows.calendars 文件',
    fix: '在计划旁边放置完整的 iCalendar 文件，或将其从 windows.calendars 中删除',
  },
  'Refit.WindowTooShort': {
    meaning: '即将到来的时间窗容纳不下所有订单。运行会在之后的时间窗继续。',
    checks: '即将到来的时间窗、订单数和请求频率',
    fix: '在下一个时间窗再次 apply：相同的命令会继续该运行',
  },
  'Refit.ExpiresEarly': {
    meaning: '计划或其审批会在运行可以开始之前过期。',
    checks: '下一个时间窗、定时设置、expires，以及审批的默认有效期',
    fix: '在计划中设置更长的 expires，或使用 refit approve --expires 使有效期覆盖开始时间',
  },
  'Refit.ShortPatience': {
    meaning:
      '订单在 patience 之后仍没有应答和痕迹时，Refit 会重复下单。如果原订单之后才可见，该变更就会执行两次。',
    checks: 'execution.patience',
    fix: 'execution: { patience: 3m }（默认值），或至少 60s',
  },
  'Refit.WindowUnknown': {
    meaning: '实例在其维护时间窗内变更，而 Refit 不知道该时间窗。',
    checks: 'switch: maintenance-window，以及制定计划时读取的实例维护时间窗',
    fix: '使用可以调用 DescribeMaintenanceWindow 的身份根据线上实例制定计划，或 switch: now',
  },
  'Refit.InWindows': {
    meaning: 'Refit 立即下单，变更随后等待。同一时间窗的所有变更在云平台开启时间窗时同时开始。',
    checks: 'switch: maintenance-window，以及要变更的实例的时间窗',
    fix: '如果不希望太多变更同时开始，请使用更小的批次',
  },
  'Refit.PriceEstimated': {
    meaning:
      '在之前的步骤完成之前，云平台无法为后续步骤定价。Refit 将针对当前规格的报价按之前步骤增减的内存换算。',
    checks: '有多个步骤的目标',
    fix: '无需处理',
  },
  'Refit.InventoryOld': {
    meaning: '资源清单比键 expires 允许的更旧，不能用于封存计划。',
    checks: '读取资源清单的时间，以及 expires',
    fix: 'refit inventory -o FILE，然后重新制定计划',
  },
  'Refit.NotAsLeft': {
    meaning: '该实例在运行之后发生了变更。根据运行制定的计划只变更保持运行结束时状态的实例。',
    checks: '当前规格，以及运行结束时实例的规格',
    fix: '如需变更该实例，请为其编写计划',
  },
  'Refit.OutcomeUnknown': {
    meaning: '该运行的一个订单结果未知：云平台仍可能执行它。',
    checks: '计划所依据的运行的结果',
    fix: '再次运行相同的 refit apply 查明结果，然后重新制定计划',
  },
  'Refit.FromRun': {
    meaning: 'Refit 根据一次运行制定了此计划。检查结果给出其运行日志的头哈希。',
    checks: 'refit rollback、refit retry',
    fix: 'refit audit verify RUN --head HASH',
  },
  'Refit.WindowsOfRun': {
    meaning: '计划沿用其所依据的运行的时间窗和封网期。',
    checks: '该运行的封存计划中的时间窗、封网期和日历',
    fix: '如果无法等待，使用相同的命令并加上 --ignore-windows',
  },
  'Refit.WindowsIgnored': {
    meaning: '计划可以随时开始，尽管其所依据的运行有时间窗。',
    checks: '--ignore-windows，以及该运行的时间窗',
    fix: '相同的命令去掉 --ignore-windows 即遵守时间窗',
  },
  'Refit.TooFewApprovers': {
    meaning: '新计划沿用该运行的审批人。除去制定人（负责人和制定新计划的人）后，审批人不足。',
    checks: '该运行的封存计划中的审批人，以及制定新计划的人',
    fix: '由非审批人运行相同的命令',
  },
  'Refit.RunUnknown': {
    meaning: '此用户的状态中没有计划所依据的运行，或其运行日志缺少记录。任何能写入该目录的人都可能改动过它。',
    checks: '计划所依据的运行',
    fix: '将每个实例变更前后的规格与您掌握的实例信息进行比对',
  },
  'Refit.RunUnfinished': {
    meaning: '该运行仍可继续。执行此计划之后，它会发现其实例已变更。',
    checks: '计划所依据的运行',
    fix: '执行此计划后不要继续该运行',
  },
  'Refit.Effect': {
    meaning: '计划的运行会执行或使用这些内容：订单、命令、地址、变量、审批、时间。SARIF 以此代码显示影响。',
    checks: '封存计划',
    fix: '审批计划之前，请阅读每一项影响',
  },
  'Refit.Shrinks': {
    meaning: '实例最终的内存或副本会减少，且 guards.shrink: allow 允许这样做。',
    checks: '实例第一个步骤之前和最后一个步骤之后的完整规格',
    fix: '请与其负责人确认，或将其排除',
  },
  'Refit.TerraformReverts': {
    meaning: 'Terraform 管理计划中的实例。其配置中是旧规格，因此下一次 terraform apply 会再次按旧规格下单。',
    checks: '计划中的实例，对照计划所指定的 Terraform 状态中的地址',
    fix: 'refit report RUN --write terraform=FILE，并在下一次 terraform apply 之前在配置中设置这些规格',
  },
  'Refit.TerraformNone': {
    meaning: '计划所指定的 Terraform 状态中没有计划要变更的任何实例。',
    checks: '状态中 Redis 实例的 ID',
    fix: '指定包含这些实例的状态，或删除键 terraform',
  },
  'Refit.RollbackRefused': {
    meaning: '运行之后，云平台会拒绝将实例恢复到之前的规格：数据已放不下。',
    checks: '每个步骤之前的规格，对照总内存和最满分片的已用内存的 1.3 倍',
    fix: '先从带观察期的小批次开始，或先释放内存',
  },
  'Refit.RollbackUnknown': {
    meaning: '能否回滚取决于已用内存，而计划不知道已用内存。',
    checks: '增加内存或分片的步骤，以及封存计划中的已用内存',
    fix: '使用 --used 重新制定计划；监控产品可能对调用计费',
  },
  'Refit.StockShort': {
    meaning: '某地域有资源售罄，而该地域的其他步骤需要内存。云平台不预留资源。',
    checks: '因售罄被阻断的目标，以及同一地域中需要内存的其他步骤',
    fix: '尽快执行，或将最重要的实例放入第一个批次',
  },
  'Refit.HighestCost': {
    meaning: '该步骤是计划中费用最高的步骤之一。',
    checks: '云平台的报价',
    fix: '使用较小的规格，或排除该实例',
  },
  'Refit.SeveralSteps': {
    meaning: '该实例需要多个订单。在最后一个订单验证之前，其规格处于中间状态。',
    checks: '变更多个维度的目标',
    fix: '如果每个中间规格都可以接受，则无需处理',
  },
  'Refit.Expired': {
    meaning: '封存计划已过期：不能再开始其运行。',
    checks: '封存计划的 expiresAt，以及运行 refit show 的时间',
    fix: PLAN_AGAIN,
  },
  'Refit.Declined': {
    meaning: '有人否决了封存计划：不能开始其运行，也不能开始之后的批次。',
    checks: '运行 refit show 时，封存计划旁或存储库中的否决',
    fix: 'refit decline SAVED --withdraw   由否决人运行；或修改计划后重新制定计划',
  },
  'Refit.DriftedSince': {
    meaning: '实例在制定计划之后发生了变更。apply 会将其作为已漂移跳过，或等待它。',
    checks: 'refit show --live：当前的实例，对照封存计划中的实例',
    fix: '重新制定计划',
  },
  'Refit.SoldOutSince': {
    meaning: '步骤的规格不再售卖或已售罄。云平台会拒绝订单。',
    checks: 'refit show --live：当前的售卖目录，对照封存计划中的规格',
    fix: '有库存时重新制定计划',
  },
  'Refit.EmptyWave': {
    meaning: '批次没有实例：之前的批次已全部取走，或其键 from 没有匹配。',
    checks: '批次，以及要变更的实例数',
    fix: '无需处理',
  },
  'Refit.SpreadUntagged': {
    meaning: 'spread 不限制没有其标签的实例。',
    checks: '要变更的实例上 spread 所用的标签',
    fix: '为实例添加标签，然后重新制定计划',
  },
  'Refit.SoakLast': {
    meaning: '最后一个批次有观察期但没有门禁，之后没有任何操作。Refit 不会等待。',
    checks: '最后一个批次的 soak',
    fix: '从最后一个批次中删除 soak',
  },
  'Refit.ImplicitWave': {
    meaning: '各批次没有取走所有实例。Refit 为其余实例添加名为 rest 的最后一个批次。',
    checks: '批次，以及要变更的实例数',
    fix: '- { name: rest, take: rest }',
  },
  'Refit.Yaml': {
    meaning: '文本不是 YAML，或使用了计划不允许的 YAML 特性。',
    checks: PLAN_TEXT,
    fix: '修正标记的位置',
  },
  'Refit.UnknownKey': {
    meaning: '计划在此处没有这样的键。',
    checks: PLAN_TEXT,
    fix: '使用检查结果给出的键，或删除该键',
  },
  'Refit.DuplicateKey': {
    meaning: '同一个键写了两次。',
    checks: PLAN_TEXT,
    fix: '删除两者之一',
  },
  'Refit.MissingKey': {
    meaning: '缺少必需的键。',
    checks: PLAN_TEXT,
    fix: '添加检查结果给出的键',
  },
  'Refit.BadValue': {
    meaning: '该键不接受此值。',
    checks: PLAN_TEXT,
    fix: '按检查结果给出的形式填写值',
  },
  'Refit.HiddenComment': {
    meaning: '紧跟在值后面的注释可能是值的一部分：在 YAML 中，空格之后的 # 开始注释。',
    checks: '计划文件中 # 后面没有空格的注释',
    fix: '给整个值加引号，或在 # 后面加空格',
  },
  'Refit.UnknownRegion': {
    meaning: '此版本的 Refit 不认识该地域，而其名称与已知地域相近。',
    checks: '计划所指定的地域',
    fix: '修正名称；如果是新地域，则无需修改',
  },
  'Refit.SelectEmpty': {
    meaning: '选择器没有条件。',
    checks: PLAN_TEXT,
    fix: 'select: { all: true } 表示全部实例',
  },
  'Refit.NotReadable': {
    meaning: 'Refit 无法读取有助于制定计划的信息。',
    checks: '该身份可以进行的读取',
    fix: '授予读取权限，或在没有该信息的情况下继续',
  },
  'Refit.Blocked': {
    meaning: '目标被阻断，原因见其检查结果。',
    checks: '目标的检查结果',
    fix: 'refit explain INSTANCE PLAN',
  },
  'Refit.Drifted': {
    meaning: '实例在制定计划之后发生了变更。Refit 没有对其下单。',
    checks: RUN,
    fix: PLAN_AGAIN,
  },
  'Refit.EarlierStep': {
    meaning: '同一实例之前的步骤未验证，因此 Refit 跳过了此步骤。',
    checks: RUN,
    fix: '排除原因后，refit plan PLAN -o SAVED',
  },
  'Refit.NoAnswer': {
    meaning: '在时限内没有收到可用的应答，读取结果表明订单未执行。',
    checks: RUN,
    fix: PLAN_AGAIN,
  },
  'Refit.TaskFailed': {
    meaning: '云平台的变更任务失败。',
    checks: RUN,
    fix: '在 TencentDB 控制台查看该任务，然后 refit plan PLAN -o SAVED',
  },
  'Refit.OtherNodes': {
    meaning: '变更达到了规格，但实例的副本与 Refit 下单的不同。',
    checks: RUN,
    fix: LOOK_AND_PLAN,
  },
  'Refit.OtherSize': {
    meaning: '变更已结束，而实例的规格与 Refit 下单的不同。',
    checks: RUN,
    fix: LOOK_AND_PLAN,
  },
  'Refit.PolicyNotAllowed': {
    meaning: '计划使用了执行人的策略不允许的内容。',
    checks: '计划的配置档、地域、程序和地址，以及策略的键 allow',
    fix: '修改计划，或联系策略维护人；refit policy check SAVED 显示每条规则',
  },
  'Refit.PolicyLimit': {
    meaning: '计划超出执行人的策略的限制。',
    checks: '计划的实例数、费用、频率、并发上限和有效期，以及策略的键 limit',
    fix: '缩小计划，或联系策略维护人；refit policy check SAVED 显示每条规则',
  },
  'Refit.PolicyAge': {
    meaning: '封存计划比执行人的策略允许的更旧。',
    checks: '计划的封存时间，以及策略的 require.maxAge',
    fix: PLAN_AGAIN,
  },
  'Refit.PolicyWindows': {
    meaning: '计划可能在执行人的策略禁止的时间开始步骤。',
    checks: '计划的时间窗和封网期，以及策略的 require.windows',
    fix: '将策略的时间窗和封网期加入计划，然后重新制定计划',
  },
  'Refit.PolicyApprovals': {
    meaning: '执行人的策略要求的签名，计划尚未具备。',
    checks: '封存计划旁边的审批，以及策略的 require.approvals',
    fix: 'refit approve SAVED',
  },
  'Refit.PolicyPlanner': {
    meaning: '执行人的策略要求计划制定人的签名。',
    checks: '计划制定人对封存计划的签名，以及策略的 require.plannedBy',
    fix: 'refit plan PLAN --sign KEY -o SAVED',
  },
};
