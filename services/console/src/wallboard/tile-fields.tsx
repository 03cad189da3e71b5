import { DeleteOutlined } from '@ant-design/icons';
import { channelName, presenceState, tileSize, type BoardDefinition, type BoardTile } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Form, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { queueText } from '../desk/given-names.ts';
import { api } from '../query-client.ts';
import { inLanguage } from './figure-text.ts';
import { figureTile } from './own-board.ts';
import { useFigureDefinitions } from './use-figure-definitions.ts';

/** Figures that only wallboards show are kept by these; the others by queue, or for the whole centre. */
const kept: Partial<Record<string, readonly string[]>> = {
  waiting: ['queue'],
  'longest-wait': ['queue'],
  backlog: ['queue'],
  agents: ['state'],
  'contacts-today': ['channel'],
  'service-level': ['queue'],
  offered: ['queue'],
  answered: ['queue'],
  abandoned: ['queue'],
  'average-speed-of-answer': ['queue'],
};
const ofCentre = new Set([
  'first-response-median',
  'first-response-p90',
  'next-response-median',
  'resolution-median',
  'abandonment',
  'average-handle-time',
  'occupancy',
  'transfer-rate',
  'first-contact-resolution',
  'reopen-rate',
]);

const kinds = ['figure', 'queues', 'agents', 'channels', 'clocks'] as const;

interface TileFieldsProps {
  path: (string | number)[];
  at: number;
  remove: (() => void) | null;
}

/** One tile: what it shows, how large, and from when on it warns. */
export function TileFields({ path, at, remove }: TileFieldsProps) {
  const { t } = useTranslation();
  const form = Form.useFormInstance();
  const tile = Form.useWatch(path, { form, preserve: true }) as BoardTile | undefined;
  const choose = (kind: (typeof kinds)[number]) => {
    const size = tile?.size ?? 'small';
    form.setFieldValue(path, kind === 'figure' ? figureTile('waiting', { size }) : { kind, size });
  };
  return (
    <div className="board-tile-fields" data-testid="tile-fields">
      <Form.Item label={t('wallboard.form.kind')}>
        <Select
          value={tile?.kind ?? null}
          onChange={choose}
          options={kinds.map((value) => ({ value, label: t(`wallboard.form.${value}`) }))}
          aria-label={t('wallboard.form.kind')}
        />
      </Form.Item>
      <Form.Item name={[at, 'size']} label={t('wallboard.form.size')}>
        <Select options={tileSize.options.map((value) => ({ value, label: t(`wallboard.form.${value}`) }))} />
      </Form.Item>
      {tile?.kind === 'figure' && <FigureFields path={path} at={at} figure={tile.figure} />}
      {remove && (
        <Button
          icon={<DeleteOutlined />}
          aria-label={t('wallboard.form.removeTile')}
          onClick={remove}
          className="board-tile-remove"
        />
      )}
    </div>
  );
}

function FigureFields({ path, at, figure }: { path: (string | number)[]; at: number; figure: string }) {
  const { t, i18n } = useTranslation();
  const form = Form.useFormInstance();
  const definitions = useFigureDefinitions();
  const queues = useQuery({ queryKey: keys.queues, queryFn: ({ signal }) => api.queues(signal) });
  const shown = (definitions.data ?? []).filter(({ key }) => kept[key] || ofCentre.has(key));
  const definition = shown.find(({ key }) => key === figure);
  const dimensions = kept[figure] ?? [];
  const options: Record<string, { value: string; label: string }[]> = {
    queue: (queues.data ?? []).map(({ name }) => ({ value: name, label: queueText(t, name) })),
    channel: channelName.options.map((value) => ({ value, label: t(`channel.${value}`) })),
    state: presenceState.options.map((value) => ({ value, label: t(`presence.${value}`) })),
  };
  return (
    <>
      <Form.Item name={[at, 'figure']} label={t('wallboard.form.figure')}>
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          options={shown.map(({ key, title }) => ({ value: key, label: inLanguage(title, i18n.language) }))}
          onChange={(key: string) =>
            form.setFieldValue(path, figureTile(key, { size: form.getFieldValue([...path, 'size']) }))
          }
          data-testid="tile-figure"
        />
      </Form.Item>
      {(['queue', 'channel', 'state'] as const)
        .filter((name) => dimensions.includes(name))
        .map((name) => (
          <Form.Item key={name} name={[at, 'dimensions', name]} label={t(`wallboard.form.${name}`)}>
            <Select allowClear placeholder={t('wallboard.form.all')} options={options[name] ?? []} />
          </Form.Item>
        ))}
      <Form.Item name={[at, 'thresholds', 'worse']} label={t('wallboard.form.worse')}>
        <Select
          options={(['above', 'below'] as const).map((value) => ({ value, label: t(`wallboard.form.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name={[at, 'thresholds', 'warn']} label={t('wallboard.form.warn')}>
        <Limit unit={definition?.unit ?? 'count'} />
      </Form.Item>
      <Form.Item
        name={[at, 'thresholds', 'bad']}
        label={t('wallboard.form.bad')}
        dependencies={[
          [...path, 'thresholds', 'warn'],
          [...path, 'thresholds', 'worse'],
        ]}
        rules={[
          {
            validator: () =>
              inOrder(form.getFieldValue([...path, 'thresholds']))
                ? Promise.resolve()
                : Promise.reject(new Error(t('wallboard.form.order'))),
          },
        ]}
      >
        <Limit unit={definition?.unit ?? 'count'} />
      </Form.Item>
      <Form.Item name={[at, 'trend']} valuePropName="checked">
        <Checkbox>{t('wallboard.form.trend')}</Checkbox>
      </Form.Item>
    </>
  );
}

function inOrder({ worse, warn, bad }: { worse: 'above' | 'below'; warn: number | null; bad: number | null }): boolean {
  return warn === null || bad === null || (worse === 'above' ? warn <= bad : warn >= bad);
}

interface LimitProps {
  unit: BoardDefinition['unit'];
  id?: string;
  value?: number | null;
  onChange?: (value: number | null) => void;
}

/** A limit in the unit that people say it in: shares in per cent, times in seconds. */
function Limit({ unit, id, value = null, onChange }: LimitProps) {
  const share = unit === 'ratio';
  const shown = value === null || !share ? value : Math.round(value * 1_000) / 10;
  return (
    <InputNumber
      {...(id !== undefined && { id })}
      min={0}
      value={shown}
      onChange={(given) => onChange?.(given === null || !share ? given : given / 100)}
      suffix={share ? '%' : unit === 'seconds' ? 's' : null}
    />
  );
}
