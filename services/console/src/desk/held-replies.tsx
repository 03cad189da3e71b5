import { useQuery } from '@tanstack/react-query';
import {
  ClockCircleOutlined,
  ExclamationCircleFilled,
  PaperClipOutlined,
  SendOutlined,
  UndoOutlined,
} from '@ant-design/icons';
import type { HeldReply, Message, Ticket } from '@patchbay/contracts';
import { keys, useNow } from '@patchbay/ui';
import { Button } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../feedback/error-text.ts';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useDraft } from './drafts.ts';
import { filesThatGo } from './mail-choice.ts';
import { recipientsLine } from './recipients-line.ts';
import { withTakenBack } from './taken-back.ts';

/** The agent's own messages that have not left: they wait for their moment, or could not leave. `goOn`: one is in the draft again. */
export function HeldReplies({
  ticket,
  messages,
  goOn,
}: {
  ticket: Ticket;
  messages: readonly Message[];
  goOn: () => void;
}) {
  const held = useQuery({
    queryKey: keys.heldReplies(ticket.id),
    queryFn: ({ signal }) => api.heldReplies(ticket.id, signal),
  });
  return (held.data ?? []).map((one) => (
    <Held
      key={one.id}
      held={one}
      passedOn={messages.find(({ id }) => id === one.input.forwardOf)}
      ticketId={ticket.id}
      goOn={goOn}
    />
  ));
}

interface HeldProps {
  held: HeldReply;
  passedOn: Message | undefined;
  ticketId: string;
  goOn: () => void;
}

function Held({ held, passedOn, ticketId, goOn }: HeldProps) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const stale = [keys.heldReplies(ticketId), keys.messages(ticketId), keys.tickets];
  const { store } = useDraft(ticketId);
  const isBack = useRef(false);
  const undo = useAction(api.takeBack, {
    stale,
    repeatable: true,
    after: (back) => {
      // The halves of a double click get one answer each.
      if (isBack.current) return;
      isBack.current = true;
      store.change((now) => withTakenBack(now, back));
      goOn();
    },
  });
  const sendNow = useAction(api.sendHeldNow, { stale });
  const failed = held.state === 'failed';
  const seconds = Math.max(0, Math.ceil((Date.parse(held.dueAt) - now) / 1000));
  const files = [
    ...held.files.map(({ filename }) => filename),
    ...(!passedOn
      ? []
      : held.input.forwardAs === 'attachment'
        ? [t('composer.original')]
        : filesThatGo(passedOn.attachments, held.input.forwardFiles).map(({ filename }) => filename)),
  ];
  const busy = undo.isPending || sendNow.isPending;
  return (
    <article
      className={`message message-out message-held ${failed ? 'message-held-failed' : ''}`}
      data-testid="held-reply"
      data-state={held.state}
    >
      <p className="message-text" dir="auto">
        {held.input.text}
      </p>
      {files.length > 0 && (
        <p className="small held-files">
          <PaperClipOutlined aria-hidden /> {files.join(', ')}
        </p>
      )}
      {held.input.to && (
        <p className="small muted held-files" data-testid="held-recipients">
          {recipientsLine({ to: held.input.to, cc: held.input.cc ?? [], bcc: held.input.bcc ?? [] }, (list) =>
            t(`composer.field.${list}`),
          )}
        </p>
      )}
      <footer className="held-foot small" {...(failed && { role: 'alert' })}>
        {failed ? <ExclamationCircleFilled aria-hidden /> : <ClockCircleOutlined aria-hidden />}
        <span className="grow" {...(!failed && { role: 'timer' })}>
          {failed
            ? t('held.failed', { reason: errorText(held.reason ?? '', i18n.resolvedLanguage) })
            : held.state === 'leaving' || seconds === 0
              ? t('held.leaving')
              : t('held.in', { count: seconds })}
        </span>
        {held.state !== 'leaving' && (
          <span className="row">
            <Button
              size="small"
              icon={<UndoOutlined />}
              disabled={busy}
              onClick={() => undo.mutate(held.id)}
              data-testid="held-undo"
            >
              {t(failed ? 'held.edit' : 'held.undo')}
            </Button>
            <Button
              size="small"
              icon={<SendOutlined />}
              disabled={busy}
              onClick={() => sendNow.mutate(held.id)}
              data-testid="held-send-now"
            >
              {t(failed ? 'held.again' : 'held.now')}
            </Button>
          </span>
        )}
      </footer>
    </article>
  );
}
