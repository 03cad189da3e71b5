import { useQuery } from '@tanstack/react-query';
import { DownloadOutlined, ImportOutlined, ProfileOutlined, SearchOutlined, UserOutlined } from '@ant-design/icons';
import type { CustomerFilter, CustomerSummary } from '@patchbay/contracts';
import { exportUrl, keys } from '@patchbay/ui';
import { Button, Checkbox, Input, Progress, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAddressQuery, withValue } from '../address-query.ts';
import { PageHead } from '../admin/page-head.tsx';
import { PagedList } from '../admin/paged-list.tsx';
import { isMachineMade } from '../desk/identifier-text.ts';
import { Nothing } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { initials } from '../shell/initials.ts';
import { OrganisationSelect } from './organisation-select.tsx';
import { useRested } from './use-rested.ts';

/** Everybody whom the centre knows. The filter stands in the address, so that it can be shared and gone back to. */
export function CustomersPage() {
  const { t } = useTranslation();
  const me = useMe();
  const { asked, change } = useAddressQuery();
  const filter = filterOf(asked);
  const rested = useRested(filter.q ?? '');
  const wanted = { ...filter, q: rested || undefined };
  const set = (name: keyof CustomerFilter, value: string | undefined) =>
    change(withValue(asked, name, value), { replace: true });
  return (
    <div className="page">
      <PageHead text={t('file.listText')}>
        {me.role !== 'agent' && (
          <div className="row wrap">
            <Button
              icon={<DownloadOutlined />}
              href={exportUrl('customer-files', { ...wanted })}
              data-testid="customers-export"
            >
              {t('file.export')}
            </Button>
            <Link to="/customers/fields" className="ant-btn-like" data-testid="fields-link">
              <ProfileOutlined aria-hidden /> {t('file.fieldsLink')}
            </Link>
            <Link to="/customers/imports" className="ant-btn-like" data-testid="imports-link">
              <ImportOutlined aria-hidden /> {t('file.importsLink')}
            </Link>
          </div>
        )}
      </PageHead>
      <Figures />
      <div className="file-filter" role="search">
        <Input
          className="file-filter-q"
          prefix={<SearchOutlined aria-hidden />}
          allowClear
          placeholder={t('file.search')}
          aria-label={t('file.search')}
          value={filter.q ?? ''}
          onChange={({ target }) => set('q', target.value)}
          data-testid="customers-search"
        />
        <OrganisationSelect
          value={filter.organisationId ?? null}
          change={(id) => set('organisationId', id ?? undefined)}
        />
        <Select
          aria-label={t('file.completeness')}
          value={filter.completeness ?? ''}
          options={[
            { value: '', label: t('file.anyCompleteness') },
            { value: 'complete', label: t('file.complete') },
            { value: 'incomplete', label: t('file.incomplete') },
          ]}
          onChange={(value) => set('completeness', value)}
          data-testid="customers-completeness"
        />
        <Checkbox
          checked={filter.overdue === 'true'}
          onChange={({ target }) => set('overdue', target.checked ? 'true' : undefined)}
        >
          {t('file.overdue')}
        </Checkbox>
      </div>
      <PagedList
        queryKey={keys.customerFiles(wanted)}
        read={(cursor, signal) => api.customerFiles(wanted, cursor, signal)}
        empty={<Nothing icon={<UserOutlined />} title={t('file.nobody')} text={t('file.nobodyText')} />}
        row={(customer) => <CustomerRow key={customer.id} customer={customer} />}
      />
    </div>
  );
}

function filterOf(search: URLSearchParams): CustomerFilter {
  const completeness = search.get('completeness');
  return {
    q: search.get('q') ?? undefined,
    organisationId: search.get('organisationId') ?? undefined,
    completeness: completeness === 'complete' || completeness === 'incomplete' ? completeness : undefined,
    overdue: search.get('overdue') === 'true' ? 'true' : undefined,
  };
}

/** The centre's completeness and freshness, each with its formula. */
function Figures() {
  const { t, i18n } = useTranslation();
  const { data } = useQuery({
    queryKey: keys.customerFiles({ figures: true }),
    queryFn: ({ signal }) => api.customerFileFigures(signal),
  });
  if (!data) return null;
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <dl className="file-figures" data-testid="file-figures">
      <div>
        <dt className="muted small">{t('file.customers')}</dt>
        <dd className="tabular">{number.format(data.customers)}</dd>
      </div>
      {(['completeness', 'freshness'] as const).map((name) => (
        <div key={name} title={t(`file.formula.${name}`)}>
          <dt className="muted small">{t(`file.${name}`)}</dt>
          <dd className="tabular">{number.format(data[name].value)} %</dd>
          <dd className="muted small file-formula">{t(`file.formula.${name}`)}</dd>
        </div>
      ))}
    </dl>
  );
}

function CustomerRow({ customer }: { customer: CustomerSummary }) {
  const { t } = useTranslation();
  return (
    <Link to={`/customers/${customer.id}`} className="file-row" data-testid="customer-row">
      <span className="file-avatar" aria-hidden>
        {initials(customer.displayName)}
      </span>
      <span className="file-row-name">
        <span className="record-title">{customer.displayName}</span>
        <span className="muted small ellipsis">
          {[
            ...customer.organisations,
            ...customer.identifiers.filter((one) => !isMachineMade(one)).map(({ value }) => value),
          ].join(' · ')}
        </span>
      </span>
      {customer.openTasks > 0 && (
        <span className="muted small">{t('file.openTasks', { count: customer.openTasks })}</span>
      )}
      {customer.percent < 100 && (
        <Progress
          className="file-row-progress"
          percent={customer.percent}
          size="small"
          aria-label={t('file.completeness')}
        />
      )}
    </Link>
  );
}
