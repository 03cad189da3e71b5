import { FileDoneOutlined, PlusOutlined } from '@ant-design/icons';
import type { MessageTemplate } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Popconfirm, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ChannelTag } from '../desk/channel-tag.tsx';
import { Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { PageHead } from './page-head.tsx';
import { PagedList } from './paged-list.tsx';
import { TemplateForm } from './template-form.tsx';

/** Texts that the provider has approved, as agents may send them. */
export function TemplatesPage() {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<MessageTemplate | 'new' | null>(null);
  return (
    <div className="page">
      <PageHead text={t('texting.pageText')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')} data-testid="template-new">
          {t('texting.add')}
        </Button>
      </PageHead>
      <PagedList
        queryKey={keys.templates('all')}
        read={(cursor, signal) => api.templates({}, cursor, signal)}
        empty={
          <Nothing icon={<FileDoneOutlined />} title={t('texting.noTemplates')} text={t('texting.noTemplatesText')} />
        }
        row={(template) => <TemplateRow key={template.id} template={template} edit={() => setEdited(template)} />}
      />
      {edited && <TemplateForm template={edited === 'new' ? null : edited} close={() => setEdited(null)} />}
    </div>
  );
}

function TemplateRow({ template, edit }: { template: MessageTemplate; edit: () => void }) {
  const { t } = useTranslation();
  const stale = [['templates']];
  const retired = template.state === 'retired';
  const toggle = useAction(() => api.updateTemplate(template.id, { state: retired ? 'active' : 'retired' }), { stale });
  const remove = useAction(() => api.deleteTemplate(template.id), { stale });
  return (
    <article className="record" data-testid="template-row" data-state={template.state}>
      <div className="record-head">
        <ChannelTag channel={template.channel} />
        <span className="record-title">{template.name}</span>
        <Tag>{template.language}</Tag>
        {retired && <Tag color="default">{t('texting.retired')}</Tag>}
      </div>
      <blockquote className="template-preview">{template.body}</blockquote>
      <p className="muted small">{template.contentSid}</p>
      <div className="record-actions row wrap">
        <Button onClick={edit}>{t('team.edit')}</Button>
        <Button loading={toggle.isPending} onClick={() => toggle.mutate(undefined)}>
          {t(retired ? 'texting.reactivate' : 'texting.retire')}
        </Button>
        <Popconfirm title={t('texting.removeAsk')} onConfirm={() => remove.mutate(undefined)}>
          <Button danger loading={remove.isPending}>
            {t('texting.remove')}
          </Button>
        </Popconfirm>
      </div>
    </article>
  );
}
