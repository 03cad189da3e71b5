import { useQuery } from '@tanstack/react-query';
import { watchLimits, type WatchLimits } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Checkbox, Drawer, Form, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { FormDrawer } from '../feedback/form-drawer.tsx';
import { Failed, Loading } from '../feedback/states.tsx';
import { api } from '../query-client.ts';

/** When the hub speaks up, for managers. */
export function WatchLimitsForm({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const limits = useQuery({
    queryKey: keys.watchLimits,
    queryFn: ({ signal }) => api.watchLimits(signal),
    staleTime: 0,
    gcTime: 0,
  });
  if (limits.data) return <Fields limits={limits.data} close={close} />;
  return (
    <Drawer open title={t('watch.limits')} onClose={close}>
      {limits.isError ? <Failed error={limits.error} retry={() => void limits.refetch()} /> : <Loading />}
    </Drawer>
  );
}

interface LimitFields {
  quarantine: WatchLimits['quarantine'];
  channels: WatchLimits['channels'];
  /** Whether a channel may be silent for too long at all. */
  watchSilence: boolean;
}

function Fields({ limits, close }: { limits: WatchLimits; close: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<LimitFields>();
  const watching = Form.useWatch('watchSilence', form) ?? limits.channels.silentHours !== null;
  const save = ({ watchSilence, quarantine, channels }: LimitFields) =>
    api.setWatchLimits({
      quarantine,
      channels: { ...channels, silentHours: watchSilence ? (channels.silentHours ?? 24) : null },
    });
  return (
    <FormDrawer
      title={t('watch.limits')}
      form={form}
      initial={{ ...limits, watchSilence: limits.channels.silentHours !== null }}
      save={save}
      stale={[keys.watchLimits, keys.health, keys.alerts]}
      close={close}
      testId="watch-limits"
    >
      <p className="muted small">{t('watch.limitsText')}</p>
      <h3 className="form-legend">{t('watch.limitQuarantine')}</h3>
      <div className="limit-fields">
        {(['newContacts', 'windowMinutes', 'waiting', 'oldestMinutes'] as const).map((name) => (
          <Limit key={name} path={['quarantine', name]} />
        ))}
      </div>
      <h3 className="form-legend">{t('watch.limitChannels')}</h3>
      <div className="limit-fields">
        <Limit path={['channels', 'slowSeconds']} />
        <Form.Item noStyle dependencies={[['channels', 'slowSeconds']]}>
          {() => <Limit path={['channels', 'failingSeconds']} from={form.getFieldValue(['channels', 'slowSeconds'])} />}
        </Form.Item>
        <Limit path={['channels', 'failedSends']} />
      </div>
      <Form.Item name="watchSilence" valuePropName="checked">
        <Checkbox data-testid="limit-watch-silence">{t('watch.watchSilence')}</Checkbox>
      </Form.Item>
      {watching && (
        <div className="limit-fields">
          <Limit path={['channels', 'silentHours']} />
        </div>
      )}
    </FormDrawer>
  );
}

type LimitPath = ['quarantine', keyof WatchLimits['quarantine']] | ['channels', keyof WatchLimits['channels']];

/** Whole numbers within what the hub takes; `from` is the least that makes sense beside another limit. */
function Limit({ path, from }: { path: LimitPath; from?: number }) {
  const { t } = useTranslation();
  const [group, name] = path;
  const shape: Record<string, { safeParse: (value: unknown) => { success: boolean } }> = watchLimits.shape[group].shape;
  return (
    <Form.Item
      name={path}
      label={t(`watch.limit.${name}`)}
      rules={[
        {
          validator: (_, value: number | null) => {
            if (value === null || !shape[name]?.safeParse(value).success)
              return Promise.reject(new Error(t('watch.limitRule')));
            return from !== undefined && value < from
              ? Promise.reject(new Error(t('watch.limitOrder')))
              : Promise.resolve();
          },
        },
      ]}
    >
      <InputNumber min={1} precision={0} suffix={t(`watch.unit.${name}`)} data-testid={`limit-${name}`} />
    </Form.Item>
  );
}
