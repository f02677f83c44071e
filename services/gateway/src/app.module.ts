import { type DynamicModule, Module } from '@nestjs/common';
import { Authenticator } from '@rapport/service-kit/access';
import { Lifecycle } from '@rapport/service-kit/lifecycle';
import { Callers } from './callers/callers.service.js';
import { GATEWAY_CONFIG, type GatewayConfig } from './config.js';
import { HttpServer } from './http/http-server.service.js';
import { RateLimits } from './limits/rate-limits.service.js';
import { NotificationRoutes } from './notifications/notification-routes.service.js';
import { Notifications } from './notifications/notifications.service.js';
import { DocsRoutes } from './openapi/docs-routes.service.js';
import { IdentityProvider } from './session/identity-provider.service.js';
import { SessionRoutes } from './session/session-routes.service.js';
import { Sessions } from './session/sessions.service.js';
import { Transcoder } from './transcoder/transcoder.service.js';
import { Upstreams } from './transcoder/upstreams.service.js';

/**
 * The gateway. Nest wires the parts and ends them in order; requests never pass
 * through it: the parts register their routes on one Fastify server.
 */
@Module({})
export class AppModule {
  static with(config: GatewayConfig, lifecycle: Lifecycle): DynamicModule {
    return {
      module: AppModule,
      providers: [
        { provide: GATEWAY_CONFIG, useValue: config },
        { provide: Lifecycle, useValue: lifecycle },
        { provide: Authenticator, useFactory: () => authenticator(config) },
        { provide: HttpServer, useFactory: () => HttpServer.create(config) },
        RateLimits,
        Callers,
        IdentityProvider,
        Sessions,
        SessionRoutes,
        Upstreams,
        Transcoder,
        DocsRoutes,
        Notifications,
        NotificationRoutes,
      ],
    };
  }
}

function authenticator(config: GatewayConfig): Authenticator {
  return new Authenticator({
    keycloakUrl: config.KEYCLOAK_URL,
    realm: config.KEYCLOAK_REALM,
    allowedAzp: config.ALLOWED_AZP,
    ...(config.KEYCLOAK_PUBLIC_URL ? { issuerUrl: config.KEYCLOAK_PUBLIC_URL } : {}),
  });
}
