/** Every simulated product with its actions, by the provider's names. */
import type { Product } from './action.ts';
import { BILLING } from './billing.ts';
import { INSTANCE_SETTINGS } from './instance-settings.ts';
import { MONITOR } from './monitor.ts';
import { REDIS_INSTANCES } from './redis-instances.ts';
import { REDIS_ORDERS } from './redis-orders.ts';
import { REGION } from './region.ts';
import { STS } from './sts.ts';
import { TAG } from './tag.ts';
import { TOPOLOGY } from './topology.ts';
import { ZONES } from './zones.ts';

export const PRODUCTS: Readonly<Record<string, Product>> = {
  redis: {
    version: '2018-04-12',
    regional: true,
    actions: { ...REDIS_ORDERS, ...REDIS_INSTANCES, ...TOPOLOGY, ...ZONES, ...INSTANCE_SETTINGS },
  },
  region: { version: '2022-06-27', regional: false, actions: REGION },
  billing: { version: '2018-07-09', regional: false, actions: BILLING },
  monitor: { version: '2018-07-24', regional: true, actions: MONITOR },
  tag: { version: '2018-08-13', regional: false, actions: TAG },
  sts: { version: '2018-08-13', regional: false, actions: STS },
};
