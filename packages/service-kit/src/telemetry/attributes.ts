/**
 * Names of everything that spans and log lines may carry. A name that is not
 * here is not recorded; no value of them is personal data.
 */
export const ATTRIBUTES = {
  rpcSystem: 'rpc.system',
  rpcService: 'rpc.service',
  rpcMethod: 'rpc.method',
  rpcStatus: 'rpc.grpc.status_code',
  errorType: 'error.type',
  httpMethod: 'http.request.method',
  httpRoute: 'http.route',
  httpStatus: 'http.response.status_code',
  messagingSystem: 'messaging.system',
  messagingDestination: 'messaging.destination.name',
  messagingOperation: 'messaging.operation.type',
  messagingMessageId: 'messaging.message.id',
  messagingBatchCount: 'messaging.batch.message_count',
  messagingConsumer: 'messaging.consumer.group.name',
  eventType: 'rapport.event.type',
  aggregateId: 'rapport.aggregate.id',
  aggregateVersion: 'rapport.aggregate.version',
  resource: 'rapport.resource',
  action: 'rapport.action',
  datasetVersion: 'rapport.dataset.version',
  rows: 'rapport.rows',
} as const;

export type AttributeName = (typeof ATTRIBUTES)[keyof typeof ATTRIBUTES];
export type SpanAttributes = Partial<Record<AttributeName, string | number | boolean>>;
