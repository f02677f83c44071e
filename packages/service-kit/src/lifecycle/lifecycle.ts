import { logger } from '../telemetry/logger.js';

/**
 * When something starts; it stops in the opposite order. Calls are taken once
 * all have started. On leaving, those from `CONSUMERS` up stop first, then the
 * running calls end, then the rest stops: it serves them to the last.
 */
export const LIFECYCLE_ORDER = {
  /** Stores that everything needs. */
  DATABASE: 0,
  /** Copies and caches that calls are answered from. */
  CACHES: 20,
  /** What sends out the facts that calls make: the relay. */
  RELAY: 40,
  /** What takes in work of its own accord: consumers, timers, sweepers. */
  CONSUMERS: 60,
} as const;

/** A part of the process that has to be started and stopped. */
export interface LifecycleParticipant {
  /** For the log: `relay`, `consumer billing--invoice-on-deal-won`. */
  readonly name: string;
  /** One of `LIFECYCLE_ORDER`, or between. */
  readonly order: number;
  /** Resolves when it works; rejects and the process ends. */
  start(): Promise<void>;
  /** Takes nothing new, finishes what it has begun, gives back what it holds. */
  stop(): Promise<void>;
}

const log = logger('lifecycle');

/** Starts and stops the parts that modules add. Injectable everywhere. */
export class Lifecycle {
  private readonly added: LifecycleParticipant[] = [];
  private readonly started: LifecycleParticipant[] = [];

  /** For constructors and `onModuleInit`: before anything is started. */
  add(participant: LifecycleParticipant): void {
    this.added.push(participant);
  }

  async start(): Promise<void> {
    for (const participant of this.added.toSorted((a, b) => a.order - b.order)) {
      const began = performance.now();
      // Before it has started: a start that fails half-way has something to give back too.
      this.started.unshift(participant);
      await participant.start();
      log.debug({
        event: 'lifecycle.started',
        part: participant.name,
        durationMs: Math.round(performance.now() - began),
      });
    }
  }

  /** Stops what takes in work. */
  async stopIntake(): Promise<void> {
    await this.stop((participant) => participant.order >= LIFECYCLE_ORDER.CONSUMERS);
  }

  /** Stops everything that is left. */
  async stopRest(): Promise<void> {
    await this.stop(() => true);
  }

  /** Those of one order at once, the later ones first; a failure is logged and the others stop all the same. */
  private async stop(wanted: (participant: LifecycleParticipant) => boolean): Promise<void> {
    const orders = [...new Set(this.started.map(({ order }) => order))].sort((a, b) => b - a);
    for (const order of orders) {
      const group = this.started.filter((participant) => participant.order === order && wanted(participant));
      await Promise.all(group.map((participant) => this.stopOne(participant)));
    }
  }

  private async stopOne(participant: LifecycleParticipant): Promise<void> {
    this.started.splice(this.started.indexOf(participant), 1);
    try {
      await participant.stop();
    } catch (err) {
      log.warn({ event: 'lifecycle.stop_failed', part: participant.name, err });
    }
  }
}
