import { callGrpc, field, numberField } from '../support/grpc';

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
export async function callRateLimit(
  port: number,
  method: RateLimitMethod,
  request: RateLimitRequest,
): Promise<boolean> {
  return overallCode(await callGrpc(port, method, encodeRequest(request))) === OVER_LIMIT;
}

function encodeRequest({ domain, descriptor, hits = 0 }: RateLimitRequest): Buffer {
  const entries = Object.entries(descriptor).map(([key, value]) => field(1, field(1, key), field(2, value)));
  return Buffer.concat([field(1, domain), field(2, ...entries), numberField(3, hits)]);
}

/** Field 1, the first and only one that the server writes. */
function overallCode(message: Buffer): number | undefined {
  return message[0] === 1 << 3 ? message[1] : undefined;
}
