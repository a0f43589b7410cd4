/**
 * Files of a platform, in the order in which `kubectl apply -f dist/` takes them: policies before the routes that they
 * protect; on deletion the gateway before its policies, and the protection of what stays last of all.
 */
export const PLATFORM_FILES = [
  '00-namespaces',
  '10-kserve',
  '20-kuadrant',
  '25-keycloak',
  '30-gateway',
  '40-identity',
  '50-limits',
  '55-storage',
  '60-models',
  '70-routes',
  '80-observability',
  '85-objects',
  '88-conformance',
  '90-protection',
] as const;

/** Name of a platform's file, without the platform's name and without extension. */
export type PlatformFile = (typeof PLATFORM_FILES)[number];
