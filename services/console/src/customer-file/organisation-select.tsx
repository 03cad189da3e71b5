import { useQuery } from '@tanstack/react-query';
import { keys } from '@patchbay/ui';
import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../query-client.ts';
import { useRested } from './use-rested.ts';

interface OrganisationSelectProps {
  value: string | null;
  change: (id: string | null) => void;
  /** Offered for a name that no organisation has. */
  create?: (name: string) => void;
}
const newValue = 'new';

/** Finds an organisation by part of its name. */
export function OrganisationSelect({ value, change, create }: OrganisationSelectProps) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const q = useRested(text.trim());
  const found = useQuery({ queryKey: keys.organisations(q), queryFn: ({ signal }) => api.organisations(q, signal) });
  const items = found.data?.items ?? [];
  const isNew = create && q !== '' && !items.some(({ name }) => name.toLowerCase() === q.toLowerCase());
  return (
    <Select
      className="file-organisation"
      showSearch={{ filterOption: false, searchValue: text, onSearch: setText }}
      allowClear
      placeholder={t(create ? 'file.addOrganisation' : 'file.organisation')}
      aria-label={t(create ? 'file.addOrganisation' : 'file.organisation')}
      value={value}
      loading={found.isFetching}
      notFoundContent={t(found.isFetching ? 'state.loading' : 'file.nobody')}
      options={[
        ...items.map((one) => ({ value: one.id, label: one.name })),
        ...(isNew ? [{ value: newValue, label: t('file.newOrganisation', { name: q }) }] : []),
      ]}
      onChange={(id: string | undefined) => {
        setText('');
        if (id === newValue) create?.(q);
        else change(id ?? null);
      }}
      data-testid="organisation-select"
    />
  );
}
