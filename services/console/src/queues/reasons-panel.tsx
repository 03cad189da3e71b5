import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { PresenceReasons } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Alert, Button, Form, Input, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failed, Loading } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';

/** Why agents go away, in the words of the centre. */
export function ReasonsPanel() {
  const reasons = useQuery({
    queryKey: keys.presenceReasons,
    queryFn: ({ signal }) => api.presenceReasons(signal),
  });
  if (reasons.isPending) return <Loading />;
  if (!reasons.data) return <Failed error={reasons.error} retry={() => void reasons.refetch()} />;
  return <ReasonsForm reasons={reasons.data} />;
}

/** What a colleague saves meanwhile is told, and takes nothing away that is being written. */
function ReasonsForm({ reasons }: { reasons: PresenceReasons }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [form] = Form.useForm<PresenceReasons>();
  const [begun, setBegun] = useState(reasons);
  const save = useAction((fields: PresenceReasons) => api.setPresenceReasons(fields), {
    stale: [keys.presenceReasons],
    done: t('form.saved'),
    after: (saved) => {
      client.setQueryData(keys.presenceReasons, saved);
      setBegun(saved);
    },
  });
  const takeOver = () => {
    form.setFieldsValue(reasons);
    setBegun(reasons);
  };
  return (
    <Form form={form} initialValues={reasons} layout="vertical" onFinish={(fields) => save.mutate(fields)}>
      {JSON.stringify(begun) !== JSON.stringify(reasons) && (
        <Alert
          type="warning"
          showIcon
          title={t('request.changedMeanwhile')}
          action={
            <Button size="small" onClick={takeOver} data-testid="reasons-take-over">
              {t('request.takeOver')}
            </Button>
          }
        />
      )}
      <p className="muted small">{t('queues.reasonsText')}</p>
      <Form.List name="items">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }) => (
              <div key={key} className="row wrap form-line" data-testid="reason">
                <Form.Item
                  name={[name, 'key']}
                  rules={[{ required: true, pattern: /^[a-z0-9][a-z0-9-]{0,39}$/, message: t('queues.keyRule') }]}
                >
                  <Input
                    style={{ width: 130 }}
                    placeholder={t('queues.reasonKey')}
                    aria-label={t('queues.reasonKey')}
                  />
                </Form.Item>
                <Form.Item name={[name, 'nameEn']} rules={[{ required: true, message: t('field.nameNeeded') }]}>
                  <Input style={{ width: 150 }} maxLength={100} placeholder="English" aria-label="English" />
                </Form.Item>
                <Form.Item name={[name, 'nameZh']} rules={[{ required: true, message: t('field.nameNeeded') }]}>
                  <Input style={{ width: 150 }} maxLength={100} placeholder="中文" aria-label="中文" />
                </Form.Item>
                <Button icon={<DeleteOutlined />} onClick={() => remove(name)} aria-label={t('queues.remove')} />
              </div>
            ))}
            <Button icon={<PlusOutlined />} disabled={fields.length >= 30} onClick={() => add({})}>
              {t('queues.addReason')}
            </Button>
          </>
        )}
      </Form.List>
      <Form.Item name="required" label={t('queues.reasonRequired')} valuePropName="checked" style={{ marginTop: 16 }}>
        <Switch />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={save.isPending} data-testid="reasons-save">
        {t('form.save')}
      </Button>
    </Form>
  );
}
