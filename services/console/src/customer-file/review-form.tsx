import { useQuery } from '@tanstack/react-query';
import type { ReviewSettings } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Form, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { Failed } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';

const kinds = [
  ['contactDetails', 'contact-details'],
  ['purchases', 'purchases'],
  ['service', 'service'],
] as const;

/** After how many days which records are to be looked at again. */
export function ReviewForm() {
  const { t } = useTranslation();
  const settings = useQuery({ queryKey: keys.reviewSettings, queryFn: ({ signal }) => api.reviewSettings(signal) });
  const save = useAction(
    ({ contactDetails, purchases, service, grace }: ReviewSettings) =>
      api.setReviewSettings({
        contactDetails: contactDetails ?? null,
        purchases: purchases ?? null,
        service: service ?? null,
        grace: grace ?? 0,
      }),
    { stale: [keys.reviewSettings], done: t('file.saved') },
  );
  return (
    <section>
      <h2 className="file-h2">{t('customField.reviews')}</h2>
      <div className="panel file-pad">
        <p className="muted">{t('customField.reviewsText')}</p>
        {settings.isError && <Failed error={settings.error} retry={() => void settings.refetch()} />}
        {settings.data && (
          <Form
            layout="vertical"
            requiredMark={false}
            initialValues={settings.data}
            onFinish={(fields: ReviewSettings) => save.mutate(fields)}
          >
            <div className="file-review-form">
              {kinds.map(([name, kind]) => (
                <Form.Item key={name} name={name} label={t(`reviewKind.${kind}`)}>
                  <InputNumber min={1} max={3660} precision={0} data-testid={`period-${kind}`} />
                </Form.Item>
              ))}
              <Form.Item name="grace" label={t('customField.grace')}>
                <InputNumber min={0} max={365} precision={0} />
              </Form.Item>
            </div>
            <Button htmlType="submit" loading={save.isPending} data-testid="periods-save">
              {t('file.save')}
            </Button>
          </Form>
        )}
      </div>
    </section>
  );
}
