import { rowProblem, type RowReason } from '@patchbay/contracts';
import type { TFunction } from 'i18next';

/** What is wrong with a row, in the reader's language. */
export function reasonText(t: TFunction, { column, code }: RowReason): string {
  const known = rowProblem.safeParse(code);
  return `${column ?? t('imports.wholeRow')}: ${known.success ? t(`rowReason.${known.data}`) : code}`;
}
