// Makes a fresh clone ready for a command: npm packages, pinned servers, generated and compiled code. Needs nothing
// installed, does only what is not yet done, and can be interrupted at any moment and run again.
//   node scripts/bootstrap.mjs start|test|unit
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeKeycloakTables } from './keycloak-tables.mjs';
import { missingTools } from './preflight.mjs';
import { createProgress } from './progress.mjs';
import { hashOf, stampOf, writeStamp } from './stamps.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, '.cache');
const stamps = join(cache, 'stamps');
const tools = join(root, '.tools');
const versions = JSON.parse(readFileSync(join(root, 'scripts/tools.json'), 'utf8'));
const progress = createProgress();
const children = new Set();
let leaving = false;

const command = process.argv[2] ?? 'start';
const servers =
  command === 'unit' ? [] : ['nats', 'keycloak'].filter((server) => command === 'test' || !replaced(server));

// A part that the environment replaces is not started, so it is not fetched either.
function replaced(server) {
  return Boolean(process.env[{ nats: 'NATS_URL', keycloak: 'KEYCLOAK_URL' }[server]]);
}

function run(program, args, { log, cwd = root, env = {}, account = {} }) {
  mkdirSync(join(cache, 'logs'), { recursive: true });
  const logFile = join(cache, 'logs', `${log}.log`);
  const output = openSync(logFile, 'w');
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', output, output],
      ...account,
    });
    closeSync(output);
    children.add(child);
    const fail = (how) => {
      const end = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
      reject(
        new Error(
          `${[program.split('/').at(-1), ...args.slice(0, 3)].join(' ')} ${how}. The end of ${logFile}:\n${end}`,
        ),
      );
    };
    child.once('error', (error) => fail(`could not be run (${error.message})`));
    child.once('exit', (code, signal) => {
      children.delete(child);
      if (code === 0) resolve();
      else fail(signal ? `was ended by ${signal}` : `ended with code ${code}`);
    });
  });
}

// The npm package `node` brings the pinned Node; until it is installed, the one that runs this must do.
const pinnedNode = join(root, 'node_modules/.bin/node');

async function npmPackages() {
  const lock = hashOf(root, ['package-lock.json']);
  if (stampOf(stamps, 'npm') === lock && existsSync(pinnedNode)) return;
  await progress.step('npm packages', async () => {
    // npm takes a package folder that it finds for a whole one: after an interruption nothing there can be trusted.
    if (stampOf(stamps, 'npm-unfinished')) rmSync(join(root, 'node_modules'), { recursive: true, force: true });
    writeStamp(stamps, 'npm-unfinished', lock);
    // npm ci refuses a lock file that lists the optional packages of this platform only; install keeps to the lock too.
    const npm = process.env.npm_execpath;
    const args = ['install', '--no-audit', '--no-fund', '--prefer-offline'];
    await (npm ? run(process.execPath, [npm, ...args], { log: 'npm' }) : run('npm', args, { log: 'npm' }));
    writeStamp(stamps, 'npm', hashOf(root, ['package-lock.json']));
    rmSync(join(stamps, 'npm-unfinished'));
  });
}

