/** An error as OpenAI's API tells it and its clients read it. */
export interface ApiError {
  /** What a person reads. */
  readonly message: string;
  /** Whose fault it is. */
  readonly type: 'invalid_request_error' | 'server_error' | 'tokens';
  /** What a program reads. */
  readonly code: string;
}

/** Body of an error response, JSON. */
export function errorBody({ message, type, code }: ApiError): string {
  return JSON.stringify({ error: { message, type, param: null, code } });
}
