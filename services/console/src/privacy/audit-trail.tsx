import { CheckCircleOutlined, DownloadOutlined, EyeOutlined, WarningOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import type { AuditEntry, AuditFilter } from '@patchbay/contracts';
import { auditCsvUrl, fullMoment, keys } from '@patchbay/ui';
import { Button, Input, Select, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAddressQuery, withValue } from '../address-query.ts';
import { PagedList } from '../admin/paged-list.tsx';
import { Nothing } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import { actions, isAction } from './audit-actions.ts';

/** Who looked at, took out and changed what. */
export function AuditTrail() {
  const { t } = useTranslation();
  const { asked, change } = useAddressQuery();
  const agents = useQuery({ queryKey: keys.agents, queryFn: ({ signal }) => api.agents(signal) });
  const value = (name: string) => asked.get(name) || undefined;
  const filter: AuditFilter = { action: value('action'), actorId: value('actorId'), customerId: value('customerId') };
  const set = (name: string, chosen: string | undefined): void =>
    change(withValue(asked, name, chosen), { replace: true });
  return (
    <>
      <div className="audit-filters">
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t('privacy.anyAction')}
          aria-label={t('privacy.action')}
          value={filter.action}
          onChange={(chosen: string | undefined) => set('action', chosen)}
          options={actions.map((one) => ({ value: one, label: t(`auditAction.${one}`) }))}
        />
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t('privacy.anybody')}
          aria-label={t('privacy.actor')}
          value={filter.actorId}
          onChange={(chosen: string | undefined) => set('actorId', chosen)}
          options={agents.data?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
        />
        <Input
          allowClear
          placeholder={t('privacy.customerId')}
          aria-label={t('privacy.customerId')}
          value={asked.get('customerId') ?? ''}
          onChange={(event) => set('customerId', event.target.value.trim())}
        />
        <Button icon={<DownloadOutlined />} href={auditCsvUrl(filter)}>
          {t('privacy.csv')}
        </Button>
      </div>
      <Check />
      <PagedList
        queryKey={keys.audit(filter)}
        read={(cursor, signal) => api.audit(filter, cursor, signal)}
        empty={<Nothing icon={<EyeOutlined />} title={t('privacy.noEntries')} />}
        row={(entry) => <EntryRow key={entry.id} entry={entry} />}
      />
    </>
  );
}

/** Whether the trail is what was written. */
function Check() {
  const { t } = useTranslation();
  const check = useQuery({ queryKey: keys.auditCheck, queryFn: ({ signal }) => api.auditCheck(signal) });
  if (!check.data) return null;
  const { seals, broken } = check.data;
  return (
    <p className={broken.length > 0 ? 'record-reason' : 'muted small'} role="status">
      {broken.length > 0 ? <WarningOutlined aria-hidden /> : <CheckCircleOutlined aria-hidden />}{' '}
      {broken.length > 0
        ? t('privacy.brokenSeals', { seals: broken.join(', ') })
        : t('privacy.sealsHold', { count: seals })}
    </p>
  );
}

function EntryRow({ entry }: { entry: AuditEntry }) {
  const { t, i18n } = useTranslation();
  const detail = Object.entries(entry.detail).filter(([name]) => !name.endsWith('Id'));
  return (
    <article className="record" data-testid="audit-entry" data-action={entry.action}>
      <div className="record-head">
        <Tag>{isAction(entry.action) ? t(`auditAction.${entry.action}`) : entry.action}</Tag>
        <span className="record-title grow">{entry.customerName ?? ''}</span>
        <time className="muted small" dateTime={entry.at}>
          {fullMoment(entry.at, i18n.language)}
        </time>
      </div>
      <p className="small">
        {entry.actorName ?? entry.actorId ?? t('privacy.theHub')}
        {detail.length > 0 && (
          <span className="muted audit-detail">
            {' '}
            {detail.map(([name, one]) => `${name}: ${typeof one === 'string' ? one : JSON.stringify(one)}`).join(' · ')}
          </span>
        )}
      </p>
    </article>
  );
}
