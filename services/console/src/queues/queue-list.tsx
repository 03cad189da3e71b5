import { PlusOutlined, UnorderedListOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import type { QueueSettings } from '@patchbay/contracts';
import { clock, keys } from '@patchbay/ui';
import { Button, Popconfirm, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ChannelTag } from '../desk/channel-tag.tsx';
import { queueText } from '../desk/given-names.ts';
import { usePlan } from '../clocks/use-plan.ts';
import { useNamed } from '../feedback/bilingual.ts';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { OrderButtons } from '../order/order-buttons.tsx';
import { useOrder } from '../order/use-order.ts';
import { api } from '../query-client.ts';
import { QueueForm } from './queue-form.tsx';
import { useSkills } from './use-lists.ts';

/** Queues in the order in which a channel's contacts look for theirs. */
export function QueueList() {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<QueueSettings | 'new' | null>(null);
  const found = useQuery({ queryKey: keys.queueSettings, queryFn: ({ signal }) => api.queueSettings(signal) });
  const reorder = useAction((ids: readonly string[]) => api.orderQueues([...ids]), {
    stale: [keys.queueSettings, keys.queues],
  });
  const { shown: queues, move } = useOrder(found.data ?? [], ({ id }) => id, reorder.mutateAsync);
  return (
    <>
      <div className="row queues-bar">
        <p className="muted small grow">{t('queues.orderHelp')}</p>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')} data-testid="queue-new">
          {t('queues.add')}
        </Button>
      </div>
      {found.isPending && <Loading />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && (
        <div className="panel">
          {queues.length === 0 && <Nothing icon={<UnorderedListOutlined />} title={t('queues.none')} />}
          {queues.map((queue, index) => (
            <QueueRow key={queue.id} queue={queue} queues={queues} edit={() => setEdited(queue)}>
              <OrderButtons name={queueText(t, queue.name)} at={index} count={queues.length} move={move} />
            </QueueRow>
          ))}
        </div>
      )}
      {edited && <QueueForm queue={edited === 'new' ? null : edited} queues={queues} close={() => setEdited(null)} />}
    </>
  );
}

interface QueueRowProps {
  queue: QueueSettings;
  queues: readonly QueueSettings[];
  edit: () => void;
  children: React.ReactNode;
}

function QueueRow({ queue, queues, edit, children }: QueueRowProps) {
  const { t } = useTranslation();
  const remove = useAction(() => api.deleteQueue(queue.id), { stale: [keys.queueSettings, keys.queues] });
  const name = queueText(t, queue.name);
  return (
    <article className="record" data-testid="queue-row" data-queue-id={queue.id}>
      <div className="record-head">
        <span className="record-title">{name}</span>
        {queue.channels.map((channel) => (
          <ChannelTag key={channel} channel={channel} />
        ))}
        <span className="grow" />
        <span className="muted small tabular">{t('queues.members', { count: queue.memberCount })}</span>
        <span className="muted small tabular">{t('queues.waiting', { count: queue.waiting })}</span>
      </div>
      <QueueFacts queue={queue} queues={queues} />
      <div className="record-actions row wrap">
        <Button onClick={edit} aria-label={t('queues.editName', { name })} data-testid="queue-edit">
          {t('queues.edit')}
        </Button>
        {children}
        <Popconfirm title={t('queues.removeAsk')} onConfirm={() => remove.mutate(undefined)}>
          <Button danger loading={remove.isPending} data-testid="queue-remove">
            {t('queues.remove')}
          </Button>
        </Popconfirm>
      </div>
    </article>
  );
}

function QueueFacts({ queue, queues }: { queue: QueueSettings; queues: readonly QueueSettings[] }) {
  const { t } = useTranslation();
  const skills = useSkills();
  const named = useNamed();
  const calendar = usePlan().data?.plan.calendars.find(({ key }) => key === queue.calendar);
  const nameOf = (id: string) => queueText(t, queues.find((one) => one.id === id)?.name ?? id);
  return (
    <div className="row wrap small queue-facts">
      <span>{t('queues.fact.priority', { base: queue.priorityBase, ageing: queue.ageing })}</span>
      {queue.skills.map(({ skillId, level }) => (
        <Tag key={skillId}>
          {skills.find(({ id }) => id === skillId)?.name ?? '…'} ≥ {level}
        </Tag>
      ))}
      {queue.rings.map((ring, index) => (
        <Tag key={index} color="blue">
          {t(`queues.ring.${ring.kind}`, {
            time: clock(ring.afterSeconds),
            levels: ring.kind === 'wider' ? ring.lower : 0,
            queue: ring.kind === 'queue' ? nameOf(ring.queueId) : '',
          })}
        </Tag>
      ))}
      {queue.targets.map(({ channel, percent, seconds }) => (
        <Tag key={channel} color="green">
          {t('queues.fact.target', { channel: t(`channel.${channel}`), percent, time: clock(seconds) })}
        </Tag>
      ))}
      {queue.stickySeconds > 0 && <Tag>{t('queues.fact.sticky', { time: clock(queue.stickySeconds) })}</Tag>}
      {queue.wrapUpSeconds > 0 && <Tag>{t('queues.fact.wrapUp', { time: clock(queue.wrapUpSeconds) })}</Tag>}
      {!queue.pull && <Tag>{t('queues.fact.noPull')}</Tag>}
      {calendar && <Tag color="gold">{t('queues.fact.hours', { calendar: named(calendar) })}</Tag>}
      {queue.callBack && <Tag>{t('queues.fact.callBack')}</Tag>}
    </div>
  );
}
