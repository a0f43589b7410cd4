import * as z from 'zod/mini';
import { MAXIMUM_TOKEN_LIMIT, MAXIMUM_TOKEN_WEIGHT } from '../limits/lua-script';
import { FORMATS, type Format } from './formats';

/** Values that several keys of maas.yaml have alike. */

export const formatted = ({ pattern }: Format) => z.string().check(z.regex(pattern));
export const label = () => formatted(FORMATS.label);
export const hostName = () => z.string().check(z.maxLength(253), z.regex(FORMATS.hostName.pattern));
export const objectName = () => z.string().check(z.maxLength(253), z.regex(FORMATS.objectName.pattern));
export const text = () => z.string().check(z.minLength(1));
export const version = () => z.optional(formatted(FORMATS.version));
export const quantity = () => z.optional(formatted(FORMATS.quantity));
export const count = (minimum: number, maximum: number) => z.int().check(z.minimum(minimum), z.maximum(maximum));
export const tokens = () => z.optional(count(1, MAXIMUM_TOKEN_LIMIT));
export const weight = () => z.optional(z.number().check(z.positive(), z.maximum(MAXIMUM_TOKEN_WEIGHT)));
export const anyMap = () => z.record(z.string(), z.unknown());