/** Runs `make` in a draft folder under .tools and moves `result` of it to `target` when all is done. */
async function fetched(title, target, make) {
  if (existsSync(target)) return;
  await progress.step(title, async (update) => {
    const draft = join(tools, `.draft-${process.pid}-${title.split(' ', 1)[0]}`);
    mkdirSync(draft, { recursive: true });
    try {
      const result = await make(draft, update);
      mkdirSync(dirname(target), { recursive: true });
      renameSync(result, target);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  });
}

function natsServer() {
  const version = versions['nats-server'];
  return fetched(`nats-server ${version}`, join(tools, 'bin', `nats-server-${version}`), async (draft) => {
    const env = { GOBIN: draft, GOFLAGS: '-mod=mod' };
    await run('go', ['install', `github.com/nats-io/nats-server/v2@v${version}`], {
      log: 'nats-server',
      cwd: draft,
      env,
    });
    return join(draft, 'nats-server');
  });
}

function keycloak() {
  const version = versions.keycloak;
  return fetched(`Keycloak ${version}`, join(tools, `keycloak-${version}`), async (draft, update) => {
    update('fetching');
    const artifact = `org.keycloak:keycloak-quarkus-dist:${version}:tar.gz`;
    const maven = ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${draft}`];
    await run('mvn', maven, { log: 'keycloak-fetch', cwd: draft });
    update('unpacking');
    const archive = readdirSync(draft).find((name) => name.endsWith('.tar.gz'));
    await run('tar', ['xzf', archive], { log: 'keycloak-unpack', cwd: draft });
    update('building');
    const home = join(draft, `keycloak-${version}`);
    const options = ['build', '--db=postgres', '--health-enabled=true', '--metrics-enabled=true'];
    // The build lives for seconds: the optimising compiler would cost more than it brings.
    const env = { JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1' };
    await run(join(home, 'bin/kc.sh'), options, { log: 'keycloak-build', cwd: draft, env });
    return home;
  });
}

async function generate() {
  const services = readdirSync(join(root, 'services'));
  const inputs = ['proto', 'buf.yaml', 'buf.gen.yaml', 'scripts/generate.mjs', 'package-lock.json'];
  const hash = hashOf(root, [...inputs, ...services.map((service) => `services/${service}/prisma/schema.prisma`)]);
  const outputs = ['packages/contracts/image.binpb', 'packages/contracts/src/generated'];
  for (const service of services) {
    if (existsSync(join(root, 'services', service, 'prisma/schema.prisma')))
      outputs.push(`services/${service}/src/generated`);
  }
  if (stampOf(stamps, 'generate') === hash && outputs.every((path) => existsSync(join(root, path)))) return;
  await progress.step('contracts and database clients', () =>
    run(pinnedNode, ['scripts/generate.mjs'], { log: 'generate' }),
  );
  writeStamp(stamps, 'generate', hash);
}

async function keycloakTables() {
  const target = join(tools, `postgres-with-keycloak-${versions.keycloak}`);
  if (existsSync(target)) return;
  const keycloakHome = join(tools, `keycloak-${versions.keycloak}`);
  await progress.step('tables of Keycloak', (update) =>
    makeKeycloakTables({ root, keycloakHome, target, run, abandoned: () => leaving, update }),
  );
}

async function code() {
  await npmPackages();
  await generate();
  // The build compiles what is newer than its output, so it is always run: it knows best what is out of step.
  await progress.step('compiling', () => run(pinnedNode, ['scripts/build.mjs'], { log: 'build' }));
}

const prepare = () =>
  Promise.all([
    code(),
    servers.includes('nats') ? natsServer() : undefined,
    servers.includes('keycloak') ? keycloak().then(keycloakTables) : undefined,
  ]);

/** Two commands may be started at once in a fresh clone: the second waits for the first, and then finds all done. */
async function alone(work) {
  const lock = join(cache, 'bootstrap.lock');
  mkdirSync(cache, { recursive: true });
  for (let told = false; ;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(stampOf(cache, 'bootstrap.lock'));
    if (holder > 0 && !isAlive(holder)) {
      rmSync(lock, { force: true });
      continue;
    }
    if (!told) progress.line(`  waiting for another set-up of this folder (process ${holder})`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Drafts of runs that were killed. */
function clearDrafts() {
  for (const name of existsSync(tools) ? readdirSync(tools) : []) {
    const owner = /^\.draft-(\d+)-/.exec(name)?.[1];
    if (owner && !isAlive(Number(owner))) rmSync(join(tools, name), { recursive: true, force: true });
  }
}

/** Ends the children, gives what is under way a moment to put its own house in order, and leaves. */
async function leave(code) {
  leaving = true;
  for (const child of children) child.kill('SIGTERM');
  await Promise.race([work, new Promise((resolve) => setTimeout(resolve, 15_000))]).catch(() => {});
  rmSync(join(cache, 'bootstrap.lock'), { force: true });
  process.exit(code);
}

const missing = missingTools({
  needsJava: servers.includes('keycloak'),
  needsMaven: servers.includes('keycloak') && !existsSync(join(tools, `keycloak-${versions.keycloak}`)),
  needsGo:
    !existsSync(join(cache, 'proto/buf/validate/validate.proto')) ||
    (servers.includes('nats') && !existsSync(join(tools, 'bin', `nats-server-${versions['nats-server']}`))),
  nodeVersion: process.versions.node,
  ask: (program, args) => {
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    return status === 0 ? `${stdout}${stderr}` : undefined;
  },
  javaHome: process.env.JAVA_HOME,
});
if (missing.length > 0) {
  for (const sentence of missing) console.error(sentence);
  process.exit(1);
}
process.once('SIGINT', () => void leave(130));
process.once('SIGTERM', () => void leave(143));
const work = alone(async () => {
  clearDrafts();
  await prepare();
});
try {
  await work;
} catch (error) {
  if (!leaving) console.error(`\n${error.message}`);
  await leave(1);
}
