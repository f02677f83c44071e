import {
  DealCreated,
  DealLost,
  DealMoved,
  DealUpdated,
  DealWon,
} from '@rapport/contracts/rapport/deals/v1/deal_events';
import type { CallContext } from '@rapport/service-kit/access';
import {
  type EventOf,
  type EventsRuntime,
  type EventsSettings,
  LocalCopies,
  Projection,
  Reaction,
  Stepwise,
  type TimeRange,
} from '@rapport/service-kit/events';
import { eventHeaders } from '../src/events/event.js';
import { eventSubject } from '../src/events/naming.js';
import { TestBroker, TestDatabase, dealOf, effect, eventually, registered, runtimeOf } from './events-world.js';

/** What a test tells the handlers to do at the events of an aggregate. */
export const orders = new Map<string, () => Promise<void> | void>();
const obey = async (aggregateId: string): Promise<void> => orders.get(aggregateId)?.();

@Reaction({ durable: 'billing--note-closed-deals', subscribes: [DealWon, DealLost] })
class NoteClosedDeals {
  async handle(_ctx: CallContext, event: EventOf<[typeof DealWon, typeof DealLost]>, tx: unknown): Promise<void> {
    await effect(tx, 'reaction', event);
    await obey(event.aggregateId);
  }
}

const ALL = [DealCreated, DealUpdated, DealMoved, DealWon, DealLost] as const;

@Stepwise({ durable: 'billing--follow-deals', subscribes: ALL })
class FollowDeals {
  async handle(_ctx: CallContext, event: EventOf<typeof ALL>, tx: unknown): Promise<void> {
    await effect(tx, 'step', event);
  }
}

@Projection({ durable: 'billing--copy-deals', subscribes: ALL })
class CopyDeals {
  constructor(private readonly copies: LocalCopies) {}
  async apply(events: readonly EventOf<typeof ALL>[]): Promise<void> {
    for (const { aggregateId } of events) await obey(aggregateId);
    const rows = events.map(({ aggregateId, version, message }) => ({
      id: aggregateId,
      version,
      name: message.deal?.displayName,
    }));
    await this.copies.applyIfNewer('public.deal_copy', rows);
  }
  digest(range: TimeRange) {
    return this.copies.digest('public.deal_copy', range);
  }
}

/** Two services, the broker between them, and in one of them a consumer of each kind. */
export class DealsAndBilling {
  private readonly running: EventsRuntime[] = [];

  private constructor(
    readonly broker: TestBroker,
    readonly deals: TestDatabase,
    readonly billing: TestDatabase,
  ) {}

  static async make(): Promise<DealsAndBilling> {
    const made = [TestBroker.start(), TestDatabase.make('deals'), TestDatabase.make('billing')] as const;
    return new DealsAndBilling(...(await Promise.all(made)));
  }

  /** The owner's side: publishes what its outbox holds. */
  startDeals(options: Partial<EventsSettings> = {}): EventsRuntime {
    const runtime = runtimeOf('deals', this.deals, this.broker, { journalOf: () => runtime.journal, ...options });
    this.running.push(runtime);
    runtime.startRelay();
    return runtime;
  }

  /** The consumers' side. */
  async startBilling(owner: EventsRuntime, tuning: EventsSettings['tuning'] = {}): Promise<EventsRuntime> {
    const runtime = runtimeOf('billing', this.billing, this.broker, { journalOf: () => owner.journal, tuning });
    this.running.push(runtime);
    runtime.startRelay();
    await runtime.startConsumers(registered(new NoteClosedDeals(), new FollowDeals(), new CopyDeals(runtime.copies)));
    return runtime;
  }

  async stop(runtime: EventsRuntime): Promise<void> {
    this.running.splice(this.running.indexOf(runtime), 1);
    await runtime.stop();
  }

  async stopAll(): Promise<void> {
    orders.clear();
    await Promise.all(this.running.splice(0).map((runtime) => runtime.stop()));
  }

  async remove(): Promise<void> {
    await this.stopAll();
    await this.broker.remove();
    await Promise.all([this.deals.drop(), this.billing.drop()]);
  }

  /** Stores that a deal was won. */
  win(id: string, version = 1, name = 'a deal'): Promise<string> {
    return this.deals.emit(DealWon, { aggregateId: id, version, message: { deal: dealOf(id, name) } });
  }

  /** Waits until the relay has nothing left to do. */
  async published(): Promise<void> {
    const unpublished = 'select 1 from kit.outbox_event where published_at is null';
    await eventually(
      () => this.deals.rows(unpublished),
      (rows) => rows.length === 0,
    );
  }

  /** Puts a message on the stream past the outbox, as a relay that repeats itself would. */
  async inject(
    event: { eventId: string; type: string; aggregateId: string; version: number },
    payload: Uint8Array,
  ): Promise<void> {
    const { nc, js } = await this.broker.client();
    const facts = { ...event, version: BigInt(event.version), occurTime: new Date() };
    const headers = eventHeaders({ ...facts, actor: '', branchId: '', traceparent: '' });
    await js.publish(eventSubject(event.type, event.aggregateId), payload, { headers });
    await nc.close();
  }

  /** Waits until the handlers did this for the aggregate, and returns all that they did, in order, as `name:version`. */
  effects(aggregateId: string, passes: (seen: string[]) => boolean): Promise<string[]> {
    return eventually(() => this.billing.effects(aggregateId), passes);
  }

  /** How many of these deals the projection holds, and how many the reaction has noted. */
  async held(ids: readonly string[]): Promise<{ copies: number; reactions: number }> {
    const [counts] = await this.billing.rows<{ copies: number; reactions: number }>(
      `select (select count(*)::int from deal_copy where id = any($1)) as copies,
         (select count(*)::int from effect where aggregate_id = any($1) and name = 'reaction') as reactions`,
      [ids],
    );
    return counts ?? { copies: 0, reactions: 0 };
  }

  async copyOf(id: string): Promise<{ version: number; name: string } | undefined> {
    const text = 'select version, name from deal_copy where id = $1';
    return (await this.billing.rows<{ version: number; name: string }>(text, [id]))[0];
  }

  deadLetters(aggregateId: string) {
    const text = 'select id, consumer, error, attempts from kit.dead_letter where aggregate_id = $1 order by consumer';
    return this.billing.rows<{ id: string; consumer: string; error: string; attempts: number }>(text, [aggregateId]);
  }
}
