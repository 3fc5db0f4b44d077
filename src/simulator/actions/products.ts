/** Every product and action of the small provider, by the names they have on the wire. */
import type { Product } from './action.ts';
import { BILLING } from './billing.ts';
import { describeMaintenanceWindow, modifyMaintenanceWindow } from './maintenance-window.ts';
import { MONITOR } from './monitor.ts';
import { describeInstances, describeProductInfo } from './redis-instances.ts';
import {
  describeInstanceDealDetail,
  describeTaskInfo,
  describeTaskList,
  inquiryPriceUpgradeInstance,
  upgradeInstance,
} from './redis-orders.ts';
import { REGION } from './region.ts';
import { STS } from './sts.ts';
import {
  describeInstanceDTSInfo,
  describeInstanceNodeInfo,
  describeInstanceShards,
  describeInstanceSpecBandwidth,
  describeInstanceZoneInfo,
  describeReplicationGroupInstance,
} from './topology.ts';

export const PRODUCTS: Readonly<Record<string, Product>> = {
  redis: {
    version: '2018-04-12',
    regional: true,
    actions: {
      UpgradeInstance: upgradeInstance,
      InquiryPriceUpgradeInstance: inquiryPriceUpgradeInstance,
      DescribeInstances: describeInstances,
      DescribeProductInfo: describeProductInfo,
      DescribeInstanceDealDetail: describeInstanceDealDetail,
      DescribeTaskList: describeTaskList,
      DescribeTaskInfo: describeTaskInfo,
      DescribeMaintenanceWindow: describeMaintenanceWindow,
      ModifyMaintenanceWindow: modifyMaintenanceWindow,
      DescribeInstanceShards: describeInstanceShards,
      DescribeInstanceZoneInfo: describeInstanceZoneInfo,
      DescribeInstanceNodeInfo: describeInstanceNodeInfo,
      DescribeInstanceSpecBandwidth: describeInstanceSpecBandwidth,
      DescribeInstanceDTSInfo: describeInstanceDTSInfo,
      DescribeReplicationGroupInstance: describeReplicationGroupInstance,
    },
  },
  region: { version: '2022-06-27', regional: false, actions: REGION },
  billing: { version: '2018-07-09', regional: false, actions: BILLING },
  monitor: { version: '2018-07-24', regional: true, actions: MONITOR },
  sts: { version: '2018-08-13', regional: false, actions: STS },
};
