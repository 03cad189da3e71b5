import { ClockCircleOutlined, StopOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import type { Consent, Ticket, TicketDetail } from '@patchbay/contracts';
import { fullMoment, keys, useNow } from '@patchbay/ui';
import { Alert } from 'antd';
import { useEffect, useReducer } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../query-client.ts';
import { betweenOf } from './consent-between.ts';
import { consentText } from './consent-text.ts';
import { looksLikeAddress } from './mail-address.ts';
import { SegmentCounter } from './segment-counter.tsx';
import { TemplatePicker } from './template-picker.tsx';
import type { Upload } from './uploads.ts';

/** The conversation has loaded it already: the composer reads it from there. */
function useDetail(ticketId: string): TicketDetail | undefined {
  return useQuery({ queryKey: keys.ticket(ticketId), queryFn: ({ signal }) => api.ticket(ticketId, signal) }).data;
}

/** An address that the customer's card has a consent of; visitors of a chat, accounts and masked addresses have none. */
const hasConsent = (address: string): boolean =>
  (looksLikeAddress(address) && !address.includes('••')) || /^\+?\d{3,}$/u.test(address);

/** The withdrawal that holds for answers on the ticket. */
function useWithdrawn(detail: TicketDetail | undefined): Consent | undefined {
  // As identifiers have it: what is written down on the card is seen here at once.
  const between = betweenOf(detail, detail?.contactAddress.toLowerCase() ?? '');
  const address = between?.address ?? '';
  const { data } = useQuery({
    queryKey: keys.consents(address),
    queryFn: ({ signal }) => api.consents(address, signal),
    enabled: hasConsent(address),
  });
  return data?.find(
    ({ channel, account, state }) =>
      channel === between?.channel && account === between.account && state === 'withdrawn',
  );
}

/** Until when a text of one's own may be sent; undefined where the channel sets no such time. */
const closingTime = (detail: TicketDetail | undefined): number | undefined =>
  detail?.messagingWindow ? Date.parse(detail.messagingWindow.closesAt ?? new Date(0).toISOString()) : undefined;

/** Whether that moment is over. Drawn anew when it comes, and not every second until then. */
function useIsOver(moment: number | undefined): boolean {
  const [, redraw] = useReducer((times: number) => times + 1, 0);
  useEffect(() => {
    const left = (moment ?? 0) - Date.now();
    if (left <= 0) return undefined;
    const timer = setTimeout(redraw, Math.min(left + 50, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  }, [moment]);
  return moment !== undefined && Date.now() >= moment;
}

/** The file beside which the channel would lose the text. */
function silentFile(detail: TicketDetail | undefined, text: string, files: readonly Upload[]): Upload | undefined {
  const withText = detail?.limits.files?.withText;
  if (!withText || text.trim() === '') return undefined;
  return files.find(({ type }) => type !== undefined && !withText.includes(type));
}

interface Answer {
  ticket: Ticket;
  text: string;
  files: readonly Upload[];
}

/** Whether a text of one's own cannot be sent now, for whatever reason the notes tell. Mail has other recipients, too. */
export function useSendBlocked({ ticket, text, files }: Answer): boolean {
  const detail = useDetail(ticket.id);
  const withdrawn = useWithdrawn(detail);
  const over = useIsOver(closingTime(detail));
  const limit = detail?.limits.textLength ?? null;
  return (
    (withdrawn !== undefined && withdrawn.channel !== 'email') ||
    over ||
    (limit !== null && text.trim().length > limit) ||
    silentFile(detail, text, files) !== undefined
  );
}

/** What the ticket's channel has to say before an answer is sent: consent, the time left, templates, the price of the text. */
export function ComposerChannelNotes({ ticket, text, files }: Answer) {
  const detail = useDetail(ticket.id);
  const withdrawn = useWithdrawn(detail);
  const closesAt = closingTime(detail);
  const over = useIsOver(closesAt);
  if (!detail) return null;
  if (withdrawn?.channel === 'email') return <MailConsentNotice consent={withdrawn} />;
  if (withdrawn) return <ConsentNotice consent={withdrawn} />;
  const silent = silentFile(detail, text, files);
  return (
    <>
      {closesAt !== undefined && (over ? <WindowClosed /> : <WindowOpen closesAt={closesAt} />)}
      {detail.limits.templates && <TemplatePicker ticket={ticket} wanted={over} />}
      {detail.limits.textLength !== null && !over && (
        <SegmentCounter text={text} limit={detail.limits.textLength} segments={detail.limits.segments} />
      )}
      {silent && <FileWithoutText name={silent.name} />}
    </>
  );
}

/** Where a customer gives consent back by a word of their own. */
const texting: ReadonlySet<string> = new Set(['sms', 'whatsapp']);

function ConsentNotice({ consent }: { consent: Consent }) {
  const { t, i18n } = useTranslation();
  return (
    <Alert
      type="error"
      showIcon
      icon={<StopOutlined />}
      data-testid="consent-notice"
      title={`${t('texting.blocked', { how: consentText(t, consent), at: fullMoment(consent.at, i18n.language) })} ${t(texting.has(consent.channel) ? 'texting.blockedHow' : 'texting.blockedCard')}`}
    />
  );
}

function MailConsentNotice({ consent }: { consent: Consent }) {
  const { t, i18n } = useTranslation();
  const how = consentText(t, consent);
  const at = fullMoment(consent.at, i18n.language);
  return (
    <Alert
      type="warning"
      showIcon
      icon={<StopOutlined />}
      data-testid="consent-notice"
      title={`${t('texting.withdrawnMail', { address: consent.address, how, at })} ${t('texting.blockedCard')}`}
    />
  );
}

function WindowClosed() {
  const { t } = useTranslation();
  return <Alert type="warning" showIcon data-testid="window-closed" title={t('texting.windowClosed')} />;
}

function FileWithoutText({ name }: { name: string }) {
  const { t } = useTranslation();
  return (
    <Alert type="warning" showIcon data-testid="file-without-text" title={t('texting.fileWithoutText', { name })} />
  );
}

function WindowOpen({ closesAt }: { closesAt: number }) {
  const { t } = useTranslation();
  const minutes = Math.max(0, Math.floor((closesAt - useNow()) / 60_000));
  const time = t('texting.hoursMinutes', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
  return (
    <div className={`channel-note small ${minutes < 60 ? 'channel-note-soon' : 'muted'}`} data-testid="window-open">
      <ClockCircleOutlined aria-hidden /> {t('texting.windowOpen', { time })}
    </div>
  );
}
