import { CheckCircleFilled, QuestionCircleOutlined, SafetyCertificateFilled } from '@ant-design/icons';
import type { IdentifierGrade } from '@patchbay/contracts';
import { Tooltip } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

const gradeIcons: Record<IdentifierGrade, ReactNode> = {
  verified: <SafetyCertificateFilled aria-hidden />,
  known: <CheckCircleFilled aria-hidden />,
  claimed: <QuestionCircleOutlined aria-hidden />,
};

/** How far an identifier can be trusted, with what that means. */
export function Grade({ grade }: { grade: IdentifierGrade }) {
  const { t } = useTranslation();
  return (
    <Tooltip title={t(`gradeHelp.${grade}`)} trigger={['hover', 'focus']}>
      <span className={`grade grade-${grade}`} tabIndex={0}>
        {gradeIcons[grade]} {t(`grade.${grade}`)}
      </span>
    </Tooltip>
  );
}
