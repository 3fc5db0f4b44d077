/** Why Refit refuses to start, to continue or to control a run, in Chinese. */
import type { runErrors as english, HolderName } from '../../en/errors/runs.ts';
import type { TranslationOf } from '../../text.ts';

const process = ({ pid, host, purpose }: HolderName): string => `${host} 上的进程 ${pid}（${purpose}）`;
const more = (others: number): string => (others === 0 ? '' : ` 等 ${others + 1} 个实例`);

export const runErrors: TranslationOf<typeof english> = {
  'error.carried-out': ({ digest, directory, at, command }) => ({
    message: `此封存计划（${digest.slice(0, 8)}）已于 ${at} 在 ${directory} 中执行过`,
    fix: `${command}   显示结果和下一条命令；进一步的变更需要新的计划`,
  }),
  'error.submitted': ({ digest, run, by, at, isOver, status, apply }) => ({
    message: `此封存计划（${digest.slice(0, 8)}）是存储库中的运行 ${run}，${by === null ? '' : `由 ${by} `}于 ${at} 提交`,
    fix: isOver
      ? `${status}   显示结果和下一条命令；进一步的变更需要新的计划`
      : `${status} --watch   跟踪该运行；如果它已停止，${apply}   会继续它`,
  }),
  'error.handed-over': ({ name, place, run, command }) => ({
    message: `${name}：此运行已移交给存储库 ${place}，在那里是运行 ${run}`,
    fix: `${command}   显示其状态和下一条命令`,
  }),
  'error.outside-window': ({ closed, command }, say) => ({
    message: `${say(closed)}；未下任何订单`,
    fix: `时间窗开启时执行：${command}`,
  }),
  'error.locked': ({ instance, others, holder, since, lock, here }) => ({
    message: `${instance === null ? '' : `${instance}${more(others)}：`}自 ${since} 起被 ${process(holder)}占用`,
    fix:
      here === null
        ? `等待它结束，或执行 kill ${holder.pid} 停止它（锁文件为 ${lock}）`
        : `等待它结束，或在 ${holder.host} 上停止它（主机 ${here} 看不到那里的进程）。仅在确定该进程已不存在时执行：rm ${lock}`,
  }),
  'error.run-held': ({ run, owner, since, seconds, command }) => ({
    message: `${run}：自 ${since} 起被 ${process(owner)}占用`,
    fix: `${command} --watch   跟踪该运行；如果该进程已不存在，运行最迟在其最后一次报告的 ${seconds} 秒后释放`,
  }),
  'error.instance-held': ({ instance, others, run, owner, command }) => ({
    message: `${instance}${more(others)}：被运行 ${run} 占用，${owner === null ? '该运行尚未结束' : `位于 ${process(owner)}`}`,
    fix: `${command} --watch   跟踪该运行`,
  }),
  'error.run-ended': ({ name, command }) => ({ message: `${name}：运行已结束`, fix: command }),
  'error.no-socket': ({ name, pid, host, isHere }) => ({
    message: `${name}：该运行属于 ${host} 上的进程 ${pid}，它在这台机器上没有控制套接字`,
    fix: isHere ? `用信号排空：kill ${pid}` : `在 ${host} 上执行相同的命令`,
  }),
  'error.no-process': ({ name, command }) => ({
    message: `${name}：该运行没有存活的进程`,
    fix: `${command}   继续该运行`,
  }),
  'error.run-silent': ({ name, seconds, command }) => ({
    message: `运行 ${name} 的进程${seconds === null ? '在应答之前已结束' : `已有 ${seconds} 秒没有应答`}`,
    fix: `${command}   根据运行日志显示该运行是否在继续`,
  }),
  'error.still-running': ({ name, pid, host, command }) => ({
    message: `${name}：${host} 上的进程 ${pid} 仍在执行它，因此结果尚未确定`,
    fix: `等待它结束，或停止它：${command}`,
  }),
  'error.not-stopped': ({ run, command }) => ({
    message: `${run}：该运行没有停止，工作进程会自行继续它`,
    fix: command,
  }),
  'error.apply-failed': ({ exitCode, text }) => ({
    message: text ?? `refit apply 以退出码 ${exitCode} 结束，没有输出任何内容`,
    fix: '在终端中启动以查看详情：refit apply',
  }),
  'error.commands-not-allowed': ({ commands }) => ({
    message: `该计划有钩子；这些命令会以您的身份在这台机器上执行：${commands.join('、')}`,
    fix: '查看这些命令，然后加上 --allow-hooks；或制定不含它们的计划：refit plan PLAN -o SAVED',
  }),
  'error.gates-not-allowed': ({ gates }) => ({
    message: gates.map(({ after, command }) => `批次 ${after} 之后的门禁会执行命令：${command}`).join('；'),
    fix: '查看这些命令，然后加上 --allow-hooks',
  }),
  'error.programs-not-allowed': ({ commands }) => ({
    message: `该计划有钩子或带命令的门禁；它们会在工作进程上执行：${commands.join('、')}`,
    fix: '查看这些命令，然后加上 --allow-hooks；或制定不含它们的计划：refit plan PLAN -o SAVED',
  }),
  'error.other-account': ({ name, before, profile, account }) => ({
    message: `${name} 是账号 ${before} 的运行，而配置档 ${profile} 的密钥属于账号 ${account}`,
    fix: `使用账号 ${before} 的密钥；refit doctor 显示当前密钥所属的账号`,
  }),
  'error.other-endpoint': ({ name, before, endpoint, option }) => ({
    message: `${name} 是针对 ${before} 的运行，而当前接入点为 ${endpoint}`,
    fix: option === null ? '去掉 --endpoint' : `加上 ${option}`,
  }),
  'error.run-not-known': ({ name, reason, command }, say) => ({
    message: `${name}：${say(reason)}。它由他人创建，或状态目录不是原来的目录，或状态目录已丢失`,
    fix: `如果您信任此目录：${command}   会再次请求审批，并在下单前读取每个未结束的步骤`,
  }),
  'error.run-not-trusted': ({ name, reason, command, next }, say) => ({
    message: `${name}：${say(reason)}`,
    fix: {
      reconcile: `从副本恢复运行日志；没有副本时：${command}   会读取订单，并输出下一条命令`,
      continue: `${command}   会读取每个未结束的步骤，然后继续该运行`,
      control: `如果您信任此目录：${command}   会继续该运行；其进程随后接受命令`,
      repeat: `如果您信任此目录：${command}`,
    }[next],
  }),
  'error.no-run-directory': ({ directory, file }) => ({
    message: `${directory} 不是运行目录：其中没有 ${file}`,
    fix: 'refit runs   列出所有运行',
  }),
  'error.no-run-here': ({ run }) => ({ message: `此控制台没有运行 ${run}`, fix: '打开运行列表，在其中查找' }),
  'error.no-such-step': ({ steps, at, command }) => ({
    message: `该计划有 ${steps} 个步骤，没有步骤 ${at}`,
    fix: command,
  }),
  'error.no-such-run': ({ typed }) => ({
    message: `存储库中没有运行 ${typed}`,
    fix: 'refit runs   列出存储库中的运行',
  }),
  'error.run-removed': ({ run }) => ({
    message: `${run}：此运行已被 refit store prune 删除；只记录了其最后的头哈希`,
    fix: 'refit runs   列出存储库中的运行',
  }),
  'error.no-run-named': () => ({ message: '此地址没有指明运行', fix: '打开运行列表' }),
  'error.replaced': () => ({ message: '更新的试运行已取代此次试运行', fix: '查看更新的试运行' }),
  'error.console-busy': () => ({ message: '控制台正在为其他人制定计划', fix: '请在一分钟后重试' }),
  'error.many-watchers': ({ most }) => ({
    message: `已有 ${most} 个页面在查看`,
    fix: '关闭其中一些，然后重新加载',
  }),
};
