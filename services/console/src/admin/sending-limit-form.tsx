import { channelName, type ChannelName, type SendingLimit } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Checkbox, Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { FormDrawer } from '../feedback/form-drawer.tsx';
import { api } from '../query-client.ts';

interface LimitFields {
  channel: ChannelName;
  account: string;
  limited: boolean;
  perSecond: number;
  burst: number;
}

/** How fast one account may be used: so many a second in the long run, and so many at once. */
export function SendingLimitForm({ limit, close }: { limit: SendingLimit | null; close: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<LimitFields>();
  const limited = Form.useWatch('limited', form) ?? true;
  const needed = [{ required: true, message: t('form.needed') }];
  const save = ({ channel, account, limited: on, perSecond, burst }: LimitFields) =>
    api.setSendingLimit({ channel, account: account.trim(), perSecond: on ? perSecond : null, burst });
  return (
    <FormDrawer
      title={limit ? t('sending.changeOf', { name: limit.account }) : t('sending.add')}
      form={form}
      initial={{
        channel: limit?.channel ?? 'sms',
        account: limit?.account ?? '',
        limited: limit === null || limit.perSecond !== null,
        perSecond: limit?.perSecond ?? 1,
        burst: limit?.burst ?? 1,
      }}
      save={save}
      stale={[keys.sendingLimits]}
      close={close}
      testId="limit-form"
    >
      {!limit && (
        <div className="pair">
          <Form.Item name="channel" label={t('sending.channel')} rules={needed}>
            <Select options={channelName.options.map((value) => ({ value, label: t(`channel.${value}`) }))} />
          </Form.Item>
          <Form.Item
            name="account"
            label={t('quarantine.account')}
            extra={t('sending.accountHelp')}
            rules={[{ required: true, whitespace: true, max: 320, message: t('form.needed') }]}
          >
            <Input autoComplete="off" placeholder="+4930123456" data-testid="limit-account" />
          </Form.Item>
        </div>
      )}
      <Form.Item name="limited" valuePropName="checked">
        <Checkbox data-testid="limit-on">{t('sending.on')}</Checkbox>
      </Form.Item>
      <div className="pair">
        <Form.Item name="perSecond" label={t('sending.perSecond')} extra={t('sending.perSecondHelp')} rules={needed}>
          <InputNumber
            min={0.001}
            max={10_000}
            disabled={!limited}
            style={{ width: '100%' }}
            data-testid="limit-rate"
          />
        </Form.Item>
        <Form.Item name="burst" label={t('sending.burst')} extra={t('sending.burstHelp')} rules={needed}>
          <InputNumber
            min={1}
            max={10_000}
            precision={0}
            disabled={!limited}
            style={{ width: '100%' }}
            data-testid="limit-burst"
          />
        </Form.Item>
      </div>
    </FormDrawer>
  );
}
