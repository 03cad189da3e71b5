import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { isMac } from './is-mac.ts';

/** What each key does. */
const keysOf = (alt: string, ctrl: string) =>
  [
    ['accept', [alt, 'A']],
    ['decline', [alt, 'D']],
    ['composer', [alt, 'R']],
    ['list', [alt, 'L']],
    ['leave', ['Esc']],
    ['send', [ctrl, 'Enter']],
    ['bold', [ctrl, 'B']],
    ['italic', [ctrl, 'I']],
  ] as const;

export function ShortcutList({ close }: { close: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  return (
    <Modal open title={t('shortcuts.title')} footer={null} onCancel={close} width={440}>
      <dl className="shortcuts">
        {(isMac ? keysOf('⌥', '⌘') : keysOf('Alt', 'Ctrl')).map(([name, pressed]) => (
          <div key={name}>
            <dt>{t(`shortcuts.${name}`)}</dt>
            <dd>
              {pressed.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className="muted small">{t('shortcuts.help')}</p>
    </Modal>
  );
}
