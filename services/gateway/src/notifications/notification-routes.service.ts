import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { AppError } from '@rapport/service-kit/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Callers, bearerOf } from '../callers/callers.service.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config.js';
import { HttpServer } from '../http/http-server.service.js';
import { Notifications } from './notifications.service.js';
import { Subscriber } from './subscriber.js';

const PATH = '/v1/notifications';

/** `GET /v1/notifications`: changes as server-sent events. */
@Injectable()
export class NotificationRoutes implements OnModuleInit {
  constructor(
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly server: HttpServer,
    private readonly callers: Callers,
    private readonly notifications: Notifications,
  ) {}

  onModuleInit(): void {
    this.server.route({
      method: 'GET',
      url: PATH,
      name: PATH,
      head: false,
      handle: (request, reply) => this.stream(request, reply),
    });
  }

  private async stream(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const caller = await this.callers.identify(request, reply);
    const subscriber = new Subscriber(caller, bearerOf(request), reply.raw);
    if (!this.notifications.readsAnything(subscriber))
      throw new AppError('PERMISSION_DENIED', 'RIGHT_MISSING', 'There is nothing that you may read.');
    if (this.notifications.countOf(caller.principal.subject) >= this.config.STREAMS_PER_CALLER) {
      throw new AppError('RESOURCE_EXHAUSTED', 'TOO_MANY_STREAMS', 'You have too many streams open.', {
        retryAfter: '30',
      });
    }
    if (this.notifications.size >= this.config.STREAMS_MAX) {
      throw new AppError('UNAVAILABLE', 'TOO_MANY_STREAMS', 'No more streams can be opened now.', { retryAfter: '30' });
    }
    reply.hijack();
    reply.raw.once('close', () => this.notifications.remove(subscriber));
    subscriber.open(reply.getHeaders());
    this.notifications.add(subscriber);
  }
}
