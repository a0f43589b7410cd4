import { FORMATS, repairText } from '../../config/formats';
import { quote } from '../../config/problem';
import { OperationError } from '../operation-error';

/** Longest name of an object, in characters. */
const LONGEST_NAME = 253;

/** @throws OperationError when no Secret can have that name */
export function checkSecretName(name: string): void {
  const { objectName } = FORMATS;
  if (!objectName.pattern.test(name) || name.length > LONGEST_NAME) {
    throw new OperationError(
      `--name: got ${quote(name)}, expected up to ${LONGEST_NAME} ${objectName.expected}; ${repairText(objectName, name)}`,
    );
  }
}
