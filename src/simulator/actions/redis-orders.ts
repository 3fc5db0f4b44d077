/**
 * The actions for quotes, orders, tasks and maintenance windows. Source: docs/provider.md P1 to P21 and P69 to P100.
 * Window times in Beijing time are an inference there.
 */

import { DAY } from '../../units.ts';
import { beijingTime, parseBeijingTime, parseTimeOfDay, timeOfDay } from '../world/beijing-time.ts';
import { acceptOrder, isWindow } from '../world/change.ts';
import type { FaultName } from '../world/faults.ts';
import { accountOf, type SimDeal, type SimTask } from '../world/world.ts';
import type { Action, Call } from './action.ts';
import { page } from './paging.ts';
import type { Params } from './parameters.ts';
import { findInstance, isOwn } from './redis-instances.ts';
import { invalidValue, missingParameter, wrongParameter } from './refusal.ts';
import { checkOrder, checkQuote, type RequestedNode, type RequestedResize } from './resize-checks.ts';

function requestedResizeOf(params: Params): RequestedResize {
  return {
    memoryPerShard: params.MemSize as number,
    shards: params.RedisShardNum as number | undefined,
    replicas: params.RedisReplicasNum as number | undefined,
    nodes: params.NodeSet as RequestedNode[] | undefined,
  };
}

const DEAL_TITLE: Readonly<Record<Call['language'], Readonly<Record<SimDeal['status'], string>>>> = {
  'zh-CN': { 1: '未支付', 2: '已支付', 3: '发货中', 4: '已发货', 5: '发货失败' },
  'en-US': { 1: 'Unpaid', 2: 'Paid', 3: 'Delivering', 4: 'Delivered', 5: 'Delivery failed' },
};

/** How far back the task list goes. Source: docs/provider.md P90. */
const TASK_HISTORY = 30 * DAY;

function timeOf(params: Params, name: string): number | null {
  const text = params[name] as string | undefined;
  if (text === undefined) return null;
  const ms = parseBeijingTime(text);
  if (ms === null) throw invalidValue(`The value of ${name} is not a time such as 2026-01-05 10:00:00.`);
  return ms;
}

const TASK_STATUS: Readonly<Record<SimTask['result'], string>> = {
  0: 'preparing',
  1: 'running',
  2: 'succeed',
  4: 'failed',
};
/** DescribeTaskInfo has localised text where the list has a code. */
const TASK_TITLE: Readonly<Record<Call['language'], Readonly<Record<string, string>>>> = {
  'zh-CN': { '002': '变更实例规格', '028': '扩缩分片', '029': '增删副本', '': '任务' },
  'en-US': { '002': 'Adjust configuration', '028': 'Scale shards', '029': 'Add/remove replicas', '': 'Task' },
};

