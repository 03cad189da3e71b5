import { Input, Modal } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface ReasonModalProps {
  title: string;
  children?: ReactNode;
  busy: boolean;
  danger?: boolean;
  save: (reason: string) => void;
  close: () => void;
}

/** Asks for the reason, which is kept with who gave it. */
export function ReasonModal({ title, children, busy, danger = false, save, close }: ReasonModalProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  return (
    <Modal
      open
      title={title}
      onCancel={close}
      okText={title}
      onOk={() => save(reason.trim())}
      okButtonProps={{ danger, disabled: reason.trim().length < 3, loading: busy, 'data-testid': 'reason-save' }}
    >
      {children}
      <Input.TextArea
        autoFocus
        value={reason}
        maxLength={500}
        rows={3}
        aria-label={t('privacy.reason')}
        placeholder={t('privacy.reason')}
        onChange={(event) => setReason(event.target.value)}
        data-testid="reason-text"
      />
    </Modal>
  );
}
