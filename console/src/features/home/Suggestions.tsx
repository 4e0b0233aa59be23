import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Suggestion } from '@/api/types';
import { useCan } from '@/api/workspace';
import { Count } from '@/ui/Count';
import { useSentence } from '@/ui/expression/sentence';
import { Section } from '@/ui/Page';
import { SuggestionRow, useOtherSuggestions } from './OtherSuggestions';

/** Rows of the list; one that goes on and on is read by nobody. */
const SHOWN = 4;
/** Of them, how many groups of people there are at least, where there are as many. */
const PEOPLE_SHOWN = 2;

function People({ suggestion }: { suggestion: Suggestion }) {
  const { t } = useTranslation();
  const can = useCan();
  const sentence = useSentence();
  const { code, count, expression, params } = suggestion;
  return (
    <SuggestionRow
      figure={<Count value={count} people={expression} size="mid" />}
      title={t([`home.suggestion.${code}.title`, 'home.suggestion.other.title'], params)}
      text={t([`home.suggestion.${code}.text`, 'home.suggestion.other.text'], {
        ...params,
        who: sentence(expression),
      })}
      action={
        can('send_campaigns') && (
          <Button
            renderRoot={(props) => (
              <Link
                {...props}
                to="/campaigns/$campaignId"
                params={{ campaignId: 'new' }}
                search={{ audience: expression }}
              />
            )}
          >
            {t('ui.write_to_them')}
          </Button>
        )
      }
    />
  );
}

/** A few things the data says to do, each with who, why and the action: people to write to, then what else stands out. */
export function Suggestions({ suggestions }: { suggestions: Suggestion[] }) {
  const { t } = useTranslation();
  const others = useOtherSuggestions();
  const people = suggestions.slice(0, Math.max(PEOPLE_SHOWN, SHOWN - others.length));
  const more = others.slice(0, SHOWN - people.length);
  return (
    <Section first title={t('home.next')} note={t('home.next_note')}>
      {people.length + more.length === 0 && <p className="muted">{t('home.next_none')}</p>}
      <ul className="home-next">
        {people.map((suggestion) => (
          <People key={suggestion.code} suggestion={suggestion} />
        ))}
        {more}
      </ul>
    </Section>
  );
}
