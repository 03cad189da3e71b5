import { LockOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import type { DraftKind } from './drafts.ts';
import type { MailMode } from './mail-choice.ts';

interface ComposerTabsProps {
  kind: DraftKind;
  mode: MailMode;
  /** A call is answered by talking: in writing there are only notes. */
  spoken: boolean;
  /** The channel carries copies: one answers all, or passes on. */
  mail: boolean;
  choose: (kind: DraftKind, mode: MailMode) => void;
}

/** What is written: an answer to one or to all, something passed on, or a note. */
export function ComposerTabs({ kind, mode, spoken, mail, choose }: ComposerTabsProps) {
  const { t } = useTranslation();
  const ways: MailMode[] = mail ? ['reply', 'replyAll', 'forward'] : ['reply'];
  return (
    <div className="tabs" role="group" aria-label={t('composer.kind')}>
      {!spoken &&
        ways.map((way) => (
          <button
            key={way}
            type="button"
            className="tab"
            aria-pressed={kind === 'public' && mode === way}
            onClick={() => choose('public', way)}
            data-testid={`composer-${way === 'replyAll' ? 'reply-all' : way}`}
          >
            {t(`composer.${way}`)}
          </button>
        ))}
      <button
        type="button"
        className="tab"
        aria-pressed={kind === 'internal'}
        onClick={() => choose('internal', mode)}
        data-testid="composer-note"
      >
        <LockOutlined aria-hidden /> {t('composer.note')}
      </button>
    </div>
  );
}
