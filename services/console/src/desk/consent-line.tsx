import { CheckCircleOutlined, StopOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import type { Consent, ConsentState, TicketDetail } from '@patchbay/contracts';
import { fullMoment, keys, moment } from '@patchbay/ui';
import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../feedback/use-action.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import { ChannelTag } from './channel-tag.tsx';
import { ConsentLog } from './consent-log.tsx';
import { consentText } from './consent-text.ts';

/** Of what consent is asked: who is written to, from which account of ours. */
type Between = Pick<Consent, 'channel' | 'account' | 'address'>;

/** What answers on the ticket are sent from to this address, as consent has it; undefined where the ticket is with another address. */
function betweenOf(ticket: TicketDetail | undefined, address: string): Between | undefined {
  if (ticket?.contactAddress !== address) return undefined;
  // Mail of ours counts as one account, whatever address it leaves from.
  return address.includes('@')
    ? { channel: 'email', account: 'email', address }
    : { channel: ticket.channel, account: ticket.channelAccount, address };
}

/**
 * Beside a customer's address: whether it may be written to, since when, by what; the way to write down what was said, of the
 * ticket's own account also where nothing was said yet; and all that ever was.
 */
export function ConsentLines({ address, ticket }: { address: string; ticket?: TicketDetail | undefined }) {
  const { data } = useQuery({
    queryKey: keys.consents(address),
    queryFn: ({ signal }) => api.consents(address, signal),
  });
  if (!data) return null;
  const between = betweenOf(ticket, address);
  const unsaid = between && !data.some((one) => one.channel === between.channel && one.account === between.account);
  return (
    <>
      {data.map((consent) => (
        <ConsentLine key={`${consent.channel} ${consent.account}`} consent={consent} />
      ))}
      {unsaid && <NothingSaid between={between} />}
      {data.length > 0 && <ConsentLog address={address} />}
    </>
  );
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
      {asking && (
        <ConsentDialog
          between={consent}
          state={withdrawn ? 'granted' : 'withdrawn'}
          title={t(withdrawn ? 'texting.grant' : 'texting.withdraw')}
          close={() => setAsking(false)}
        />
      )}
    </div>
  );
}

function NothingSaid({ between }: { between: Between }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState<ConsentState | null>(null);
  return (
    <div className="small muted consent" data-testid="consent" data-state="none" title={between.account}>
      <ChannelTag channel={between.channel} bare /> <span>{t('texting.unsaid')}</span>
      <Button type="link" size="small" onClick={() => setAsking('withdrawn')} data-testid="consent-withdraw">
        {t('texting.withdraw')}
      </Button>
      <Button type="link" size="small" onClick={() => setAsking('granted')} data-testid="consent-grant">
        {t('texting.note')}
      </Button>
      {asking && (
        <ConsentDialog
          between={between}
          state={asking}
          title={t(asking === 'granted' ? 'texting.note' : 'texting.withdraw')}
          close={() => setAsking(null)}
        />
      )}
    </div>
  );
}

interface ConsentDialogProps {
  between: Between;
  state: ConsentState;
  title: string;
  close: () => void;
}

function ConsentDialog({ between: { channel, account, address }, state, title, close }: ConsentDialogProps) {
  const { t } = useTranslation();
  useReturnFocus();
  const [reason, setReason] = useState('');
  const save = useAction(() => api.setConsent({ channel, account, address, state, reason: reason.trim() }), {
    stale: [keys.consents(address)],
    after: close,
  });
  return (
    <Modal
      open
      title={title}
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
