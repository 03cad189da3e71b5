import '../style/privacy.css';
import { EyeOutlined } from '@ant-design/icons';
import type { Revealed } from '@patchbay/contracts';
import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { ReasonModal } from './reason-modal.tsx';

/** Beside a hidden value: shows it for a minute to whoever says why. */
export function RevealButton({ customerId, field }: { customerId: string; field: string }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const [shown, setShown] = useState<Revealed | null>(null);
  const reveal = useAction((reason: string) => api.reveal(customerId, field, reason), {
    stale: [],
    after(value) {
      setAsking(false);
      setShown(value);
    },
  });
  useEffect(() => {
    if (!shown) return undefined;
    const timer = setTimeout(() => setShown(null), Math.max(0, Date.parse(shown.until) - Date.now()));
    return () => clearTimeout(timer);
  }, [shown]);
  if (shown)
    return (
      <span className="revealed" role="status" data-testid="revealed">
        {shown.value}
      </span>
    );
  return (
    <>
      <Button type="link" size="small" icon={<EyeOutlined />} onClick={() => setAsking(true)} data-testid="reveal">
        {t('privacy.reveal')}
      </Button>
      {asking && (
        <ReasonModal
          title={t('privacy.reveal')}
          busy={reveal.isPending}
          save={(reason) => reveal.mutate(reason)}
          close={() => setAsking(false)}
        >
          <p className="muted small">{t('privacy.revealText')}</p>
        </ReasonModal>
      )}
    </>
  );
}
