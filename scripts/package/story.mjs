/** What every artifact must do when it is used: commands against its own simulator, without a network. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Seconds, after which a command is ended. */
const PATIENCE = 300;

/** The plan of the story. More than 32,000 characters, so that the console reads it in a thread. */
const PLAN = `version: 1
name: artifact
change: TRY-1
targets:
  - select: { regions: [ap-guangzhou], all: true }
    memoryPerShard: { grow: 25%, roundTo: sold, atMost: 32GB }
onBlocked: skip
${`# ${'a long comment '.repeat(7)}\n`.repeat(400)}`;

/**
 * Plans, applies and audits a few changes.
 * @param refit gives the program and the arguments of a command, such as `refit(['--version'])`.
 * @param options `cwd` and `env` of the processes. @param version which version it must be.
 * @throws an Error with the output of the command that failed.
 */
export async function smallStory(refit, { version, write, ...options }) {
  const { stdout } = await done(refit(['--version']), options);
  if (stdout !== `${version}\n`) throw new Error(`--version printed ${stdout}`);
  const simulator = start(
    refit(['-q', 'simulate', '--instances', '12', '--duration', '50ms..200ms']),
    options,
  );
  try {
    const first = await firstLine(simulator);
    const { url, secretId, secretKey } = JSON.parse(first);
    const env = { ...options.env, TENCENTCLOUD_SECRET_ID: secretId, TENCENTCLOUD_SECRET_KEY: secretKey };
    const cloud = { ...options, env };
    const at = ['--endpoint', url];
    write('plan.yaml', PLAN);
    await done(refit(['validate', 'plan.yaml']), cloud);
    await done(refit(['plan', 'plan.yaml', '-o', 'saved.json', ...at]), cloud);
    await done(atTerminal(refit(['apply', 'saved.json', ...at])), { ...cloud, typed: 'yes\n' });
    await done(refit(['audit', 'verify', 'latest']), cloud);
    await done(refit(['audit', 'export', 'latest', '-o', 'evidence.tar.gz']), cloud);
    await done(refit(['completion', 'bash']), cloud);
    await consoleStory(refit(['serve', '--plans', '.', '--listen', '127.0.0.1:0', ...at]), cloud);
  } finally {
    await end(simulator);
  }
}

/** The whole demo, as users see it. @throws an Error with its output if it fails. */
export async function demoStory(refit, options) {
  const { stdout } = await done(refit(['demo']), options);
  if (!stdout.includes('VERIFIED')) throw new Error(`refit demo did not verify its run:\n${stdout}`);
}

/** Serves the pages, and lists the plan, which a thread reads. */
async function consoleStory(command, options) {
  const server = start(command, options);
  try {
    const { url } = JSON.parse(await firstLine(server));
    const { origin, hash } = new URL(url);
    const page = await (await fetch(origin)).text();
    const script = /src="([^"]+\.js)"/.exec(page)?.[1];
    if (!script || !(await fetch(new URL(script, origin))).ok)
      throw new Error(`the console has no pages:\n${page}`);
    const login = await fetch(`${origin}/api/login`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: JSON.stringify({ token: hash.replace('#login=', '') }),
    });
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
    const list = await (await fetch(`${origin}/api/plans`, { headers: { cookie } })).text();
    if (!list.includes('"artifact"')) throw new Error(`the console does not list the plan:\n${list}`);
  } finally {
    await end(server);
  }
}

/** The command at a terminal, where a person can answer it. */
function atTerminal(command) {
  const line = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return ['script', '-qec', line, '/dev/null'];
}

function start([program, ...args], { cwd, env, typed }) {
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env.PATH, TERM: 'xterm', ...env },
    stdio: [typed === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.write(typed);
  return child;
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function firstLine(child) {
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error('the simulator ended without a word');
}

async function done(command, options) {
  const child = start(command, options);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => {
      texts[name] += text;
    });
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE * 1000);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  if (code !== 0)
    throw new Error(`${command.join(' ')}: exit ${code ?? signal}\n${texts.stdout}${texts.stderr}`);
  return texts;
}
