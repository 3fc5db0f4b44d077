/** The provider's actions, by the names that go over the wire. */
import { ORDER_ACTION } from '../../model.ts';
import type { Product } from '../network/hosts.ts';

/** One action: its product and version, and whether its region goes into a header. */
export interface Action {
  readonly product: Product;
  readonly version: string;
  readonly name: string;
  /** False for actions that belong to the account and not to a region. */
  readonly regional: boolean;
}

const redis = (name: string): Action => ({ product: 'redis', version: '2018-04-12', name, regional: true });
const billing = { product: 'billing', version: '2018-07-09', regional: false } as const;

/** The token service. */
export const STS = { product: 'sts', version: '2018-08-13', regional: true } as const;

/** Every action that only reads. A client made for planning can send these and no other. */
export const READS = {
  instances: redis('DescribeInstances'),
  catalogue: redis('DescribeProductInfo'),
  price: redis('InquiryPriceUpgradeInstance'),
  tasks: redis('DescribeTaskList'),
  shards: redis('DescribeInstanceShards'),
  window: redis('DescribeMaintenanceWindow'),
  memory: { product: 'monitor', version: '2018-07-24', name: 'GetMonitorData', regional: true },
  zones: { product: 'region', version: '2022-06-27', name: 'DescribeZones', regional: true },
  orders: redis('DescribeInstanceDealDetail'),
  deals: { ...billing, name: 'DescribeDealsByCond' },
  balance: { ...billing, name: 'DescribeAccountBalance' },
  identity: { ...STS, name: 'GetCallerIdentity' },
} as const satisfies Record<string, Action>;

/** The one action that changes anything and spends money. */
export const ORDER: Action = redis(ORDER_ACTION);
