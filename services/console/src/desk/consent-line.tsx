import { CheckCircleOutlined, StopOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import type { Consent, ConsentState, TicketDetail } from '@patchbay/contracts';
import { fullMoment, keys, moment } from '@patchbay/ui';
import { Button, Input, Modal } from 'antd';
import { useRef, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../feedback/use-action.ts';
import { useLeave } from '../feedback/use-leave.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import { ChannelTag } from './channel-tag.tsx';
import { betweenOf, type Between } from './consent-between.ts';
import { ConsentLog } from './consent-log.tsx';
import { consentText } from './consent-text.ts';

/** What is written down: fixed when it is asked for, whatever is said meanwhile. */
interface Asked {
  between: Between;
  state: ConsentState;
  title: string;
}
type Ask = (asked: Asked) => void;

/**
 * Beside a customer's address: whether it may be written to, since when, by what; the way to write down what was said, of the
 * ticket's own account also where nothing was said yet; and all that ever was.
 */
export function ConsentLines({ address, ticket }: { address: string; ticket?: TicketDetail | undefined }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const lines = useRef<HTMLDivElement>(null);
  const { data } = useQuery({
    queryKey: keys.consents(address),
    queryFn: ({ signal }) => api.consents(address, signal),
  });
  if (!data) return null;
  const between = betweenOf(ticket, address);
  const unsaid = between && !data.some((one) => one.channel === between.channel && one.account === between.account);
  return (
    <div ref={lines} tabIndex={-1} role="group" aria-label={address}>
      {data.map((consent) => (
        <ConsentLine key={`${consent.channel} ${consent.account}`} consent={consent} ask={setAsked} />
      ))}
      {unsaid && <NothingSaid between={between} ask={setAsked} />}
      {data.length > 0 && <ConsentLog address={address} />}
      {asked && <ConsentDialog asked={asked} close={() => setAsked(null)} back={lines} />}
    </div>
  );
}

function ConsentLine({ consent, ask }: { consent: Consent; ask: Ask }) {
  const { t, i18n } = useTranslation();
  const withdrawn = consent.state === 'withdrawn';
  const title = t(withdrawn ? 'texting.grant' : 'texting.withdraw');
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
      <Button
        type="link"
        size="small"
        onClick={() => ask({ between: consent, state: withdrawn ? 'granted' : 'withdrawn', title })}
        data-testid="consent-change"
      >
        {title}
      </Button>
    </div>
  );
}

function NothingSaid({ between, ask }: { between: Between; ask: Ask }) {
  const { t } = useTranslation();
  const titles = { withdrawn: t('texting.withdraw'), granted: t('texting.note') };
  return (
    <div className="small muted consent" data-testid="consent" data-state="none" title={between.account}>
      <ChannelTag channel={between.channel} bare />{' '}
      <span>{t(between.channel === 'phone' ? 'texting.unsaidCalls' : 'texting.unsaid')}</span>
      {(['withdrawn', 'granted'] as const).map((state) => (
        <Button
          key={state}
          type="link"
          size="small"
          onClick={() => ask({ between, state, title: titles[state] })}
          data-testid={state === 'withdrawn' ? 'consent-withdraw' : 'consent-grant'}
        >
          {titles[state]}
        </Button>
      ))}
    </div>
  );
}

interface ConsentDialogProps {
  asked: Asked;
  close: () => void;
  /** Has the focus afterwards where the button that asked is there no more. */
  back: RefObject<HTMLElement | null>;
}

function ConsentDialog({ asked: { between, state, title }, close, back }: ConsentDialogProps) {
  const { t } = useTranslation();
  useReturnFocus(back);
  const { channel, account, address } = between;
  const [reason, setReason] = useState('');
  const leave = useLeave(() => reason !== '', close);
  const save = useAction(() => api.setConsent({ channel, account, address, state, reason: reason.trim() }), {
    stale: [keys.consents(address)],
  });
  return (
    <Modal
      open
      title={title}
      mask={{ closable: false }}
      onCancel={leave}
      // Closed when the lines are read anew: until then the button that asked is there, and would have the focus for a moment.
      onOk={() => save.mutate(undefined, { onSuccess: close })}
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
