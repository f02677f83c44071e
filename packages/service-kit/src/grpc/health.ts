import {
  status,
  type sendUnaryData,
  type Server,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { BinaryReader } from '@bufbuild/protobuf/wire';

// grpc.health.v1 by hand: two messages of one field each. The package for it
// would bring protobufjs and a loader with it.
const SERVING = 1;
const NOT_SERVING = 2;
const SERVICE_UNKNOWN = 3;

// An object, because grpc-js takes a falsy request for a missing one, and "" is a name here.
interface Request {
  readonly service: string;
}

const call = {
  requestStream: false,
  requestSerialize: ({ service }: Request) =>
    Buffer.concat([Buffer.from([0x0a, service.length]), Buffer.from(service)]),
  requestDeserialize: decodeRequest,
  responseSerialize: (value: number) => Buffer.from([0x08, value]),
  responseDeserialize: (bytes: Buffer) => bytes[1] ?? 0,
} as const;

export const HealthDefinition = {
  check: { path: '/grpc.health.v1.Health/Check', responseStream: false, ...call },
  watch: { path: '/grpc.health.v1.Health/Watch', responseStream: true, ...call },
} as const satisfies ServiceDefinition;

type WatchCall = ServerWritableStream<Request, number>;

/** Says over gRPC whether this process takes calls; needs no token. */
export class HealthService {
  private serving = false;
  private readonly names = new Set(['']);
  private readonly watchers = new Set<WatchCall>();

  /** Adds the services that are asked for by name; the empty name is the whole process. */
  addTo(server: Server, serviceNames: Iterable<string>): void {
    for (const name of serviceNames) this.names.add(name);
    server.addService(HealthDefinition, {
      check: (request: ServerUnaryCall<Request, number>, answer: sendUnaryData<number>) => {
        if (!this.names.has(request.request.service)) answer({ code: status.NOT_FOUND, details: 'Unknown service.' });
        else answer(null, this.status());
      },
      watch: (stream: WatchCall) => this.watch(stream),
    });
  }

  setServing(serving: boolean): void {
    if (this.serving === serving) return;
    this.serving = serving;
    for (const watcher of this.watchers) watcher.write(this.status());
  }

  /** Ends the streams of those who watch, which would keep the server from closing. */
  close(): void {
    for (const watcher of this.watchers) watcher.end();
    this.watchers.clear();
  }

  private watch(stream: WatchCall): void {
    if (!this.names.has(stream.request.service)) {
      stream.write(SERVICE_UNKNOWN);
      return;
    }
    this.watchers.add(stream);
    stream.on('cancelled', () => this.watchers.delete(stream));
    stream.write(this.status());
  }

  private status(): number {
    return this.serving ? SERVING : NOT_SERVING;
  }
}

function decodeRequest(bytes: Buffer): Request {
  const reader = new BinaryReader(bytes);
  let service = '';
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) service = reader.string();
    else reader.skip(wireType);
  }
  return { service };
}
