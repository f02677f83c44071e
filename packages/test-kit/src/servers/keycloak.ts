import { join } from 'node:path';
import { answersOk } from './http-answer.js';
import { ManagedProcess } from './managed-process.js';
import { keycloakFolder } from './tool-paths.js';

export interface KeycloakOptions {
  port: number;
  managementPort: number;
  /** Its own database on our PostgreSQL, as `postgresql://user:password@host:port/database`. */
  databaseUrl: string;
  /** Made at the first start of an empty database; ignored afterwards. */
  admin: { username: string; password: string };
  logFile: string;
  pidFolder: string;
  env: Record<string, string>;
  onRestart?: (sentence: string) => void;
}

export interface KeycloakServer {
  process: ManagedProcess;
  url: string;
  admin: { username: string; password: string };
}

const HOST = '127.0.0.1';

/**
 * Prepares Keycloak, already built for PostgreSQL by the bootstrap; `process.start()` starts it.
 *
 * Java is run directly with what `kc.sh` would pass: the script stays beside Java as a parent, and killing one of the
 * two leaves the other holding the port.
 */
export function keycloakServer(options: KeycloakOptions): KeycloakServer {
  const home = keycloakFolder();
  const url = `http://${HOST}:${options.port}`;
  const database = new URL(options.databaseUrl);
  const javaHome = options.env.JAVA_HOME;
  const process = new ManagedProcess({
    name: 'keycloak',
    command: javaHome ? join(javaHome, 'bin/java') : 'java',
    args: [...javaOptions(home), 'io.quarkus.bootstrap.runner.QuarkusEntryPoint', 'start', '--optimized'],
    env: {
      ...options.env,
      KC_DB_URL: `jdbc:postgresql://${database.host}${database.pathname}`,
      KC_DB_USERNAME: decodeURIComponent(database.username),
      KC_DB_PASSWORD: decodeURIComponent(database.password),
      KC_DB_POOL_MIN_SIZE: '2',
      KC_DB_POOL_MAX_SIZE: '20',
      KC_HTTP_ENABLED: 'true',
      KC_HTTP_HOST: HOST,
      KC_HTTP_PORT: String(options.port),
      KC_HTTP_MANAGEMENT_HOST: HOST,
      KC_HTTP_MANAGEMENT_PORT: String(options.managementPort),
      KC_HOSTNAME: url,
      KC_CACHE: 'local',
      KC_LOG_LEVEL: 'info,org.keycloak.events:off', // a failed login is logged with the name that was entered
      KC_BOOTSTRAP_ADMIN_USERNAME: options.admin.username,
      KC_BOOTSTRAP_ADMIN_PASSWORD: options.admin.password,
    },
    cwd: home,
    logFile: options.logFile,
    pidFolder: options.pidFolder,
    isReady: () => answersOk(`http://${HOST}:${options.managementPort}/health/ready`),
    readyTimeoutMs: 180_000, // the first start makes its tables
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 15_000,
    ...(options.onRestart ? { onRestart: options.onRestart } : {}),
  });
  return { process, url, admin: options.admin };
}

function javaOptions(home: string): string[] {
  return [
    '-Xms128m',
    '-Xmx384m',
    '-XX:MetaspaceSize=96M',
    '-XX:MaxMetaspaceSize=256m',
    '-XX:+ExitOnOutOfMemoryError',
    '-XX:+UseG1GC',
    // The first compiler only: up in 7 s instead of 11, half the processor time, 40 MB less. What it costs in peak
    // throughput does not matter on one machine, where tokens are exchanged once in 30 s for each user.
    '-XX:TieredStopAtLevel=1',
    '-Dfile.encoding=UTF-8',
    '-Djava.security.egd=file:/dev/urandom',
    '--add-opens=java.base/java.util=ALL-UNNAMED',
    '--add-opens=java.base/java.util.concurrent=ALL-UNNAMED',
    '--add-opens=java.base/java.security=ALL-UNNAMED',
    '--add-opens=java.base/java.lang=ALL-UNNAMED',
    '--enable-native-access=ALL-UNNAMED',
    '-Duser.language=en',
    '-Duser.country=US',
    `-Dkc.home.dir=${home}`,
    `-Djboss.server.config.dir=${join(home, 'conf')}`,
    '-Djava.util.logging.manager=org.jboss.logmanager.LogManager',
    '-Djava.util.concurrent.ForkJoinPool.common.threadFactory=io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory',
    '-Dpicocli.disable.closures=true',
    '-Dquarkus-log-max-startup-records=10000',
    '-cp',
    join(home, 'lib/quarkus-run.jar'),
  ];
}
