import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { channelName, usualTargets, type ChannelName, type ServiceLevelTarget } from '@patchbay/contracts';
import { clock } from '@patchbay/ui';
import { Button, Form, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';

/** Service levels of a queue that are other than the usual ones. Part of a form, under `targets`. */
export function TargetsEditor() {
  const { t } = useTranslation();
  const form = Form.useFormInstance();
  const channels: ChannelName[] = Form.useWatch('channels') ?? [];
  const targets: (ServiceLevelTarget | undefined)[] = Form.useWatch('targets') ?? [];
  const left = channelName.options.filter((channel) => targets.every((target) => target?.channel !== channel));
  const usual = (channels.length > 0 ? channels : channelName.options).map((channel) =>
    t('queues.fact.target', {
      channel: t(`channel.${channel}`),
      percent: usualTargets[channel].percent,
      time: clock(usualTargets[channel].seconds),
    }),
  );
  return (
    <Form.Item label={t('queues.targets')} extra={t('queues.targetsHelp', { usual: usual.join('; ') })}>
      <Form.List name="targets">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }) => (
              <div key={key} className="row wrap form-line" data-testid="target">
                <Form.Item noStyle name={[name, 'channel']}>
                  <Select
                    style={{ width: 130 }}
                    aria-label={t('queues.targetChannel')}
                    options={channelName.options
                      .filter((channel) => left.includes(channel) || targets[name]?.channel === channel)
                      .map((channel) => ({ value: channel, label: t(`channel.${channel}`) }))}
                    onChange={(channel: ChannelName) =>
                      form.setFieldValue(['targets', name], { channel, ...usualTargets[channel] })
                    }
                  />
                </Form.Item>
                <Form.Item
                  noStyle
                  name={[name, 'percent']}
                  rules={[{ required: true, message: t('queues.targetNeeded') }]}
                >
                  <InputNumber min={1} max={100} suffix="%" aria-label={t('queues.percent')} style={{ width: 100 }} />
                </Form.Item>
                <Form.Item
                  noStyle
                  name={[name, 'seconds']}
                  rules={[{ required: true, message: t('queues.targetNeeded') }]}
                >
                  <InputNumber
                    min={1}
                    max={604_800}
                    precision={0}
                    prefix="≤"
                    suffix="s"
                    aria-label={t('queues.withinSeconds')}
                    style={{ width: 140 }}
                    data-testid="target-seconds"
                  />
                </Form.Item>
                <Button icon={<DeleteOutlined />} onClick={() => remove(name)} aria-label={t('queues.removeTarget')} />
              </div>
            ))}
            <Button
              icon={<PlusOutlined />}
              disabled={left.length === 0}
              onClick={() => {
                const channel = left.find((one) => channels.includes(one)) ?? left[0];
                if (channel) add({ channel, ...usualTargets[channel] });
              }}
              data-testid="target-add"
            >
              {t('queues.addTarget')}
            </Button>
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}
