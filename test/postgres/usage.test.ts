import { onTestFinished } from 'vitest';
import { storedUsage } from '../../src/store/postgres/usage/stored-usage.ts';
import { describeUsageContract } from '../store/usage-contract.ts';
import { connectTo, freshStore, loginAs, withPostgres } from './shared.ts';

withPostgres('a database', () => {
  describeUsageContract('a PostgreSQL database', async () => {
    const database = await connectTo(await loginAs(await freshStore(), 'operator'));
    onTestFinished(() => database.close());
    return { ...storedUsage(database), close: () => database.close() };
  });
});
