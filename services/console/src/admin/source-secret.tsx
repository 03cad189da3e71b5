import type { HttpSource } from '@patchbay/contracts';
import { Alert, Modal, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useReturnFocus } from '../feedback/use-return-focus.ts';

export type FreshSecret = HttpSource & { secret: string };

/** Shown once: the hub keeps the secret sealed and tells it to nobody again. */
export function SourceSecret({ fresh, close }: { fresh: FreshSecret; close: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  return (
    <Modal
      open
      title={t('sources.secretOf', { name: fresh.name })}
      onOk={close}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      okText={t('sources.secretKept')}
      cancelButtonProps={{ style: { display: 'none' } }}
      okButtonProps={{ 'data-testid': 'source-secret-kept' }}
    >
      <Alert type="warning" showIcon title={t('sources.secretOnce')} />
      <p className="muted small">{t('sources.address')}</p>
      <Typography.Text copyable code style={{ overflowWrap: 'anywhere' }}>
        {fresh.url}
      </Typography.Text>
      <p className="muted small">{t('sources.secret')}</p>
      <Typography.Text copyable code style={{ overflowWrap: 'anywhere' }} data-testid="source-secret">
        {fresh.secret}
      </Typography.Text>
      <p className="muted small">{t('sources.how')}</p>
    </Modal>
  );
}
