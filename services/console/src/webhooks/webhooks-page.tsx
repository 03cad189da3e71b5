import { NotificationOutlined, PlusOutlined } from '@ant-design/icons';
import type { WebhookEndpoint, WebhookEndpointWithSecret } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Popconfirm, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../admin/page-head.tsx';
import { reasonText } from '../desk/reason-text.ts';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import '../style/automation.css';
import { DeliveryLog } from './delivery-log.tsx';
import { EndpointForm } from './endpoint-form.tsx';
import { EndpointSecret } from './endpoint-secret.tsx';

/** Programs elsewhere that are told of events. */
export function WebhooksPage() {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<WebhookEndpoint | 'new' | null>(null);
  const [fresh, setFresh] = useState<WebhookEndpointWithSecret | null>(null);
  const [shown, setShown] = useState<WebhookEndpoint | null>(null);
  const endpoints = useQuery({
    queryKey: keys.webhooks,
    queryFn: ({ signal }) => api.webhookEndpoints(signal),
    refetchInterval: 15_000,
  });
  return (
    <div className="page" data-testid="webhooks-page">
      <PageHead text={t('webhooks.text')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')} data-testid="endpoint-new">
          {t('webhooks.add')}
        </Button>
      </PageHead>
      {endpoints.isPending && <Loading />}
      {endpoints.isError && !endpoints.data && (
        <Failed error={endpoints.error} retry={() => void endpoints.refetch()} />
      )}
      {endpoints.data && (
        <div className="panel">
          {endpoints.data.length === 0 && (
            <Nothing icon={<NotificationOutlined />} title={t('webhooks.none')} text={t('webhooks.noneText')} />
          )}
          {endpoints.data.map((endpoint) => (
            <EndpointRow
              key={endpoint.id}
              endpoint={endpoint}
              edit={() => setEdited(endpoint)}
              log={() => setShown(endpoint)}
              tell={setFresh}
            />
          ))}
        </div>
      )}
      {edited && (
        <EndpointForm endpoint={edited === 'new' ? null : edited} close={() => setEdited(null)} created={setFresh} />
      )}
      {fresh && <EndpointSecret fresh={fresh} close={() => setFresh(null)} />}
      {shown && <DeliveryLog endpoint={shown} close={() => setShown(null)} />}
    </div>
  );
}

interface EndpointRowProps {
  endpoint: WebhookEndpoint;
  edit: () => void;
  log: () => void;
  tell: (fresh: WebhookEndpointWithSecret) => void;
}

function EndpointRow({ endpoint, edit, log, tell }: EndpointRowProps) {
  const { t, i18n } = useTranslation();
  const stale = [keys.webhooks];
  const rotate = useAction(() => api.rotateEndpointSecret(endpoint.id), { stale, after: tell });
  const test = useAction(() => api.testEndpoint(endpoint.id), { stale, done: t('webhooks.testSent'), after: log });
  const remove = useAction(() => api.deleteEndpoint(endpoint.id), { stale });
  const at = (when: string) => moment(when, Date.now(), i18n.language);
  return (
    <article className="record" data-testid="endpoint-row">
      <div className="record-head">
        <span className="record-title grow">{endpoint.name}</span>
        {endpoint.open > 0 && <Tag>{t('webhooks.open', { count: endpoint.open })}</Tag>}
        {endpoint.enabled && endpoint.failingSince && (
          <Tag color="warning">{t('webhooks.failing', { at: at(endpoint.failingSince) })}</Tag>
        )}
        <Tag color={endpoint.enabled ? 'success' : 'default'}>
          {t(endpoint.enabled ? 'webhooks.on' : 'webhooks.off')}
        </Tag>
      </div>
      <code className="small webhook-url">{endpoint.url}</code>
      {endpoint.disabledReason && (
        <Alert
          type="warning"
          showIcon
          title={t('webhooks.disabled', { reason: reasonText(endpoint.disabledReason, i18n.resolvedLanguage) })}
        />
      )}
      <div className="webhook-events">
        {endpoint.events.map((type) => (
          <Tag key={type}>{type}</Tag>
        ))}
        {endpoint.events.length === 0 && <span className="muted small">{t('webhooks.onlyRules')}</span>}
      </div>
      <p className="muted small">
        {endpoint.deliveredAt ? t('webhooks.delivered', { at: at(endpoint.deliveredAt) }) : t('webhooks.never')}
        {endpoint.previousUntil && ` · ${t('webhooks.previous', { at: at(endpoint.previousUntil) })}`}
      </p>
      <div className="record-actions">
        <Button onClick={log} data-testid="endpoint-log">
          {t('webhooks.log')}
        </Button>
        <Button
          onClick={() => test.mutate(undefined)}
          loading={test.isPending}
          disabled={!endpoint.enabled}
          data-testid="endpoint-test"
        >
          {t('webhooks.test')}
        </Button>
        <Button onClick={edit} data-testid="endpoint-edit">
          {t('webhooks.edit')}
        </Button>
        <Popconfirm title={t('webhooks.rotateAsk')} onConfirm={() => rotate.mutate(undefined)}>
          <Button loading={rotate.isPending}>{t('webhooks.rotate')}</Button>
        </Popconfirm>
        <Popconfirm title={t('webhooks.removeAsk')} onConfirm={() => remove.mutate(undefined)}>
          <Button danger loading={remove.isPending}>
            {t('automation.remove')}
          </Button>
        </Popconfirm>
      </div>
    </article>
  );
}
