import { useQuery } from '@tanstack/react-query';
import { keys } from '@patchbay/ui';
import { Popconfirm, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRested } from '../customer-file/use-rested.ts';
import { problemLine } from '../feedback/problem-text.ts';
import { api } from '../query-client.ts';
import { useMerge } from './use-merge.ts';

/** Finds the customer whom the agent knows to be the same person, and joins the two after a question. */
export function CustomerSearch({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const q = useRested(text.trim());
  const found = useQuery({
    queryKey: keys.customerSearch(q),
    queryFn: ({ signal }) => api.customers(q, signal),
    enabled: q.length > 1,
  });
  const merge = useMerge(customerId);
  const options = (found.data?.items ?? [])
    .filter((one) => one.id !== customerId && one.mergedInto === null)
    .map((one) => ({
      value: one.id,
      label: [one.displayName, ...one.identifiers.map(({ value }) => value)].join(' · '),
    }));
  const nothing = found.isError
    ? problemLine(t, found.error)
    : q.length < 2
      ? t('customer.searchHint')
      : t('customer.searchNone');
  return (
    <Popconfirm
      open={chosen !== null}
      title={t('customer.mergeAsk')}
      description={t('customer.mergeAskText')}
      okText={t('customer.merge')}
      onConfirm={() => chosen && merge.mutate(chosen, { onSettled: () => setChosen(null) })}
      onCancel={() => setChosen(null)}
      okButtonProps={{ loading: merge.isPending, 'data-testid': 'merge-confirm' }}
    >
      <Select
        className="customer-search"
        showSearch={{ filterOption: false, searchValue: text, onSearch: setText }}
        placeholder={t('customer.search')}
        aria-label={t('customer.search')}
        value={chosen}
        options={options}
        loading={found.isFetching}
        notFoundContent={found.isFetching ? t('state.loading') : nothing}
        onChange={(id) => setChosen(id)}
        data-testid="customer-search"
      />
    </Popconfirm>
  );
}
