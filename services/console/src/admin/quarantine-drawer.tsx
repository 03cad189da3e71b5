import { useQuery } from '@tanstack/react-query';
import { DownloadOutlined } from '@ant-design/icons';
import type { InboxItem } from '@patchbay/contracts';
import { fileSize, fullMoment, inboxRawUrl, keys } from '@patchbay/ui';
import { Button, Drawer } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../feedback/error-text.ts';
import { Failed, Loading } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import '../style/health.css';

/** Everything that is known of one contact. What came from outside is only ever text here. */
export function QuarantineDrawer({ item, close }: { item: InboxItem | null; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer open={item !== null} onClose={close} title={t('quarantine.details')} size="large" destroyOnHidden>
      {item && <Detail item={item} />}
    </Drawer>
  );
}

function Detail({ item }: { item: InboxItem }) {
  const { t, i18n } = useTranslation();
  const [raw, setRaw] = useState(false);
  const detail = useQuery({
    queryKey: [...keys.quarantine, 'detail', item.id],
    queryFn: ({ signal }) => api.inboxDetail(item.id, signal),
  });
  const text = useQuery({
    queryKey: [...keys.quarantine, 'text', item.id],
    queryFn: ({ signal }) => api.inboxText(item.id, signal),
    enabled: raw,
  });
  if (detail.isPending) return <Loading />;
  if (!detail.data) return <Failed error={detail.error} retry={() => void detail.refetch()} />;
  const { size, rawSha256, fields, kind, fieldsCut, preview } = detail.data;
  return (
    <div data-testid="quarantine-detail">
      <p className="record-reason small">
        {item.reason ? errorText(item.reason, i18n.resolvedLanguage) : t('quarantine.noReason')}
      </p>
      <dl className="health-figures">
        <div>
          <dt>{t('quarantine.account')}</dt>
          <dd>
            {item.accountName ??
              (item.channelAccount === item.channel ? t(`channel.${item.channel}`) : item.channelAccount)}
          </dd>
        </div>
        <div>
          <dt>{t('quarantine.received')}</dt>
          <dd>{fullMoment(item.receivedAt, i18n.language)}</dd>
        </div>
        <div>
          <dt>{t('quarantine.size')}</dt>
          <dd>{fileSize(size)}</dd>
        </div>
        <div>
          <dt>{t('quarantine.hash')}</dt>
          <dd>{rawSha256}</dd>
        </div>
      </dl>
      {preview && (
        <>
          <h3>{t('quarantine.preview')}</h3>
          <pre className="raw-text">{preview}</pre>
        </>
      )}
      {fields.length > 0 && (
        <>
          <h3>{t(kind === 'headers' ? 'quarantine.headers' : 'quarantine.fields')}</h3>
          <dl className="health-figures">
            {fields.map(({ name, value, masked }, index) => (
              <div key={index}>
                <dt>{name}</dt>
                <dd>{masked ? <em>{t('quarantine.masked')}</em> : value}</dd>
              </div>
            ))}
          </dl>
          {fieldsCut && <p className="muted small">{t('quarantine.cut')}</p>}
        </>
      )}
      <div className="record-actions">
        <Button icon={<DownloadOutlined />} href={inboxRawUrl(item.id)} download data-testid="raw-download">
          {t('quarantine.raw')}
        </Button>
        <Button onClick={() => setRaw(!raw)} aria-expanded={raw} data-testid="raw-text-button">
          {t('quarantine.rawText')}
        </Button>
      </div>
      {raw && text.isPending && <Loading />}
      {raw && text.isError && !text.data && <Failed error={text.error} retry={() => void text.refetch()} />}
      {raw && text.data && (
        <>
          <pre className="raw-text">{text.data.text}</pre>
          {text.data.truncated && <p className="muted small">{t('quarantine.cut')}</p>}
        </>
      )}
    </div>
  );
}
