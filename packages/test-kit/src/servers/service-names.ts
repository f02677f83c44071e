/** The seven services. The gateway is last: it is the one door, and opens when there is something behind it. */
export const serviceNames = ['contacts', 'deals', 'billing', 'marketing', 'quality', 'analytics', 'gateway'] as const;

export type ServiceName = (typeof serviceNames)[number];

/** Those that speak gRPC: all but the gateway, which speaks HTTP. */
export const grpcServiceNames = serviceNames.filter((name) => name !== 'gateway');
