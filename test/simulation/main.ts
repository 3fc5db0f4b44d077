import { drawScenario } from './scenario.ts';
import { simulate } from './simulate.ts';

const [a, b] = process.argv.slice(2).map(Number);
const t0 = process.cpuUsage();
let steps = 0,
  lives = 0,
  bad = 0;
const bef = new Map<string, number>();
for (let seed = a!; seed <= b!; seed++) {
  const sc = drawScenario(seed);
  if (process.env.SHOW) process.stderr.write(seed + ' ');
  try {
    const told = await simulate(sc, {
      tell: a === b || process.env.TRACE === String(seed) ? (l) => console.log(l) : null,
    });
    steps += told.steps;
    lives += told.lives;
    for (const [k, n] of told.befallen) bef.set(k, (bef.get(k) ?? 0) + n);
    if (told.violations.length) {
      bad++;
      console.log(seed, told.steps, JSON.stringify(told.violations.slice(0, 2)).slice(0, 400));
    }
  } catch (e) {
    bad++;
    console.log(seed, 'THROW', (e as Error).stack?.slice(0, 600));
  }
}
const c = process.cpuUsage(t0);
const ms = (c.user + c.system) / 1000;
console.log({ ms, perSeed: ms / (b! - a! + 1), perStep: ms / steps, steps, lives, bad });
if (a !== b)
  console.log(
    [...bef]
      .sort((x, y) => y[1] - x[1])
      .map(([k, n]) => `${n} ${k}`)
      .join('\n'),
  );
