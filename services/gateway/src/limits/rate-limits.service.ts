import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '@rapport/service-kit/access';
import { AppError } from '@rapport/service-kit/errors';
import type { FastifyReply } from 'fastify';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config.js';
import { RateLimiter, type RateVerdict } from './rate-limiter.js';

/**
 * Rates by who calls. A person has one rate over all his logins; programs
 * (importer, BI: principals of the kind service) have a class of their own, so
 * that a load of history is neither slowed to a person's pace nor in his way.
 */
@Injectable()
export class RateLimits {
  private readonly users: RateLimiter;
  private readonly services: RateLimiter;
  private readonly addresses: RateLimiter;

  constructor(@Inject(GATEWAY_CONFIG) config: GatewayConfig) {
    this.users = new RateLimiter({ perSecond: config.RATE_USER_PER_SECOND, burst: config.RATE_USER_BURST });
    this.services = new RateLimiter({ perSecond: config.RATE_SERVICE_PER_SECOND, burst: config.RATE_SERVICE_BURST });
    this.addresses = new RateLimiter({
      perSecond: config.RATE_ANONYMOUS_PER_SECOND,
      burst: config.RATE_ANONYMOUS_BURST,
    });
  }

  /** Counts a request of somebody who is known. */
  caller({ kind, subject }: Principal, reply: FastifyReply): void {
    const limiter = kind === 'service' ? this.services : this.users;
    settle(limiter, kind === 'service' ? 'service' : 'user', limiter.take(subject, Date.now()), reply);
  }

  /** Counts a request that shows no valid login, by its address. */
  anonymous(ip: string, reply: FastifyReply): void {
    settle(this.addresses, 'address', this.addresses.take(ip, Date.now()), reply);
  }
}

/** Writes what is left (draft-ietf-httpapi-ratelimit-headers) and throws when nothing is. */
function settle(limiter: RateLimiter, policy: string, verdict: RateVerdict, reply: FastifyReply): void {
  reply.header('ratelimit-policy', `"${policy}";q=${limiter.burst};w=${limiter.windowSeconds}`);
  reply.header('ratelimit', `"${policy}";r=${verdict.remaining};t=${verdict.resetSeconds}`);
  if (verdict.allowed) return;
  const retryAfter = String(verdict.retryAfterSeconds);
  throw new AppError('RESOURCE_EXHAUSTED', 'RATE_LIMITED', `Too many requests; try again in ${retryAfter} s.`, {
    retryAfter,
  });
}
