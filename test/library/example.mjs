// Plans, shows the review, applies the plan and prints the path of the report.
import { readFile } from 'node:fs/promises';
import { applySavedPlan, connect, planFleet, renderReview } from 'redis-refit';

const [file = 'plan.yaml', endpoint = null] = process.argv.slice(2);
const connection = connect({ env: process.env, endpoint });

const { review, findings } = await planFleet(await readFile(file, 'utf8'), file, { from: connection.cloud });
if (review?.verdict !== 'ready') {
  for (const { message, fix } of findings) console.error(`${message}\n  fix: ${fix}`);
  process.exit(5);
}
console.log(renderReview(review, 'text'));

const { report, name, exitCode } = await applySavedPlan(review.plan, {
  connection,
  approve: async ({ steps }) => (steps.length < 100 ? { how: 'auto-approve', by: 'the nightly job' } : null),
  onEntry: (entry) => entry.kind === 'step-ended' && console.log(entry.step, entry.outcome),
});
console.log(`${report.totals.verified} of ${report.steps.length} steps verified: ${name}/report.html`);
await connection.close();
process.exitCode = exitCode;
