import { useQuery } from '@tanstack/react-query';
import { LockOutlined, SendOutlined } from '@ant-design/icons';
import type { Message, TicketDetail } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Alert, App, Button, Input } from 'antd';
import { useEffect, useRef, type ClipboardEvent, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { isEscape } from '../feedback/is-escape.ts';
import { problemLine, problemText } from '../feedback/problem-text.ts';
import { GuardNotice } from '../grading/guard-notice.tsx';
import { useAttend, useGuarded } from '../grading/use-guard.ts';
import { api } from '../query-client.ts';
import { isMac } from '../shell/is-mac.ts';
import '../style/composer.css';
import { ComposerChannelNotes, useSendBlocked } from './channel-notes.tsx';
import { AttachButton, ClosedNotice, MarkupButtons } from './composer-foot.tsx';
import { ComposerRecipients } from './composer-recipients.tsx';
import { ComposerSender, SignaturePreview } from './composer-sender.tsx';
import { ComposerTabs } from './composer-tabs.tsx';
import { asLeft, useDraft, withoutSent, type DraftKind } from './drafts.ts';
import { ForwardedFiles } from './forwarded-files.tsx';
import { useGoToList } from './jumps.ts';
import { insertAt, markSelection, pictureToken, type Selected } from './text-edit.ts';
import { UploadList } from './upload-list.tsx';
import { mostFiles, uploadsOf, type Upload } from './uploads.ts';
import { useFileDrop } from './use-file-drop.ts';
import { useMailFields } from './use-mail-fields.ts';
import { useSend } from './use-send.ts';
import { useTypingSignal } from './use-typing-signal.ts';

/** What the conversation wants of the composer: pass this message on, or go on with what was taken back into the draft. */
export type ComposerRequest = { forward: Message } | { goOn: true };

/** Answer by the channel that the ticket is answered by, or leave a note that never leaves the centre. */
export function Composer({ ticket, request }: { ticket: TicketDetail; request: ComposerRequest | null }) {
  const { t } = useTranslation();
  const { message: tell } = App.useApp();
  const spoken = ticket.call !== null;
  const { draft, store } = useDraft(ticket.id);
  useEffect(() => () => store.change(asLeft), [store]);
  const kind = draft.kind ?? (spoken ? 'internal' : 'public');
  const text = draft.texts[kind];
  const area = useRef<HTMLTextAreaElement | null>(null);
  const files = uploadsOf(store, kind);
  const mail = useMailFields(ticket, draft, store);
  const isMail = mail.enabled && kind === 'public';
  const forwarded = useForwarded(ticket.id, isMail && mail.mode === 'forward', mail.forwardOf);
  useEffect(() => {
    if (forwarded && mail.forwardOf === null) mail.change({ forwardOf: forwarded.id });
  });
  const signal = useTypingSignal(ticket.id);
  const send = useSend(ticket.id);
  const goToList = useGoToList(ticket.id);
  const guarded = useGuarded(ticket.customerId);
  useAttend(ticket.customerId, ticket.id, kind === 'public' && text.trim() !== '');

  const write = (next: string): void => {
    store.change((before) => ({ ...before, texts: { ...before.texts, [kind]: next } }));
    if (next === '') send.giveUp(kind);
    if (kind === 'public') signal(next !== '');
  };
  const change = (next: DraftKind): void => {
    if (next === kind) return;
    store.change((before) => ({ ...before, kind: next }));
    signal(false);
  };
  /** Changes the text where the cursor is, and leaves the cursor behind the change. */
  const edit = (how: (selected: Selected) => Selected): void => {
    const { selectionStart: start = text.length, selectionEnd: end = text.length } = area.current ?? {};
    const next = how({ text, start, end });
    write(next.text);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(next.start, next.end);
    });
  };
  const add = (given: Iterable<File>, inline = false): Upload[] => {
    const wanted = [...given];
    const added = files.add(wanted, inline);
    const names = wanted.slice(added.length).map(({ name }) => name);
    if (names.length > 0) void tell.warning(t('composer.mostFiles', { most: mostFiles, names: names.join(', ') }), 8);
    return added;
  };
  const addInline = (given: Iterable<File>): void => {
    const tokens = add(given, isMail).flatMap(({ name, contentId }) =>
      contentId ? [pictureToken(name, contentId)] : [],
    );
    if (tokens.length > 0) edit((selected) => insertAt(selected, tokens.join('\n')));
  };
  const remove = (key: string): void => {
    const gone = files.all.find((one) => one.key === key);
    files.remove(key);
    if (gone?.contentId) write(text.replaceAll(pictureToken(gone.name, gone.contentId), ''));
  };
  const dropping = useFileDrop(addInline);
  useRequest(request, (asked) => {
    if ('forward' in asked) {
      change('public');
      mail.setMode('forward', asked.forward.id);
    }
    area.current?.focus();
  });
  const forbidden = useSendBlocked({ ticket, text, files: files.all }) && kind === 'public';
  const passesOn = isMail && mail.mode === 'forward';
  const empty = text.trim() === '' && files.all.length === 0 && !(passesOn && forwarded);
  const blocked = empty || forbidden || !files.ready || (isMail && !mail.ready) || (passesOn && !forwarded);
  const submit = (): void => {
    if (blocked || send.isPending) return;
    const attachments = files.all.flatMap(attachmentOf);
    const message = { text: text.trim(), visibility: kind, attachments, ...(isMail && mail.draft(forwarded)) };
    const begin = (): void => {
      store.change((now) => ({ ...now, failure: null }));
      send.mutate({
        message,
        sent: () => {
          store.change((now) => withoutSent(now, draft, kind));
          signal(false);
        },
        failed: (failure) => {
          store.change((now) => ({ ...now, failure }));
          // Whoever reads another ticket by now is told there.
          if (!area.current)
            void tell.error(`#${ticket.number}: ${t('composer.notSent')} ${problemLine(t, failure)}`, 6);
        },
      });
    };
    if (kind === 'public') guarded('send', begin);
    else begin();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isEscape(event)) {
      event.preventDefault();
      goToList();
      return;
    }
    if (!(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
    const mark = isMail ? ({ b: 'bold', i: 'italic' } as const)[event.key] : undefined;
    if (event.key !== 'Enter' && !mark) return;
    event.preventDefault();
    if (mark) edit((selected) => markSelection(selected, mark));
    else submit();
  };
  const onPaste = (event: ClipboardEvent): void => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    addInline(event.clipboardData.files);
  };
  const problem = draft.failure && problemText(t, draft.failure);
  if (ticket.status === 'closed' && kind === 'public')
    return <ClosedNotice unsent={text} note={() => change('internal')} />;
  return (
    <div className={`composer composer-${kind}`} data-testid="composer">
      {dropping && <div className="drop-here">{t('composer.drop')}</div>}
      <GuardNotice customerId={ticket.customerId} aloud />
      <div className="composer-head">
        <ComposerTabs
          kind={kind}
          mode={mail.mode}
          spoken={spoken}
          mail={mail.enabled}
          choose={(next, mode) => {
            change(next);
            if (next === 'public' && mode !== mail.mode) mail.setMode(mode);
          }}
        />
        {!isMail && (
          <span className="muted small ellipsis">
            {kind === 'public'
              ? t('composer.to', { name: ticket.customerName, channel: t(`channel.${ticket.channel}`) })
              : t('composer.noteHint')}
          </span>
        )}
      </div>
      {isMail && (
        <>
          <ComposerRecipients mail={mail} taken={() => area.current?.focus()} />
          <ComposerSender mail={mail} subject={ticket.subject} />
        </>
      )}
      {problem && (
        <Alert
          type="error"
          showIcon
          title={[t('composer.notSent'), problem.title, problem.detail].filter(Boolean).join(' ')}
          data-testid="composer-error"
        />
      )}
      <Input.TextArea
        ref={(field) => {
          area.current = field?.resizableTextArea?.textArea ?? null;
        }}
        value={text}
        onChange={(event) => write(event.target.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        onBlur={() => signal(false)}
        autoSize={{ minRows: 3, maxRows: 12 }}
        maxLength={200_000}
        placeholder={t(kind === 'public' ? 'composer.replyPlaceholder' : 'composer.notePlaceholder')}
        aria-label={t(kind === 'public' ? 'composer.reply' : 'composer.note')}
        aria-keyshortcuts="Alt+R"
        data-jump="composer"
        data-testid="composer-text"
      />
      {isMail && <SignaturePreview mail={mail} />}
      {passesOn && forwarded && (
        <div className="forward-preview small muted ellipsis" data-testid="forward-preview">
          {t(mail.asAttachment ? 'composer.forwardsWhole' : 'composer.forwards', {
            from: forwarded.from,
            text: forwarded.text.slice(0, 200),
          })}
        </div>
      )}
      {passesOn && forwarded && (
        <ForwardedFiles
          attachments={forwarded.attachments}
          chosen={mail.forwardFiles}
          whole={mail.asAttachment}
          choose={(ids) => mail.change({ forwardFiles: ids })}
        />
      )}
      <UploadList uploads={files.all} remove={remove} retry={files.retry} />
      {kind === 'public' && <ComposerChannelNotes ticket={ticket} text={text} files={files.all} />}
      <div className="composer-foot">
        <AttachButton add={(given) => void add(given)} />
        {isMail && <MarkupButtons mark={(how) => edit((selected) => markSelection(selected, how))} />}
        <span className="muted small composer-hint">{t('composer.hint', { key: isMac ? '⌘' : 'Ctrl' })}</span>
        <Button
          type="primary"
          icon={kind === 'public' ? <SendOutlined /> : <LockOutlined />}
          loading={send.isPending}
          disabled={blocked}
          onClick={submit}
          data-testid="composer-send"
        >
          {t(kind === 'public' ? 'composer.send' : 'composer.saveNote')}
        </Button>
      </div>
    </div>
  );
}

const attachmentOf = ({ id, contentId }: Upload) =>
  id === undefined ? [] : [contentId ? { id, inline: true as const, contentId } : id];

/** The message that is passed on: the chosen one, else the customer's last, which is chosen by that. */
function useForwarded(ticketId: string, wanted: boolean, id: string | null): Message | null {
  const { data } = useQuery({
    queryKey: keys.messages(ticketId),
    queryFn: ({ signal }) => api.messages(ticketId, signal),
    enabled: wanted,
  });
  if (!wanted || !data) return null;
  const open = data.filter(({ visibility }) => visibility === 'public');
  return (
    open.find((one) => one.id === id) ?? open.findLast(({ direction }) => direction === 'in') ?? open.at(-1) ?? null
  );
}

/** Does what is asked, once for each request. */
function useRequest(request: ComposerRequest | null, act: (request: ComposerRequest) => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    if (request) latest.current(request);
  }, [request]);
}
