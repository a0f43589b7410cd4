import { OperationError } from '../../src/operations/operation-error';
import { tryAgain } from '../../src/operations/try-again';

const session = { interruption: new AbortController().signal };
const isPassing = (message: string) => message === 'not yet';

/** Fails with these messages one after the other, then does it. */
function failing(...messages: string[]) {
  return jest.fn(async () => {
    const message = messages.shift();
    if (message !== undefined) throw new OperationError(message);
  });
}

test('what passes by itself is tried again', async () => {
  const attempt = failing('not yet', 'not yet');
  expect(await tryAgain(session, attempt, isPassing, { seconds: 60, pause: 1 })).toBeUndefined();
  expect(attempt).toHaveBeenCalledTimes(3);
});

test('any other failure is handed on at once', async () => {
  const attempt = failing('not yet', 'never');
  const failure = await tryAgain(session, attempt, isPassing, { seconds: 60, pause: 1 });
  expect(failure).toEqual(new OperationError('never'));
  expect(attempt).toHaveBeenCalledTimes(2);
});

test('the last failure is handed on when the time is up', async () => {
  const attempt = failing('not yet');
  expect(await tryAgain(session, attempt, isPassing, { seconds: 0 })).toEqual(new OperationError('not yet'));
  expect(attempt).toHaveBeenCalledTimes(1);
});

test('what is no mistake of the user is thrown', async () => {
  const attempt = () => Promise.reject(new TypeError('not yet'));
  await expect(tryAgain(session, attempt, isPassing, { seconds: 60 })).rejects.toThrow(TypeError);
});
