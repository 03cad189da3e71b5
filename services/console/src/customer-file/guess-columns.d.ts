import type { CustomField, ImportKind } from '@patchbay/contracts';
/** What the columns most likely are by their names; each target once. A person looks at it before anything is read. */
export declare function guessColumns(
  kind: ImportKind,
  header: readonly string[],
  fields: readonly Pick<CustomField, 'scope' | 'key' | 'labelEn' | 'labelZh'>[],
): (string | undefined)[];
