import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Suggestion } from '@/api/types';
import { useCan } from '@/api/workspace';
import { Count } from '@/ui/Count';
import { useSentence } from '@/ui/expression/sentence';
import { Section } from '@/ui/Page';

/** Up to three things the data says to do, each with who, why and the action. */
export function Suggestions({ suggestions }: { suggestions: Suggestion[] }) {
  const { t } = useTranslation();
  const can = useCan();
  const sentence = useSentence();
  return (
    <Section first title={t('home.next')} note={t('home.next_note')}>
      {suggestions.length === 0 && <p className="muted">{t('home.next_none')}</p>}
      <ul className="home-next">
        {suggestions.map((suggestion) => (
          <li key={suggestion.code} data-list-row>
            <span className="num">
              <Count value={suggestion.count} people={suggestion.expression} size="mid" />
            </span>
            <div>
              <b>
                {t(
                  [`home.suggestion.${suggestion.code}.title`, 'home.suggestion.other.title'],
                  suggestion.params,
                )}
              </b>
              <p className="muted">
                {t([`home.suggestion.${suggestion.code}.text`, 'home.suggestion.other.text'], {
                  ...suggestion.params,
                  who: sentence(suggestion.expression),
                })}
              </p>
            </div>
            {can('send_campaigns') && (
              <Button
                renderRoot={(props) => (
                  <Link
                    {...props}
                    to="/campaigns/$campaignId"
                    params={{ campaignId: 'new' }}
                    search={{ audience: suggestion.expression }}
                  />
                )}
              >
                {t('ui.write_to_them')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
