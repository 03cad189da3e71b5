import { useQuery } from '@tanstack/react-query';
import { channelName, type Staffing } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { InputNumber, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queueText } from '../desk/given-names.ts';
import { api } from '../query-client.ts';
import type { Ask } from './ask.ts';

interface AskFormProps {
  ask: Ask;
  change: (ask: Ask) => void;
  /** Which target was planned for; null until it is known. */
  planned: Pick<Staffing, 'serviceLevel' | 'targetSeconds'> | null;
}

/** What the staffing is asked for. */
export function AskForm({ ask, change, planned }: AskFormProps) {
  const { t } = useTranslation();
  return (
    <div className="staffing-ask">
      <Where ask={ask} change={change} />
      <Share
        name="serviceLevel"
        label={t('staffing.target')}
        most={99.9}
        ask={ask}
        otherwise={planned?.serviceLevel}
        change={change}
      />
      <Seconds
        name="targetSeconds"
        label={t('staffing.within')}
        most={3_600}
        ask={ask}
        otherwise={planned?.targetSeconds}
        change={change}
      />
      <Share name="maximumOccupancy" label={t('staffing.occupancy')} least={10} most={100} ask={ask} change={change} />
      <Share name="shrinkage" label={t('staffing.shrinkage')} most={90} ask={ask} change={change} />
      <Seconds
        name="patienceSeconds"
        label={t('staffing.patience')}
        help={t('staffing.patienceHelp')}
        most={36_000}
        ask={ask}
        change={change}
      />
      <Seconds
        name="handleSeconds"
        label={t('staffing.handle')}
        help={t('staffing.handleHelp')}
        most={14_400}
        ask={ask}
        change={change}
      />
    </div>
  );
}

/** Another queue or channel has a target of its own. */
function Where({ ask, change }: Pick<AskFormProps, 'ask' | 'change'>) {
  const { t } = useTranslation();
  const queues = useQuery({ queryKey: keys.queues, queryFn: ({ signal }) => api.queues(signal) });
  const minutes = { '15m': 15, '30m': 30, '1h': 60 } as const;
  return (
    <>
      <Named label={t('staffing.queue')}>
        <Select
          allowClear
          value={ask.queueId ?? null}
          options={(queues.data ?? []).map(({ id, name }) => ({ value: id, label: queueText(t, name) }))}
          onChange={(queueId) => change({ ...ask, ...ownTarget, queueId: queueId ?? undefined })}
          placeholder={t('staffing.allQueues')}
          aria-label={t('staffing.queue')}
          data-testid="staffing-queue"
        />
      </Named>
      <Named label={t('staffing.channel')}>
        <Select
          allowClear
          value={ask.channel ?? null}
          options={channelName.options.map((value) => ({ value, label: t(`channel.${value}`) }))}
          onChange={(channel) => change({ ...ask, ...ownTarget, channel: channel ?? undefined })}
          placeholder={t('staffing.allChannels')}
          aria-label={t('staffing.channel')}
        />
      </Named>
      <Named label={t('staffing.interval')}>
        <Select
          value={ask.interval}
          options={(['15m', '30m', '1h'] as const).map((value) => ({
            value,
            label: t('staffing.minutes', { count: minutes[value] }),
          }))}
          onChange={(interval) => change({ ...ask, interval })}
          aria-label={t('staffing.interval')}
        />
      </Named>
    </>
  );
}

function Named({ label, help, children }: { label: string; help?: string; children: ReactNode }) {
  return (
    <div className="staffing-field">
      <span className="small muted">{label}</span>
      {children}
      {help && <span className="small muted">{help}</span>}
    </div>
  );
}

const ownTarget = { serviceLevel: undefined, targetSeconds: undefined };

interface NumberProps<Name> extends Omit<AskFormProps, 'planned'> {
  name: Name;
  label: string;
  help?: string;
  least?: number;
  most: number;
  /** What holds where nothing was asked for. */
  otherwise?: number | undefined;
}

function Share(props: NumberProps<'serviceLevel' | 'maximumOccupancy' | 'shrinkage'>) {
  const { ask, change, label, least = 0, most, name, otherwise } = props;
  const share = ask[name] ?? otherwise;
  return (
    <Named label={label}>
      <InputNumber
        min={least}
        max={most}
        value={share === undefined ? null : Math.round(share * 1000) / 10}
        onChange={(value) => value !== null && change({ ...ask, [name]: value / 100 })}
        aria-label={label}
        data-testid={`staffing-${name}`}
      />
    </Named>
  );
}

function Seconds(props: NumberProps<'targetSeconds' | 'patienceSeconds' | 'handleSeconds'>) {
  const { ask, change, label, help, most, name, otherwise } = props;
  const optional = name !== 'targetSeconds';
  return (
    <Named label={label} {...(help && { help })}>
      <InputNumber
        min={optional ? 1 : 0}
        max={most}
        value={ask[name] ?? otherwise ?? null}
        onChange={(value) => (value !== null || optional) && change({ ...ask, [name]: value ?? undefined })}
        aria-label={label}
        data-testid={`staffing-${name}`}
      />
    </Named>
  );
}
