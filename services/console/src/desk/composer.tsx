import { LockOutlined, PaperClipOutlined, SendOutlined } from '@ant-design/icons';
import type { Ticket } from '@patchbay/contracts';
import { Alert, Button, Input } from 'antd';
import { useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { problemText } from '../feedback/problem-text.ts';
import { ComposerChannelNotes, useSendBlocked } from './channel-notes.tsx';
import { loadDraft, saveDraft, type DraftKind } from './drafts.ts';
import { UploadList } from './upload-list.tsx';
import { useFileDrop } from './use-file-drop.ts';
import { useSend } from './use-send.ts';
import { useTypingSignal } from './use-typing-signal.ts';
import { useUploads } from './use-uploads.ts';

/** Answer on the ticket's own channel, or leave a note that never leaves the centre. */
export function Composer({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  // A call is answered by talking: in writing there are only notes.
  const spoken = ticket.call !== null;
  const [kind, setKind] = useState<DraftKind>(spoken ? 'internal' : 'public');
  const [text, setText] = useState(() => loadDraft(ticket.id, kind));
  const files = useUploads();
  const signal = useTypingSignal(ticket.id);
  const dropping = useFileDrop(files.add);

  const write = (next: string): void => {
    setText(next);
    saveDraft(ticket.id, kind, next);
    if (kind === 'public') signal(next !== '');
  };
  const change = (next: DraftKind): void => {
    setKind(next);
    setText(loadDraft(ticket.id, next));
    signal(false);
  };
  const send = useSend(ticket.id, () => {
    write('');
    files.clear();
  });
  const blocked = useSendBlocked(ticket, text) && kind === 'public';
  const empty = text.trim() === '' && files.uploads.length === 0;
  const submit = (): void => {
    if (empty || blocked || send.isPending || !files.ready) return;
    send.mutate({ text: text.trim(), visibility: kind, attachments: files.uploads.flatMap((one) => one.id ?? []) });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  const onPaste = (event: ClipboardEvent): void => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    files.add(event.clipboardData.files);
  };
  const problem = send.error && problemText(t, send.error);
  if (ticket.status === 'closed' && kind === 'public') return <ClosedNotice note={() => change('internal')} />;
  return (
    <div className={`composer composer-${kind}`}>
      {dropping && <div className="drop-here">{t('composer.drop')}</div>}
      <div className="composer-head">
        <KindTabs kind={kind} change={change} spoken={spoken} />
        <span className="muted small ellipsis">
          {kind === 'public'
            ? t('composer.to', { name: ticket.customerName, channel: t(`channel.${ticket.channel}`) })
            : t('composer.noteHint')}
        </span>
      </div>
      {problem && (
        <Alert
          type="error"
          showIcon
          title={[t('composer.notSent'), problem.title, problem.detail].filter(Boolean).join(' ')}
          data-testid="composer-error"
        />
      )}
      <Input.TextArea
        value={text}
        onChange={(event) => write(event.target.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        onBlur={() => signal(false)}
        autoSize={{ minRows: 3, maxRows: 12 }}
        maxLength={200_000}
        placeholder={t(kind === 'public' ? 'composer.replyPlaceholder' : 'composer.notePlaceholder')}
        aria-label={t(kind === 'public' ? 'composer.reply' : 'composer.note')}
        data-testid="composer-text"
      />
      {kind === 'public' && <ComposerChannelNotes ticket={ticket} text={text} />}
      <UploadList uploads={files.uploads} remove={files.remove} retry={files.retry} />
      <div className="composer-foot">
        <AttachButton add={files.add} />
        <span className="muted small composer-hint">
          {t('composer.hint', { key: /Mac|iP/u.test(navigator.userAgent) ? '⌘' : 'Ctrl' })}
        </span>
        <Button
          type="primary"
          icon={kind === 'public' ? <SendOutlined /> : <LockOutlined />}
          loading={send.isPending}
          disabled={empty || blocked || !files.ready}
          onClick={submit}
          data-testid="composer-send"
        >
          {t(kind === 'public' ? 'composer.send' : 'composer.saveNote')}
        </Button>
      </div>
    </div>
  );
}

function KindTabs({ kind, change, spoken }: { kind: DraftKind; change: (kind: DraftKind) => void; spoken: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="tabs" role="group" aria-label={t('composer.kind')}>
      {!spoken && (
        <button
          type="button"
          className="tab"
          aria-pressed={kind === 'public'}
          onClick={() => change('public')}
          data-testid="composer-reply"
        >
          {t('composer.reply')}
        </button>
      )}
      <button
        type="button"
        className="tab"
        aria-pressed={kind === 'internal'}
        onClick={() => change('internal')}
        data-testid="composer-note"
      >
        <LockOutlined aria-hidden /> {t('composer.note')}
      </button>
    </div>
  );
}

function AttachButton({ add }: { add: (files: Iterable<File>) => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-testid="composer-files"
        onChange={(event) => {
          add(event.target.files ?? []);
          event.target.value = '';
        }}
      />
      <Button
        type="text"
        icon={<PaperClipOutlined />}
        onClick={() => input.current?.click()}
        data-testid="composer-attach"
      >
        {t('composer.attach')}
      </Button>
    </>
  );
}

function ClosedNotice({ note }: { note: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="composer composer-closed">
      <span className="muted grow">{t('composer.closed')}</span>
      <Button icon={<LockOutlined />} onClick={note} data-testid="composer-note">
        {t('composer.note')}
      </Button>
    </div>
  );
}
