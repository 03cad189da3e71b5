import { CheckCircleOutlined, StopOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import type { Consent } from '@patchbay/contracts';
import { fullMoment, keys, moment } from '@patchbay/ui';
import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../feedback/use-action.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import { ChannelTag } from './channel-tag.tsx';
import { consentText } from './consent-text.ts';

/** Beside a customer's number: whether it may be written to, since when, by what; and the way to write down what was said. */
export function ConsentLines({ address }: { address: string }) {
  const { data } = useQuery({
    queryKey: keys.consents(address),
    queryFn: ({ signal }) => api.consents(address, signal),
  });
  return data?.map((consent) => <ConsentLine key={`${consent.channel} ${consent.account}`} consent={consent} />);
}

function ConsentLine({ consent }: { consent: Consent }) {
  const { t, i18n } = useTranslation();
  const [asking, setAsking] = useState(false);
  const withdrawn = consent.state === 'withdrawn';
  return (
    <div
      className={`small consent consent-${consent.state}`}
      data-testid="consent"
      data-state={consent.state}
      title={`${consent.account} · ${fullMoment(consent.at, i18n.language)}`}
    >
      <ChannelTag channel={consent.channel} bare />{' '}
      <span>
        {withdrawn ? <StopOutlined aria-hidden /> : <CheckCircleOutlined aria-hidden />}{' '}
        {t(`texting.${consent.state}`, { at: moment(consent.at, Date.now(), i18n.language) })} ·{' '}
        {consentText(t, consent)}
      </span>
      <Button type="link" size="small" onClick={() => setAsking(true)} data-testid="consent-change">
        {t(withdrawn ? 'texting.grant' : 'texting.withdraw')}
      </Button>
      {asking && <ConsentDialog consent={consent} close={() => setAsking(false)} />}
    </div>
  );
}

function ConsentDialog({ consent, close }: { consent: Consent; close: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const [reason, setReason] = useState('');
  const { channel, account, address } = consent;
  const state = consent.state === 'withdrawn' ? 'granted' : 'withdrawn';
  const save = useAction(() => api.setConsent({ channel, account, address, state, reason: reason.trim() }), {
    stale: [keys.consents(address)],
    after: close,
  });
  return (
    <Modal
      open
      title={t(state === 'granted' ? 'texting.grant' : 'texting.withdraw')}
      onCancel={close}
      onOk={() => save.mutate(undefined)}
      okButtonProps={{ disabled: reason.trim().length < 3, loading: save.isPending, 'data-testid': 'consent-save' }}
    >
      <p className="muted small">{t('texting.reasonHelp')}</p>
      <Input.TextArea
        autoFocus
        value={reason}
        maxLength={500}
        rows={3}
        aria-label={t('texting.reason')}
        placeholder={t('texting.reason')}
        onChange={(event) => setReason(event.target.value)}
        data-testid="consent-reason"
      />
    </Modal>
  );
}
