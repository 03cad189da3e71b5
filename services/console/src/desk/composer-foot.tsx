import {
  BoldOutlined,
  ItalicOutlined,
  LockOutlined,
  PaperClipOutlined,
  UnorderedListOutlined,
} from '@ant-design/icons';
import { Button, Input } from 'antd';
import { useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';

export function AttachButton({ add }: { add: (files: Iterable<File>) => void }) {
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

/** Puts the marks of bold, italics and lists around what is selected in the text. */
export function MarkupButtons({ mark }: { mark: (kind: 'bold' | 'italic' | 'list') => void }) {
  const { t } = useTranslation();
  const buttons = [
    ['bold', <BoldOutlined key="b" />],
    ['italic', <ItalicOutlined key="i" />],
    ['list', <UnorderedListOutlined key="l" />],
  ] as const;
  return (
    <span className="markup-buttons">
      {buttons.map(([kind, icon]) => (
        <Button
          key={kind}
          type="text"
          icon={icon}
          aria-label={t(`composer.${kind}`)}
          title={t(`composer.${kind}`)}
          onClick={() => mark(kind)}
          data-testid={`composer-${kind}`}
        />
      ))}
    </span>
  );
}

interface ClosedNoticeProps {
  /** What was being written when somebody closed the ticket. */
  unsent: string;
  note: () => void;
}

export function ClosedNotice({ unsent, note }: ClosedNoticeProps) {
  const { t } = useTranslation();
  const label = useId();
  return (
    <div className="composer">
      <div className="composer-closed">
        <span className="muted grow">{t('composer.closed')}</span>
        <Button icon={<LockOutlined />} onClick={note} data-jump="composer" data-testid="composer-note">
          {t('composer.note')}
        </Button>
      </div>
      {unsent.trim() !== '' && (
        <div className="composer-unsent">
          <span id={label} className="muted small">
            {t('composer.unsent')}
          </span>
          <Input.TextArea
            aria-labelledby={label}
            readOnly
            value={unsent}
            autoSize={{ minRows: 1, maxRows: 8 }}
            data-testid="composer-unsent"
          />
        </div>
      )}
    </div>
  );
}
