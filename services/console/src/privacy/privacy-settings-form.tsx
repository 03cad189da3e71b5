import { useQuery, useQueryClient } from '@tanstack/react-query';
import { fieldClass, retentionKind, type PrivacySettings } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Checkbox, Form, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Failed, Loading } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { RetentionPreviewTable } from './retention-preview.tsx';

export function PrivacySettingsForm() {
  const settings = useQuery({ queryKey: keys.privacySettings, queryFn: ({ signal }) => api.privacySettings(signal) });
  if (settings.isPending) return <Loading />;
  if (!settings.data) return <Failed error={settings.error} retry={() => void settings.refetch()} />;
  return <SettingsForm settings={settings.data} />;
}

function SettingsForm({ settings }: { settings: PrivacySettings }) {
  const { t } = useTranslation();
  const { role } = useMe();
  const client = useQueryClient();
  const [form] = Form.useForm<PrivacySettings>();
  const preview = useAction(
    () => api.retentionPreview(form.getFieldsValue(true).retention as PrivacySettings['retention']),
    {
      stale: [],
    },
  );
  const save = useAction((fields: PrivacySettings) => api.savePrivacySettings(fields), {
    stale: [['customer'], ['tickets'], ['ticket']],
    done: t('privacy.saved'),
    after: (saved) => client.setQueryData(keys.privacySettings, saved),
  });
  return (
    <Form
      form={form}
      layout="vertical"
      requiredMark={false}
      disabled={role !== 'admin'}
      initialValues={settings}
      onFinish={() => save.mutate(form.getFieldsValue(true) as PrivacySettings)}
      className="privacy-settings"
    >
      {role !== 'admin' && <p className="muted">{t('privacy.adminsOnly')}</p>}
      <section className="panel privacy-part">
        <h2>{t('privacy.erasures')}</h2>
        <Form.Item name={['erasure', 'waitDays']} label={t('privacy.waitDays')} extra={t('privacy.waitDaysHelp')}>
          <InputNumber min={0} max={90} precision={0} />
        </Form.Item>
        <Form.Item name={['erasure', 'fourEyes']} valuePropName="checked">
          <Checkbox>{t('privacy.fourEyes')}</Checkbox>
        </Form.Item>
        <Form.Item name={['exports', 'keepDays']} label={t('privacy.keepDays')}>
          <InputNumber min={1} max={90} precision={0} />
        </Form.Item>
        <Form.Item name={['exports', 'linkMinutes']} label={t('privacy.linkMinutes')}>
          <InputNumber min={1} max={1440} precision={0} />
        </Form.Item>
      </section>
      <section className="panel privacy-part">
        <h2>{t('privacy.retention')}</h2>
        <p className="muted small">{t('privacy.retentionText')}</p>
        <div className="retention-grid">
          {retentionKind.options.map((kind) => (
            <Form.Item
              key={kind}
              name={['retention', kind]}
              label={t(`retentionKind.${kind}`)}
              rules={kind === 'idempotency' ? [{ required: true, message: t('privacy.needed') }] : []}
            >
              <InputNumber
                min={1}
                max={kind === 'idempotency' ? 365 : 36_500}
                precision={0}
                placeholder={t('privacy.forEver')}
                data-testid={`retention-${kind}`}
              />
            </Form.Item>
          ))}
        </div>
        <Button
          disabled={false}
          loading={preview.isPending}
          onClick={() => preview.mutate(undefined)}
          data-testid="retention-preview"
        >
          {t('privacy.preview')}
        </Button>
        {preview.data && <RetentionPreviewTable preview={preview.data} />}
      </section>
      <section className="panel privacy-part">
        <h2>{t('privacy.masking')}</h2>
        <p className="muted small">{t('privacy.maskingText')}</p>
        {(['agent', 'manager', 'admin'] as const).map((one) => (
          <fieldset key={one} className="masking-role">
            <legend>{t(`role.${one}`)}</legend>
            {fieldClass.options.map((field) => (
              <Form.Item key={field} name={['masking', one, field]} label={t(`fieldClass.${field}`)}>
                <Select
                  options={(['shown', 'own', 'masked'] as const).map((value) => ({
                    value,
                    label: t(`visibility.${value}`),
                  }))}
                  data-testid={`masking-${one}-${field}`}
                />
              </Form.Item>
            ))}
          </fieldset>
        ))}
      </section>
      {role === 'admin' && (
        <Button type="primary" htmlType="submit" loading={save.isPending} data-testid="privacy-save">
          {t('privacy.save')}
        </Button>
      )}
    </Form>
  );
}
