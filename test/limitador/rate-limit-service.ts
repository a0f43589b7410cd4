import { connect } from 'node:http2';

/** A method of the two rate limit services that Limitador has. */
export type RateLimitMethod =
  | 'envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit'
  | 'kuadrant.service.ratelimit.v1.RateLimitService/CheckRateLimit'
  | 'kuadrant.service.ratelimit.v1.RateLimitService/Report';

/** A request of Envoy's rate limit service (`envoy/service/ratelimit/v3/rls.proto`), as far as Limitador reads it. */
export interface RateLimitRequest {
  readonly domain: string;
  readonly descriptor: Readonly<Record<string, string>>;
  readonly hits?: number;
}

const OVER_LIMIT = 2;

/** Calls a method over gRPC. @returns whether the limit is reached @throws Error with the gRPC status of a failed call */
export function callRateLimit(port: number, method: RateLimitMethod, request: RateLimitRequest): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`);
    session.on('error', reject);
    const stream = session.request({
      ':method': 'POST',
      ':path': `/${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let status: Record<string, unknown> = {};
    const pieces: Buffer[] = [];
    stream.on('response', (headers) => (status = { ...status, ...headers }));
    stream.on('trailers', (trailers) => (status = { ...status, ...trailers }));
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('error', reject);
    stream.on('end', () => {
      session.close();
      if (status['grpc-status'] !== '0') {
        reject(new Error(`${method}: grpc-status ${status['grpc-status']}, ${status['grpc-message']}`));
      } else {
        resolve(overallCode(Buffer.concat(pieces).subarray(5)) === OVER_LIMIT);
      }
    });
    const message = encodeRequest(request);
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([frame, message]));
  });
}

function encodeRequest({ domain, descriptor, hits = 0 }: RateLimitRequest): Buffer {
  const entries = Object.entries(descriptor).map(([key, value]) =>
    field(1, Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(value))])),
  );
  const hitsAddend = Buffer.from([(3 << 3) | 0, ...varint(hits)]);
  return Buffer.concat([field(1, Buffer.from(domain)), field(2, Buffer.concat(entries)), hitsAddend]);
}

/** A length-delimited field of a protobuf message. */
function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(content.length)]), content]);
}

function varint(number: number): number[] {
  const bytes: number[] = [];
  let rest = number;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) {
    bytes.push((rest % 0x80) | 0x80);
  }
  return [...bytes, rest];
}

/** Field 1, the first and only one that the server writes. */
function overallCode(message: Buffer): number | undefined {
  return message[0] === 1 << 3 ? message[1] : undefined;
}
