import type { Task } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Input, Popconfirm, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { useDay } from './use-words.ts';

/** One task with what can be done with it. `ofFile`: it stands in its customer's file, whose name needs no link. */
export function TaskRow({ task, ofFile }: { task: Task; ofFile?: boolean }) {
  const { t } = useTranslation();
  const me = useMe();
  const day = useDay();
  const [reason, setReason] = useState('');
  const stale = [keys.tasks, keys.customerFile(task.customerId)];
  const finish = useAction(() => api.finishTask(task.id), { stale });
  const skip = useAction((why: string) => api.skipTask(task.id, why), { stale });
  const take = useAction(() => api.updateTask(task.id, { assigneeId: me.id }), { stale });
  const late = Date.parse(task.dueAt) < Date.now();
  const since = task.causeData['since'];
  return (
    <article className="record" data-testid="task-row" data-kind={task.kind}>
      <div className="record-head">
        <span className="record-title">{task.kind === 'custom' ? task.cause : t(`taskKind.${task.kind}`)}</span>
        <Tag color={late ? 'error' : 'default'}>{t(late ? 'tasks.overdue' : 'tasks.due', { at: day(task.dueAt) })}</Tag>
      </div>
      <div className="small row wrap">
        {!ofFile && <Link to={`/customers/${task.customerId}`}>{task.customerName}</Link>}
        {task.ticketId && (
          <Link to={`/desk/${task.ticketId}`}>{t('file.ticket', { number: `#${task.ticketNumber ?? ''}` })}</Link>
        )}
        <span className="muted">{task.assigneeName ?? t('tasks.nobody')}</span>
        {task.kind !== 'custom' && (
          <span className="muted">
            {task.cause === 'review-due' && typeof since === 'string'
              ? t('tasks.reviewDue', { at: day(since) })
              : task.cause}
          </span>
        )}
      </div>
      <div className="record-actions row wrap">
        <Button
          size="small"
          type="primary"
          loading={finish.isPending}
          onClick={() => finish.mutate(undefined)}
          data-testid="task-done"
        >
          {t('tasks.done')}
        </Button>
        <Popconfirm
          title={t('tasks.skipAsk')}
          description={
            <Input
              value={reason}
              maxLength={500}
              aria-label={t('tasks.reason')}
              onChange={({ target }) => setReason(target.value)}
              data-testid="task-reason"
            />
          }
          okText={t('tasks.skip')}
          okButtonProps={{ disabled: reason.trim() === '', 'data-testid': 'task-skip-confirm' }}
          onConfirm={() => skip.mutate(reason)}
        >
          <Button size="small" loading={skip.isPending} data-testid="task-skip">
            {t('tasks.skip')}
          </Button>
        </Popconfirm>
        {task.assigneeId !== me.id && (
          <Button size="small" type="text" loading={take.isPending} onClick={() => take.mutate(undefined)}>
            {t('tasks.take')}
          </Button>
        )}
      </div>
    </article>
  );
}
