import type { ImportState } from '@patchbay/contracts';
import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';

const colours: Record<ImportState, string> = {
  draft: 'default',
  ready: 'default',
  checking: 'processing',
  running: 'processing',
  paused: 'warning',
  done: 'success',
  cancelled: 'default',
  failed: 'error',
};

export function ImportStateTag({ state }: { state: ImportState }) {
  const { t } = useTranslation();
  return (
    <Tag color={colours[state]} data-testid="import-state" data-state={state}>
      {t(`imports.state.${state}`)}
    </Tag>
  );
}
