/** The provider's actions, by their names in the API. */
import { ORDER_ACTION } from '../../model.ts';
import type { Product } from '../network/hosts.ts';

/** One action of a product. */
export interface Action {
  readonly product: Product;
  readonly version: string;
  readonly name: string;
  /** False for actions of the account, which take no region. */
  readonly regional: boolean;
}

const redis = (name: string): Action => ({ product: 'redis', version: '2018-04-12', name, regional: true });
const billing = { product: 'billing', version: '2018-07-09', regional: false } as const;

/** The token service. */
export const STS = { product: 'sts', version: '2018-08-13', regional: true } as const;

/** Every action that only reads. A client for planning can send no other. */
export const READS = {
  instances: redis('DescribeInstances'),
  catalogue: redis('DescribeProductInfo'),
  price: redis('InquiryPriceUpgradeInstance'),
  tasks: redis('DescribeTaskList'),
  shards: redis('DescribeInstanceShards'),
  window: redis('DescribeMaintenanceWindow'),
  parameters: redis('DescribeInstanceParams'),
  sizeLimits: redis('DescribeInstanceSpecBandwidth'),
  memory: { product: 'monitor', version: '2018-07-24', name: 'GetMonitorData', regional: true },
  metrics: { product: 'monitor', version: '2018-07-24', name: 'DescribeBaseMetrics', regional: true },
  zones: { product: 'region', version: '2022-06-27', name: 'DescribeZones', regional: true },
  orders: redis('DescribeInstanceDealDetail'),
  deals: { ...billing, name: 'DescribeDealsByCond' },
  balance: { ...billing, name: 'DescribeAccountBalance' },
  identity: { ...STS, name: 'GetCallerIdentity' },
} as const satisfies Record<string, Action>;

/** The only action that changes something and spends money. */
export const ORDER: Action = redis(ORDER_ACTION);
