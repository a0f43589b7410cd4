import { limits, type Reply } from '../../envoy/client';

const errors = {
  401: { message: 'Missing or invalid credentials.', code: 'invalid_api_key' },
  403: {
    message: 'Your account may not use this model, or your key has expired or is disabled.',
    code: 'access_denied',
  },
};

/** @returns the error of a reply in the shape of OpenAI's API. */
export function errorOf({ body }: Reply): unknown {
  return JSON.parse(body).error;
}

/** The AuthPolicy itself has refused the request, and no limit was asked. */
export function expectRefused(reply: Reply, status: 401 | 403): void {
  expect({ status: reply.status, error: errorOf(reply) }).toEqual({
    status,
    error: { ...errors[status], type: 'invalid_request_error', param: null },
  });
  expect(reply.headers['content-type']).toBe('application/json');
  expect(limits(reply).limit).toBeUndefined();
}

/** Nobody gets in without a key, nor with one that the platform does not know. */
export async function expectNeedsKey(
  ask: (key: string | undefined, path: string, how: { method: string }) => Promise<Reply>,
  path: string,
): Promise<void> {
  const method = path.endsWith('models') ? 'GET' : 'POST';
  for (const key of [undefined, 'nobody']) expectRefused(await ask(key, path, { method }), 401);
}
