/** Ids of the checks on the text of one file. */
export const SOURCE_RULES = [
  'file-size',
  'encoding',
  'yaml-syntax',
  'yaml-depth',
  'yaml-version',
  'yaml-documents',
  'yaml-empty',
  'yaml-top-level',
  'yaml-duplicate-key',
  'yaml-key',
  'yaml-anchor',
  'yaml-alias',
  'yaml-merge-key',
  'yaml-tag',
  'yaml-number',
] as const;

/** Id of a check on the text of one file. */
export type SourceRule = (typeof SOURCE_RULES)[number];
