import { CheckSquareOutlined } from '@ant-design/icons';
import { keys, type TaskView } from '@patchbay/ui';
import { Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../admin/page-head.tsx';
import { PagedList } from '../admin/paged-list.tsx';
import { Nothing } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import { TaskRow } from './task-row.tsx';

const views: TaskView[] = ['mine', 'team', 'overdue'];

/** What is to be done for customers, the most urgent first. */
export function TasksPage() {
  const { t } = useTranslation();
  const [view, setView] = useState<TaskView>('mine');
  return (
    <div className="page">
      <PageHead text={t('tasks.text')}>
        <Segmented<TaskView>
          value={view}
          onChange={setView}
          options={views.map((one) => ({
            value: one,
            label: <span data-testid={`tasks-${one}`}>{t(`tasks.view.${one}`)}</span>,
          }))}
        />
      </PageHead>
      <PagedList
        queryKey={[...keys.tasks, view]}
        read={(cursor, signal) => api.tasks(view, undefined, cursor, signal)}
        empty={<Nothing icon={<CheckSquareOutlined />} title={t('tasks.none')} text={t('tasks.noneText')} />}
        row={(task) => <TaskRow key={task.id} task={task} />}
      />
    </div>
  );
}
