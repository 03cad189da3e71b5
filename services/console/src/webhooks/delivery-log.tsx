import { NotificationOutlined } from '@ant-design/icons';
import { webhookState, type WebhookDelivery, type WebhookEndpoint } from '@patchbay/contracts';
import { fullMoment, keys, moment } from '@patchbay/ui';
import { useQuery } from '@tanstack/react-query';
import { Button, Drawer, Popconfirm, Select, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PagedList } from '../admin/paged-list.tsx';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';

/** How far back everything that failed is sent again by one click: as long as the log is kept. */
const logDays = 30;

/** What went to an endpoint, with every try. */
export function DeliveryLog({ endpoint, close }: { endpoint: WebhookEndpoint; close: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const [state, setState] = useState<WebhookDelivery['state']>();
  const filter = state ? { state } : {};
  const stale = [keys.webhooks];
  const replay = useAction(
    () => {
      const failedSince = new Date(Date.now() - logDays * 86_400_000).toISOString();
      return api.replayDeliveries(endpoint.id, { failedSince });
    },
    { stale },
  );
  return (
    <Drawer
      open
      title={t('webhooks.logOf', { name: endpoint.name })}
      onClose={close}
      size={Math.min(760, window.innerWidth)}
      data-testid="delivery-log"
    >
      <div className="row wrap log-filter">
        <Select
          allowClear
          placeholder={t('automation.allStates')}
          aria-label={t('automation.allStates')}
          value={state ?? null}
          onChange={(next) => setState(next ?? undefined)}
          options={webhookState.options.map((value) => ({ value, label: t(`webhooks.state.${value}`) }))}
        />
        <Popconfirm title={t('webhooks.replayAllAsk')} onConfirm={() => replay.mutate(undefined)}>
          <Button loading={replay.isPending} data-testid="replay-all">
            {t('webhooks.replayAll')}
          </Button>
        </Popconfirm>
      </div>
      <PagedList
        queryKey={keys.webhookDeliveries(endpoint.id, filter)}
        read={(cursor, signal) => api.webhookDeliveries(endpoint.id, filter, cursor, signal)}
        empty={<Nothing icon={<NotificationOutlined />} title={t('webhooks.noDeliveries')} />}
        refreshMs={2_000}
        row={(delivery) => <Delivery key={delivery.id} delivery={delivery} />}
      />
    </Drawer>
  );
}

const colours = { waiting: 'default', sending: 'processing', delivered: 'success', failed: 'error' } as const;

function Delivery({ delivery }: { delivery: WebhookDelivery }) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState(false);
  const replay = useAction(() => api.replayDeliveries(delivery.endpointId, { ids: [delivery.id] }), {
    stale: [keys.webhooks],
  });
  const over = delivery.state === 'delivered' || delivery.state === 'failed';
  const at = (when: string) => moment(when, Date.now(), i18n.language);
  return (
    <article className="record" data-testid="delivery-row" data-state={delivery.state}>
      <div className="record-head">
        <code className="grow">{delivery.eventType}</code>
        {delivery.cause !== 'event' && <Tag>{t(`webhooks.cause.${delivery.cause}`)}</Tag>}
        <Tag color={colours[delivery.state]}>{t(`webhooks.state.${delivery.state}`)}</Tag>
        <time
          className="muted small tabular"
          dateTime={delivery.createdAt}
          title={fullMoment(delivery.createdAt, i18n.language)}
        >
          {at(delivery.createdAt)}
        </time>
      </div>
      <ul className="outcomes small tabular">
        {delivery.attempts.map((attempt, place) => (
          <li key={place}>
            {at(attempt.at)} · {attempt.status === null ? t('webhooks.noAnswer') : `HTTP ${attempt.status}`} ·{' '}
            {t('automation.ms', { count: attempt.ms })}
            {attempt.status === null && attempt.error && ` · ${attempt.error}`}
          </li>
        ))}
      </ul>
      {delivery.nextAttemptAt && (
        <p className="muted small">{t('webhooks.next', { at: at(delivery.nextAttemptAt) })}</p>
      )}
      <div className="record-actions">
        <Button size="small" onClick={() => setOpen(!open)} aria-expanded={open}>
          {t('webhooks.request')}
        </Button>
        {over && (
          <Button size="small" loading={replay.isPending} onClick={() => replay.mutate(undefined)} data-testid="replay">
            {t('webhooks.replay')}
          </Button>
        )}
      </div>
      {open && <Request id={delivery.id} />}
    </article>
  );
}

function Request({ id }: { id: string }) {
  const detail = useQuery({
    queryKey: [...keys.webhooks, 'delivery', id],
    queryFn: ({ signal }) => api.webhookDelivery(id, signal),
  });
  if (detail.isPending) return <Loading />;
  if (!detail.data) return <Failed error={detail.error} retry={() => void detail.refetch()} />;
  const { url, headers, body } = detail.data.request;
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return (
    <pre className="webhook-request small">
      {[`POST ${url}`, ...head, '', JSON.stringify(body, null, 2)].join('\n')}
    </pre>
  );
}
