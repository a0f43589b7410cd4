import { errorBody } from './error-body';

/** Bodies of what the scripts that read requests answer themselves. */
export const REQUEST_REFUSALS = {
  body: errorBody({
    message: 'The body has to be a JSON object whose keys are plain words.',
    type: 'invalid_request_error',
    code: 'invalid_body',
  }),
  failed: serverError('The gateway failed.', 'internal_error'),
} as const;

/** Body of an error that no client can mend. */
export function serverError(message: string, code: string): string {
  return errorBody({ message, type: 'server_error', code });
}
