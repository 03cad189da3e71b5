import { useQuery } from '@tanstack/react-query';
import { EditOutlined, EyeOutlined, FormOutlined, PlusOutlined } from '@ant-design/icons';
import type { WebForm } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Drawer, Segmented, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import '../style/form.css';
import { useMe } from '../session/use-me.ts';
import { bilingual } from '../feedback/bilingual.ts';
import { PageHead } from './page-head.tsx';
import { contentOf, embedCode } from './web-form-draft.ts';
import { WebFormForm } from './web-form-form.tsx';

/** Public forms: what they ask, where they may be shown, and what a website needs to show them. */
export function WebFormsPage() {
  const { t } = useTranslation();
  const { role } = useMe();
  const [edited, setEdited] = useState<WebForm | 'new' | null>(null);
  const [shown, setShown] = useState<WebForm | null>(null);
  const forms = useQuery({ queryKey: keys.webForms, queryFn: ({ signal }) => api.webForms(signal) });
  const all = forms.data ?? [];
  const edits = role === 'admin';
  return (
    <div className="page">
      <PageHead text={t('webForms.text')}>
        {edits && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')} data-testid="web-form-new">
            {t('webForms.add')}
          </Button>
        )}
      </PageHead>
      {forms.isPending && <Loading />}
      {forms.isError && !forms.data && <Failed error={forms.error} retry={() => void forms.refetch()} />}
      {forms.data && (
        <div className="panel">
          {all.length === 0 && (
            <Nothing icon={<FormOutlined />} title={t('webForms.empty')} text={t('webForms.emptyText')} />
          )}
          {all.map((form) => (
            <FormRow
              key={form.id}
              form={form}
              show={() => setShown(form)}
              {...(edits && { edit: () => setEdited(form) })}
            />
          ))}
        </div>
      )}
      {edited && (
        <WebFormForm
          webForm={edited === 'new' ? null : edited}
          taken={all.map(({ slug }) => slug)}
          close={() => setEdited(null)}
        />
      )}
      {shown && <Preview form={shown} close={() => setShown(null)} />}
    </div>
  );
}

function FormRow({ form, show, edit }: { form: WebForm; show: () => void; edit?: () => void }) {
  const { t, i18n } = useTranslation();
  const types = useQuery({ queryKey: keys.requestTypes, queryFn: ({ signal }) => api.requestTypes(signal) });
  const title = bilingual(i18n, form.titleEn, form.titleZh);
  const { slug, enabled, url } = form;
  const turn = useAction(() => api.updateWebForm(slug, { ...contentOf(form), enabled: !enabled }), {
    stale: [keys.webForms],
  });
  const offered = form.requestTypes.map((key) => {
    const type = types.data?.find((one) => one.key === key);
    return type ? bilingual(i18n, type.nameEn, type.nameZh).shown : t('webForms.typeGone', { key });
  });
  return (
    <article className="record" data-testid="form-row" data-slug={slug}>
      <div className="record-head">
        <span className="record-title">{title.shown}</span>
        <span className="muted small grow ellipsis">{title.other}</span>
        <span className={enabled ? 'status status-resolved' : 'status'}>
          {t(enabled ? 'webForms.on' : 'webForms.off')}
        </span>
      </div>
      <p className="small">{offered.join(' · ')}</p>
      <p className="muted small">
        {form.frameAncestors.length === 0
          ? t('webForms.noFrames')
          : form.frameAncestors.includes('*')
            ? t('webForms.anyFrame')
            : t('webForms.frames', { hosts: form.frameAncestors.join(', ') })}
      </p>
      <p className="small">
        <span className="muted">{t('webForms.link')} </span>
        <a href={url} target="_blank" rel="noreferrer">
          {url}
        </a>{' '}
        <Typography.Text copyable={{ text: url, tooltips: false }} />
      </p>
      {form.frameAncestors.length > 0 && (
        <div className="small">
          <span className="muted">{t('webForms.embed')}</span>
          <Typography.Text
            className="embed"
            code
            copyable={{ text: embedCode(form), tooltips: false }}
            data-testid="form-embed"
          >
            {embedCode(form)}
          </Typography.Text>
        </div>
      )}
      <div className="record-actions">
        <Button icon={<EyeOutlined />} disabled={!enabled} onClick={show} data-testid="form-preview">
          {t('webForms.preview')}
        </Button>
        {edit && (
          <>
            <Button
              icon={<EditOutlined />}
              onClick={edit}
              aria-label={t('webForms.editName', { name: title.shown })}
              data-testid="form-edit"
            >
              {t('webForms.edit')}
            </Button>
            <Button loading={turn.isPending} onClick={() => turn.mutate(undefined)} data-testid="form-toggle">
              {t(enabled ? 'webForms.turnOff' : 'webForms.turnOn')}
            </Button>
          </>
        )}
      </div>
    </article>
  );
}

/** The form as its visitors see it, from the hub itself. Nothing is kept unless it is sent. */
function Preview({ form, close }: { form: WebForm; close: () => void }) {
  const { t, i18n } = useTranslation();
  useReturnFocus();
  const [language, setLanguage] = useState(() => {
    const mine = i18n.resolvedLanguage?.startsWith('zh') ? 'zh' : 'en';
    return form.languages.find((one) => one === mine) ?? form.languages[0] ?? 'en';
  });
  const { shown } = bilingual(i18n, form.titleEn, form.titleZh);
  return (
    <Drawer
      open
      onClose={close}
      title={t('webForms.previewOf', { name: shown })}
      size={Math.min(720, window.innerWidth)}
    >
      {form.languages.length > 1 && (
        <Segmented
          value={language}
          onChange={setLanguage}
          options={form.languages.map((value) => ({
            value,
            label: t(value === 'zh' ? 'form.chinese' : 'form.english'),
          }))}
          style={{ marginBottom: 12 }}
        />
      )}
      <iframe
        className="form-preview"
        title={t('webForms.previewOf', { name: shown })}
        src={`/forms/${form.slug}?lang=${language}`}
        data-testid="form-frame"
      />
      <p className="muted small">{t('webForms.previewHelp')}</p>
    </Drawer>
  );
}
