import { CheckCircleOutlined, CloseCircleOutlined } from '@ant-design/icons';
import type { ConditionTrace as Trace, TestTrace } from '@patchbay/contracts';
import { useTranslation } from 'react-i18next';
import { foundText, testText, type Wording } from './fact-words.ts';

/** Every test of a condition with what was found: in words, and not by colour alone. */
export function ConditionTrace({ trace, wording }: { trace: Trace; wording: Wording }) {
  const { t } = useTranslation();
  return (
    <>
      {trace.tests.length > 1 && <p className="muted small">{t(`condition.${trace.join}`)}</p>}
      <ul className="trace">
        {trace.tests.map((part, at) =>
          'tests' in part ? (
            <li key={at}>
              <span className="muted small">{t(`condition.${part.join}`)}</span>
              <ul className="trace">
                {part.tests.map((inner, place) => (
                  <Line key={place} one={inner} wording={wording} />
                ))}
              </ul>
            </li>
          ) : (
            <Line key={at} one={part} wording={wording} />
          ),
        )}
      </ul>
    </>
  );
}

function Line({ one, wording }: { one: TestTrace; wording: Wording }) {
  const { t } = useTranslation();
  const Icon = one.holds ? CheckCircleOutlined : CloseCircleOutlined;
  return (
    <li className={one.holds ? 'trace-holds' : 'trace-fails'} data-testid="trace" data-holds={one.holds}>
      <Icon aria-label={t(one.holds ? 'condition.holds' : 'condition.fails')} /> {testText(wording, one.test)}{' '}
      <span className="muted">({t('condition.found', { value: foundText(wording, one.test.fact, one.found) })})</span>
    </li>
  );
}
