import type { ComponentRemoval } from './component-removal';

/** How each component is taken away, by its step. */
export const COMPONENT_REMOVALS: readonly ComponentRemoval[] = [];
