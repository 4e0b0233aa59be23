import { IconCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Right } from '@/api/types';
import { useWorkspace } from '@/api/workspace';

/** A tick, or a dash; read aloud as a word. */
export function MayMark({ may }: { may: boolean }) {
  const { t } = useTranslation();
  if (may) return <IconCheck size={16} stroke={1.8} role="img" aria-label={t('settings.may')} />;
  return (
    <span className="faint">
      <span aria-hidden="true">–</span>
      <span className="unseen">{t('settings.may_not')}</span>
    </span>
  );
}

/** Every right and who has it, as the server says. The role with the most rights has every right there is. */
export function RoleRights() {
  const { t } = useTranslation();
  const { roles } = useWorkspace().session;
  const all = roles.reduce<Right[]>(
    (most, { rights }) => (rights.length > most.length ? rights : most),
    [],
  );
  return (
    <details className="settings-rights">
      <summary className="small muted">{t('settings.all_rights')}</summary>
      <table className="table settings-rights-table" aria-label={t('settings.all_rights')}>
        <thead>
          <tr>
            <th scope="col">{t('settings.right_head')}</th>
            {roles.map(({ role }) => (
              <th key={role} scope="col" className="tick">
                {t(`settings.roles.${role}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {all.map((right) => (
            <tr key={right}>
              <th scope="row">{t(`settings.right.${right}`)}</th>
              {roles.map(({ role, rights }) => (
                <td key={role} className="tick">
                  <MayMark may={rights.includes(right)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
