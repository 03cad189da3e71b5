import { App } from 'antd';
import { useTranslation } from 'react-i18next';

/** Closes a form. Asks first where something was entered, which would be lost. */
export function useLeave(isTouched: () => boolean, close: () => void): () => void {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  return () => {
    if (!isTouched()) close();
    else
      modal.confirm({
        title: t('form.leaveAsk'),
        okText: t('form.leave'),
        cancelText: t('form.stay'),
        okButtonProps: { danger: true },
        // Enter out of habit shall not throw away what was entered.
        autoFocusButton: 'cancel',
        onOk: close,
      });
  };
}
