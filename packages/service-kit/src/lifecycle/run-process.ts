import type { ProcessConfig } from '../config/service-config.js';
import { flushLogs, logger } from '../telemetry/logger.js';
import { startTelemetry } from '../telemetry/start.js';
import { HealthServer } from './health-server.js';
import { Lifecycle } from './lifecycle.js';

/** Where calls come in: gRPC of a service, HTTP of the gateway. */
export interface Edge {
  /** Starts the parts by `lifecycle.start()` at the moment it sees fit, then takes calls. */
  open(): Promise<void>;
  /** Says, where it can be asked, that the process is about to leave; calls still come in. */
  announceLeaving?(): void;
  /** Takes no new calls and lets the running ones end, for at most so long. */
  drain(ms: number): Promise<void>;
  /** Gives back the rest. */
  close(): Promise<void>;
}

export interface ProcessOptions {
  /** Name of the service: folder, `service.name`, NATS stream. */
  readonly name: string;
  readonly config: ProcessConfig;
  readonly edge: (lifecycle: Lifecycle) => Promise<Edge>;
}

export interface RunningProcess {
  readonly healthPort: number;
  /** Leaves in order: not ready, no new work, running calls end, flush. */
  stop(): Promise<void>;
}

const log = logger('lifecycle');

/** Running calls get most of the time to leave; the rest is for what comes after them. */
const SHARE_OF_CALLS = 0.8;
const SAME_WISH_MS = 1_000;

/** Starts in order: telemetry, health, parts, edge, ready. For tests; a main uses `runProcess`. */
export async function startProcess({ name, config, edge: makeEdge }: ProcessOptions): Promise<RunningProcess> {
  const began = performance.now();
  const stopTelemetry = await startTelemetry(name, config.OTEL_EXPORTER_OTLP_ENDPOINT);
  const health = new HealthServer();
  const lifecycle = new Lifecycle();
  let edge: Edge | undefined;

  const leave = async (): Promise<void> => {
    health.set('stopping');
    edge?.announceLeaving?.();
    await lifecycle.stopIntake();
    await edge?.drain(config.DRAIN_MS * SHARE_OF_CALLS);
    await lifecycle.stopRest();
    await edge?.close();
    await health.close();
    await stopTelemetry();
  };

  try {
    const healthPort = await health.listen(config.HOST, config.HEALTH_PORT);
    edge = await makeEdge(lifecycle);
    await edge.open();
    health.set('ready');
    log.info({ event: 'process.ready', healthPort, durationMs: Math.round(performance.now() - began) }, 'Ready');
    let leaving: Promise<void> | undefined;
    return { healthPort, stop: () => (leaving ??= leave()) };
  } catch (error) {
    await leave();
    throw error;
  }
}

/**
 * Runs a process until it is told to leave. SIGTERM and SIGINT leave in order
 * within `DRAIN_MS`; a second one, or the end of that time, leaves at once. An
 * error that nobody caught ends the process: its state is unknown, and
 * whoever supervises it starts another.
 */
export async function runProcess(options: ProcessOptions): Promise<void> {
  process.on('uncaughtException', (err) => die({ event: 'process.uncaught', err }));
  process.on('unhandledRejection', (err) => die({ event: 'process.unhandled_rejection', err }));
  let running: RunningProcess | undefined;
  let leavingSince: number | undefined;

  const leave = (signal: NodeJS.Signals): void => {
    if (leavingSince !== undefined) {
      // Ctrl-C reaches the whole group, and the launcher then sends its own: that is one wish.
      if (performance.now() - leavingSince > SAME_WISH_MS) die({ event: 'process.second_signal', signal });
      return;
    }
    leavingSince = performance.now();
    log.info({ event: 'process.leaving', signal }, 'Leaving');
    if (!running) return die({ event: 'process.left_while_starting', signal });
    setTimeout(
      () => die({ event: 'process.drain_overrun', drainMs: options.config.DRAIN_MS }),
      options.config.DRAIN_MS,
    ).unref();
    running.stop().then(
      () => exit(0),
      (err: unknown) => die({ event: 'process.stop_failed', err }),
    );
  };
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);

  try {
    running = await startProcess(options);
  } catch (err) {
    die({ event: 'process.start_failed', err });
  }
}

function die(line: { event: string; err?: unknown; signal?: string; drainMs?: number }): never {
  log.fatal(line, 'The process ends');
  return exit(1);
}

function exit(code: number): never {
  flushLogs();
  process.exit(code);
}
