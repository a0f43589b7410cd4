/** The API group of an `apiVersion`: `apps` of `apps/v1`, the empty text of `v1`. */
export function apiGroupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}
