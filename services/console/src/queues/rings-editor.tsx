import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import type { QueueRing, QueueSettings } from '@patchbay/contracts';
import { Button, Form, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { queueText } from '../desk/given-names.ts';

const kinds: QueueRing['kind'][] = ['wider', 'queue', 'voicemail', 'call-back'];

/** What is done when something has waited too long. Part of a form, under `rings`. */
export function RingsEditor({ queues }: { queues: readonly QueueSettings[] }) {
  const { t } = useTranslation();
  return (
    <Form.Item label={t('queues.rings')} extra={t('queues.ringsHelp')}>
      <Form.List name="rings">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }) => (
              <div key={key} className="row wrap form-line" data-testid="ring">
                <Form.Item
                  noStyle
                  name={[name, 'afterSeconds']}
                  rules={[{ required: true, message: t('queues.secondsNeeded') }]}
                >
                  <InputNumber
                    min={0}
                    max={86_400}
                    precision={0}
                    prefix={t('queues.after')}
                    suffix="s"
                    aria-label={t('queues.afterSeconds')}
                    style={{ width: 150 }}
                  />
                </Form.Item>
                <Form.Item noStyle name={[name, 'kind']}>
                  <Select
                    style={{ width: 190 }}
                    aria-label={t('queues.ringKind')}
                    options={kinds.map((kind) => ({ value: kind, label: t(`queues.ringName.${kind}`) }))}
                  />
                </Form.Item>
                <RingTarget name={name} queues={queues} />
                <Button icon={<DeleteOutlined />} onClick={() => remove(name)} aria-label={t('queues.removeRing')} />
              </div>
            ))}
            <Button
              icon={<PlusOutlined />}
              disabled={fields.length >= 10}
              onClick={() => add({ kind: 'wider', afterSeconds: 60, lower: 1 })}
              data-testid="ring-add"
            >
              {t('queues.addRing')}
            </Button>
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}

function RingTarget({ name, queues }: { name: number; queues: readonly QueueSettings[] }) {
  const { t } = useTranslation();
  const kind: unknown = Form.useWatch(['rings', name, 'kind']);
  if (kind === 'wider')
    return (
      <Form.Item noStyle name={[name, 'lower']} rules={[{ required: true, message: t('queues.levelsNeeded') }]}>
        <InputNumber min={1} max={5} precision={0} prefix="−" aria-label={t('queues.lower')} style={{ width: 90 }} />
      </Form.Item>
    );
  if (kind === 'queue')
    return (
      <Form.Item noStyle name={[name, 'queueId']} rules={[{ required: true, message: t('queues.queueNeeded') }]}>
        <Select
          style={{ minWidth: 160 }}
          aria-label={t('queues.toQueue')}
          options={queues.map((queue) => ({ value: queue.id, label: queueText(t, queue.name) }))}
        />
      </Form.Item>
    );
  return null;
}
