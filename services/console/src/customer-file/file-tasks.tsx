import { PlusOutlined } from '@ant-design/icons';
import type { CustomerFile } from '@patchbay/contracts';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TaskForm } from './task-form.tsx';
import { TaskRow } from './task-row.tsx';

/** What is still to be done for this customer. */
export function FileTasks({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  return (
    <>
      {file.tasks.length === 0 && <p className="muted small">{t('file.none')}</p>}
      {file.tasks.map((task) => (
        <TaskRow key={task.id} task={task} ofFile />
      ))}
      <Button icon={<PlusOutlined />} onClick={() => setAdding(true)} data-testid="task-add">
        {t('file.addTask')}
      </Button>
      {adding && <TaskForm customerId={file.id} close={() => setAdding(false)} />}
    </>
  );
}
