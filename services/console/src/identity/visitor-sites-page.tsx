import { useQuery } from '@tanstack/react-query';
import { PlusOutlined, SafetyCertificateOutlined } from '@ant-design/icons';
import type { VisitorSite, VisitorSiteKeyCreated } from '@patchbay/contracts';
import { fullMoment, keys } from '@patchbay/ui';
import { Alert, Button, Form, Input, Modal, Popconfirm, Tag, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../admin/page-head.tsx';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { AskModal } from './ask-modal.tsx';
import { SiteKeyModal } from './site-key-modal.tsx';

const stale = [keys.visitorSites];

/** Websites that vouch for their visitors, and the keys they sign with. */
export function VisitorSitesPage() {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  const [fresh, setFresh] = useState<VisitorSiteKeyCreated | null>(null);
  const sites = useQuery({ queryKey: keys.visitorSites, queryFn: ({ signal }) => api.visitorSites(signal) });
  return (
    <div className="page">
      <PageHead text={t('sites.text')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)} data-testid="site-new">
          {t('sites.add')}
        </Button>
      </PageHead>
      {sites.isPending && <Loading />}
      {sites.isError && !sites.data && <Failed error={sites.error} retry={() => void sites.refetch()} />}
      {sites.data && (
        <div className="panel">
          {sites.data.length === 0 && (
            <Nothing icon={<SafetyCertificateOutlined />} title={t('sites.empty')} text={t('sites.emptyText')} />
          )}
          {sites.data.map((site) => (
            <SiteRecord key={site.id} site={site} show={setFresh} />
          ))}
        </div>
      )}
      <h2>{t('sites.how')}</h2>
      <p className="muted">{t('sites.howText')}</p>
      {adding && <AddSite close={() => setAdding(false)} />}
      {fresh?.secret && <Secret secret={fresh.secret} close={() => setFresh(null)} />}
    </div>
  );
}

function SiteRecord({ site, show }: { site: VisitorSite; show: (key: VisitorSiteKeyCreated) => void }) {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  const turn = useAction(() => api.updateVisitorSite(site.id, { name: site.name, enabled: !site.enabled }), { stale });
  return (
    <article className="record" data-testid="site-record">
      <div className="record-head">
        <span className="record-title grow">{site.name}</span>
        {!site.enabled && <Tag>{t('sites.off')}</Tag>}
      </div>
      <Typography.Text className="small" copyable code style={{ overflowWrap: 'anywhere' }}>
        {site.audience}
      </Typography.Text>
      {site.keys.length === 0 && <p className="muted small">{t('sites.noKeys')}</p>}
      {site.keys.map((key) => (
        <KeyLine key={key.id} siteId={site.id} siteKey={key} />
      ))}
      <div className="record-actions">
        <Button onClick={() => setAdding(true)} data-testid="site-key-new">
          {t('sites.addKey')}
        </Button>
        <Button loading={turn.isPending} onClick={() => turn.mutate(undefined)}>
          {t(site.enabled ? 'sites.turnOff' : 'sites.turnOn')}
        </Button>
      </div>
      {adding && <SiteKeyModal siteId={site.id} close={() => setAdding(false)} made={show} />}
    </article>
  );
}

function KeyLine({ siteId, siteKey }: { siteId: string; siteKey: VisitorSite['keys'][number] }) {
  const { t, i18n } = useTranslation();
  const { algorithm, createdAt, retiresAt } = siteKey;
  const retire = useAction(() => api.retireSiteKey(siteId, siteKey.id), { stale });
  const ended = retiresAt !== null && new Date(retiresAt) <= new Date();
  const date = retiresAt === null ? '' : fullMoment(retiresAt, i18n.language);
  const state = retiresAt === null ? t('sites.keyHolds') : t(ended ? 'sites.keyEnded' : 'sites.keyUntil', { date });
  return (
    <div className="row small wrap" data-testid="site-key">
      <Tag>{algorithm}</Tag>
      <span className="grow">
        {fullMoment(createdAt, i18n.language)} · {state}
      </span>
      {!ended && (
        <Popconfirm
          title={t('sites.retireAsk')}
          okText={t('sites.retire')}
          cancelText={t('identity.cancel')}
          onConfirm={() => retire.mutate(undefined)}
        >
          <Button size="small" loading={retire.isPending}>
            {t('sites.retire')}
          </Button>
        </Popconfirm>
      )}
    </div>
  );
}

function AddSite({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ name: string; audience: string }>();
  const add = useAction((fields: { name: string; audience: string }) => api.addVisitorSite(fields), {
    stale,
    after: close,
  });
  return (
    <AskModal
      title={t('sites.add')}
      okText={t('sites.save')}
      form={form}
      initial={{}}
      busy={add.isPending}
      error={add.error}
      submit={(fields) => add.mutate(fields)}
      close={close}
    >
      <Form.Item
        name="name"
        label={t('field.name')}
        rules={[{ required: true, whitespace: true, max: 100, message: t('field.nameNeeded') }]}
      >
        <Input data-testid="site-name" />
      </Form.Item>
      <Form.Item
        name="audience"
        label={t('sites.audience')}
        extra={t('sites.audienceHelp')}
        rules={[{ required: true, whitespace: true, min: 3, max: 200, message: t('sites.audienceNeeded') }]}
      >
        <Input autoComplete="off" data-testid="site-audience" />
      </Form.Item>
    </AskModal>
  );
}

/** Told once. */
function Secret({ secret, close }: { secret: string; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      open
      title={t('sites.secret')}
      okText={t('sites.secretKept')}
      onOk={close}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      cancelButtonProps={{ style: { display: 'none' } }}
      okButtonProps={{ 'data-testid': 'site-secret-kept' }}
    >
      <Alert type="warning" showIcon title={t('sites.secretOnce')} />
      <Typography.Text copyable code style={{ overflowWrap: 'anywhere' }} data-testid="site-secret">
        {secret}
      </Typography.Text>
    </Modal>
  );
}