export const REDIS_ORDERS: Readonly<Record<string, Action>> = {
  UpgradeInstance: {
    schema: {
      InstanceId: 'string!',
      MemSize: 'whole!',
      RedisShardNum: 'whole',
      RedisReplicasNum: 'whole',
      NodeSet: [{ NodeType: 'integer!', NodeId: 'integer', ZoneId: 'whole', ZoneName: 'string' }],
      SwitchOption: 'whole',
    },
    run(world, call) {
      const instance = findInstance(world, call);
      const switchOption = call.params.SwitchOption ?? 2;
      if (switchOption !== 1 && switchOption !== 2) throw wrongParameter('SwitchOption is 1 or 2');
      // A region without SwitchOption refuses or ignores it (docs/provider.md P20 and P101).
      const rolledOut = (fault: FaultName): boolean =>
        switchOption === 2 || !world.faults.strike(fault, 'UpgradeInstance', instance.region.code);
      if (!rolledOut('window-refused'))
        throw wrongParameter('SwitchOption 1 is not supported in this region');
      const { change, cents, grows } = checkOrder(world, instance, requestedResizeOf(call.params), call.now);
      const deal = acceptOrder(world, instance, change, {
        by: call.identity.uin,
        cents,
        grows,
        inWindow: switchOption === 1 && rolledOut('window-ignored'),
        now: call.now,
      });
      // DealId is deprecated, but the model marks it as always returned.
      return { DealId: deal.numbers.dealId, DealName: deal.name };
    },
  },
  InquiryPriceUpgradeInstance: {
    schema: { InstanceId: 'string!', MemSize: 'whole!', RedisShardNum: 'whole', RedisReplicasNum: 'whole' },
    run(world, call) {
      const cents = checkQuote(world, findInstance(world, call), requestedResizeOf(call.params), call.now);
      return {
        Price: Math.round(cents),
        HighPrecisionPrice: cents,
        OriginalPrice: Math.round(cents),
        HighPrecisionOriginalPrice: cents,
        Currency: 'CNY',
        AmountUnit: 'pent',
      };
    },
  },
  DescribeInstanceDealDetail: {
    schema: { DealIds: 'string[]', DealName: 'string' },
    run(world, call) {
      const { params, language } = call;
      const isOurs = isOwn(world, call);
      const ids = (params.DealIds as string[] | undefined) ?? [];
      const name = params.DealName as string | undefined;
      if (ids.length > 10) throw invalidValue('DealIds may hold 10 numbers.');
      if (ids.length === 0 && name === undefined) throw missingParameter('DealName');
      // Where a DealId is a short number, the long one is none.
      const wrong = ids.find((id) => !world.dealById.has(id) && world.deals.has(id));
      if (wrong !== undefined) throw invalidValue(`The value ${wrong} of DealIds is not a DealId.`);
      const asked = [...ids.map((id) => world.dealById.get(id)), name && world.deals.get(name)];
      const deals = asked.filter(
        (deal): deal is SimDeal => Boolean(deal) && isOurs((deal as SimDeal).instance),
      );
      return {
        DealDetails: deals.map((deal) => ({
          DealId: deal.numbers.dealId,
          DealName: deal.name,
          ZoneId: deal.instance.zone.number,
          GoodsNum: 1,
          Creater: deal.by,
          CreatTime: beijingTime(deal.createdAt),
          OverdueTime: beijingTime(deal.createdAt + 15 * DAY),
          EndTime: beijingTime(deal.endedAt),
          Status: deal.status,
          Description: DEAL_TITLE[language][deal.status],
          Price: deal.price,
          InstanceIds: [deal.instance.id],
        })),
      };
    },
  },
  DescribeTaskList: {
    schema: {
      InstanceId: 'string',
      InstanceName: 'string',
      Limit: 'whole',
      Offset: 'whole',
      ProjectIds: 'integer[]',
      TaskTypes: 'string[]',
      BeginTime: 'string',
      EndTime: 'string',
      TaskStatus: 'integer[]',
      Result: 'integer[]',
      OperatorUin: 'integer[]',
      OperateUin: 'string[]',
    },
    run(world, call) {
      const { params, identity, now } = call;
      const isOurs = isOwn(world, call);
      const begin = Math.max(timeOf(params, 'BeginTime') ?? 0, now - TASK_HISTORY);
      // The end is a whole second and includes all tasks that start within it.
      const end = (timeOf(params, 'EndTime') ?? now) + 999;
      // An empty list is no filter.
      const matches = (name: string, value: string | number): boolean => {
        const list = params[name] as (string | number)[] | undefined;
        return list === undefined || list.length === 0 || list.includes(value);
      };
      const id = params.InstanceId as string | undefined;
      const source =
        id === undefined ? accountOf(world, identity).tasks : (world.instances.get(id)?.tasks ?? []);
      const found: SimTask[] = [];
      // Newest first. The comparison uses whole seconds, as the response does.
      for (let at = source.length - 1; at >= 0; at--) {
        const task = source[at]!;
        if (Math.floor(task.startedAt / 1000) * 1000 < begin) break;
        const { startedAt, instance, type, result, by } = task;
        const isRequested =
          matches('TaskTypes', type) &&
          matches('Result', result) &&
          matches('OperateUin', by) &&
          (params.InstanceName === undefined || params.InstanceName === instance.name);
        if (startedAt <= end && isOurs(instance) && isRequested) found.push(task);
      }
      return {
        TotalCount: found.length,
        Tasks: page(world, found, params, { action: 'DescribeTaskList', most: 100 }).map((task) => ({
          TaskId: task.id,
          StartTime: beijingTime(task.startedAt),
          TaskType: task.type,
          InstanceName: task.instance.name,
          InstanceId: task.instance.id,
          ProjectId: 0,
          Progress: [0, 0.5, 1, 0, 0.5][task.result],
          EndTime: beijingTime(task.endedAt),
          Result: task.result,
        })),
      };
    },
  },
  DescribeTaskInfo: {
    schema: { TaskId: 'whole!' },
    run(world, call) {
      const { params, language } = call;
      const task = world.taskById.get(params.TaskId as number);
      if (!task || !isOwn(world, call)(task.instance))
        throw wrongParameter(`There is no task ${params.TaskId}.`);
      return {
        Status: TASK_STATUS[task.result],
        StartTime: beijingTime(task.startedAt),
        TaskType: TASK_TITLE[language][task.type] ?? TASK_TITLE[language][''],
        InstanceId: task.instance.id,
        TaskMessage: task.result === 4 ? 'the task failed' : '',
      };
    },
  },
  DescribeMaintenanceWindow: {
    schema: { InstanceId: 'string!' },
    run(world, call) {
      const [start, end] = findInstance(world, call).window;
      return { StartTime: timeOfDay(start), EndTime: timeOfDay(end) };
    },
  },
  ModifyMaintenanceWindow: {
    schema: { InstanceId: 'string!', StartTime: 'string!', EndTime: 'string!' },
    run(world, call) {
      const instance = findInstance(world, call);
      const time = (name: 'StartTime' | 'EndTime'): number => {
        const minutes = parseTimeOfDay(call.params[name] as string);
        if (minutes === null) throw invalidValue(`The value of ${name} is not a time such as 03:00.`);
        return minutes;
      };
      const [start, end] = [time('StartTime'), time('EndTime')];
      if (!isWindow(start, end))
        throw invalidValue('A window lasts 30, 60, 90, 120 or 180 minutes of one day.');
      // Refused while a change is in progress or waits for the current window.
      const busy = [...world.deals.values()].some(
        (deal) => deal.instance === instance && (deal.status === 2 || deal.status === 3),
      );
      if (!busy) instance.window = [start, end];
      return { Status: busy ? 'failed' : 'success' };
    },
  },
};
