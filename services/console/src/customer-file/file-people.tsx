import { useQuery } from '@tanstack/react-query';
import { DeleteOutlined } from '@ant-design/icons';
import { relationKind, type CustomerFile, type RelationKind } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Popconfirm, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { OrganisationSelect } from './organisation-select.tsx';
import { useRested } from './use-rested.ts';

/** Where the customer belongs. Naming an organisation that is not there yet makes it. */
export function Organisations({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const stale = [keys.customerFile(file.id), ['organisations']];
  const join = useAction((id: string) => api.joinOrganisation(file.id, id, ''), { stale });
  const create = useAction(
    async (name: string) => api.joinOrganisation(file.id, (await api.createOrganisation(name)).id, ''),
    { stale },
  );
  const leave = useAction((id: string) => api.leaveOrganisation(file.id, id), { stale });
  return (
    <>
      {file.organisations.length === 0 && <p className="muted small">{t('file.none')}</p>}
      <ul className="file-list">
        {file.organisations.map((one) => (
          <li key={one.organisationId} className="row" data-testid="file-organisation">
            <Link className="grow" to={`/customers?organisationId=${one.organisationId}`}>
              {one.name}
            </Link>
            <span className="muted small">{one.role}</span>
            <Remove name={one.name} run={() => leave.mutate(one.organisationId)} />
          </li>
        ))}
      </ul>
      <OrganisationSelect value={null} change={(id) => id && join.mutate(id)} create={(name) => create.mutate(name)} />
    </>
  );
}

/** What the customer is to others, and they to them. */
export function Relations({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const stale = [keys.customerFile(file.id)];
  const [kind, setKind] = useState<RelationKind>('colleague-of');
  const add = useAction((otherId: string) => api.relate(file.id, { otherId, kind }), { stale });
  const remove = useAction((id: string) => api.unrelate(file.id, id), { stale });
  return (
    <>
      {file.relations.length === 0 && <p className="muted small">{t('file.none')}</p>}
      <ul className="file-list">
        {file.relations.map((one) => (
          <li key={one.id} className="row" data-testid="file-relation">
            <span className="muted small">
              {t(one.direction === 'to' ? `relation.${one.kind}` : `relationFrom.${one.kind}`)}
            </span>
            <Link className="grow" to={`/customers/${one.otherId}`}>
              {one.otherName}
            </Link>
            <Remove name={one.otherName} run={() => remove.mutate(one.id)} />
          </li>
        ))}
      </ul>
      <div className="file-add">
        <Select
          aria-label={t('file.addRelation')}
          value={kind}
          options={relationKind.options.map((one) => ({ value: one, label: t(`relation.${one}`) }))}
          onChange={setKind}
          data-testid="relation-kind"
        />
        <CustomerSelect except={file.id} choose={(id) => add.mutate(id)} />
      </div>
    </>
  );
}

function Remove({ name, run }: { name: string; run: () => void }) {
  const { t } = useTranslation();
  return (
    <Popconfirm title={t('file.removeAsk')} onConfirm={run}>
      <Button
        type="text"
        size="small"
        icon={<DeleteOutlined aria-hidden />}
        aria-label={`${t('file.remove')}: ${name}`}
      />
    </Popconfirm>
  );
}

/** Finds another customer by name, number or address. */
function CustomerSelect({ except, choose }: { except: string; choose: (id: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const q = useRested(text.trim());
  const found = useQuery({
    queryKey: keys.customerSearch(q),
    queryFn: ({ signal }) => api.customers(q, signal),
    enabled: q.length > 1,
  });
  return (
    <Select
      className="grow"
      showSearch={{ filterOption: false, searchValue: text, onSearch: setText }}
      placeholder={t('file.otherCustomer')}
      aria-label={t('file.otherCustomer')}
      value={null}
      loading={found.isFetching}
      notFoundContent={t(
        found.isFetching ? 'state.loading' : q.length < 2 ? 'customer.searchHint' : 'customer.searchNone',
      )}
      options={(found.data?.items ?? [])
        .filter((one) => one.id !== except)
        .map((one) => ({
          value: one.id,
          label: [one.displayName, one.identifiers[0]?.value].filter(Boolean).join(' · '),
        }))}
      onChange={(id: string) => {
        setText('');
        choose(id);
      }}
      data-testid="relation-customer"
    />
  );
}
