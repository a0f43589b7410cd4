import { callGrpc, field, numberField } from '../../support/grpc';

/** What Kuadrant's wasm asks Authorino about a request. */
export interface Question {
  /** Name of the AuthConfig. */
  readonly authConfig: string;
  readonly authorization: string;
  readonly host?: string;
  /** The moment of the request, RFC 3339. @default - none is said */
  readonly time?: string;
}

const ANSWERS: Readonly<Record<number, number>> = { 0: 200, 7: 403, 16: 401 };

/**
 * Asks Authorino itself, as of any moment (envoy.service.auth.v3.Authorization).
 * @returns the status that the answer stands for
 */
export async function ask(port: number, question: Question): Promise<number> {
  const { authConfig, authorization, host = 'simulator.maas.local', time } = question;
  const entry = (key: string, value: string) => [field(1, key), field(2, value)];
  const http = field(
    2,
    field(2, 'POST'),
    field(3, ...entry('authorization', authorization)),
    field(4, '/v1/chat/completions'),
    field(5, host),
  );
  const seconds = time === undefined ? [] : [field(1, numberField(1, Date.parse(time) / 1000))];
  const attributes = field(1, field(4, ...seconds, http), field(10, ...entry('host', authConfig)));
  const answer = await callGrpc(port, 'envoy.service.auth.v3.Authorization/Check', attributes);
  // Field 1 is the status (google.rpc.Status), whose field 1 is the code; 0 is not written.
  if (answer[0] !== ((1 << 3) | 2)) throw new Error(`no status in ${answer.toString('hex')}`);
  const code = answer[1] === 0 || answer[2] !== 1 << 3 ? 0 : answer[3]!;
  const status = ANSWERS[code];
  if (status === undefined) throw new Error(`unexpected code ${code}`);
  return status;
}
