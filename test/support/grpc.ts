import { connect } from 'node:http2';

/** Calls a unary gRPC method with and for a protobuf message. @throws Error with the gRPC status of a failed call */
export function callGrpc(port: number, method: string, message: Buffer): Promise<Buffer> {
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
        resolve(Buffer.concat(pieces).subarray(5));
      }
    });
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([frame, message]));
  });
}

/** A length-delimited field of a protobuf message: a text, or fields of another message. */
export function field(number: number, ...content: (string | Buffer)[]): Buffer {
  const bytes = Buffer.concat(content.map((part) => Buffer.from(part as string)));
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(bytes.length)]), bytes]);
}

/** A field of a protobuf message that is a number. */
export function numberField(number: number, value: number): Buffer {
  return Buffer.from([(number << 3) | 0, ...varint(value)]);
}

function varint(number: number): number[] {
  const bytes: number[] = [];
  let rest = number;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) {
    bytes.push((rest % 0x80) | 0x80);
  }
  return [...bytes, rest];
}
