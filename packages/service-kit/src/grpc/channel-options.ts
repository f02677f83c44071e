import type { ChannelOptions } from '@grpc/grpc-js';

const MB = 1024 * 1024;

// grpc-js leaves all of this to its users on purpose.
const shared: ChannelOptions = {
  // A peer that vanished without closing is noticed in half a minute, not when TCP gives up.
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 8_000,
};

export const serverOptions: ChannelOptions = {
  ...shared,
  'grpc.max_receive_message_length': 4 * MB,
  'grpc.max_send_message_length': 16 * MB,
  // Clients come back now and then, so that new replicas get their share.
  'grpc.max_connection_age_ms': 10 * 60_000,
  'grpc.max_connection_age_grace_ms': 60_000,
};

export const clientOptions: ChannelOptions = {
  ...shared,
  // Its books are for a debugging service that nobody here serves, and every call pays for them. A server needs them:
  // without, grpc-js 1.14 forgets its sessions and cannot end them.
  'grpc.enable_channelz': 0,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.max_receive_message_length': 16 * MB,
  'grpc.max_send_message_length': 4 * MB,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 5_000,
  'grpc.dns_min_time_between_resolutions_ms': 5_000,
  // Behind a headless name every replica takes its part; one address is one subchannel.
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  'grpc.service_config_disable_resolution': 1,
  // The platform's own calls never leave by a proxy meant for the internet.
  'grpc.enable_http_proxy': 0,
};
