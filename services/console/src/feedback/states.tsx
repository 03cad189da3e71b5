import { LoadingOutlined, WarningOutlined } from '@ant-design/icons';
import { ApiProblem } from '@patchbay/ui';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { problemText } from './problem-text.ts';

/** Waiting for the hub. */
export function Loading() {
  const { t } = useTranslation();
  return (
    <div className="state" role="status" aria-live="polite">
      <LoadingOutlined className="state-icon" aria-hidden />
      <span>{t('state.loading')}</span>
    </div>
  );
}

/** The hub refused or cannot be reached; says which, and offers another try. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const { title, detail } = problemText(t, error);
  // What is forbidden or gone stays so.
  const curable = !(error instanceof ApiProblem && [403, 404, 410].includes(error.status));
  return (
    <div className="state" role="alert">
      <WarningOutlined className="state-icon" aria-hidden />
      <span className="state-title">{title}</span>
      {detail && <span className="state-text">{detail}</span>}
      {retry && curable && <Button onClick={retry}>{t('state.retry')}</Button>}
    </div>
  );
}

/** There is nothing, and that is an answer. */
export function Nothing({
  icon,
  title,
  text,
  children,
}: {
  icon: ReactNode;
  title: string;
  text?: string;
  children?: ReactNode;
}) {
  return (
    <div className="state">
      <span className="state-icon" aria-hidden>
        {icon}
      </span>
      <span className="state-title">{title}</span>
      {text && <span className="state-text">{text}</span>}
      {children}
    </div>
  );
}
