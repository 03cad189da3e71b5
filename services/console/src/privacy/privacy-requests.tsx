import { DownloadOutlined, SafetyOutlined } from '@ant-design/icons';
import type { PrivacyRequest } from '@patchbay/contracts';
import { fullMoment, keys } from '@patchbay/ui';
import { Button, Popconfirm, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PagedList } from '../admin/paged-list.tsx';
import { Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { ErasurePreviewList } from './erasure-preview.tsx';
import { ReasonModal } from './reason-modal.tsx';

const stale = [keys.privacyRequests];
const colours = {
  asked: 'gold',
  waiting: 'blue',
  running: 'processing',
  done: 'green',
  expired: 'default',
  cancelled: 'default',
};

export function PrivacyRequests() {
  const { t } = useTranslation();
  return (
    <>
      <p className="muted">{t('privacy.requestsText')}</p>
      <PagedList
        queryKey={keys.privacyRequests}
        read={(cursor, signal) => api.privacyRequests(cursor, signal)}
        empty={<Nothing icon={<SafetyOutlined />} title={t('privacy.noRequests')} text={t('privacy.noRequestsText')} />}
        row={(request) => <RequestRow key={request.id} request={request} />}
      />
    </>
  );
}

function RequestRow({ request }: { request: PrivacyRequest }) {
  const { t, i18n } = useTranslation();
  const at = (moment: string) => fullMoment(moment, i18n.language);
  const rows = Object.values(request.counts).reduce((sum, n) => sum + n, 0);
  return (
    <article className="record" data-testid="privacy-request" data-state={request.state}>
      <div className="record-head">
        <Tag>{t(`privacy.kind.${request.kind}`)}</Tag>
        <span className="record-title grow">{request.customerName}</span>
        <Tag color={colours[request.state]}>{t(`privacy.state.${request.state}`)}</Tag>
      </div>
      <p className="small">{request.askedBy === null ? t('privacy.byRetention') : request.reason}</p>
      <p className="muted small">
        {t('privacy.askedAt', { at: at(request.askedAt) })}
        {request.state === 'waiting' && ` · ${t('privacy.dueAt', { at: at(request.dueAt) })}`}
        {request.state === 'running' && request.step && ` · ${t('privacy.step', { step: request.step })}`}
        {request.finishedAt && ` · ${t('privacy.finishedAt', { at: at(request.finishedAt) })}`}
        {request.state === 'done' && ` · ${t('privacy.rows', { count: rows })}`}
        {request.state === 'done' && request.expiresAt && ` · ${t('privacy.expiresAt', { at: at(request.expiresAt) })}`}
      </p>
      {request.obstacle && (
        <p className="record-reason small" role="status">
          {t(`privacy.obstacle.${request.obstacle}`)}
        </p>
      )}
      <RequestActions request={request} />
    </article>
  );
}

function RequestActions({ request }: { request: PrivacyRequest }) {
  const { t } = useTranslation();
  const me = useMe();
  const [open, setOpen] = useState<'preview' | 'cancel' | null>(null);
  const confirm = useAction(() => api.confirmPrivacy(request.id), { stale, done: t('privacy.confirmed') });
  const cancel = useAction((reason: string) => api.cancelPrivacy(request.id, reason), {
    stale,
    after: () => setOpen(null),
  });
  const download = useAction(() => api.linkExport(request.id), {
    stale,
    after: ({ url }) => window.location.assign(url),
  });
  const live = request.state === 'asked' || request.state === 'waiting';
  if (!live && !(request.state === 'done' && request.kind === 'export')) return null;
  return (
    <div className="record-actions">
      {request.state === 'asked' && me.role === 'admin' && (
        <Popconfirm
          title={t('privacy.confirmAsk')}
          description={t('privacy.confirmText')}
          onConfirm={() => confirm.mutate(undefined)}
        >
          <Button danger loading={confirm.isPending} data-testid="privacy-confirm">
            {t('privacy.confirm')}
          </Button>
        </Popconfirm>
      )}
      {live && request.kind === 'erasure' && (
        <Button aria-expanded={open === 'preview'} onClick={() => setOpen(open === 'preview' ? null : 'preview')}>
          {t('privacy.preview')}
        </Button>
      )}
      {live && <Button onClick={() => setOpen('cancel')}>{t('privacy.cancel')}</Button>}
      {request.state === 'done' && request.askedBy === me.id && (
        <Button
          icon={<DownloadOutlined />}
          loading={download.isPending}
          onClick={() => download.mutate(undefined)}
          data-testid="privacy-download"
        >
          {t('privacy.download')}
        </Button>
      )}
      {open === 'preview' && <ErasurePreviewList customerId={request.customerId} />}
      {open === 'cancel' && (
        <ReasonModal
          title={t('privacy.cancel')}
          busy={cancel.isPending}
          save={(reason) => cancel.mutate(reason)}
          close={() => setOpen(null)}
        />
      )}
    </div>
  );
}
