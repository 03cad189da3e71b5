import { keys, type Key } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';

/** A merge moves tickets and identifiers, so every list and card may have changed. */
export const movedByMerge: Key[] = [
  ['customer'],
  ['customer-file'],
  keys.tickets,
  ['ticket'],
  ['messages'],
  ['events'],
];

/** Joins the customer whose id is given to this one. */
export function useMerge(customerId: string) {
  const { t } = useTranslation();
  return useAction((otherId: string) => api.mergeCustomers(customerId, otherId), {
    stale: movedByMerge,
    done: t('customer.merged'),
  });
}
