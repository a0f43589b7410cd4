/**
 * The shape of maas.yaml, and of what `MaasPlatform` takes: names and strings only.
 *
 * Everything is optional; the defaults are the kind demo with a simulated model. `schema.ts` holds the same shape for
 * run time and is checked against these interfaces at compile time; `maas.schema.json` takes its descriptions from the
 * comments of this folder, and from those of the constructs' types that are imported here.
 */

export type * from './platform';
export type * from './accelerators';
export type * from './adapters';
export type * from './canary';
export type * from './conformance';
export type * from './external';
export type * from './gateway';
export type * from './identity';
export type * from './kserve';
export type * from './kuadrant';
export type * from './limits';
export type * from './models';
export type * from './objects';
export type * from './observability';
export type * from './patches';
export type * from './priority-classes';
export type * from './quota';
export type * from './scaling';
export type * from './storage';
export type * from './tiers';
export type * from './users';
export type * from './versions';
